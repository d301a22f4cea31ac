"""What the output folder tells hosts of static files: headers, and where former addresses lead.

`_headers` and `_redirects` are read by Netlify, Cloudflare Pages and others who took up their
syntax; web servers of one's own ignore them, and ours does not serve them. No two rules give one
file the same header, for some hosts would join both values.
"""

from collections.abc import Iterable, Iterator, Sequence
from urllib.parse import quote

from config.feed import Feed
from feeds.files import remove_with_siblings, write_if_changed
from feeds.headers import ARCHIVE_FRESHNESS, CORS, PAGE_POLICY, SHORTEST, SNIFF, freshness, link
from feeds.manifest import FileRecord, Manifest, ManifestError, read_manifest
from feeds.press import Press, editions_folder

_PAGES = ("/", "/articles/*", "/stories/*")


def write_host_files(press: Press) -> bool:
    """Bring both files in line with what is published; returns whether one changed."""
    manifests = list(_manifests(press))
    output = press.settings.output_folder
    output.mkdir(parents=True, exist_ok=True)
    live = [press.settings.feed_page(Feed(name=one.feed)) for one in manifests if one.files]
    pages = [f"/{page}" for page in live if page]
    changed = write_if_changed(output / "_headers", headers(manifests, pages))
    lines = redirects(manifests)
    if not lines:
        remove_with_siblings(output / "_redirects")
        return changed
    return write_if_changed(output / "_redirects", lines) or changed


def headers(manifests: Sequence[Manifest], pages: Iterable[str]) -> bytes:
    """The `_headers` of these feeds; `pages` are the paths of their own pages."""
    rules = [("/*", [SNIFF])]
    rules += [(f"/{quote(file.path)}", list(_of(file))) for one in manifests for file in one.files]
    rules += [("/archive/*", [("cache-control", ARCHIVE_FRESHNESS), *CORS])]
    rules += [(path, [PAGE_POLICY]) for path in (*_PAGES, *pages)]
    return "".join(
        f"{path}\n" + "".join(f"  {name}: {value}\n" for name, value in pairs)
        for path, pairs in rules
    ).encode()


def redirects(manifests: Sequence[Manifest]) -> bytes:
    """The `_redirects` of these feeds, b"" for none. Hosts that know no 410 skip those lines."""
    moved = {old: new for one in manifests for old, new in one.moved}
    gone = [path for one in manifests for path in one.gone]
    live = {file.path for one in manifests for file in one.files}
    lines = [f"/{quote(old)} /{quote(new)} 301" for old, new in moved.items() if old not in live]
    lines += [f"/{quote(path)} / 410" for path in gone if path not in live | moved.keys()]
    return "".join(f"{line}\n" for line in lines).encode()


def _of(file: FileRecord) -> Iterator[tuple[str, str]]:
    yield "content-type", f"{file.media_type}; charset=utf-8"
    yield "cache-control", freshness(SHORTEST)
    yield from CORS
    if file.links:
        yield "link", link(file.links)


def _manifests(press: Press) -> Iterator[Manifest]:
    """The newest of each feed that has or had an address, by name; a broken one is left out."""
    for path in sorted(editions_folder(press.settings).glob("[!.]*.json")):
        try:
            yield read_manifest(path)
        except ManifestError:
            continue
