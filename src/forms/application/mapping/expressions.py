"""What a draft's guesses come to in the language of mappings."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from forms.application.mapping.guesses import Draft, Guess
from forms.application.mapping.targets import PIECES, WRITINGS, Target
from forms.application.mapping.words import telling
from forms.formats.fillable import Fillable, PlaceKind

DATE = "dd/mm/yyyy"
REFERRED, OTHERS = "referred", "others"
LISTS = {
    REFERRED: 'case.children | rejectattr("other_child") | list',
    OTHERS: 'case.children | selectattr("other_child") | list',
}
"""Lists of a draft's own: the children whom a paper is about, and those who only live there too."""
_LARGE: frozenset[PlaceKind] = frozenset({"multiline", "rich text", "cell"})
_NOT_KNOWN = frozenset(
    {("not", "known"), ("dont", "know"), ("unknown",), ("not", "sure"), ("don", "t", "know")}
)
_EXPECTED = frozenset({"edd", "expected", "due", "age"})
_ITEMS: Mapping[str, str] = {"children": "child", "adults": "adult", "agencies": "agency", "victims": "victim"}


@dataclass(frozen=True, slots=True)
class Written:
    """An entry of a mapping file: its keys and values, in order; `columns` are those of rows."""

    keys: Mapping[str, object]
    columns: tuple[Mapping[str, object], ...] = ()


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the rest of a form asks for: which items of lists by themselves, and which addresses' postcodes."""

    single: Mapping[str, int] = field(default_factory=dict)
    carers: bool = False
    postcodes: Collection[tuple[tuple[str, ...], int]] = ()

    @classmethod
    def of(cls, drafts: Sequence[Draft]) -> Surroundings:
        """Read it off all drafts of a form."""
        guesses = [each.best for each in drafts if each.best]
        single: dict[str, int] = {}
        for guess in guesses:
            group = guess.target.group
            if group.is_list and not group.pick:
                single[group.path[0]] = max(single.get(group.path[0], 0), guess.item + 1)
        picked = {guess.target.group.pick for guess in guesses} | {
            each.list_of.pick for each in drafts if each.list_of
        }
        codes = {(guess.target.path, guess.item) for guess in guesses if guess.target.piece == "postcode"}
        return cls(single, ("carer", "true") in picked, frozenset(codes))


def written(
    draft: Draft, codes: Mapping[str, Mapping[str, Sequence[str]]], around: Surroundings
) -> Written | None:
    """Give the entry for a place, or None for one that is left open.

    Args:
        draft: What was found.
        codes: For each code of the guess's value (`yes`, `no` for yes and no) what forms call it.
        around: What the rest of the form asks for.
    """
    if draft.what == "skip":
        return Written({"skip": draft.why})
    if draft.what == "each":
        return _rows(draft, around)
    guess = draft.best
    if guess is None:
        return None
    path = path_of(guess.target, guess.item)
    if draft.what == "tick":
        return Written({"tick": _condition(guess, path)})
    free = draft.place.kind == "combo" and not guess.target.node.words and guess.target.node.prints != "yes_no"
    if draft.what == "choose" and not free:
        return _choice(guess, path, draft.place, codes)
    letters = dict(_letters(draft.place, codes.get(guess.target.pointer, {})))
    if letters and not guess.joined:
        return Written({"choose": path, "options": letters})
    return Written(_text(guess, draft.place, around, path))


def _letters(place: Fillable, codes: Mapping[str, Sequence[str]]) -> Iterator[tuple[str, str]]:
    """Give the letter for each code where a label wants one: "M / F", "Y/N"."""
    asked = set(telling(place.label))
    for code, words in codes.items():
        letter = next((word for word in words if len(word) == 1 and word in asked), "")
        if letter:
            yield code, letter.upper()


def path_of(target: Target, item: int, variable: str = "") -> str:
    """Give the name of a value in an expression; `variable` stands for the item of rows."""
    group = target.group
    below = ".".join(target.path[len(group.path) :])
    if variable:
        return f"{variable}.{below}"
    if group.pick:
        name, code = group.pick
        test = f'"{name}"' if code == "true" else f'"{name}", "eq", "{code}"'
        return f"(case.{group.path[0]} | selectattr({test}) | list)[{max(item, 0)}].{below}"
    if target.path[0] == "profile":
        return ".".join(target.path)
    root, parts = ("paper", target.path[2:]) if target.path[0] == "papers" else ("case", target.path)
    if target.path[:2] == ("children", "*"):
        root, parts = REFERRED, target.path[1:]
    return root + "".join(f"[{max(item, 0)}]" if part == "*" else f".{part}" for part in parts)


def _condition(guess: Guess, path: str) -> str:
    node = guess.target.node
    if node.prints == "yes_no":
        return f"{path} == {'true' if guess.code == 'yes' else 'false'}"
    return (
        f'"{guess.code}" in {path}' if node.kind == "array" else f'{path} == "{guess.code}"'.replace("\n", " ")
    )


def _text(
    guess: Guess, place: Fillable, around: Surroundings, path: str, variable: str = ""
) -> dict[str, object]:
    shown = [_shown(guess.target, guess.item, place, around, path)]
    for target in guess.joined:
        other = path_of(target, guess.item, variable)
        shown.append(_shown(target, guess.item, place, around, other))
    mark = "\n" if place.kind in _LARGE and len(shown) > 1 else ", "
    keys: dict[str, object] = {"value": mark.join(f"{{{{ {each} }}}}" for each in shown)}
    if guess.target.piece in WRITINGS:
        keys["date"] = WRITINGS[guess.target.piece]
    return keys


def _shown(target: Target, item: int, place: Fillable, around: Surroundings, path: str) -> str:
    prints = target.node.prints
    if (
        target.group.is_list
        and target.group.path[0] not in _ITEMS
        and path.startswith(("case.", "paper.", f"{REFERRED}["))
    ):
        # One place for what the case has a list of: offences, evidence.
        listed, _, below = path.partition(f"[{max(item, 0)}].")
        return f'{listed} | map(attribute="{below}") | join("; ")'
    if target.piece:
        return path + PIECES["date" if target.is_date else prints][target.piece]
    if prints == "address":
        if (target.path, item) in around.postcodes:
            return f"{path} | street" if place.kind in _LARGE else f"{path} | street | lines_from(1)"
        return f"{path}.lines" if place.kind in _LARGE else path
    birth = target.path[0] == "children" and target.path[-1] == "date_of_birth" and place.kind != "date"
    if birth and _EXPECTED & set(telling(place.label)):
        return f"{path.rpartition('.')[0]}.born"
    return path


def _choice(
    guess: Guess, path: str, place: Fillable, codes: Mapping[str, Mapping[str, Sequence[str]]]
) -> Written:
    if guess.target.piece:
        return Written({"choose": path + PIECES["name"].get(guess.target.piece, "")})
    table = dict(options_for(place, codes.get(guess.target.pointer, {})))
    return Written({"choose": path, "options": table} if table else {"choose": path})


def options_for(place: Fillable, codes: Mapping[str, Sequence[str]]) -> Iterator[tuple[str, str]]:
    """Give the form's choice for each code that it has words for."""
    said = {telling(words) or telling(own): own for own, words in reversed(place.options)}
    plain = {telling(own): own for own, _ in place.options}
    for code, words in codes.items():
        for word in (*words, code):
            if (found := said.get(telling(word)) or plain.get(telling(word))) is not None:
                yield code, found
                break
    for own, words in place.options:
        if telling(words) in _NOT_KNOWN:
            yield "not_known", own
            break


def _rows(draft: Draft, around: Surroundings) -> Written | None:
    group = draft.list_of
    if group is None:
        return None
    name = group.path[0]
    item = _ITEMS.get(name, "item") if len(group.path) == 2 else "item"
    root = ".".join(group.path[:-1])
    each = f"paper.{'.'.join(group.path[2:-1])}" if name == "papers" else f"case.{root}"
    single = around.single.get(name, 0)
    if name == "children" and single:
        each = f"{REFERRED}[{single}:] + {OTHERS}"
    elif name == "children" and not group.pick:
        each = REFERRED
    elif single:
        each = f"{each}[{single}:]"
    elif group.pick:
        test = (
            f'"{group.pick[0]}"' if group.pick[1] == "true" else f'"{group.pick[0]}", "eq", "{group.pick[1]}"'
        )
        each = f"{each} | selectattr({test}) | list"
    elif name == "adults" and around.carers:
        each = f'{each} | rejectattr("carer") | list'
    columns = tuple(
        _column(head, guess, item, around)
        for head, guess in zip(draft.place.columns, draft.columns, strict=True)
    )
    return Written({"each": each, "as": item}, columns)


def _column(head: str, guess: Guess | None, item: str, around: Surroundings) -> dict[str, object]:
    if guess is None:
        return {"head": head, "skip": "nothing in the case was found for it"}
    path = path_of(guess.target, 0, item)
    cell = Fillable("", "line", head)
    return {"head": head, **_text(guess, cell, around, path, item)}
