"""What may stand where: for each element its children, each with the checks its value must pass.

A value such as "plain once" names checks (`checks.CHECKS`) in their order; "once" forbids a second
one, "filled" an empty one, "trim" white space around it, and "in:NAME" has children of its own,
those of the table NAME. "eat" looks at nothing inside, "newer" is for what the W3C feed validator
does not know yet. Sources: RSS 2.0, RFC 4287, RSS 1.0, the specifications of the extensions, and
for what RSS 2.0 leaves open the W3C feed validator.
"""

from collections.abc import Mapping

from feeds.lint.extensions import BODY, EVERYWHERE, HEAD, MEDIA

Table = Mapping[str, str]

_ATOM_HEAD = {
    "author": "in:person",
    "category": "atom-category",
    "contributor": "in:person",
    "generator": "atom-generator plain filled once",
    "icon": "filled trim url once",
    "logo": "filled trim url once",
    "link": "atom-link",
    "subtitle": "atom-text once",
    "rights": "atom-text once",
    "title": "atom-text once",
}
_FEED = {**HEAD, **_ATOM_HEAD, "id": "atom-id trim once", "updated": "rfc3339 trim once"}
_ENTRY = {
    **BODY,
    "author": "in:person",
    "category": "atom-category",
    "content": "atom-content once",
    "contributor": "in:person",
    "id": "atom-id trim once unique-id",
    "link": "atom-link",
    "published": "rfc3339 trim once",
    "rights": "atom-text once",
    "source": "in:source once",
    "summary": "atom-text once",
    "title": "atom-text once",
    "updated": "rfc3339 trim once unique-updated",
    "app:edited": "rfc3339 trim once",
    "app:control": "eat once",
    "dc:creator": "text",
}
_ATOM_IN_RSS = {
    "atom:author": "in:atom:person",
    "atom:category": "atom-category",
    "atom:contributor": "in:atom:person",
    "atom:id": "url-full once",
    "atom:link": "atom-link",
    "atom:title": "atom-text once",
    "atom:rights": "atom-text once",
    "atom:updated": "rfc3339 once",
}
_CHANNEL = {
    **HEAD,
    **_ATOM_IN_RSS,
    "atom:generator": "atom-generator plain filled once",
    "atom:icon": "filled url once",
    "atom:logo": "filled url once",
    "atom:subtitle": "atom-text once",
    "title": "plain once filled",
    "link": "url-full once",
    "description": "plain once",
}
_ITEM = {
    **BODY,
    **_ATOM_IN_RSS,
    "atom:author": "in:atom:person once",
    "atom:content": "atom-content",
    "atom:published": "rfc3339 once",
    "atom:summary": "atom-text once",
    "title": "plain filled once",
    "link": "url-full once",
    "description": "description once",
    "content:encoded": "encoded html once",
    "content:items": "eat once",
    "xhtml:body": "xhtml-body eat",
}

_PERSON = {
    "name": "plain no-email filled once",
    "email": "address once",
    "uri": "filled trim iri once",
    "xhtml:div": "eat",
    **{f"foaf:{name}": "eat" for name in ("workplaceHomepage", "homepage", "weblog", "plan")},
    "foaf:firstName": "text",
}
_IMAGE = {
    **EVERYWHERE,
    "title": "plain once",
    "link": "url-full once",
    "url": "url-full once",
    "description": "plain once",
    "cc:license": "eat",
}
_INPUT = {
    **EVERYWHERE,
    "title": "plain once",
    "link": "url-full once",
    "description": "text once",
    "name": "text once",
}

TABLES: Mapping[str, Table] = {
    "rss": {"channel": "in:channel once", "access:restriction": "eat once"},
    "channel": {
        **_CHANNEL,
        "item": "in:item",
        "language": "language once",
        "copyright": "plain once",
        "managingEditor": "person once",
        "webMaster": "person once",
        "pubDate": "rfc822 once",
        "lastBuildDate": "rfc822 once",
        "category": "plain",
        "generator": "text once",
        "docs": "url-full once",
        "cloud": "cloud once",
        "ttl": "positive filled once",
        "image": "in:image once",
        "rating": "text",
        "textInput": "in:textInput once",
        "skipHours": "in:skipHours once",
        "skipDays": "in:skipDays once",
    },
    "item": {
        **_ITEM,
        "author": "person once",
        "category": "plain filled",
        "comments": "url-full once",
        "enclosure": "enclosure",
        "guid": "guid once",
        "pubDate": "rfc822 once",
        "source": "rss-source plain once",
    },
    "image": {**_IMAGE, "width": "width once", "height": "height once"},
    "textInput": _INPUT,
    "skipHours": {"hour": "hour"},
    "skipDays": {"day": "day"},
    "feed": {**_FEED, "entry": "in:entry", "app:collection": "eat once"},
    "source": _FEED,
    "entry": _ENTRY,
    "person": _PERSON,
    "atom:person": {**_PERSON, **{f"atom:{name}": _PERSON[name] for name in ("name", "uri")}}
    | {"atom:email": "address once"},
    "owner": {"itunes:email": "mail once", "itunes:name": "short plain once"},
    "media:content": {**EVERYWHERE, **MEDIA},
    "media:group": {**MEDIA, "media:content": "in:media:content"},
    "rdf": {
        "channel": "in:rdf-channel once",
        "item": "in:rdf-item",
        "image": "in:rdf-image",
        "textinput": "in:textInput",
        **dict.fromkeys(("cc:License", "taxo:topic", "rdf:Description"), "eat"),
    },
    "rdf-channel": {
        **_CHANNEL,
        "items": "eat once",
        "image": "resource once",
        "textinput": "resource once",
        **{f"rdfs:{name}": "text" for name in ("label", "comment")},
    },
    "rdf-item": {**_ITEM, **{f"rdfs:{name}": "text" for name in ("label", "comment")}},
    "rdf-image": {name: checks for name, checks in _IMAGE.items() if name != "description"},
}
"""The children of each element that has any, by the name of its table."""

ATTRIBUTES: Mapping[str, frozenset[str]] = {
    "rss": frozenset({"version"}),
    "category": frozenset({"domain"}),
    "cloud": frozenset({"domain", "path", "registerProcedure", "protocol", "port"}),
    "enclosure": frozenset({"url", "length", "type"}),
    "guid": frozenset({"isPermaLink"}),
    "source": frozenset({"url"}),
    "media:category": frozenset({"label", "scheme"}),
    "media:copyright": frozenset({"url"}),
    "media:credit": frozenset({"role", "scheme"}),
    "media:hash": frozenset({"algo"}),
    "media:rating": frozenset({"scheme"}),
    "media:restriction": frozenset({"relationship", "type"}),
    "media:player": frozenset({"height", "url", "width"}),
    "media:text": frozenset({"end", "lang", "start", "type"}),
    "media:title": frozenset({"type"}),
    "media:description": frozenset({"type"}),
    "media:thumbnail": frozenset({"height", "time", "url", "width"}),
    "media:content": frozenset(
        [
            "bitrate",
            "channels",
            "duration",
            "expression",
            "fileSize",
            "framerate",
            "height",
            "isDefault",
            "lang",
            "medium",
            "samplingrate",
            "type",
            "url",
            "width",
        ]
    ),
    "itunes:image": frozenset({"href"}),
    "itunes:category": frozenset({"text"}),
    "thr:in-reply-to": frozenset({"href", "ref", "source", "type"}),
}
"""The attributes that each element of RSS and of the extensions has."""

ATOM_ATTRIBUTES: Mapping[str, frozenset[str]] = {
    "link": frozenset({"type", "title", "rel", "href", "length", "hreflang"}),
    "category": frozenset({"term", "scheme", "label"}),
    "generator": frozenset({"uri", "version"}),
    **{name: frozenset({"type", "src"}) for name in ("title", "subtitle", "rights", "summary")},
    "content": frozenset({"type", "src"}),
}
"""The attributes of Atom's elements."""

SAME_HEAD = {
    "dc:creator": "managingEditor",
    "dc:subject": "category",
    "dc:date": "pubDate",
    "dc:publisher": "webMaster",
    "dc:language": "language",
    "dc:rights": "copyright",
    "dcterms:modified": "lastBuildDate",
    "admin:generatorAgent": "generator",
    "cc:license": "creativeCommons:license",
}
"""Elements of extensions that say what another one of the channel says."""

SAME_ITEM = {
    "dc:creator": "author",
    "dc:subject": "category",
    "dc:date": "pubDate",
    "dc:source": "source",
    "atom:id": "guid",
    "atom:published": "pubDate",
    "cc:license": "creativeCommons:license",
}
"""Elements of extensions that say what another one of the item says."""

RSS_HEAD = frozenset(
    [
        "title",
        "link",
        "description",
        "atom:link",
        "language",
        "copyright",
        "managingEditor",
        "webMaster",
        "pubDate",
        "lastBuildDate",
        "category",
        "generator",
        "docs",
        "cloud",
        "ttl",
        "image",
        "textInput",
        "skipHours",
        "skipDays",
    ]
)
"""The elements of a channel that must stand before its items."""

ATOM_NAMES = frozenset(_FEED) | frozenset(_ENTRY)
"""The elements of Atom, which may be misplaced elsewhere."""
