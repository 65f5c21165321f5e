"""Invented cases for the bench report: every name, place and number is made up, each seed gives other ones.

`peer_case` is what the peers get (every value as it prints), `our_case` the same as a case of `forms`, with
ISO dates, and with three values that no reader but the chair may have, so that there is something to take out
and to search for.
"""

from __future__ import annotations

import json
import random
from datetime import date, timedelta
from pathlib import Path

HERE = Path(__file__).resolve().parent
REPORT = json.loads((HERE / "report.json").read_text(encoding="utf-8"))
ARTEFACT = "bench-report"
DATES = frozenset(REPORT["dates"])

GIVEN = [
    "Amberly",
    "Bo",
    "Clementine",
    "Dov",
    "Eliška",
    "Fenn",
    "Greta",
    "Hollis",
    "Inès",
    "Jory",
    "Kit",
    "Lark",
    "Maren",
    "Nico",
    "Orla",
    "Perrin",
    "Quill",
    "Ros",
    "Sorrel",
    "Tam",
    "Una",
    "Vesper",
    "Wilf",
    "Xanthe",
    "Yarrow",
    "Zoë",
]
FAMILY = [
    "Applewhistle",
    "Brambleford",
    "Crisp-Nonesuch",
    "Dabblewick",
    "Eversole",
    "Fernsby",
    "O’Grumble",
    "Hatherleigh",
    "Inkpenny",
    "Jollifant",
    "Kettlewell-Moon",
    "Lanternby",
    "Mirabelle",
    "Nutkin",
    "Oatley",
    "Pondweed",
    "Quickstep",
    "Rusbridge",
    "Señoret",
    "Tansley",
]
STREETS = (
    "Marmalade Row",
    "Sundial Lane",
    "Hare & Moon Yard",
    "Upper Puddle Road",
    "Kite Terrace",
    "Bell Walk",
)
TOWNS = ("Dozeborough", "Little Yawning", "Hush-on-Sea", "Midnap", "East Pillow")
SCHOOLS = ("Acorn Street Primary", "Fern & Feather Infants", "Northgate Academy", "Snail House Nursery")
SENTENCES = (
    "The conference was told that {n} of {m} planned visits had been kept since {d}, the last by {a}.",
    "School reports attendance of {p}% for {c}, which is <85% and below that of the year before.",
    "{a} said mornings are “all right, mostly” and asked for help with the journey to school on {n} days.",
    "Health records show that {n} appointments were missed & that two were rearranged on {d}.",
    "{c} told the social worker that weekends at home are quieter now, and that the dog sleeps on the bed.",
    "Police were called to the home {n} times in {m} months; nobody was charged on any occasion.",
    "The GP practice has no present concern about {c} and has seen all of the children since {d}.",
    "It was agreed that {a} will ring the office each Monday until the review, and sooner if plans change.",
    "The café that {a} works in has offered shifts that fit in with the school day for {m} weeks.",
    "Members noted the warmth between {c} and the grandparents, and would build the plan on that.",
    "There remains a risk that visits fall away in winter, as they did for {m} weeks the year before.",
    "The home was clean and dry when seen on {d}, with food for the week and a bed for each child.",
    "{c} would like to see the brother in care on more than {n} days a month, and said so twice.",
    "Housing has promised to mend the boiler by {d}; until then the family uses {n} heaters on loan.",
    "{a} has finished {n} of {m} sessions of the parenting course and was described as thoughtful.",
    "The team manager will see the record of every visit, and {c} is to be seen alone at each of them.",
    "The conference did not agree on how far drink plays a part, and asks for a further assessment.",
    "All members but {n} were for a child protection plan; the category is recorded below by the chair.",
)


def day_words(iso: str) -> str:
    day = date.fromisoformat(iso)
    return f"{day.day} {day:%B %Y}"


class _Maker:
    def __init__(self, seed: str) -> None:
        self.random = random.Random(seed)

    def day(self, first: int, last: int) -> str:
        return (date(first, 1, 1) + timedelta(days=self.random.randrange((last - first) * 365))).isoformat()

    def one(self, choices: tuple[str, ...] | list[str]) -> str:
        return self.random.choice(choices)

    def name(self) -> str:
        return f"{self.one(GIVEN)} {self.one(FAMILY)}"

    def number(self, low: int, high: int) -> int:
        return self.random.randint(low, high)

    def home(self) -> str:
        postcode = f"ZZ{self.number(1, 99)} {self.number(0, 9)}QQ"
        return f"{self.number(1, 250)} {self.one(STREETS)}, {self.one(TOWNS)} {postcode}"

    def paragraph(self, children: list[str], adults: list[str], words: int) -> str:
        made: list[str] = []
        bank: list[str] = []
        while sum(len(sentence.split()) for sentence in made) < words - 8:
            bank = bank or self.random.sample(SENTENCES, len(SENTENCES))
            made.append(
                bank.pop().format(
                    c=self.one(children),
                    a=self.one(adults),
                    n=self.number(2, 6),
                    m=self.number(7, 24),
                    p=self.number(50, 84),
                    d=day_words(self.day(2024, 2026)),
                )
            )
        return " ".join(made)


def plain_case(seed: object, *, rows: int = 4, paragraphs: int = 3, words: int = 82) -> dict[str, object]:
    """One case with ISO dates; `rows` children, and `paragraphs` in each of the three texts."""
    make = _Maker(str(seed))
    family, home = make.one(FAMILY), make.home()
    children = [
        {
            "name": f"{make.one(GIVEN)} {family}",
            "dob": make.day(2010, 2025),
            "age": str(make.number(0, 16)),
            "sex": make.one(("Girl", "Boy")),
            "school": make.one(SCHOOLS),
            "status": make.one(("Child in need", "Not known before", "Looked after", "Early help")),
        }
        for _ in range(rows)
    ]
    adults = [
        {
            "name": make.name(),
            "dob": make.day(1950, 2004),
            "relation": relation,
            "pr": make.one(("Yes", "No")),
            "address": home if index == 0 else make.home(),
        }
        for index, relation in enumerate(("Mother", "Father", "Grandmother"))
    ]
    ticked = set(make.random.sample(range(14), 6))
    first = [str(child["name"]).split()[0] for child in children]
    grown = [adult["name"] for adult in adults]
    return {
        "ref": f"X{make.number(0, 999999):06d}",
        "conf_type": make.one(("Initial", "Review", "Transfer in", "Pre-birth")),
        "conf_date": make.day(2025, 2027),
        "conf_time": f"{make.number(9, 12)}:30 to {make.number(14, 17)}:00",
        "venue": f"Room {make.number(1, 20)}, The Old Library, {make.one(TOWNS)}",
        "chair": make.name(),
        "minute_taker": make.name(),
        "social_worker": make.name(),
        "team": f"{make.one(TOWNS)} Family Help & Safeguarding",
        "manager": make.name(),
        "referral_date": make.day(2024, 2026),
        "strategy_date": make.day(2024, 2026),
        "enquiry_date": make.day(2024, 2026),
        "review_date": make.day(2026, 2028),
        "core_group": make.day(2026, 2027),
        "interpreter": make.one(("No", "Yes, booked", "Offered and declined")),
        "family_name": family,
        "languages": make.one(("English", "English & Welsh", "English, Français")),
        "address": home,
        "phone": f"020 7946 0{make.number(100, 999)}",
        "health_visitor": make.name(),
        "gp": f"The {make.one(GIVEN)} Practice",
        "school": make.one(SCHOOLS),
        "police_ref": f"PX-{make.number(100000, 999999)}",
        "legal": make.one(("Yes", "No", "Asked for")),
        "previous": make.one(("None", "One, ended 2019", "Two, ended 2021")),
        "children": children,
        "adults": adults,
        "sign_date": make.day(2026, 2027),
        **{f"c{index + 1:02d}": index in ticked for index in range(14)},
        **{
            key: [{"t": make.paragraph(first, grown, words)} for _ in range(paragraphs)]
            for key, _ in REPORT["texts"]
        },
        "closed": {
            "whereabouts": f"{make.number(300, 900)} Hidden {make.one(STREETS)}, {make.one(TOWNS)}",
            "informant": f"{make.name()}-Unseen",
            "telephone": f"020 7946 1{make.number(100, 999)}",
        },
    }


def peer_case(case: dict[str, object]) -> dict[str, object]:
    """Every value as it prints; what no reader may have is left out before, which no peer does."""

    def words(key: str, value: object) -> object:
        if key in DATES:
            return day_words(str(value))
        if isinstance(value, list):
            return [{name: words(name, item) for name, item in entry.items()} for entry in value]
        return value

    shown = {key: words(key, value) for key, value in case.items() if key != "closed"}
    return {**shown, "marking": REPORT["marking"]}


def our_case(case: dict[str, object]) -> dict[str, object]:
    """The same as a case of `forms`."""
    part = {key: value for key, value in case.items() if key != "ref"}
    for key, _ in REPORT["texts"]:
        part[key] = [entry["t"] for entry in case[key]]  # type: ignore[index, attr-defined]
    return {"reference": case["ref"], "papers": {ARTEFACT: part}}


ADDED = (
    "Seen again on the {n}th of the month.",
    "The file has {n} further entries.",
    "{n} other agencies were asked and had nothing to add.",
    "This was gone through with the family for {n} minutes.",
)


def real_case(sample: dict[str, object], seed: object) -> dict[str, object]:
    """The full sample of the conference report with another reference and other long texts."""
    make = _Maker(str(seed))

    def vary(value: object) -> object:
        if isinstance(value, dict):
            return {key: vary(item) for key, item in value.items()}
        if isinstance(value, list):
            return [vary(item) for item in value]
        if isinstance(value, str) and len(value) > 60:
            return f"{value} {make.one(ADDED).format(n=make.number(4, 9999))}"
        return value

    varied = vary(sample)
    assert isinstance(varied, dict)
    return {**varied, "reference": f"X{make.number(0, 999999):06d}"}
