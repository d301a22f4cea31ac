"""What a page says of its article, beside the text."""

from ingest.normalize import bylines, headline, metadata, publication
from ingest.normalize.metadata import Head
from ingest.normalize.pictures import lead_image
from ingest.normalize.reading import Reading
from ingest.normalize.rules import Rules
from ingest.normalize.surroundings import Surroundings
from ingest.traced import Traced


def about(head: Head, *, url: str, base: str, rules: Rules) -> Reading:
    """A reading without its html, made of what `head` says.

    `url` is the page's address, "" for a file; `base` what its references are relative to.
    """
    language = metadata.language_of_page(head)
    spoken = language.value or rules.language
    title = headline.title_of(head, url)
    around = Surroundings(head.page, title.value)
    return Reading(
        html=Traced(""),
        title=title,
        url=metadata.canonical_of(head, base, url or rules.site_url),
        authors=bylines.authors_of(head, around, url, headline.site_test(head, url)),
        published=publication.published_of(head, around, url, rules.timezone, spoken),
        updated=publication.updated_of(head, rules.timezone, spoken),
        language=language,
        summary=metadata.description_of(head),
        image=lead_image(head, base, url),
        tags=metadata.tags_of(head),
        section=metadata.section_of(head),
        licence=metadata.licence_of(head, base),
        site_name=headline.site_name_of(head),
    )
