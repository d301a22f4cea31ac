"""The children of an element by name, whatever prefix or spelling of a namespace they came with."""

from collections.abc import Iterator
from functools import cache
from importlib import resources
from typing import Self

from lxml import etree


class Names(dict[str, str]):
    """From lxml's names of elements to ours: `{http://purl.org/dc/elements/1.1/}creator` to
    `dc:creator`, elements of RSS to the bare name; all in lower case.

    `default` is the prefix of elements without a namespace.
    """

    def __init__(self, default: str = "rss") -> None:
        super().__init__()
        self._default = default

    def __missing__(self, tag: str) -> str:
        namespace, _, local = tag.rpartition("}")
        prefix = namespaces().get(_plain(namespace), "other") if namespace else self._default
        name = self[tag] = local.lower() if prefix == "rss" else f"{prefix}:{local.lower()}"
        return name


class Fields:
    """The children of `element`, by the names of `names`, each in the order of the document."""

    def __init__(self, element: etree._Element, names: Names) -> None:
        self.element = element
        self.names = names
        self._children: dict[str, list[etree._Element]] = {}
        for child in element:
            if isinstance(child.tag, str):
                self._children.setdefault(names[child.tag], []).append(child)

    def all(self, *names: str) -> Iterator[etree._Element]:
        """The children of these names, in the order of `names`."""
        for name in names:
            yield from self._children.get(name, ())

    def each(self, *names: str) -> Iterator[Self]:
        """The children of these names, as fields."""
        return (type(self)(child, self.names) for child in self.all(*names))

    def named(self, *names: str) -> Iterator[tuple[str, etree._Element]]:
        """The children of these names, each with its name."""
        return ((name, child) for name in names for child in self._children.get(name, ()))

    def texts(self, *names: str) -> Iterator[str]:
        """What the children of these names say, without those that say nothing."""
        return (text for child in self.all(*names) if (text := text_of(child)))

    def text(self, *names: str) -> str:
        """The first of `texts`, "" when there is none."""
        return next(self.texts(*names), "")


def text_of(element: etree._Element) -> str:
    """The text of `element` and of what is in it, white space at the ends taken off."""
    text = "".join(element.itertext()) if len(element) else element.text or ""  # type: ignore[arg-type]
    return text.strip()


@cache
def namespaces() -> dict[str, str]:
    """The namespaces of feeds, without scheme and in lower case, and our prefix for each."""
    text = resources.files("ingest.upstream").joinpath("namespaces.txt").read_text("utf-8")
    lines = (line.split() for line in text.splitlines() if line and line[0] != "#")
    return {namespace: prefix for prefix, namespace in lines}


def _plain(namespace: str) -> str:
    return namespace.strip("{ ").lower().rpartition("://")[2].rstrip("/#")
