"""Articles as somebody copies them from one site: each its own, between lines that all share."""

from dataclasses import dataclass

HEADER = ("The Quayside Observer", "Independent news from the waterfront since 1871")
CALL = (
    "Do you like what you read? Become a friend of the Observer for the price of a coffee a month."
)
FOOTER = (
    "Did you see something? Tell the newsroom: desk@observer.example",
    "The Quayside Observer belongs to its readers and is printed by Dock Press in Lower Street.",
    "Imprint",
    "Privacy",
)
INTRO = (
    "This is a part of our series about the islands, for which we spent a summer with the people "
    "who stay there all year."
)

_THINGS = (
    *("bridge", "ferry", "market", "school", "lighthouse", "cannery", "library", "slipway"),
    *("town hall", "swimming bath", "sea wall", "chapel", "theatre", "brewery", "mill", "station"),
    *("orchard", "boatyard", "museum", "hospital", "bakery", "tramway", "quarry", "post office"),
    *("playground", "aquarium", "dairy", "water tower", "observatory", "old prison", "pier"),
    *("fire station", "rope works", "fish hall", "tannery", "crane", "cinema", "allotments"),
    *("weather station", "promenade"),
)
_PEOPLE = ("Ada Lindqvist", "Tom Archer", "Mina Okafor", "Pavel Novak", "Rosa Amato")
_PLACES = ("Lower Street", "the north quay", "Fish Lane", "the old town", "Kiln Hill", "Sandbank")


@dataclass(frozen=True, slots=True)
class Copied:
    """An article: its title, its author, and the paragraphs that are its own."""

    title: str
    author: str
    paragraphs: tuple[str, ...]

    def text(
        self,
        *,
        header: tuple[str, ...] = HEADER,
        intro: str = "",
        call: str = CALL,
        footer: tuple[str, ...] = FOOTER,
    ) -> str:
        """The file that comes of copying it, with these lines of its site."""
        first, *others = self.paragraphs
        blocks = [*header, self.title, f"By {self.author}", intro, first, call, *others, *footer]
        return "\n\n".join(block for block in blocks if block) + "\n"

    def page(self) -> str:
        """The page of the site that it was copied from."""
        first, *others = (f"<p>{paragraph}</p>" for paragraph in self.paragraphs)
        footer = "".join(f"<p>{line}</p>" for line in FOOTER[:2])
        return (
            f"<html lang='en'><head><title>{self.title}</title></head><body><nav><a href='/'>Home"
            f"</a></nav><article><h1>{self.title}</h1>{first}<p>{CALL}</p>{''.join(others)}{footer}"
            "</article></body></html>"
        )


def article(number: int) -> Copied:
    """The article of that number, 0 to 39: of three to five paragraphs."""
    thing, next_thing = _THINGS[number], _THINGS[(number + 7) % len(_THINGS)]
    person, other = _PEOPLE[number % 5], _PEOPLE[(number + 2) % 5]
    place, year = _PLACES[number % 6], 1900 + number * 3
    found = (
        f"The {thing} in {place} has to close before winter, {person} told the council on Monday, "
        f"because its roof of {year} will not bear another winter of snow.",
        f"Repairs to the {thing} were put off four times, last when the {next_thing} needed the "
        f"money. {other} calls that a mistake which will cost the town {number + 2} jobs.",
        f"Nobody knows yet where those who work at the {thing} shall go. A move to the "
        f"{next_thing} is thought of, and {person} has offered rooms in {place}.",
        f"“We were here before the {next_thing} was built,” said {other}, whose family has looked "
        f"after the {thing} since {year}, “and we mean to stay.”",
        f"The council decides about the {thing} in {number % 9 + 2} weeks.",
    )
    return Copied(
        title=f"The {thing} closes before winter",
        author=other,
        paragraphs=found[: 3 + number % 3],
    )
