"""What the extensions bring: their elements, in the head of a feed and in an entry, with checks.

The language is that of `vocabulary`. Sources: Dublin Core, Media RSS 1.5.1, Apple Podcasts, the RSS
1.0 modules, RFC 4685, RFC 5005, W3C Basic Geo, GeoRSS, OpenSearch 1.1, CommentAPI, TrackBack.
"""

_DATES = ("created", "issued", "modified")
_RELATIONS = (
    *("tableOfContents", "isVersionOf", "hasVersion", "isReplacedBy", "replaces", "isRequiredBy"),
    *("requires", "isPartOf", "hasPart", "isReferencedBy", "references", "isFormatOf", "hasFormat"),
    *("conformsTo", "valid", "available", "spatial", "temporal", "audience", "accessRights"),
    *("accrualMethod", "accrualPeriodicity", "accrualPolicy", "bibliographicCitation", "license"),
    *("educationLevel", "instructionalMethod", "provenance", "rightsHolder"),
)

_DUBLIN = {
    **{f"dc:{name}": "text once" for name in ("title", "description", "type", "format", "source")},
    **{f"dc:{name}": "text" for name in ("publisher", "contributor", "identifier")},
    **{f"dc:{name}": "text" for name in ("relation", "coverage", "creator", "subject")},
    "dc:date": "w3cdtf once",
    "dc:language": "language once",
    "dc:rights": "plain once",
    **{f"dcterms:{name}": "w3cdtf once" for name in _DATES},
    **{f"dcterms:{name}": "eat" for name in _RELATIONS},
    **{f"dcterms:{name}": "text" for name in ("alternative", "mediator")},
    **{f"dcterms:{name}": "text once" for name in ("abstract", "dateAccepted", "dateCopyrighted")},
    "dcterms:dateSubmitted": "text once",
    "dcterms:extent": "positive filled once",
}
_PLACES = {
    "geo:Point": "eat",
    "geo:lat": "latitude",
    "geo:long": "longitude",
    "geo:alt": "eat",
    "geourl:latitude": "latitude",
    "geourl:longitude": "longitude",
    "icbm:latitude": "latitude",
    "icbm:longitude": "longitude",
    "georss:point": "coordinates",
    **{f"georss:{name}": "eat" for name in ("where", "line", "polygon")},
    **{f"georss:{name}": "newer eat" for name in ("box", "circle")},
    **{f"georss:{name}": "text" for name in ("featureName", "featureTypeTag", "relationshipTag")},
    **{f"georss:{name}": "text" for name in ("elev", "floor", "radius")},
}
EVERYWHERE = {
    **_DUBLIN,
    **_PLACES,
    **{f"rdf:{name}": "eat" for name in ("RDF", "type", "Description")},
    "rdfs:seeAlso": "eat",
}
"""What may stand in any element that has children."""
MEDIA = {
    "media:adult": "deprecated-adult boolean once",
    "media:category": "media-category",
    "media:copyright": "media-copyright once",
    "media:credit": "media-credit",
    "media:description": "media-text once",
    "media:title": "media-text once",
    "media:hash": "media-hash",
    "media:keywords": "text",
    "media:player": "media-player",
    "media:rating": "media-rating",
    "media:restriction": "media-restriction",
    "media:text": "media-text",
    "media:thumbnail": "media-thumbnail",
    **{f"media:{name}": "newer eat" for name in ("community", "comments", "embed", "responses")},
    **{
        f"media:{name}": "newer eat"
        for name in ("backLinks", "status", "price", "license", "subTitle")
    },
    **{f"media:{name}": "newer eat" for name in ("peerLink", "location", "rights", "scenes")},
}
"""What describes media: in a feed, an entry, a group or one of its contents."""
_ITUNES = {
    "itunes:author": "short plain once",
    "itunes:block": "yes-no once",
    "itunes:explicit": "boolean once",
    "itunes:keywords": "short plain keywords once",
    "itunes:subtitle": "short plain once",
    "itunes:summary": "long plain once",
    "itunes:image": "itunes-image once",
}
_ITUNES_CHANNEL = {
    **_ITUNES,
    "itunes:owner": "in:owner once",
    "itunes:category": "itunes-category",
    "itunes:pubDate": "rfc822 once",
    "itunes:new-feed-url": "url-full once",
    "itunes:type": "itunes-type once",
    "itunes:complete": "newer text once",
    "itunes:title": "newer text once",
    "itunes:applepodcastsverify": "newer text once",
}
_ITUNES_ITEM = {
    **_ITUNES,
    "itunes:duration": "duration once",
    "itunes:title": "text once",
    "itunes:episode": "positive once",
    "itunes:season": "positive once",
    "itunes:episodeType": "episode-type once",
    "itunes:isClosedCaptioned": "newer text once",
    "itunes:order": "newer text once",
}
HEAD = {
    **EVERYWHERE,
    **MEDIA,
    **_ITUNES_CHANNEL,
    "taxo:topics": "eat",
    "l:link": "eat",
    "admin:generatorAgent": "resource once",
    "admin:errorReportsTo": "resource once",
    **{f"blogChannel:{name}": "url-full once" for name in ("blogRoll", "mySubscriptions")},
    **{f"blogChannel:{name}": "url-full once" for name in ("blink", "changes")},
    "sy:updatePeriod": "period once",
    "sy:updateFrequency": "positive filled once",
    "sy:updateBase": "w3cdtf once",
    "xhtml:div": "eat",
    "xhtml:meta": "eat",
    "fh:archive": "empty",
    "fh:complete": "empty",
    "cc:license": "eat",
    "creativeCommons:license": "url-full",
    "feedburner:browserFriendly": "plain once",
    "feedburner:feedburnerHostname": "url-full once",
    **{f"feedburner:{name}": "eat" for name in ("info", "feedFlare", "emailServiceId")},
    **{f"cf:{name}": "eat" for name in ("listinfo", "treatAs")},
    **{f"foaf:{name}": "eat" for name in ("maker", "primaryTopic")},
    **{f"opensearch:{name}": "nonnegative once" for name in ("totalResults", "itemsPerPage")},
    "opensearch:startIndex": "integer once",
    "opensearch:Query": "eat",
    **{f"opensearch10:{name}": "nonnegative once" for name in ("totalResults", "itemsPerPage")},
    "opensearch10:startIndex": "integer once",
    "cp:server": "resource",
    "wiki:interwiki": "text",
    "access:restriction": "eat once",
    "thr:in-reply-to": "in-reply-to",
}
"""What may stand in the head of a feed."""
BODY = {
    **EVERYWHERE,
    **MEDIA,
    **_ITUNES_ITEM,
    "media:content": "in:media:content",
    "media:group": "in:media:group",
    "taxo:topics": "eat",
    "l:link": "eat",
    "cc:license": "eat",
    "creativeCommons:license": "url-full",
    "annotate:reference": "eat once",
    "ag:source": "text once",
    "ag:sourceURL": "url-full once",
    "ag:timestamp": "iso8601 once",
    "ev:startdate": "iso8601 once",
    "ev:enddate": "iso8601 once",
    **{f"ev:{name}": "eat" for name in ("location", "organizer", "type")},
    **{f"feedburner:{n}": "url-full once" for n in ("awareness", "origLink", "origEnclosureLink")},
    **{f"foaf:{name}": "eat" for name in ("maker", "primaryTopic")},
    "slash:comments": "nonnegative once",
    "slash:section": "text",
    "slash:department": "text",
    "slash:hit_parade": "integers once",
    "thr:total": "nonnegative once",
    "thr:in-reply-to": "in-reply-to",
    "wfw:comment": "url-full once",
    "wfw:commentRss": "url-full once",
    "wfw:commentRSS": "comments-case url-full once",
    "trackback:ping": "url-full once",
    "trackback:about": "url-full",
    **{f"wiki:{n}": "text" for n in ("diff", "history", "importance", "status", "version")},
}
"""What may stand in an item or entry."""

CHECKED = frozenset(
    [
        "dc",
        "dcterms",
        "media",
        "itunes",
        "slash",
        "wfw",
        "sy",
        "content",
        "fh",
        "thr",
        "admin",
        "trackback",
        "georss",
    ]
)
"""The prefixes of extensions that are listed here as a whole: what is not, is no part of them."""
