"""The text of an article: the one module that knows trafilatura.

Its text tells which blocks of a page are the article; its HTML, which lacks code and captions and
runs words together, is not used, nor are its dates, which are guesses. Its downloader is never
called.
"""

import logging

from lxml import html

logging.getLogger("trafilatura").setLevel(logging.CRITICAL)  # it reports pages, we report runs


def opinion(page: html.HtmlElement, *, thorough: bool = False) -> str:
    """The text of the article of `page`, "" when none is found. The tree is not changed.

    `thorough` asks two more extractors, which costs as much again and finds more on pages that are
    no plain articles.
    """
    import trafilatura
    from trafilatura.settings import Extractor

    options = Extractor(fast=not thorough, comments=False)
    if not thorough:
        options.focus = ""  # as "balanced", but a short text is not sought again: that is thorough
    found = trafilatura.bare_extraction(page, options=options)
    body = getattr(found, "body", None)
    return " ".join(map(str, body.itertext())) if body is not None else ""
