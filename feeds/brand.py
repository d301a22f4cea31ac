"""Icons and logos: where they are found, and which of them RSS can show."""

from collections.abc import Iterable, Iterator
from pathlib import PurePosixPath

from config.feed import Feed
from config.settings import Settings
from config.values import PICTURES

_IN_RSS = (".gif", ".jpeg", ".jpg", ".png")  # validators accept no others
_OPTIONS = ("icon", "logo")


def picture_url(settings: Settings, option: str, feed: Feed | None = None) -> str:
    """The absolute address of the `icon` or `logo` of a feed, else of the site; "" for none."""
    owner = feed if feed and getattr(feed, option) else None
    value = str(getattr(owner or settings.site, option))
    if not value or "://" in value:
        return value
    return (settings.base_of(owner) if owner else settings.site.url) + _name(option, value, owner)


def pictures(settings: Settings, owners: Iterable[Feed | None]) -> Iterator[tuple[str, str]]:
    """The image files beside the configuration of `owners`, None for the site, each with its name
    in the folder of its owner."""
    for owner in owners:
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


def picture_names(feed: Feed) -> Iterator[str]:
    """What a file of its own may be called of a feed, whatever it is configured with."""
    for option in _OPTIONS:
        for suffix in PICTURES:
            yield f"{feed.name}-{option}{suffix}"


def _name(option: str, value: str, feed: Feed | None) -> str:
    """The name of a file that does not change with the one it is a copy of."""
    stem = f"{feed.name}-{option}" if feed else option
    return stem + PurePosixPath(value).suffix.lower()
