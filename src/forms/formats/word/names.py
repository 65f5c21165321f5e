"""Which names a template uses, checked against the names there are.

The names there are come as a tree: a mapping for a group or value with parts, a list of one tree for rows, a
function that gives a tree (for what refers to itself), and None for a value. What can't be told from the
template's text alone (`case[key]`, what a filter makes) is not checked.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from difflib import get_close_matches
from typing import TypeAlias

from jinja2 import nodes
from msgspec import Struct, field

from forms.formats.word.tag import Tag
from forms.foundation.problems import Place, Problem

Names: TypeAlias = "Mapping[str, Names] | Sequence[Names] | Callable[[], Names] | None"

EVERYWHERE = frozenset({"given", "state", "label", "iso", "code", "lines", "words"})
"""Attributes that groups, rows and values have besides the schema's (see `forms.domain.presentation`)."""

_SAME_ROWS = frozenset({"list", "sort", "unique", "select", "reject", "selectattr", "rejectattr"})
_ONE_ROW = frozenset({"first", "last"})
_BY_ATTRIBUTE = frozenset({"selectattr", "rejectattr"})


class _Unknown:
    """Stands for what can't be told."""


_UNKNOWN = _Unknown()
_Found: TypeAlias = "Names | _Unknown"


def check_names(
    tree: nodes.Template, names: Mapping[str, Names], on_line: Sequence[Tag], source: str
) -> list[Problem]:
    """Find names in a template that do not exist.

    Args:
        tree: The parsed template, as `tags.assemble` lays it out.
        names: The names at the top: `case`, `paper` and so on.
        on_line: The author's tag on each line from the second on.
        source: The template's name.
    """
    checker = _Checker(on_line, source)
    checker.statements(tree.body, dict(names))
    return checker.problems


class _Checker(Struct):
    on_line: Sequence[Tag]
    source: str
    problems: list[Problem] = field(default_factory=list)

    def statements(self, body: Sequence[nodes.Node], scope: dict[str, _Found]) -> None:
        for node in body:
            if isinstance(node, nodes.Output):
                for item in node.nodes:
                    self.find(item, scope)
            elif isinstance(node, nodes.If):
                self.find(node.test, scope)
                for branch in (node.body, node.elif_, node.else_):
                    self.statements(branch, scope)
            elif isinstance(node, nodes.For):
                self._loop(node, scope)
            elif isinstance(node, nodes.With):
                self._with(node, scope)
            elif isinstance(node, nodes.Assign):
                self._bind(node.target, self.find(node.node, scope), scope)

    def _loop(self, node: nodes.For, scope: dict[str, _Found]) -> None:
        inner = {**scope, "loop": _UNKNOWN}
        self._bind(node.target, self._item(self.find(node.iter, scope), node), inner)
        if node.test is not None:
            self.find(node.test, inner)
        self.statements(node.body, inner)
        self.statements(node.else_, scope)

    def _with(self, node: nodes.With, scope: dict[str, _Found]) -> None:
        inner = dict(scope)
        for target, value in zip(node.targets, node.values, strict=True):
            self._bind(target, self.find(value, scope), inner)
        self.statements(node.body, inner)

    def _bind(self, target: nodes.Node, value: _Found, scope: dict[str, _Found]) -> None:
        if isinstance(target, nodes.Name):
            scope[target.name] = value
            return
        for name in target.find_all(nodes.Name):
            scope[name.name] = _UNKNOWN

    def _item(self, rows: _Found, node: nodes.Node) -> _Found:
        """Give what a loop goes through, one at a time."""
        if isinstance(rows, _Unknown):
            return rows
        if isinstance(rows, Sequence):
            return _opened(rows[0]) if rows else _UNKNOWN
        self._add("not-a-list", "goes through something that is no list", "", node)
        return _UNKNOWN

    def find(self, node: nodes.Node, scope: dict[str, _Found]) -> _Found:
        """Check an expression and give what it stands for."""
        if isinstance(node, nodes.Name):
            return self._name(node, scope)
        if isinstance(node, nodes.Getattr):
            return self._attribute(self.find(node.node, scope), node.attr, node)
        if isinstance(node, nodes.Getitem):
            return self._indexed(node, scope)
        if isinstance(node, nodes.Filter):
            return self._filter(node, scope)
        if isinstance(node, nodes.CondExpr):
            self.find(node.test, scope)
            found = self.find(node.expr1, scope)
            if node.expr2 is not None:
                self.find(node.expr2, scope)
            return found
        for child in node.iter_child_nodes():
            self.find(child, scope)
        return _UNKNOWN

    def _name(self, node: nodes.Name, scope: dict[str, _Found]) -> _Found:
        if node.name in scope:
            found = scope[node.name]
            return found if isinstance(found, _Unknown) else _opened(found)
        if node.name != "tick":
            self._add(
                "unknown-name", f"asks for ‘{node.name}’, which does not exist", _near(node.name, scope), node
            )
        return _UNKNOWN

    def _attribute(self, base: _Found, name: str, node: nodes.Node) -> _Found:
        if isinstance(base, _Unknown):
            return base
        if isinstance(base, Mapping) and name in base:
            return _opened(base[name])
        if name in EVERYWHERE:
            return _UNKNOWN
        choices = base if isinstance(base, Mapping) else ()
        hint = _near(name, choices)
        if isinstance(base, Sequence):
            hint = "It is a list: go through it with {%p for or {%tr for"
        self._add("unknown-name", f"asks for ‘{name}’, which does not exist there", hint, node)
        return _UNKNOWN

    def _indexed(self, node: nodes.Getitem, scope: dict[str, _Found]) -> _Found:
        """Give an item or a slice of rows, `rows[0]` and `rows[1:]`."""
        base = self.find(node.node, scope)
        for child in node.arg.iter_child_nodes():
            self.find(child, scope)
        if not isinstance(base, Sequence):
            return _UNKNOWN
        if isinstance(node.arg, nodes.Slice):
            return base
        whole = isinstance(node.arg, nodes.Const) and isinstance(node.arg.value, int)
        return self._item(base, node) if whole else _UNKNOWN

    def _filter(self, node: nodes.Filter, scope: dict[str, _Found]) -> _Found:
        base = _UNKNOWN if node.node is None else self.find(node.node, scope)
        for argument in (*node.args, *(keyword.value for keyword in node.kwargs)):
            self.find(argument, scope)
        named = [item.value for item in node.args[:1] if isinstance(item, nodes.Const)]
        named = named if node.name in _BY_ATTRIBUTE else []
        named += [
            item.value.value
            for item in node.kwargs
            if item.key == "attribute" and isinstance(item.value, nodes.Const)
        ]
        if named and isinstance(base, Sequence):
            found = self._item(base, node)
            for step in str(named[0]).split("."):
                found = self._attribute(found, step, node)
        if node.name in _SAME_ROWS:
            return base
        return self._item(base, node) if node.name in _ONE_ROW and isinstance(base, Sequence) else _UNKNOWN

    def _add(self, code: str, what: str, hint: str, node: nodes.Node) -> None:
        index = node.lineno - 2
        tag = self.on_line[index] if 0 <= index < len(self.on_line) else Tag("expression", "", "")
        place = Place(self.source, "", tag.words)
        problem = Problem("error", code, f"{tag.shown or 'A tag'} {what}", hint, place)
        if problem not in self.problems:
            self.problems.append(problem)


def names_of_expression(node: nodes.Node | None, names: Mapping[str, Names]) -> Names:
    """Give the names that an expression's value has, None where it has none or that can't be told."""
    if node is None:
        return None
    found = _Checker((), "").find(node, dict(names))
    return None if isinstance(found, _Unknown) else found


def _opened(names: Names) -> Names:
    return names() if callable(names) else names


def _near(name: str, choices: Mapping[str, object] | Sequence[object]) -> str:
    close = get_close_matches(name, [str(choice) for choice in choices], 1)
    return f"Did you mean ‘{close[0]}’?" if close else ""
