"""Lists with more items than a form has places: the third carer of a form for two must not be lost.

A form shows a list item by item (`case.children[0]`, `(case.adults | selectattr("carer") | list)[1]`), or some
text goes through it as a whole. What is only shown item by item is counted.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from jinja2 import nodes

from forms.application.mapping import language
from forms.application.mapping.language import Worked
from forms.application.mapping.model import FormMapping, Listed, Rule
from forms.domain.case import step
from forms.domain.presentation import Rows
from forms.foundation.errors import ArtefactError
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
        for tree in shown_trees(rule):
            for name in _gone_through(tree):
                whole.update((name, *_whole_in(name, mapping)))
    return tuple(
        Counted(name, language.compile_node(node), most)
        for name, (node, most) in counts.items()
        if name and name not in whole and not whole & set(_made_of(node, mapping))
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


def shown_trees(rule: Rule) -> Iterator[nodes.Template]:
    """Give what of a rule prints: a tick or a choice shows no item."""
    yield from (part.tree for part in (rule.text, rule.each) if part is not None)


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


def _made_of(node: nodes.Node, mapping: FormMapping) -> Iterator[str]:
    """Give the list that a choice is made of; also through a list of the mapping's own."""
    while isinstance(node, nodes.Filter) and node.node is not None:
        node = node.node
    name = _name(node)
    yield name
    inner = expression_of(mapping.lists[name].value.tree) if name in mapping.lists else None
    if inner is not None and not isinstance(inner, nodes.Add):  # of a sum, one that is shown says nothing
        yield from _made_of(inner, mapping)


def add_own_lists(mapping: FormMapping, context: dict[str, object]) -> None:
    """Put the lists of the mapping's own among the names that its expressions may use.

    Raises:
        ArtefactError: One of them is no list.
    """
    for name, listed in mapping.lists.items():
        items = listed.value.work(context)
        base = language.value_at(base_of(listed, mapping), context)
        if not isinstance(items, tuple | list) or not isinstance(base, Rows):
            hint = 'Write as case.adults | selectattr("carer")'
            place = Place(mapping.source, step("/lists", name))
            raise ArtefactError.of("not-a-list", f"‘{name}’ gives no list", hint, place)
        given = list(items) or ([] if base.state == "given" else base._raw)
        context[name] = Rows(items, base._node, base._style, given)


def base_of(listed: Listed, mapping: FormMapping) -> language.Path:
    """Give the path of the (first) list of the case that a list of the mapping's own is made of; else ()."""
    node = first_of_sum(expression_of(listed.value.tree))
    while isinstance(node, nodes.Filter | nodes.Getitem):
        node = first_of_sum(node.node)
    path = language.path_of(node) if node is not None else None
    if path is None:
        return ()
    own = mapping.lists.get(str(path[0])) if len(path) == 1 else None
    return base_of(own, mapping) if own is not None and own is not listed else path


def _whole_in(name: str, mapping: FormMapping) -> Iterator[str]:
    """Give the lists that are in a list of the mapping's own with all their (further) items."""
    own = mapping.lists.get(name)
    for node in summands(expression_of(own.value.tree)) if own is not None else ():
        inner = _every(node)
        yield inner
        if inner != name:
            yield from _whole_in(inner, mapping)


def summands(node: nodes.Node | None) -> tuple[nodes.Node, ...]:
    """Give the lists that an expression puts together."""
    if isinstance(node, nodes.Add):
        return (*summands(node.left), *summands(node.right))
    return () if node is None else (node,)


def first_of_sum(node: nodes.Node | None) -> nodes.Node | None:
    """Give the first of lists that are put together."""
    while isinstance(node, nodes.Add):
        node = node.left
    return node


def expression_of(tree: nodes.Template) -> nodes.Node | None:
    """Give what is between the braces of an expression that was parsed as `{{ … }}`."""
    output = next(iter(tree.body), None)
    return output.nodes[0] if isinstance(output, nodes.Output) and output.nodes else None


def _gone_through(tree: nodes.Template) -> Iterator[str]:
    """Give the lists of which a text shows every item, or every further one."""
    for loop in tree.find_all(nodes.For):
        if loop.test is None:
            yield from map(_every, summands(loop.iter))
    for output in tree.find_all(nodes.Output):
        for item in output.nodes:
            if isinstance(item, nodes.Getattr) and item.attr in ("lines", "words"):
                yield _every(item.node)
            else:
                yield from map(_every, summands(item))


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
        return node.node if isinstance(node.arg, nodes.Slice) and node.arg.stop is None else None
    if isinstance(node, nodes.Filter) and node.name not in _COUNTS | _CHOOSES | {"list"}:
        return node.node
    return None
