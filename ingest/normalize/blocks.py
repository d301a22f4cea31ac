"""Blocks: containers that say nothing are taken away without running their texts together."""

from lxml import etree, html

from ingest.normalize.elements import elements


def paragraphs(body: html.HtmlElement) -> None:
    """Replace containers below `body` by their content, loose text of each in a `p` of its own."""
    known = elements()
    for container in reversed(list(body.iter(*known.containers))):
        if any(up.tag in known.no_paragraph for up in container.iterancestors()):
            container.tail = f" {container.tail or ''}"
        else:
            _wrap(container)
    _wrap(body)
    etree.strip_tags(body, *known.containers)


def _wrap(parent: html.HtmlElement) -> None:
    """Put runs of text and inline elements directly below `parent` into paragraphs."""
    parts = elements().blocks | elements().containers
    text, parent.text = parent.text, None
    run = _begin(text)
    for child in list(parent):
        if child.tag in parts:
            _end(parent, run, before=child)
            run = _begin(child.tail)
            child.tail = None
        else:
            run.append(child)
    _end(parent, run, before=None)


def _begin(text: str | None) -> html.HtmlElement:
    run: html.HtmlElement = etree.Element("p")
    run.text = text
    return run


def _end(parent: html.HtmlElement, run: html.HtmlElement, before: html.HtmlElement | None) -> None:
    if not len(run) and not (run.text or "").strip():
        return
    if before is None:
        parent.append(run)
    else:
        before.addprevious(run)
