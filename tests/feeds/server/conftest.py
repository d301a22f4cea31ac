"""Fixtures: a site to change, and one to leave as it is."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.feeds.server.published import Site, served


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    """A site of the test's own, to change."""
    with served(tmp_path) as site:
        yield site


@pytest.fixture(scope="module")
def still(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A site that no test changes, with things in it that must not be served."""
    with served(tmp_path_factory.mktemp("still")) as site:
        site.write("index.html", b"<!DOCTYPE html><title>x</title>")
        site.write("style.css", b"body{}")
        site.write("a.txt", b"text")
        site.write("articles/a-b/index.html", "<!DOCTYPE html><title>é</title>".encode())
        site.write("articles/a:b é/index.html", b"page")
        site.write("bare/file.txt", b"text")
        site.write(".hidden", b"secret")
        site.write("_headers", b"for a host")
        site.write("_redirects", b"for a host")
        (site.output / "headers-link").symlink_to("_headers")
        site.write(".git/config", b"secret")
        (site.output.parent / "secret.txt").write_bytes(b"secret")
        (site.output / "link.txt").symlink_to("../secret.txt")
        (site.output / "inner-link.txt").symlink_to("a.txt")
        (site.output / "hidden-link.txt").symlink_to(".hidden")
        (site.output / "folder-link").symlink_to("..")
        (site.output / "loop").symlink_to("loop")
        os.mkfifo(site.output / "pipe")
        yield site
