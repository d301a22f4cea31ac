"""What is wrong between the values of a configuration, each of which is right in itself."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from config.lines import Loc
from config.source import split_root
from config.values import picture
from config.wording import nearest

Issues = list[tuple[Loc, str]]
QueryReader = Callable[[str, frozenset[str]], object]
"""Raises ValueError for a text that is no query, or names another source than these."""


def cross_checks(
    data: dict[str, Any],
    folder: Path,
    readers: Mapping[str, Callable[[str], object]],
    query: QueryReader | None,
) -> Issues:
    """What no single value of the parsed file `data` shows: names and folders in each other's way.

    `folder` is the one of the file; `readers` and `query` are `load`'s. Works on unvalidated
    data: one wrong type must hide no other.
    """
    output, kept = data.get("output", "public"), data.get("data", "data")
    issues = [issue for kind in ("source", "feed", "notify") for issue in _twice(data, kind)]
    issues += [*_unknown_sources(data), *_unknown_feeds(data)]
    issues += [*_former_names(data), *_names_of_made(data), *_parts_of_stories(data)]
    issues += [*_unwritten(data), *_ownerless(data)]
    if isinstance(output, str) and isinstance(kept, str):
        with suppress(OSError, ValueError, RuntimeError):  # NUL, links in a ring: told elsewhere
            issues += _folder_checks(data, folder, output, kept)
    with suppress(OSError, ValueError, RuntimeError):
        issues += _no_files(data, folder)
    with suppress(OSError, ValueError, RuntimeError):
        issues += _secret_files(data, folder, output)
    with suppress(OSError, ValueError, RuntimeError):
        issues += _pictures(data, folder)
    issues += [*_unreadable(data, readers), *_wrong_queries(data, query)]
    return issues


def _tables(data: dict[str, Any], kind: str) -> Iterator[tuple[int, dict[str, Any]]]:
    tables = data.get(kind)
    for number, table in enumerate(tables if isinstance(tables, list) else ()):
        if isinstance(table, dict):
            yield number, table


def _twice(data: dict[str, Any], kind: str) -> Iterator[tuple[Loc, str]]:
    first: dict[str, int] = {}
    for number, table in _tables(data, kind):
        name = table.get("name")
        if isinstance(name, str) and first.setdefault(name.strip(), number) != number:
            where = f"{kind}[{first[name.strip()] + 1}]"
            yield (kind, number, "name"), f"has the same name as {where}; names are unique"


def _source_names(data: dict[str, Any]) -> frozenset[str]:
    names = [table.get("name") for _, table in _tables(data, "source")]
    return frozenset(name.strip() for name in names if isinstance(name, str))


def _wrong_queries(data: dict[str, Any], query: QueryReader | None) -> Iterator[tuple[Loc, str]]:
    for number, feed in _tables(data, "feed"):
        filters = feed.get("filters")
        told: list[tuple[Loc, object]] = [(("feed", number, "where"), feed.get("where"))]
        told += [
            (("feed", number, "filters", place, key), table.get(key))
            for place, table in enumerate(filters if isinstance(filters, list) else ())
            for key in (("include", "exclude") if isinstance(table, dict) else ())
        ]
        for loc, text in told:
            if query and isinstance(text, str) and text.strip():
                try:
                    query(text.strip(), _source_names(data))
                except ValueError as error:
                    yield loc, str(error)


def _unknown_sources(data: dict[str, Any]) -> Iterator[tuple[Loc, str]]:
    known = _source_names(data)
    for number, table in _tables(data, "feed"):
        listed = table.get("sources")
        for place, name in enumerate(listed if isinstance(listed, list) else ()):
            if isinstance(name, str) and name.strip() not in known:
                message = "no source has this name" + nearest(name, known)
                yield ("feed", number, "sources", place), message


def _unknown_feeds(data: dict[str, Any]) -> Iterator[tuple[Loc, str]]:
    names = [table.get("name") for _, table in _tables(data, "feed")]
    known = {name.strip() for name in names if isinstance(name, str)} or {"all"}
    for number, table in _tables(data, "notify"):
        listed = table.get("feeds")
        for name in (
            [listed] if isinstance(listed, str) else listed if isinstance(listed, list) else ()
        ):
            if isinstance(name, str) and name.strip() not in known:
                message = f"no feed is called {name!r}" + nearest(name, known)
                yield ("notify", number, "feeds"), message


def _former_names(data: dict[str, Any]) -> Iterator[tuple[Loc, str]]:
    """A former name that is still, or twice, somebody's."""
    names = [table.get("name") for _, table in _tables(data, "feed")]  # of any type still
    first: dict[str, int] = {}
    for number, table in _tables(data, "feed"):
        was = table.get("was")
        for name in [was] if isinstance(was, str) else was if isinstance(was, list) else ():
            if not isinstance(name, str):
                continue
            if name in names:
                message = f"there still is a feed {name!r}; a former name is nobody's any more"
                yield ("feed", number, "was"), message
            elif first.setdefault(name, number) != number:
                yield ("feed", number, "was"), f"feed[{first[name] + 1}] says so of itself too"


def _names_of_made(data: dict[str, Any]) -> Iterator[tuple[Loc, str]]:
    """Names that a feed may get which is made of another one."""
    tables = list(_tables(data, "feed"))
    makers = [(n, str(table.get("name"))) for n, table in tables if table.get("each")]
    for number, table in tables:
        for maker, name in makers:
            if str(table.get("name")).startswith(f"{name}-"):
                message = f"begins like the names of the feeds that feed[{maker + 1}] makes"
                yield ("feed", number, "name"), message


def _parts_of_stories(data: dict[str, Any]) -> Iterator[tuple[Loc, str]]:
    """Feeds of one story each that would show one article of it."""
    for number, table in _tables(data, "feed"):
        if table.get("each") == "story" and table.get("duplicates", "all") != "all":
            message = 'leave it out or write "all": a feed of a story shows every article of it'
            yield ("feed", number, "duplicates"), message


def _unwritten(data: dict[str, Any]) -> Iterator[tuple[Loc, str]]:
    """Sources whose summaries nobody is named to write."""
    for number, source in _tables(data, "source"):
        if source.get("summarizer") == "openai" and "openai" not in data:
            message = "needs a table [openai] that says who writes them: its `url` and `model`"
            yield ("source", number, "summarizer"), message


def _ownerless(data: dict[str, Any]) -> Iterator[tuple[Loc, str]]:
    """Podcasts that name nobody to write to, which directories ask for."""
    site = data.get("site")
    contact = site.get("contact") if isinstance(site, dict) else None
    if isinstance(contact, str) and "@" in contact.rpartition("/")[2]:
        return
    for number, feed in _tables(data, "feed"):
        if feed.get("podcast"):
            message = "needs a mail address as `contact` of the site, which directories write to"
            yield ("feed", number, "podcast"), message


def _pictures(data: dict[str, Any], folder: Path) -> Iterator[tuple[Loc, str]]:
    """Icons and logos that are no file."""
    site = data.get("site")
    tables: list[tuple[Loc, dict[str, Any]]] = [(("site",), site)] if isinstance(site, dict) else []
    tables += [(("feed", number), table) for number, table in _tables(data, "feed")]
    for place, table in tables:
        for option in ("icon", "logo"):
            value = table.get(option)
            with suppress(ValueError):  # what cannot be one is told elsewhere
                path = picture(value.strip()) if isinstance(value, str) else ""
                if path and "://" not in path and not (folder / path).is_file():
                    yield (*place, option), "there is no such file beside this configuration"


def _secret_files(data: dict[str, Any], folder: Path, output: object) -> Iterator[tuple[Loc, str]]:
    section = data.get("openai")
    named = [(("openai", "key_file"), section.get("key_file"))] if isinstance(section, dict) else []
    found: list[tuple[Loc, object]] = [*named]
    for number, table in _tables(data, "notify"):
        found.append((("notify", number, "secret_file"), table.get("secret_file")))
        if table.get("secret") and table.get("secret_file"):
            yield ("notify", number, "secret"), "stands beside `secret_file`; take one of them out"
    for loc, name in found:
        if not isinstance(name, str):
            continue
        path = (folder / name.strip()).resolve()
        if not path.is_file():
            yield loc, "there is no such file"
        elif isinstance(output, str) and path.is_relative_to((folder / output).resolve()):
            yield loc, "lies in the output folder, where everybody could read it"


def _unreadable(
    data: dict[str, Any], readers: Mapping[str, Callable[[str], object]]
) -> Iterator[tuple[Loc, str]]:
    for number, source in _tables(data, "source"):
        for option, read in readers.items():
            value = source.get(option)
            for text in value if isinstance(value, list) else (value,):
                if isinstance(text, str) and text.strip():
                    try:
                        read(text.strip())
                    except ValueError as error:
                        yield ("source", number, option), str(error)


def _no_files(data: dict[str, Any], folder: Path) -> Iterator[tuple[Loc, str]]:
    """What a shell or a person would take for the files of a folder, and is not."""
    for number, source in _tables(data, "source"):
        files = source.get("files")
        if not isinstance(files, str) or not files.strip() or files.strip().endswith("/"):
            continue
        name = files.strip()
        if name.startswith("~"):
            yield ("source", number, "files"), "write ${HOME} for your home folder instead of ~"
        elif not any(sign in name for sign in "*?[{") and (folder / name).is_dir():
            message = f'is a folder; name the files in it: "{name}/**/*.{{txt,md,html}}"'
            yield ("source", number, "files"), message


def _folder_checks(
    data: dict[str, Any], folder: Path, output: str, kept: str
) -> Iterator[tuple[Loc, str]]:
    public, private = (folder / output).resolve(), (folder / kept).resolve()
    if public == private:
        yield ("output",), "is the data folder too; keep what is public apart"
    elif public in private.parents:
        yield ("data",), "lies in the output folder, where everybody could read it"
    elif private in public.parents:
        yield ("output",), "lies in the data folder; keep what is public apart"
    elif folder.resolve().is_relative_to(public):
        yield ("output",), "holds this configuration, which would be public; name a folder below"
        return  # every source below would be told too
    for number, source in _tables(data, "source"):
        files = source.get("files")
        if not isinstance(files, str) or not files.strip():
            continue
        root = (folder / split_root(files.strip())[0]).resolve()
        for taken, name in ((public, "output"), (private, "data")):
            if root.is_relative_to(taken):
                message = f"looks in the {name} folder, which is never read as a source"
                yield ("source", number, "files"), message
