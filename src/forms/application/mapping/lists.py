"""Lists with more items than a form has places: the third carer of a form for two must not be lost.

A form shows a list item by item (`case.children[0]`, `(case.adults | selectattr("carer") | list)[1]`), or some
text goes through it as a whole. What is only shown item by item is counted.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from jinja2 import nodes

from forms.application.mapping import language
from forms.application.mapping.language import Worked
from forms.application.mapping.model import FormMapping, Rule
from forms.domain.presentation import Rows
from forms.foundation.problems import Place, Problem

_COUNTS = frozenset({"length", "count", "first", "last"})
_CHOOSES = frozenset({"select", "reject", "selectattr", "rejectattr"})


@dataclass(frozen=True, slots=True)
class Counted:
    """A list that a form has a fixed number of places for: its name, what gives it, how many."""

    name: str
    work: Worked
    most: int


@lru_cache(maxsize=64)
def counted_lists(mapping: FormMapping) -> tuple[Counted, ...]:
    """Give the lists that a mapping shows item by item and nowhere goes through as a whole."""
    counts: dict[str, tuple[nodes.Expr, int]] = {}
    whole: set[str] = set()
    for rule in mapping.rules.values():
        for part in rule.parts:
            for item in part.tree.find_all(nodes.Getitem):
                if isinstance(item.arg, nodes.Const) and isinstance(item.arg.value, int):
                    name = _name(item.node)
                    before = counts.get(name, (item.node, 0))
                    counts[name] = (before[0], max(before[1], item.arg.value + 1))
        for tree in _shown(rule):
            whole.update(_gone_through(tree))
    return tuple(
        Counted(name, _compiled(node), most)
        for name, (node, most) in counts.items()
        if name and name not in whole and _all_of(node) not in whole
    )


def left_over(mapping: FormMapping, context: Mapping[str, object]) -> Iterator[Problem]:
    """Refuse a case with more items than the form has places."""
    for counted in counted_lists(mapping):
        items = counted.work(dict(context))
        if not isinstance(items, tuple | list) or len(items) <= counted.most:
            continue
        label = items.label if isinstance(items, Rows) and items.label else counted.name
        yield Problem(
            "error",
            "more-than-places",
            f"The form has places for {counted.most} of ‘{label}’, and the case has {len(items)}",
            f"Let a place for free text go through the rest: {loop_over(counted)}, or fill a second form",
            Place(mapping.source),
        )


def loop_over(counted: Counted) -> str:
    """Give what goes through the rest of a list."""
    return f"{{% for item in {counted.name}[{counted.most}:] %}} … {{% endfor %}}"


def _shown(rule: Rule) -> Iterator[nodes.Template]:
    """Give what of a rule prints: a tick or a choice shows no item."""
    yield from (part.tree for part in (rule.text, rule.each) if part is not None)


def _compiled(node: nodes.Expr) -> Worked:
    """Compile an expression that was part of another."""
    target = nodes.Assign(nodes.Name("result", "store"), copy.deepcopy(node))
    template = language.ENVIRONMENT.from_string(nodes.Template([target.set_lineno(1)], lineno=1))
    return lambda context: template.make_module(context).__dict__["result"]


def _name(node: nodes.Node) -> str:
    """Write an expression that gives a list as a mapping does; "" for one that can't be told."""
    path = language.path_of(node)
    if path is not None:
        return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path).removeprefix(".")
    if not isinstance(node, nodes.Filter) or node.node is None:
        return ""
    base = _name(node.node)
    values = [argument.value for argument in node.args if isinstance(argument, nodes.Const)]
    if not base or len(values) < len(node.args) or node.kwargs:
        return ""
    given = ", ".join(f'"{value}"' if isinstance(value, str) else str(value) for value in values)
    inner = base[1:-1] if base.startswith("(") else base
    filtered = f"{inner} | {node.name}" + (f"({given})" if given else "")
    return f"({filtered})"


def _all_of(node: nodes.Node) -> str:
    """Give the list that a choice is made of."""
    while isinstance(node, nodes.Filter) and node.node is not None:
        node = node.node
    return _name(node)


def _gone_through(tree: nodes.Template) -> Iterator[str]:
    """Give the lists of which a text shows every item, or every further one."""
    for loop in tree.find_all(nodes.For):
        yield _every(loop.iter)
    for output in tree.find_all(nodes.Output):
        for item in output.nodes:
            if isinstance(item, nodes.Getattr) and item.attr in ("lines", "words"):
                yield _every(item.node)
            else:
                yield _every(item)


def _every(node: nodes.Node) -> str:
    """Give the list that an expression has every item of: without slices, and filters that leave none out."""
    while (inner := _within(node)) is not None:
        node = inner
    if isinstance(node, nodes.Filter) and node.name == "list" and node.node is not None:
        base = _every(node.node)
        return base if not base.startswith("(") else _name(node)
    return "" if isinstance(node, nodes.Filter) and node.name in _COUNTS else _name(node)


def _within(node: nodes.Node) -> nodes.Node | None:
    """Give what a slice or a filter is of that leaves no item out; None for any other."""
    if isinstance(node, nodes.Getitem):
        return node.node if isinstance(node.arg, nodes.Slice) else None
    if isinstance(node, nodes.Filter) and node.name not in _COUNTS | _CHOOSES | {"list"}:
        return node.node
    return None
