"""How good a drafted mapping is, held against the truth in `tests/mapping_truth` (its README says how)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from forms.application.mapping.drafting import Draft, Guess, draft
from forms.formats.fillable import Fillable, Survey

import forms

ROOT = Path(__file__).resolve().parent.parent
TRUTH = Path(__file__).resolve().parent / "mapping_truth"
TRUTHS = sorted(TRUTH.glob("*.json"))


@dataclass
class Score:
    """Fields of one form: placed right, wrong, left though they have a path, and wrong though sure."""

    form: str
    right: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    left: list[str] = field(default_factory=list)
    wrong_sure: list[str] = field(default_factory=list)
    sure: int = 0

    @property
    def fields(self) -> int:
        return len(self.right) + len(self.wrong) + len(self.left)

    @property
    def share(self) -> float:
        return len(self.right) / self.fields

    def __str__(self) -> str:
        return (
            f"{self.form:28} {self.fields:4} fields {self.share:6.1%} right  {len(self.wrong):3} wrong  "
            f"{len(self.left):3} left  {self.sure:3} sure, {len(self.wrong_sure)} of them wrong"
        )


def survey_of(truth: dict[str, Any]) -> Survey:
    """The survey of the form itself where it lies here, else one made of the list."""
    if "form" in truth:
        return forms.inspect_form(ROOT / truth["form"])
    return Survey("docx", tuple(_place(each) for each in truth["places"]))


def _place(each: dict[str, Any]) -> Fillable:
    label = each.get("label", "")
    if each.get("question"):
        label = f"{each['question']} {label}"
    return Fillable(
        each["name"],
        each["kind"],
        label,
        each.get("where", each["name"]),
        tuple((code, words) for code, words in each.get("options", ())),
        tuple(each.get("columns", ())),
        each.get("longest"),
        section=each.get("section", ""),
    )


@lru_cache(maxsize=64)
def drafted(path: Path) -> tuple[dict[str, Any], dict[str, Draft]]:
    truth = json.loads(path.read_text(encoding="utf-8"))
    found = draft(survey_of(truth), forms.open_catalogue(), "referral")
    return truth, {each.place.name: each for each in found}


def score(path: Path) -> Score:
    truth, found = drafted(path)
    made = Score(path.stem)
    for each in truth["places"]:
        for label, guess, allowed, may_leave, sure in _fields(each, found.get(each["name"])):
            line = f"{label!r} -> {guess.pointer if guess else None} ({guess.confidence if guess else ''}); right: {allowed}"
            made.sure += sure
            if guess is None:
                (made.right if may_leave else made.left).append(line)
            elif _among(guess, allowed, each.get("part", "")):
                made.right.append(line)
            else:
                made.wrong.append(line)
                if sure:
                    made.wrong_sure.append(line)
    return made


def _fields(
    each: dict[str, Any], found: Draft | None
) -> Iterator[tuple[str, Guess | None, list[str], bool, bool]]:
    label = f"{each.get('section', '')} › {each.get('question', '')} {each.get('label', '')}"
    right = each["right"]
    if "columns_right" in each:
        for number, allowed in enumerate(each["columns_right"]):
            guess = found.columns[number] if found and found.list_of and number < len(found.columns) else None
            below = [f"{base}/{part}" for base in right for part in allowed]
            yield f"{label} | {each['columns'][number]}", guess, below, not allowed, bool(guess and found.sure)
        return
    guess = found.best if found and found.what != "skip" else None
    yield label, guess, right, not right or each.get("left", False), bool(guess and found.sure)


def _among(guess: Guess, allowed: list[str], part: str) -> bool:
    path, _, piece = guess.pointer.partition("=")[0].partition("@")
    if part != (piece if piece in ("day", "month", "year") else ""):
        return False
    return any(_same(path, each) for each in allowed)


def _same(path: str, allowed: str) -> bool:
    return path == allowed


if __name__ == "__main__":
    import sys

    for one in TRUTHS:
        made = score(one)
        print(made)
        if len(sys.argv) > 1 and sys.argv[1] in one.stem:
            for kind in ("wrong_sure", "wrong", "left"):
                for line in getattr(made, kind):
                    print("   ", kind, line)
