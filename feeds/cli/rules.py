"""The page of the manual on the linter's rules, made of the rules themselves."""

from itertools import groupby

from feeds.lint import rules

_HEAD = """# The linter

`broadsheet lint FILE-OR-URL` checks a feed, of this site or of any other: RSS 2.0, 0.91, 0.92 and
1.0, Atom 1.0, JSON Feed 1.0 and 1.1, with the extensions they are used with. Each finding names its
rule, its place (line and path), why it matters and what to do. [commands.md](commands.md) has the
options, the exit codes and the keys of `--json`.

- An **error** breaks a specification, a **warning** makes readers or validators stumble, **advice**
  makes a feed better.
- A rule with a name in the last column gives the verdict of that rule of the
  [W3C feed validator](https://validator.w3.org/feed/); the others come from the source alone.
- Of each rule the first 200 findings of a document are listed.
- A document that is not well-formed XML is checked no further than that. Nothing it refers to is
  loaded, no entity is expanded; documents of more than 30 MB are not looked at.
- HTML is read as browsers read it, up to its first error in each text; elements and attributes are
  looked at to the end. Where a text has such an error, the validator looks at nothing else in it.
- Every edition is linted before it is published: an entry with an error is left out of all formats
  and reported, and the feed goes live without it. What is wrong with its head is reported.
"""

_TITLES = {"json": "JSON Feed", "links": "Links and archives", "media": "Media RSS"}


def rules_page() -> str:
    """Every rule in Markdown, a table a group."""
    parts = [_HEAD]
    for group, found in groupby(rules().values(), key=lambda rule: rule.group):
        parts.append(f"\n## {_TITLES.get(group, group.capitalize())}\n\n")
        parts.append("| rule | level | why | cure | source | W3C |\n|---|---|---|---|---|---|\n")
        for rule in found:
            cells = (f"`{rule.name}`", rule.level, rule.why, rule.cure, rule.source, rule.w3c)
            parts.append(f"| {' | '.join(_cell(cell) for cell in cells)} |\n")
    return "".join(parts)


def _cell(text: str) -> str:
    """A text in a table: no markup of its own but code."""
    if text.startswith("`"):
        return text
    return text.replace("&", "&amp;").replace("<", "&lt;").replace("|", "\\|").replace("*", "\\*")
