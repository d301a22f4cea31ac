"""Ways to save files, each by the real tool: what is done to a folder, and what its feed shows.

A folder holds three articles at first, "Bridge", "Ferry" and "Tower", in `bridge.md` and so on.
"""

import fcntl
import os
import pty
import select
import shutil
import struct
import subprocess
import termios
import time
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.newsroom import a_text

FIRST = ("Bridge", "Ferry", "Tower")
MANY = 1000
PARTS = ("north", "east", "south", "west")
_ENDED = 10.0  # seconds an editor may take


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One thing that is done, and the titles shown then.

    Each title stands with the one it had before: its own for an article nobody touched or that is
    back, another one for an edited article, "" for a new one.
    """

    do: Callable[[Path], None]
    shows: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pattern:
    """A way to save. `prepare` is done to the folder beforehand, `first` is what it then shows.

    `tags` make a feed each, for one holds no more than 1 MB; without any, there is one of all.
    """

    steps: Sequence[Step]
    files: str = "**/*.{txt,md,html}"
    prepare: Callable[[Path], None] = lambda _: None
    first: tuple[str, ...] = FIRST
    tools: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()


def text(title: str, topic: str) -> str:
    """An article whose text stays what it is when its title changes."""
    return a_text(f"# {title}", f"the {topic.lower()}")


def run(*command: str | Path, cwd: Path | None = None) -> None:
    """Run a tool, without the configuration of whoever runs the tests."""
    away = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
    subprocess.run(command, cwd=cwd, check=True, capture_output=True, env=os.environ | away)


def edit_at_terminal(command: Sequence[str], keys: Sequence[str], home: Path) -> None:
    """Type `keys` into an editor that thinks it has a terminal, each when it has drawn the last."""
    screen, terminal = pty.openpty()
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("4H", 24, 80, 0, 0))
    plain = {"HOME": str(home), "TERM": "vt100", "PATH": os.environ["PATH"], "LANG": "C.UTF-8"}
    with subprocess.Popen(
        command, stdin=terminal, stdout=terminal, stderr=terminal, env=plain, start_new_session=True
    ) as editor:
        os.close(terminal)
        try:
            _drawn(screen)
            for key in keys:
                os.write(screen, key.encode())
                _drawn(screen)
            editor.wait(_ENDED)
        finally:
            editor.kill()
            os.close(screen)
    assert editor.returncode == 0


def _drawn(screen: int) -> None:
    """Read what the editor draws until it has nothing more to say."""
    until, quiet = time.monotonic() + _ENDED, 0.5  # it takes a moment to begin
    while time.monotonic() < until and select.select([screen], [], [], quiet)[0]:
        try:
            if not os.read(screen, 65536):
                return
        except OSError:  # it has ended
            return
        quiet = 0.1


def write_in_place(place: Path) -> None:
    with (place / "ferry.md").open("r+") as file:
        file.truncate()
        for piece in text("Ferry, late", "Ferry").splitlines(keepends=True):
            file.write(piece)
            file.flush()
            time.sleep(0.05)


def write_and_rename(place: Path) -> None:
    beside = place / "ferry.md.new"
    beside.write_text(text("Ferry, late", "Ferry"))
    beside.rename(place / "ferry.md")


def delete_and_recreate(place: Path) -> None:
    for name in ("bridge", "ferry", "tower"):
        (place / f"{name}.md").unlink()
    time.sleep(0.3)
    for title, topic in (("Bridge", "Bridge"), ("Ferry, late", "Ferry"), ("Tower", "Tower")):
        (place / f"{topic.lower()}.md").write_text(text(title, topic))


def vim(*options: str) -> Callable[[Path], None]:
    def edit(place: Path) -> None:
        command = ["vim.tiny", "-u", "NONE", *options, str(place / "ferry.md")]
        edit_at_terminal(command, [":1s/$/, late/\r", ":wq\r"], place.parent)

    return edit


def nano(*options: str) -> Callable[[Path], None]:
    def edit(place: Path) -> None:
        command = ["nano", "--ignorercfiles", *options, str(place / "ferry.md")]
        edit_at_terminal(command, ["\x05", ", late", "\x13", "\x18"], place.parent)

    return edit


def origin(place: Path) -> Path:
    """Where a tool takes the files of a folder from."""
    return place.parent.parent / "origins" / place.name


def to_origin(place: Path) -> None:
    shutil.copytree(place, origin(place))


def rsync(change: Callable[[Path], object], *options: str) -> Callable[[Path], None]:
    def sync(place: Path) -> None:
        change(origin(place))
        run("rsync", "-a", *options, f"{origin(place)}/", f"{place}/")

    return sync


def git(place: Path, *args: str) -> None:
    run("git", "-c", "user.name=Ada", "-c", "user.email=ada@example.org", *args, cwd=place)


def two_branches(place: Path) -> None:
    """`main` holds the three; `next` one of them edited, one renamed, one gone and three new."""
    git(place, "init", "--quiet", "--initial-branch=main")
    git(place, "add", ".")
    git(place, "commit", "--quiet", "--message=three")
    git(place, "checkout", "--quiet", "-b", "next")
    (place / "ferry.md").write_text(text("Ferry, late", "Ferry"))
    (place / "town").mkdir()
    git(place, "mv", "bridge.md", "town/bridge.md")
    git(place, "rm", "--quiet", "tower.md")
    for title in ("Quay", "Lock", "Weir"):
        (place / f"{title.lower()}.md").write_text(text(title, title))
    git(place, "add", ".")
    git(place, "commit", "--quiet", "--message=six")
    git(place, "checkout", "--quiet", "main")


def checkout(branch: str) -> Callable[[Path], None]:
    return lambda place: git(place, "checkout", "--quiet", branch)


def archive(place: Path, late: int = 0) -> None:
    """An archive of many articles, the first `late` of them with another title."""
    origin(place).parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(origin(place).with_suffix(".zip"), "w") as file:
        for number in range(MANY):
            title = f"Report {number}" + (", late" if number < late else "")
            info = zipfile.ZipInfo(f"{number % 20}/{number}.md", (2026, 5, 1 + late, 12, 0, 0))
            info.external_attr = 0o644 << 16
            tag = PARTS[number % len(PARTS)]
            told = " ".join(f"w{number}x{i}" for i in range(12))  # so that nothing is related
            file.writestr(info, f"---\ntags: {tag}\n---\n# {title}\n\n{told}.\n")


def unzip(place: Path) -> None:
    run("unzip", "-q", "-o", origin(place).with_suffix(".zip"), "-d", place)


def unzip_edited(place: Path) -> None:
    archive(place, late=2)
    unzip(place)


def only_archive(place: Path) -> None:
    for path in place.iterdir():
        path.unlink()
    archive(place)


LATE = {"Bridge": "Bridge", "Ferry, late": "Ferry", "Tower": "Tower"}
REPORTS = {f"Report {number}": "" for number in range(MANY)}
SAME = {title: title for title in REPORTS}
EVERY = "**/*"

PATTERNS = {
    "write in place": Pattern(steps=[Step(do=write_in_place, shows=LATE)]),
    "write and rename": Pattern(steps=[Step(do=write_and_rename, shows=LATE)]),
    "delete and recreate": Pattern(steps=[Step(do=delete_and_recreate, shows=LATE)]),
    "vim": Pattern(
        tools=("vim.tiny",), files=EVERY, steps=[Step(do=vim("-c", "set backup"), shows=LATE)]
    ),
    "vim in place": Pattern(
        tools=("vim.tiny",),
        files=EVERY,
        steps=[Step(do=vim("-c", "set backupcopy=yes"), shows=LATE)],
    ),
    "nano": Pattern(tools=("nano",), files=EVERY, steps=[Step(do=nano("--backup"), shows=LATE)]),
    "rsync": Pattern(
        tools=("rsync",),
        prepare=to_origin,
        steps=[
            Step(do=rsync(write_and_rename), shows=LATE),
            Step(
                do=rsync(
                    lambda place: (place / "ferry.md").write_text(text("Ferry, later", "Ferry")),
                    "--inplace",
                ),
                shows={"Bridge": "Bridge", "Ferry, later": "Ferry, late", "Tower": "Tower"},
            ),
            Step(
                do=rsync(
                    lambda place: (
                        (place / "bridge.md").rename(place / "span.md"),
                        (place / "tower.md").rename(place / "quay.md"),
                        (place / "quay.md").write_text(text("Quay", "Quay")),
                    ),
                    "--delete",
                ),
                shows={"Bridge": "Bridge", "Ferry, later": "Ferry, later", "Quay": ""},
            ),
        ],
    ),
    "git": Pattern(
        tools=("git",),
        prepare=two_branches,
        steps=[
            Step(
                do=checkout("next"),
                shows={"Bridge": "Bridge", "Ferry, late": "Ferry", "Quay": "", "Lock": ""}
                | {"Weir": ""},
            ),
            Step(
                do=checkout("main"),
                shows={"Bridge": "Bridge", "Ferry": "Ferry, late", "Tower": "Tower"},
            ),
        ],
    ),
    "unzip": Pattern(
        tools=("unzip",),
        tags=PARTS,
        prepare=only_archive,
        first=(),
        steps=[
            Step(do=unzip, shows=REPORTS),
            Step(do=unzip, shows=SAME),
            Step(
                do=unzip_edited,
                shows={title: title for title in list(REPORTS)[2:]}
                | {"Report 0, late": "Report 0", "Report 1, late": "Report 1"},
            ),
        ],
    ),
}
