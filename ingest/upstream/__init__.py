"""What other sites publish: reading their feeds, and OPML lists of them. Pure.

`feed` turns a feed of any format into one value; `sniff` tells what a document is. For XML,
`tree` parses what is broken too, `fields` names elements, `entries`, `links`, `media` and `texts`
read them; `jsonfeed` reads JSON Feed. `opml` stands alone.
"""

from ingest.upstream.feed import parse_feed
from ingest.upstream.opml import Subscription, parse_opml, write_opml
from ingest.upstream.sniff import sniff
from ingest.upstream.values import UpstreamFeed

__all__ = [
    "Subscription",
    "UpstreamFeed",
    "parse_feed",
    "parse_opml",
    "sniff",
    "write_opml",
]
