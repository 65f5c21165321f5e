"""Invented cases for bulk runs, as JSON and as tables; some of them bad."""

from __future__ import annotations

import csv
import json
import random
from collections.abc import Iterator, Sequence
from pathlib import Path

from openpyxl import Workbook

ROOT = Path(__file__).resolve().parents[1]
AREAS = [
    item["name"]
    for item in json.loads((ROOT / "directories" / "local-authorities.json").read_text("utf-8"))["authorities"]
]
HEADINGS = (
    "Case Ref", "Forename", "Surname", "D.O.B.", "Address", "Postcode", "Borough",
    "Child 1 first name", "Child 1 surname", "child 1 DOB", "CHILD 1 area",
    "Child 2 first name", "Child 2 surname", "child 2 DOB", "CHILD 2 area",
    "Officer", "Officer telephone",
)  # fmt: skip
GIVEN = ("Alex", "Sam", "Zoë", "Łukasz", "Kit", "Noor", "Ama", "Róisín", "Jude", "Thảo")
FAMILY = ("Example", "Sampleson", "Testcase", "Placeholder", "O’Invented", "Madeup")


def rows(number: int, bad: int = 0, seed: int = 7) -> Iterator[list[str]]:
    """Table rows; every `bad`-th one has a fault (an unknown area or no date of birth)."""
    chance = random.Random(seed)
    for index in range(number):
        area = AREAS[index % len(AREAS)]
        row = [
            f"X{100000 + index}", chance.choice(GIVEN), chance.choice(FAMILY),
            f"{chance.randint(13, 28)}/{chance.randint(1, 12):02}/{chance.randint(1960, 2000)}",
            f"{chance.randint(1, 99)} Invented Road, London", "SE1 0ZZ", area,
        ]  # fmt: skip
        for child in range(2):
            if child == 0 or index % 3 == 0:
                where = area if index % 5 else AREAS[(index + child + 1) % len(AREAS)]
                born = f"{chance.randint(13, 28)}/{chance.randint(1, 12):02}/{chance.randint(2010, 2024)}"
                row += [chance.choice(GIVEN), row[2], born, where]
            else:
                row += ["", "", "", ""]
        row += ["Robin Testcase", "020 7946 0110"]
        if bad and index % bad == bad - 1:
            column = 10 if index // bad % 2 else 3
            row[column] = "Atlantis" if column == 10 else ""
        yield row


def case(row: Sequence[str]) -> dict[str, object]:
    """The case that a row stands for."""
    children = [
        {
            "name": {"given": given, "family": family},
            "date_of_birth": iso(born),
            "local_authority": area,
        }
        for given, family, born, area in (row[7:11], row[11:15])
        if given
    ]
    offender = {
        "name": {"given": row[1], "family": row[2]},
        "date_of_birth": iso(row[3]),
        "home_address": {"lines": [part.strip() for part in row[4].split(",")], "postcode": row[5]},
        "local_authority": row[6],
    }
    if not row[3]:
        del offender["date_of_birth"]
    return {
        "reference": row[0],
        "offender": offender,
        "children": children,
        "practitioner": {"name": {"given": "Robin", "family": "Testcase"}, "telephone": row[16]},
    }


def iso(day: str) -> str:
    return "-".join(reversed(day.split("/")))


def as_lines(path: Path, table: Sequence[Sequence[str]]) -> Path:
    path.write_text("".join(json.dumps(case(row), ensure_ascii=False) + "\n" for row in table), "utf-8")
    return path


def as_csv(path: Path, table: Sequence[Sequence[str]], encoding: str = "utf-8", delimiter: str = ",") -> Path:
    with path.open("w", encoding=encoding, newline="") as stream:
        csv.writer(stream, delimiter=delimiter).writerows([HEADINGS, *table])
    return path


def as_workbook(path: Path, table: Sequence[Sequence[str]]) -> Path:
    book = Workbook()
    book.active.append(HEADINGS)
    for row in table:
        book.active.append([cell or None for cell in row])
    book.save(path)
    return path
