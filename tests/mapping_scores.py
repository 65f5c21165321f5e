"""How good a drafted mapping is, held against the truth in `tests/mapping_truth` (its README says how)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import forms
from forms.application.mapping.drafting import draft
from forms.application.mapping.guesses import SURE, Draft, Guess
from forms.formats.fillable import Fillable, Survey

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
            said = f"{' + '.join(guess.pointers)} ({guess.confidence})" if guess else "left"
            line = f"{label!r} -> {said}; right: {allowed}"
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
    """Give the fields that a place counts as: label, guess, what is right, if it may be left, if it is sure."""
    label = f"{each.get('section', '')} › {each.get('question', '')} {each.get('label', '')}"
    right = each["right"]
    if "columns_right" in each:
        for number, allowed in enumerate(each["columns_right"]):
            guess = found.columns[number] if found and found.list_of and number < len(found.columns) else None
            below = [f"{base}/{part}" for base in right for part in allowed]
            sure = guess is not None and guess.confidence >= SURE
            yield f"{label} | {each['columns'][number]}", guess, below, not allowed, sure
        return
    guess = found.best if found and found.what != "skip" else None
    yield label, guess, right, not right or each.get("left", False), bool(guess and found and found.sure)


def _among(guess: Guess, allowed: list[str], part: str) -> bool:
    """Whether each path of a guess is among those that are right, and of a date the right part."""
    for pointer in guess.pointers:
        path, _, piece = pointer.partition("=")[0].partition("@") if "[" not in pointer else _picked(pointer)
        if part != piece or _plain(path) not in {_plain(each) for each in allowed}:
            return False
    return True


def _picked(pointer: str) -> tuple[str, str, str]:
    """As `partition`, for a pointer with `[kind=gp]` in it."""
    head, _, tail = pointer.partition("]")
    path, _, piece = tail.partition("=")[0].partition("@")
    return f"{head}]{path}", "@", piece


def _plain(path: str) -> str:
    """A path as it is compared: the first of a list without its number."""
    return path.replace("/0/", "/")


if __name__ == "__main__":
    import sys

    wanted = sys.argv[1:]
    for one in TRUTHS:
        made = score(one)
        lines = [str(made)]
        if any(word in one.stem for word in wanted):
            for kind in ("wrong_sure", "wrong", "left"):
                lines += [f"    {kind} {line}" for line in getattr(made, kind)]
        sys.stdout.write("\n".join(lines) + "\n")
