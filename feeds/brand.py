"""Icons and logos: where they are found, and which of them RSS can show."""

from collections.abc import Iterator
from pathlib import PurePosixPath

from config.feed import Feed
from config.settings import Settings

_IN_RSS = (".gif", ".jpeg", ".jpg", ".png")  # validators accept no others
_OPTIONS = ("icon", "logo")


def picture_url(settings: Settings, option: str, feed: Feed | None = None) -> str:
    """The absolute address of the `icon` or `logo` of a feed, else of the site; "" for none."""
    owner = feed if feed and getattr(feed, option) else None
    value = str(getattr(owner or settings.site, option))
    return value if not value or "://" in value else settings.site.url + _name(option, value, owner)


def pictures(settings: Settings) -> Iterator[tuple[str, str]]:
    """The image files beside the configuration, each with its name in the output folder."""
    for owner in (None, *settings.feeds):
        for option in _OPTIONS:
            value = str(getattr(owner or settings.site, option))
            if value and "://" not in value:
                yield value, _name(option, value, owner)


def unshown(settings: Settings) -> Iterator[str]:
    """The feeds in RSS that have an icon or a logo and none that RSS can show, in words."""
    for feed in settings.feeds:
        urls = [url for option in _OPTIONS if (url := picture_url(settings, option, feed))]
        if (
            urls
            and "rss" in feed.formats
            and not any(url.lower().endswith(_IN_RSS) for url in urls)
        ):
            yield (
                f"feed {feed.name!r}: RSS shows images that end in .png, .jpg or .gif, so that its "
                f"icon and logo are left out there"
            )


def _name(option: str, value: str, feed: Feed | None) -> str:
    """The name of a file that does not change with the one it is a copy of."""
    stem = f"{feed.name}-{option}" if feed else option
    return stem + PurePosixPath(value).suffix.lower()
