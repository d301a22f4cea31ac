import re
import zlib
from pathlib import Path

from config.load import load

DEMO = Path(__file__).parents[2] / "config" / "demo"
ARTICLES = sorted(path for path in DEMO.rglob("*") if path.suffix in {".txt", ".md", ".html"})


def test_its_configuration_loads() -> None:
    assert load(DEMO / "broadsheet.toml", {}).site.title == "The Millbrook Broadsheet"


def test_it_has_eight_articles_in_every_form() -> None:
    assert len(ARTICLES) == 8
    assert {path.suffix for path in ARTICLES} == {".txt", ".md", ".html"}
    assert {path.read_text()[:3] for path in ARTICLES if path.suffix == ".md"} == {"---", "+++"}
    assert all(150 <= len(path.read_text().split()) <= 310 for path in ARTICLES)


def test_the_titles_articles_point_to_are_those_of_others() -> None:
    everything = "\n".join(path.read_text() for path in ARTICLES)
    texts = [path.read_text() for path in ARTICLES if path.suffix == ".txt"]
    named = {
        title for text in texts for title in re.findall(r"(?:Previous|Next) Article\n\n(.+)", text)
    }
    assert len(named) >= 5
    for title in named:
        own = rf"^(?:title(?::| =) \"?|\s*<h1>)?{re.escape(title)}(?:\"|</h1>)?$"
        assert len(re.findall(own, everything, re.MULTILINE)) >= 1
    assert all("No time to read?" in text for text in texts)


def test_links_between_files_lead_to_files() -> None:
    targets = [
        path.parent / target
        for path in ARTICLES
        if path.suffix == ".md"
        for target in re.findall(r"\]\(([^)]+)\)", path.read_text())
    ]
    assert len(targets) >= 3
    assert all(target.is_file() for target in targets)


def test_its_picture_is_a_small_sound_png() -> None:
    (picture,) = DEMO.rglob("*.png")
    body = picture.read_bytes()
    assert len(body) < 2000
    assert body.startswith(b"\x89PNG\r\n\x1a\n")
    at, kinds = 8, []
    while at < len(body):
        size = int.from_bytes(body[at : at + 4], "big")
        kinds.append(body[at + 4 : at + 8])
        checksum = int.from_bytes(body[at + 8 + size : at + 12 + size], "big")
        assert zlib.crc32(body[at + 4 : at + 8 + size]) == checksum
        at += 12 + size
    assert (kinds[0], kinds[-1]) == (b"IHDR", b"IEND")
