"""How much of a page the server that it came from lets others show."""

from dataclasses import replace

import pytest

from ingest.article import Document
from ingest.normalize import normalize
from tests.ingest.normalize.documents import NEWS, NOW, PAGE, PROSE, URLS


@pytest.mark.parametrize(
    ("headers", "shown"),
    [
        (("noindex",), "description"),
        (("NoIndex, nofollow",), "description"),
        (("none",), "description"),
        (("nosnippet",), ""),
        (("max-snippet: 20",), "The storm reached…"),
        (("max-snippet: 40, max-snippet: 20",), "The storm reached…"),
        (("broadsheet: noindex",), "description"),
        (("googlebot: noindex",), None),
        (("googlebot: nofollow, noindex",), None),
        (("googlebot: noindex, broadsheet: nosnippet",), ""),
        (("googlebot: noindex", "noindex"), "description"),
        (("unavailable_after: 25 Jun 2010 15:00:00 PST",), "description"),
        (("unavailable_after: Friday, 25-Jun-10 15:00:00 UTC, nofollow",), "description"),
        (("unavailable_after: 25 Jun 2040 15:00:00 GMT",), None),
        (("unavailable_after: soon, max-image-preview: large",), None),
        (("max-snippet: -1, all",), None),
        ((":,,: x:, \x00",), None),
    ],
)
def test_a_page_is_shown_as_far_as_its_server_allows(
    headers: tuple[str, ...], shown: str | None
) -> None:
    head = f'<meta name="description" content="{PROSE}">'
    text = f"<html><head>{head}</head><body>{NEWS}</body></html>".encode()
    document = Document(
        origin=PAGE, url=PAGE, body=text, media_type="text/html", fetched_at=NOW,
        robots="\n".join(headers),
    )  # fmt: skip
    draft = normalize(document, URLS, NOW)
    wanted = {"description": PROSE, None: draft.text}.get(shown, shown)
    assert (draft.text, bool(draft.warnings)) == (wanted, shown is not None)
    ours = normalize(document, replace(URLS, ignore_robots_tag=True), NOW)
    assert (ours.warnings, ours.text.count(PROSE)) == ((), 3)
    plain = replace(document, media_type="text/plain", body=f"A storm\n\n{PROSE}".encode())
    assert (normalize(plain, URLS, NOW).text == PROSE) is (shown is None)
