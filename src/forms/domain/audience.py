"""Who may read what, decided in one place, before anything is rendered.

Professional readers see what is neither closed by the schema (`x-audiences`) nor restricted by the case; lay
readers see only what the schema declares for them (`x-lay`). A release opens what stands at its path, and
what is below it as far as that is not closed for a reason of its own: releasing a child does not release the
child's address. A restriction wins over everything. Removal is on whole values, and lay readers find no
trace of it: no empty row, no jump in numbering, no reason.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Literal

from msgspec import Struct, field

from forms.domain.artefact import AudienceRule
from forms.domain.case import Case, step, steps
from forms.domain.marks import MACHINERY, Mark, Marks, marks_of
from forms.domain.nodes import WITHHELD, Node, is_unknown, is_withheld, label, walk
from forms.domain.presentation import Rows, Style, group, has_content, printed, rows, state_of
from forms.domain.schema import Vocabulary
from forms.foundation.problems import Place, Problem

Why = Literal["closed", "marked", "undeclared"]
CLOSED_REASON = "Closed unless released"


class Reader(Struct, frozen=True):
    """A kind of reader; `lay` ones see only what is declared for them, `each` gets a copy per person."""

    name: str
    label: str
    lay: bool
    each: bool = False


class Removed(Struct, frozen=True):
    """Something that a reader may not have: where it stands in the full case, and why it is kept back.

    `closed`: by the schema; `marked`: by a restriction in the case, whose `reason` it has; `undeclared`: the
    schema does not give it to this lay reader. `say`: the view shows "withheld" in its place.
    """

    pointer: str
    value: object
    node: Node
    why: Why
    reason: str = ""
    say: bool = False


class View(Struct, frozen=True):
    """What one reader may have of a case: plain JSON data, and what was removed from it.

    `origins` maps the places of list items that moved up, in the view, to their places in the full case.
    `elsewhere` is what the reader might have, but this document is not about (pointer, node, value): it is
    no secret. `plain` tells what `Survey.plain` does; without it, nothing is known of that.
    """

    reader: Reader
    data: dict[str, object]
    withheld: tuple[Removed, ...] = ()
    origins: Mapping[str, str] = field(default_factory=dict)
    elsewhere: tuple[tuple[str, Node, object], ...] = ()
    plain: bool = False

    def origin(self, pointer: str) -> str:
        """Give the place in the full case of a place in the view."""
        full = at = ""
        for part in steps(pointer):
            at = step(at, part)
            full = self.origins.get(at, step(full, part))
        return full


def load_readers(directory: Mapping[str, object]) -> dict[str, Reader]:
    """Read `directories/audiences.json` (checked before against its schema) into readers by name."""
    items = directory.get("readers")
    return {
        str(item["reader"]): Reader(
            str(item["reader"]), str(item["label"]), item["class"] == "lay", bool(item.get("each", False))
        )
        for item in (items if isinstance(items, list) else ())
    }


def view(
    case: Case,
    root: Node,
    reader: Reader,
    artefact: str | None = None,
    person: Collection[str] = (),
    only: Mapping[str, Collection[int]] | None = None,
    marks: Marks | None = None,
) -> View:
    """Give what a reader may have of a case.

    Args:
        case: The full, valid case.
        root: The tree of its schema (`Vocabulary.case`).
        reader: Who reads.
        artefact: Keep the part of this paper alone; None keeps all papers' parts.
        person: By what restrictions may name this very reader: the copy's number from 1, an identifier.
        only: For lists ("/children"), the positions that this document is about; others are left out without
            being anything withheld (children who live elsewhere).
        marks: What `marks_of` gives for the case; who makes several views of it finds them once.
    """
    engine = _Engine(case, root, reader, artefact, person, only or {}, marks)
    kept = engine.keep(root, case.data, "", False, False, "")
    data = kept if isinstance(kept, dict) else {}
    plain = case.seen is not None and case.seen.plain
    return View(reader, data, tuple(engine.removed), engine.origins, tuple(engine.elsewhere), plain)


def refusals(rule: AudienceRule, case: Case, vocabulary: Vocabulary, reader: Reader) -> tuple[Problem, ...]:
    """Give the reasons why an artefact is not made for an audience, in the manifest's words."""
    return tuple(
        Problem(
            "error",
            "audience-refused",
            requirement.message,
            requirement.hint,
            Place(case.source, "", reader.label),
        )
        for requirement in rule.requires
        if not vocabulary.matches(requirement.schema, case.data)
    )


def annex_rows(
    case: Case,
    root: Node,
    chair: Reader,
    others: Sequence[View],
    style: Style | None = None,
    marks: Marks | None = None,
) -> Rows:
    """Give the rows of an annex: what other readers may not see and this one may.

    Each row is a Group with `label`, `value`, `reason` and `kept_from`. What a lay reader merely has no need
    of (`undeclared`) is not listed, nor what a view is not about (`View.elsewhere`).
    """
    engine = _Engine(case, root, chair, None, (), {}, marks)
    entries: dict[str, tuple[Removed, list[str]]] = {}
    for other in others:
        away = tuple(f"{pointer}/" for pointer, _, _ in other.elsewhere)
        for removed in other.withheld:
            if removed.why != "undeclared" and not removed.pointer.startswith(away):
                readers = entries.setdefault(removed.pointer, (removed, []))[1]
                readers.extend([other.reader.label] if other.reader.label not in readers else [])
    made = []
    for pointer, (removed, readers) in sorted(
        entries.items(), key=lambda entry: _document_order(case, entry[0])
    ):
        kept = engine.keep_at(pointer)
        if kept is not None and has_content(kept) and not is_withheld(kept):
            made.append(
                group(
                    {
                        "label": label(root, removed.pointer),
                        "value": printed(kept, removed.node, style or Style()),
                        "reason": removed.reason or CLOSED_REASON,
                        "kept_from": ", ".join(readers),
                    }
                )
            )
    return rows(made)


def _document_order(case: Case, pointer: str) -> tuple[int, ...]:
    """Give the positions of a place's steps in the case, to sort by."""
    order: list[int] = []
    value: object = case.data
    for part in steps(pointer):
        if isinstance(value, Mapping):
            order.append(list(value).index(part) if part in value else len(value))
        else:
            order.append(int(part))
        value = _below(value, part)
    return tuple(order)


def _below(value: object, part: str) -> object:
    """Give what stands one step below a value, or None."""
    if isinstance(value, Mapping):
        return value.get(part)
    if isinstance(value, list) and part.isdecimal() and int(part) < len(value):
        return value[int(part)]
    return None


_GONE = object()


class _Engine:
    """Goes through schema and case side by side for one reader; its public attributes fill on the way."""

    def __init__(
        self,
        case: Case,
        root: Node,
        reader: Reader,
        artefact: str | None,
        person: Collection[str],
        only: Mapping[str, Collection[int]],
        marks: Marks | None = None,
    ) -> None:
        self._case = case
        self._root = root
        self._name, self._lay = reader.name, reader.lay
        self._artefact = artefact
        self._only = only
        names = {reader.name, *(f"{reader.name}:{one}" for one in person)}
        found = marks_of(case, root) if marks is None else marks
        self._restricted = _by_place(found.restrictions, names)
        self._released = _by_place(found.releases, names)
        self._loud = _with_all_above(("", "/papers", *self._restricted, *self._released, *only))
        self._secrets = 0  # how many removed things are more than undeclared
        self.removed: list[Removed] = []
        self.origins: dict[str, str] = {}
        self.elsewhere: list[tuple[str, Node, object]] = []

    def keep(self, node: Node, value: object, pointer: str, closed: bool, released: bool, at: str) -> object:
        """Give what is kept of a value, or `_GONE`.

        `closed` and `released` are the state that the place inherits; `at` is its place in the view.
        """
        here = node.audiences is not None and self._name not in node.audiences
        if self._is_quiet(pointer):
            if here or closed:
                return self._remove(pointer, value, node, "closed", "", here and node.kind == "value")
            if not self._lay and _is_open(node, self._name):
                return _known(node, value)
        else:
            mark = self._restricted.get(pointer)
            if mark is not None:
                return self._remove(pointer, value, node, "marked", mark.reason, mark.say)
            if here:
                closed, released = True, False
            if pointer in self._released:
                closed, released = False, True
            if closed and not self._release_below(pointer):
                return self._remove(pointer, value, node, "closed", "", here and node.kind == "value")
        if (
            node.kind == "object"
            and (type(value) is dict or isinstance(value, Mapping))
            and not is_unknown(value)
        ):
            return self._keep_object(node, value, pointer, closed, released, at)
        if node.kind == "array" and isinstance(value, list) and node.items is not None:
            return self._keep_list(node.items, value, pointer, closed, released, at)
        return self._keep_value(node, value, pointer, released)

    def _is_quiet(self, pointer: str) -> bool:
        """Tell whether the case itself says nothing of a place, nor of one below."""
        return pointer not in self._loud

    def keep_at(self, pointer: str) -> object:
        """Give what is kept of the value at one place of the full case, or None."""
        node: Node | None = self._root
        value: object = self._case.data
        closed = released = False
        at = ""
        for part in steps(pointer):
            assert node is not None
            closed, released = self._state(node, at, closed, released)
            if at in self._restricted:
                return None
            node = node.at([part])
            at = step(at, part)
            value = _below(value, part)
        if node is None or value is None:
            return None
        kept = self.keep(node, value, pointer, closed, released, pointer)
        return None if kept is _GONE else kept

    def _state(self, node: Node, pointer: str, closed: bool, released: bool) -> tuple[bool, bool]:
        if pointer in self._released:
            return False, True
        if node.audiences is not None and self._name not in node.audiences:
            return True, False
        return closed, released

    def _release_below(self, pointer: str) -> bool:
        return any(place.startswith(pointer + "/") for place in self._released)

    def _keep_object(
        self, node: Node, value: Mapping[str, object], pointer: str, closed: bool, released: bool, at: str
    ) -> object:
        kept: dict[str, object] = {}
        before, secrets = len(self.removed), self._secrets
        lay, name, find = self._lay, self._name, node.properties.get
        quiet = not closed and self._is_quiet(pointer)
        for key, item in value.items():
            below = find(key)
            if below is None or (not quiet and self._left_out(pointer, key)):
                continue
            if quiet and below.kind == "value" and (below.audiences is None or name in below.audiences):
                # Most places: nothing is said of them but what the schema says. As in `keep`, but quicker.
                if not lay or (type(item) is str and (released or name in below.lay)):
                    kept[key] = item
                    continue
                if type(item) is str:
                    if item.strip():
                        self.removed.append(Removed(step(pointer, key), item, below, "undeclared"))
                    continue
                one = self._keep_value(below, item, step(pointer, key), released)
            else:
                one = self.keep(below, item, step(pointer, key), closed, released, step(at, key))
            if one is not _GONE:
                kept[key] = one
        if not lay:
            return kept
        if not kept or (self._secrets > secrets and self._cannot_stand(node, pointer, self.removed[before:])):
            return _GONE if pointer else {}
        return kept

    def _left_out(self, pointer: str, key: str) -> bool:
        """Tell whether a property is the program's own business, or another paper's."""
        if pointer == "":
            return key in MACHINERY
        return pointer == "/papers" and self._artefact is not None and key != self._artefact

    def _keep_list(
        self, items: Node, value: list[object], pointer: str, closed: bool, released: bool, at: str
    ) -> object:
        kept: list[object] = []
        only = self._only.get(pointer)
        for index, item in enumerate(value):
            here = f"{pointer}/{index}"
            if only is not None and index not in only:
                other = self.keep(items, item, here, closed, released, f"elsewhere{here}")
                if other is not _GONE:
                    self.elsewhere.append((here, items, other))
                continue
            place = f"{at}/{len(kept)}"
            one = self.keep(items, item, here, closed, released, place)
            if one is not _GONE:
                if index != len(kept):
                    self.origins[place] = here
                kept.append(one)
        if self._lay and not kept:
            return _GONE
        return kept

    def _keep_value(self, node: Node, value: object, pointer: str, released: bool) -> object:
        if not self._lay:
            return value
        if self._name not in node.lay and not released:
            return self._remove(pointer, value, node, "undeclared", "", False)
        if is_unknown(value):
            assert isinstance(value, Mapping)
            return {"not_known": ""} if "not_known" in value else dict(value)
        return value

    def _cannot_stand(self, node: Node, pointer: str, removed: Sequence[Removed]) -> bool:
        """Tell whether what is left of an object would show that something is missing.

        A row without what it is a row of (its first property but the identifier: the child's name), or a
        statement without its text. Where the schema doesn't give that to the reader anyway, nothing is missing.
        """
        in_list = pointer.rpartition("/")[2].isdigit()
        keys = [key for key in node.properties if key != "id"]
        needed = ({keys[0]} if in_list and keys else set()) | ({"text"} & set(keys))
        places = {step(pointer, key) for key in needed}
        return any(
            entry.why != "undeclared" and entry.pointer in places and self._name in entry.node.lay
            for entry in removed
        )

    def _remove(self, pointer: str, value: object, node: Node, why: Why, reason: str, say: bool) -> object:
        if not has_content(value) and not is_unknown(value):
            return _GONE
        say = say and not self._lay
        self._secrets += why != "undeclared"
        self.removed.append(Removed(pointer, value, node, why, reason, say))
        return dict(WITHHELD) if say else _GONE


def _with_all_above(pointers: Iterable[str]) -> frozenset[str]:
    """Give places and all that they stand in."""
    found = set(pointers)
    for pointer in pointers:
        above = pointer.rpartition("/")[0]
        while above and above not in found:
            found.add(above)
            above = above.rpartition("/")[0]
    return frozenset(found)


@lru_cache(maxsize=4096)
def _is_open(node: Node, reader: str) -> bool:
    """Tell whether the schema closes nothing to a reader, here or below."""
    if node.audiences is not None and reader not in node.audiences:
        return False
    if node.kind == "value":
        return True
    below = (*node.properties.values(), *((node.items,) if node.items else ()))
    return all(
        (each.audiences is None or reader in each.audiences)
        and (each.kind == "value" or _is_open(each, reader))
        for each in below
    )


def _known(node: Node, value: object) -> object:
    """Give a value without properties that the schema doesn't have."""
    if node.kind == "object" and isinstance(value, Mapping) and not is_unknown(value):
        find = node.properties.get
        return {
            key: item if below.kind == "value" else _known(below, item)
            for key, item in value.items()
            if (below := find(key)) is not None
        }
    if node.kind == "array" and isinstance(value, list) and node.items is not None:
        items = node.items
        return [_known(items, item) for item in value]
    return value


def _by_place(marks: Sequence[Mark], names: Collection[str]) -> dict[str, Mark]:
    """Give the marks for a reader by place; of several on one place, a silent one counts."""
    found: dict[str, Mark] = {}
    for mark in marks:
        if set(mark.audiences) & set(names):
            for pointer in mark.pointers:
                if pointer not in found or not mark.say:
                    found[pointer] = mark
    return found


def leaves(node: Node, value: object, pointer: str = "") -> Iterator[tuple[Node, str, object]]:
    """Give each single value that is given in a value or subtree, with its node and place."""
    if node.kind == "value":  # most are; they need no walk
        if state_of(value) == "given":
            yield node, pointer, value
        return
    for place, below, item in walk(node, value, pointer):
        if below.kind == "value" and state_of(item) == "given":
            yield below, place, item
