"""What the operator says of the pages of one host: where on them the article stands."""

from pydantic import Field

from config.values import Listed, Section


class PageRules(Section):
    """Selectors, CSS or XPath, for the pages of `host` and of the hosts below it; "" without one.

    `strip` is what is taken out of a page before anything else is looked for.
    """

    host: str = Field(default="", exclude=True)
    title: str = ""
    author: str = ""
    date: str = ""
    body: str = ""
    strip: Listed = ()
