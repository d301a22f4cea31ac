"""HTML: pages from the web, and files that a person wrote or saved."""

from dataclasses import replace
from urllib.parse import urljoin

from lxml import html

from ingest import markup
from ingest.article import Hint
from ingest.errors import ExtractError
from ingest.normalize import metadata
from ingest.normalize.about import about
from ingest.normalize.boilerplate import judge
from ingest.normalize.content import main_content
from ingest.normalize.embeds import plain
from ingest.normalize.lines import lines, says
from ingest.normalize.opening import drop_repeated
from ingest.normalize.permission import CRAWLERS, is_closed
from ingest.normalize.picked import Picked, pick, strip
from ingest.normalize.reading import Reading
from ingest.normalize.rules import Rules
from ingest.normalize.sanitize import parse_page
from ingest.traced import Traced

_FURNITURE = "//nav | //aside | //footer | //form | //*[@role='navigation' or @role='banner']"
_THIN = 0.15  # of the paragraphs of article or main: less than that was a wrong choice,
_LITTLE = 600  # characters, unless it is a text: then the other paragraphs are readers' comments
_FLATTENED = "it is nested too deeply or too long to keep its structure; its text was kept"


def read_page(text: str, *, url: str, rules: Rules) -> Reading:
    """Read an HTML page or fragment; `url` is its address, "" for a file of a folder.

    Raises ExtractError when there is nothing to read in it.
    """
    page, flattened = parse_page(text)
    whole = markup.parse_page(markup.clean(text)) if flattened else page
    plain(page)
    mine = rules.of_page(url)
    failed = strip(page, mine)
    if whole is not page:
        strip(whole, mine)
    head = metadata.read_head(whole)
    base = _base(page, url)
    said = about(head, url=url, base=base, rules=rules)
    picked = pick(whole, mine, rules, said.language.value or rules.language)
    said = picked.into(said)
    title = said.title
    body = _web_body(page, base if base != url else "", picked) if url else _file_body(page)
    hints = _drop_boilerplate(body.value)
    drop_repeated(body.value, said, rules.timezone)
    if not _length(body.value) and body.value.find(".//img") is None and not title:
        raise ExtractError("there is no text in it")
    return replace(
        said,
        html=body.map(markup.serialize),
        hints=hints,
        warnings=((_FLATTENED,) if flattened else ()) + failed + picked.warnings,
        robots=tuple(line for name in CRAWLERS for line in head.meta.get(name, ())),
        closed=is_closed(head),
    )


def _base(page: html.HtmlElement, url: str) -> str:
    declared = page.xpath("string(//base/@href)").strip()
    try:
        return urljoin(url, declared) if url and declared else url
    except ValueError:
        return url


def _file_body(page: html.HtmlElement) -> Traced[html.HtmlElement]:
    """A file's own article or main, else all of its body; a saved page's furniture goes.

    Nothing is guessed: a hand-written file keeps every paragraph.
    """
    own = _container(page)
    return _whole(page) if own is None else own


def _web_body(page: html.HtmlElement, base: str, picked: Picked) -> Traced[html.HtmlElement]:
    """What the operator's rules say; else the main content; the page's own `article` when that was
    missed, else all of the text.

    `base` is the one that the page declares, "" when it declares none.
    """
    found = Traced(picked.body, "rules body") if picked.body is not None else _found_body(page)
    if base:
        found.value.make_links_absolute(base, handle_failures="ignore")
    return found


def _found_body(page: html.HtmlElement) -> Traced[html.HtmlElement]:
    found = main_content(page)
    length = _length(found.value)
    own = _container(page) if length < _LITTLE else None
    if own is not None and length < _THIN * _prose(own.value):
        found = own
    elif not length:
        found = _whole(page)
    return found


def _container(page: html.HtmlElement) -> Traced[html.HtmlElement] | None:
    """The only article, else the only main; None when the page has neither or several."""
    for name in ("article", "main"):
        found = page.xpath(f"//{name}[not(ancestor::{name})]")
        if len(found) == 1 and found[0].text_content().strip():
            return Traced(found[0], f"{name} element")
    return None


def _whole(page: html.HtmlElement) -> Traced[html.HtmlElement]:
    body = page.find("body")
    assert body is not None  # parse_page ensures it
    everything = markup.text_of(body)
    for element in body.xpath(_FURNITURE + " | //script | //style | //noscript"):
        if element.getparent() is not None and len(markup.text_of(element)) < len(everything) / 2:
            element.drop_tree()
    return Traced(body, "body")


def _length(element: html.HtmlElement) -> int:
    return len(" ".join(element.text_content().split()))


def _prose(element: html.HtmlElement) -> int:
    return sum(len(p.text_content().strip()) for p in element.iter("p"))


def _drop_boilerplate(body: html.HtmlElement) -> tuple[Hint, ...]:
    spoken = [(e, markup.clean_line(e.text_content())) for e in lines(body)]
    spoken = [(element, line) for element, line in spoken if line]
    dropped, hints = judge([line for _, line in spoken])
    for index in sorted(dropped, reverse=True):
        row = spoken[index][0].getparent()
        spoken[index][0].drop_tree()
        if row is not None and row is not body and not len(row) and not says(row.text):
            row.drop_tree()  # the strokes between buttons
    return hints
