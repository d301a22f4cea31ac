"""Main content of a page: the one module that knows trafilatura.

trafilatura measured best of all candidates on 990 labelled pages (F1 0.92). Its dates are guesses
and are not used; its downloader is never called.
"""

import logging
from copy import deepcopy

from lxml import html

from ingest.markup import clean
from ingest.normalize.embeds import prepare

logging.getLogger("trafilatura").setLevel(logging.CRITICAL)  # it reports pages, we report runs


def main_content(page: html.HtmlElement, url: str) -> str:
    """The article of `page` as raw HTML, "" when none is found. The tree is not changed."""
    import trafilatura

    tree = deepcopy(page)
    prepare(tree)
    if url:  # trafilatura resolves against the host alone
        tree.make_links_absolute(url, handle_failures="ignore")
    _guard_code(tree)
    found = trafilatura.extract(
        tree,
        output_format="html",
        include_images=True,
        include_links=True,
        include_formatting=True,
        include_tables=True,
        include_comments=False,
        url=url or None,
    )
    return (found or "").replace("<var>", "<code>").replace("</var>", "</code>")


def _guard_code(tree: html.HtmlElement) -> None:
    """trafilatura writes `code` as `pre`, and a `pre` as a quotation: hand it what comes out right.

    Inline code travels as `tt`, which it writes as `var`; preformatted text as `code`.
    """
    for code in list(tree.iter("code")):
        if not any(up.tag == "pre" for up in code.iterancestors()):
            code.tag = "tt"
    for block in list(tree.iter("pre")):
        text = block.text_content()
        for child in list(block):
            block.remove(child)
        block.tag, block.text = "code", clean(text)
