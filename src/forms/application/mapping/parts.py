"""Lists of which a form shows a part only: the adults who are carers, the agencies that are a surgery.

That is right where the form asks for it. But an item that no part has stands nowhere in the form, and somebody
must know. What chooses a part is told from its filters (`selectattr`, `rejectattr`) and from a loop's `if`, as
far as these ask for one property and compare it with something fixed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import product
from typing import TypeAlias

from jinja2 import nodes

from forms.application.mapping import language
from forms.application.mapping.lists import expression_of, first_of_sum, shown_trees
from forms.application.mapping.model import FormMapping
from forms.domain.presentation import Rows
from forms.foundation.problems import Place, Problem

Atom: TypeAlias = tuple[str, object]
"""What a choice asks of an item: a property that it has (None) or a value of it; ("", text) can't be told."""
Part: TypeAlias = Callable[[Callable[[Atom], bool]], bool]
Choice: TypeAlias = tuple[Part, frozenset[Atom]]
"""Whether an item is chosen, given what holds of it; and what is asked of it."""

_MOST_ATOMS = 10
_SAME = frozenset({"list", "sort", "unique", "batch"})
_BIRTH = frozenset({"date_of_birth", "age", "born", "expected_delivery"})


@dataclass(frozen=True, slots=True)
class InPart:
    """What a form doesn't show of a list: how `forms lint` says it, and what would show it."""

    message: str
    hint: str


@dataclass(slots=True)
class _Seen:
    """What a mapping shows of one list: all of it, or which choices."""

    choices: list[Choice] = field(default_factory=list)
    whole: bool = False


def shown_in_part(mapping: FormMapping) -> Iterator[InPart]:
    """Give the lists of which some items, or some facts of all but the first, have no place in a form."""
    for name, seen in _seen(mapping).items():
        if not seen.whole and not _covered(seen):
            yield InPart(
                f"The form shows only some of {name}: a case may have others, and they stand nowhere in it",
                f"let a place for free text go through the rest of {name}",
            )
    for name, lost in _first_only(mapping):
        yield InPart(
            f"Only the first of {name} has places for: {', '.join(lost)}",
            f"let a place for free text say it of the others, {{% for item in {name}[1:] %}} … {{% endfor %}}",
        )


def nowhere(mapping: FormMapping, context: Mapping[str, object]) -> Iterator[Problem]:
    """Say how many items of a case's lists stand nowhere in a form that shows parts of these lists."""
    for name, seen in _seen(mapping).items():
        if seen.whole or not seen.choices:
            continue
        if any(not asked for _, atoms in seen.choices for asked, _ in atoms):
            continue  # a condition that only the program can follow
        items = language.value_at(tuple(name.split(".")), dict(context))
        if not isinstance(items, Rows):
            continue
        left = sum(not any(part(_asked_of(item)) for part, _ in seen.choices) for item in items)
        if left:
            number = "One" if left == 1 else str(left)
            yield Problem(
                "warning",
                "stands-nowhere",
                f"{number} of ‘{items.label or name}’ of the case stands nowhere in the form",
                "Tell the reader in another way, or let a place of the mapping go through the rest",
                Place(mapping.source),
            )


def _seen(mapping: FormMapping) -> dict[str, _Seen]:
    found: dict[str, _Seen] = {}
    for rule in mapping.rules.values():
        for tree in shown_trees(rule):
            for node, item, test in _uses(tree):
                for name, parts in _parts_of(node, mapping):
                    seen = found.setdefault(name, _Seen())
                    own = [*parts, *([_condition(test, item)] if test is not None else [])]
                    if own:
                        seen.choices.append(_together(own))
                    else:
                        seen.whole = True
    return found


def _uses(tree: nodes.Template) -> Iterator[tuple[nodes.Node, str, nodes.Node | None]]:
    """Give every list that a text goes through or takes an item of, with the loop's name and condition."""
    for loop in tree.find_all(nodes.For):
        yield loop.iter, loop.target.name if isinstance(loop.target, nodes.Name) else "", loop.test
    for item in tree.find_all(nodes.Getitem):
        if isinstance(item.arg, nodes.Const) and isinstance(item.arg.value, int):
            yield item.node, "", None
    for output in tree.find_all(nodes.Output):
        for each in output.nodes:
            yield (
                each.node if isinstance(each, nodes.Getattr) and each.attr in ("lines", "words") else each,
                "",
                None,
            )


def _parts_of(node: nodes.Node | None, mapping: FormMapping) -> Iterator[tuple[str, list[Choice]]]:
    """Give the lists of the case that an expression is made of, and what each was chosen by."""
    if isinstance(node, nodes.Add):
        yield from _parts_of(node.left, mapping)
        yield from _parts_of(node.right, mapping)
        return
    path = language.path_of(node) if node is not None else None
    if path is not None and len(path) == 1 and path[0] in mapping.lists:
        yield from _parts_of(expression_of(mapping.lists[str(path[0])].value.tree), mapping)
    elif path is not None:
        if path[0] in ("case", "paper") and len(path) > 1 and all(isinstance(part, str) for part in path):
            yield ".".join(map(str, path)), []
    elif isinstance(node, nodes.Getitem) and isinstance(node.arg, nodes.Slice):
        yield from _parts_of(node.node, mapping)
    elif isinstance(node, nodes.Filter) and node.name in ("selectattr", "rejectattr"):
        for name, parts in _parts_of(node.node, mapping):
            yield name, [*parts, _by_attribute(node)]
    elif isinstance(node, nodes.Filter) and (node.name in _SAME or node.name in ("map", "join")):
        yield from _parts_of(node.node, mapping)


# ── What chooses ────────────────────────────────────────────────────────────────────────────────────────────


def _by_attribute(node: nodes.Filter) -> Choice:
    values = [argument.value if isinstance(argument, nodes.Const) else None for argument in node.args]
    if len(values) == 1 and isinstance(values[0], str):
        part = _atom((values[0], None))
    elif len(values) == 3 and isinstance(values[0], str) and values[1] in ("eq", "equalto", "=="):
        part = _atom((values[0], values[2]))
    else:
        part = _atom(("", repr(node)))
    return part if node.name == "selectattr" else _not(part)


def _condition(node: nodes.Node, item: str) -> Choice:
    """Give what a loop's `if` asks of its item."""
    if isinstance(node, nodes.Not):
        return _not(_condition(node.node, item))
    if isinstance(node, nodes.And):
        return _together([_condition(node.left, item), _condition(node.right, item)])
    if isinstance(node, nodes.Or):
        return _not(_together([_not(_condition(node.left, item)), _not(_condition(node.right, item))]))
    name = _property(node, item)
    if name:
        return _atom((name, None))
    if isinstance(node, nodes.Compare) and len(node.ops) == 1 and (name := _property(node.expr, item)):
        operator, other = node.ops[0].op, node.ops[0].expr
        listed = other.items if isinstance(other, nodes.Tuple | nodes.List) else [other]
        if operator in ("eq", "ne", "in", "notin") and all(isinstance(each, nodes.Const) for each in listed):
            none = _together(
                [_not(_atom((name, each.value))) for each in listed if isinstance(each, nodes.Const)]
            )
            return none if operator in ("ne", "notin") else _not(none)
    return _atom(("", repr(node)))


def _property(node: nodes.Node, item: str) -> str:
    path = language.path_of(node)
    return ".".join(map(str, path[1:])) if path and path[0] == item and len(path) > 1 else ""


def _atom(atom: Atom) -> Choice:
    return lambda holds: holds(atom), frozenset({atom})


def _not(part: Choice) -> Choice:
    return lambda holds: not part[0](holds), part[1]


def _together(parts: list[Choice]) -> Choice:
    asked = frozenset().union(*(atoms for _, atoms in parts))
    return lambda holds: all(part(holds) for part, _ in parts), asked


def _covered(seen: _Seen) -> bool:
    """Tell whether every item is in one of the choices, whatever its properties are."""
    atoms = sorted(frozenset().union(*(asked for _, asked in seen.choices)), key=repr)
    if len(atoms) > _MOST_ATOMS:
        return False
    return all(
        any(part(dict(zip(atoms, holds, strict=True)).__getitem__) for part, _ in seen.choices)
        for holds in product((True, False), repeat=len(atoms))
    )


def _asked_of(item: object) -> Callable[[Atom], bool]:
    """Give what says whether something holds of an item of a case."""

    def holds(atom: Atom) -> bool:
        name, value = atom
        found = language.value_at(("item", *name.split(".")), {"item": item})
        return bool(found) if value is None else found == value

    return holds


# ── Properties ──────────────────────────────────────────────────────────────────────────────────────────────


def _first_only(mapping: FormMapping) -> Iterator[tuple[str, list[str]]]:
    """Give the lists of which a form shows the first item with more than all others, and with what."""
    first: dict[str, dict[str, None]] = {}
    others: dict[str, dict[str, None]] = {}
    for rule in mapping.rules.values():
        scope = {rule.item: _list_name(expression_of(rule.each.tree))} if rule.each is not None else {}
        for part in rule.parts:
            names = scope | {
                loop.target.name: _list_name(loop.iter)
                for loop in part.tree.find_all(nodes.For)
                if isinstance(loop.target, nodes.Name)
            }
            for node in part.tree.find_all(nodes.Getattr):
                if isinstance(node.node, nodes.Name) and names.get(node.node.name):
                    others.setdefault(names[node.node.name], {})[node.attr] = None
                elif isinstance(node.node, nodes.Getitem) and isinstance(node.node.arg, nodes.Const):
                    found = first if node.node.arg.value == 0 else others
                    found.setdefault(_list_name(node.node.node), {})[node.attr] = None
    for name, shown in first.items():
        told = {"birth" if each in _BIRTH else each for each in others.get(name, {})}
        lost = [each for each in shown if ("birth" if each in _BIRTH else each) not in told]
        if name and told and lost:
            yield name, lost


def _list_name(node: nodes.Node | None) -> str:
    """Give the name of the list that an expression is a part of, "" where it is none."""
    node = first_of_sum(node)
    while isinstance(node, nodes.Getitem | nodes.Filter):
        node = first_of_sum(node.node)
    path = language.path_of(node) if node is not None else None
    return ".".join(map(str, path)) if path else ""
