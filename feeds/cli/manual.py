"""`man`: the manual, made of the help of every command and of what the configuration knows.

docs/commands.md, docs/configuration.md and docs/broadsheet.1 hold what this makes. After a change
to a command's help, an option or config/example.toml, `pytest --update-golden tests/docs` writes
them anew.
"""

import inspect
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from feeds.cli.typeset import Block, Code, Heading, Terms, Text, markdown, roff

if TYPE_CHECKING:
    from config.reference import Group

_CONFIGURATION = """\
Everything is said in one TOML file: broadsheet.toml in the current folder, or what --config or
BROADSHEET_CONFIG names. `broadsheet init` writes one with every option in it, commented, and
`broadsheet check` tells every problem at once, each with its line. Paths are relative to the file.
A duration is a number and a unit: "90 seconds", "15m", "1 hour", "2d", "1 week"."""


@click.command(
    epilog="""\b
Examples:
  broadsheet man | man -l -
  broadsheet man --markdown > manual.md"""
)
@click.option("--markdown", "as_markdown", is_flag=True, help="Markdown instead of roff.")
@click.pass_context
def man(ctx: click.Context, as_markdown: bool) -> None:
    """Print the manual page: every command, and every option of the configuration.

    Where the package was installed, `man broadsheet` shows the same. Exit code 0, always.
    """
    root = ctx.find_root().command
    assert isinstance(root, click.Group)
    pages = (commands_page(root), configuration_page()) if as_markdown else (manual_page(root),)
    click.echo("\n".join(pages), nl=False)


def manual_page(root: click.Group) -> str:
    """All of it for man(1), in roff."""
    ctx = _context(root)
    first, *others = _paragraphs(root)
    assert isinstance(first, Text)
    name = f"broadsheet - {first.text[:1].lower()}{first.text[1:].rstrip('.')}"
    blocks = [
        *(Heading(1, "Name"), Text(name), Heading(1, "Synopsis"), _usage(ctx)),
        *(Heading(1, "Description"), first, *others, Heading(1, "Options"), _options(ctx)),
        *(Heading(1, "Commands"), *_commands(root, 2)),
        *(Heading(1, "Configuration"), *_configuration(2), *_notes(root, 1)),
    ]
    return roff("broadsheet", blocks)


def commands_page(root: click.Group) -> str:
    """Every command, in Markdown."""
    ctx = _context(root)
    head = [Heading(1, "Commands"), _usage(ctx), *_paragraphs(root), _options(ctx)]
    return markdown([*head, *_notes(root, 2), *_commands(root, 2)])


def configuration_page() -> str:
    """Every option of the configuration, in Markdown."""
    return markdown([Heading(1, "Configuration"), *_configuration(2)])


def _configuration(level: int) -> Iterator[Block]:
    from config.reference import reference  # pydantic: 120 ms, for this command alone

    top, *tables = reference()
    yield Text(" ".join(_CONFIGURATION.split()))
    yield from map(Text, top.text[1:])  # the first says how to read the example
    for table in (top, *tables):
        if table.header:
            yield Heading(level, table.header)
            yield from map(Text, table.text)
        yield Terms(tuple(item for group in table.groups for item in _explained(group)))


def _explained(group: "Group") -> Iterator[tuple[str, str]]:
    """Each option with its facts; the first one of a group has the explanation of all."""
    for option in group.options:
        facts = ", ".join(option.facts)
        said = f". {group.text}" if option is group.options[0] and group.text else ""
        yield option.key, facts + said


def _commands(root: click.Group, level: int) -> Iterator[Block]:
    parent = _context(root)
    for name in root.list_commands(parent):
        command = root.get_command(parent, name)
        assert command, f"{name} is listed"
        ctx = click.Context(command, parent, info_name=name)
        yield Heading(level, name)
        yield _usage(ctx)
        yield from _paragraphs(command)
        yield _options(ctx)
        yield from _notes(command, level + 1)


def _context(root: click.Group) -> click.Context:
    return click.Context(root, info_name="broadsheet", **root.context_settings)


def _usage(ctx: click.Context) -> Code:
    return Code((" ".join(ctx.get_usage().split()).removeprefix("Usage: "),))


def _options(ctx: click.Context) -> Terms:
    records = [param.get_help_record(ctx) for param in ctx.command.params]
    told = [record for record in records if record and record[1]]  # arguments tell nothing
    return Terms(tuple((names, " ".join(text.split())) for names, text in told))


def _paragraphs(command: click.Command) -> Iterator[Block]:
    r"""What a command's help says; a paragraph that begins with \b is shown as it is."""
    for paragraph in inspect.cleandoc(command.help or "").split("\n\n"):
        if paragraph.startswith("\b"):
            yield Code(tuple(line.strip() for line in paragraph.splitlines()[1:]))
        else:
            yield Text(" ".join(paragraph.split()))


def _notes(command: click.Command, level: int) -> Iterator[Block]:
    r"""What stands below a command's options: examples, and lists of a word and its meaning."""
    for paragraph in inspect.cleandoc(command.epilog or "").split("\n\n"):
        title, *lines = paragraph.removeprefix("\b\n").splitlines()
        yield Heading(level, title.rstrip(":"))
        if title.startswith("Example"):
            yield Code(tuple(line.strip() for line in lines), "sh")
        else:
            joined = re.sub(r"\n {4,}", " ", "\n".join(lines))
            items = [re.split(r" {2,}", line.strip(), maxsplit=1) for line in joined.splitlines()]
            yield Terms(tuple((word, meaning) for word, meaning in items))
