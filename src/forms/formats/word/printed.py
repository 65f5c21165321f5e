"""Expressions that print whether something is known where it belongs itself: `{{ child.name.given }}`."""

from __future__ import annotations

from collections.abc import Iterator

from jinja2 import nodes

_ASKING = frozenset({"select", "reject", "selectattr", "rejectattr"})
TESTED = frozenset({"given", "state"})
"""Attributes that say something *about* a value, for conditions. Printed they would look like the value."""


def printed_tests(tree: nodes.Node) -> Iterator[str]:
    """Give what a template prints that only says whether, or how, something is known: `{{ child.name.given }}`.

    It would print "Yes" where a given name belongs. In conditions it is right.
    """
    for output in tree.find_all(nodes.Output):
        for item in output.nodes:
            yield from _tests_in(item)


def about_printed_test(name: str) -> tuple[str, str]:
    """Give the message and the hint for one of them."""
    if name == "given":
        hint = "Write name.first for a person's given name; to ask whether there is one, {% if … %}"
        return "prints ‘given’, which says whether something is given, and not what", hint
    hint = "Use it in a condition, {% if … %}, and print the value itself"
    return f"prints ‘{name}’, which is a word for programs", hint


def _tests_in(node: nodes.Node) -> Iterator[str]:
    """Give the tests whose outcome an expression prints."""
    if isinstance(node, nodes.Getattr):
        name: object = node.attr
    elif isinstance(node, nodes.Getitem) and isinstance(node.arg, nodes.Const):
        name = node.arg.value
    else:
        name = ""
    if name in TESTED:
        yield str(name)
    elif isinstance(node, nodes.CondExpr):
        yield from _tests_in(node.expr1)
        if node.expr2 is not None:
            yield from _tests_in(node.expr2)
    elif isinstance(node, nodes.Filter):
        if node.node is not None and node.name not in _ASKING:
            yield from _tests_in(node.node)
        asked = [item.value for item in node.kwargs if item.key == "attribute"] if node.name == "map" else []
        steps = [str(item.value).rpartition(".")[2] for item in asked if isinstance(item, nodes.Const)]
        yield from (step for step in steps if step in TESTED)
    elif isinstance(node, nodes.Add | nodes.Concat | nodes.Or | nodes.And):
        for child in node.iter_child_nodes():
            yield from _tests_in(child)
