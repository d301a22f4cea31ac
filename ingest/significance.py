"""What is a change for readers, and what is not. Pure."""

from collections import Counter

from ingest.article import Draft
from ingest.entry import Entry
from ingest.markup import parse_fragment, text_of
from ingest.similarity import words

_SHARE = 0.05  # of the words: from here on a change is significant …
_CHARACTERS = 200  # … or from this many characters on


def significant(entry: Entry, draft: Draft) -> bool:
    """Tell whether subscribers should see `draft` as a change of `entry`.

    A new title, other authors, or a text that differs in more than 5 % of its words or 200
    characters; white space, punctuation, images and related links do not count.
    """
    if entry.title != draft.title or entry.authors != draft.authors:
        return True
    before = text_of(parse_fragment(entry.html))
    gone, come = difference(before, draft.text)
    changed = max(gone.total(), come.total())
    characters = max(sum(len(w) * n for w, n in some.items()) for some in (gone, come))
    total = max(len(words(before)), len(words(draft.text)), 1)
    return changed > total * _SHARE or characters > _CHARACTERS


def difference(before: str, after: str) -> tuple[Counter[str], Counter[str]]:
    """The words that are gone from the text `before` and those that have come, in any order."""
    old, new = Counter(words(before)), Counter(words(after))
    return old - new, new - old
