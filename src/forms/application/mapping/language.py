"""The language of a mapping's expressions: that of templates, printing plain text instead of Word's XML.

Beside what templates have there are four filters, for values that a form wants in pieces:

- `date("dd/mm/yyyy")`: a date in the form's own writing (see `write_date`);
- `street`: an address's lines without its postcode;
- `line(2)`: the second line of an address or text, empty if there is none;
- `lines_from(3)`: the third line and all that follow, with commas between them.

A list's item that the case doesn't have (`case.children[3]` of two children) is empty, and so is everything
in it, because a form has a fixed number of places for them.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from jinja2 import ChainableUndefined, TemplateSyntaxError, Undefined, nodes, pass_context
from jinja2.runtime import Context

from forms.domain import wording
from forms.domain.nodes import DEFAULT_ABSENT, Node
from forms.domain.presentation import URGENT_ABSENT, Group, Rows, Shown, Style, shown, wrap
from forms.formats.word.environment import TemplateEnvironment
from forms.formats.word.values import text_of

DATES, NOTES, UNKNOWN = "_dates", "_notes", "_unknown"
"""Names in a rendering's context: the form's writing of dates (and whether it is this place's own), the list
that takes what a place could not show, and what the form wants where the case says nothing."""

_ROOTS = frozenset({"case", "paper", "profile"})
_TOKEN = re.compile(r"d{1,2}|m{1,4}|y{4}|y{2}", re.IGNORECASE)
_PATTERN = re.compile(r"(?:d{1,2}|m{1,4}|y{4}|y{2}|[ /.,-]){1,20}", re.IGNORECASE)
_PART = re.compile(r"(\d{4})(?:-(\d{2}))?(?:-(\d{2}))?")
_EMPTY = Style(blank=True)
_NOTHING_SAID = frozenset({DEFAULT_ABSENT, URGENT_ABSENT})

Rendered = Callable[[dict[str, object]], str]
Worked = Callable[[dict[str, object]], object]


class Nothing(ChainableUndefined):
    """What a list hasn't: prints nothing, is false, and so is every part of it."""

    __slots__ = ()
    state = "absent"
    given = False


def is_pattern(pattern: str) -> bool:
    """Tell whether a text is a writing of dates: day, month, year as d, dd, m, mm, mmm, mmmm, yy, yyyy."""
    return bool(_PATTERN.fullmatch(pattern) and _TOKEN.search(pattern))


def write_date(value: object, pattern: str) -> tuple[str, str]:
    """Write a date as a form wants it.

    Args:
        value: A date, a part of one, or anything else (which prints as it always does).
        pattern: Day, month and year as `d dd m mm mmm mmmm yy yyyy`, with spaces and `/ . , -` between.

    Returns:
        The text, and what it leaves out of the date ("" if nothing). A whole date that isn't known to the day
        is written in words, as far as it is known; a box for the day alone is then empty.
    """
    text = text_of(value)
    known = wording.read_part_date(text)
    about = isinstance(known, dict)
    iso = known["about"] if isinstance(known, dict) else known
    tokens = [token[0][0].lower() for token in _TOKEN.finditer(pattern)]
    alone = len(set(tokens)) == 1
    if iso is None:
        missing = getattr(value, "state", "given") not in ("given", "absent")
        return ("", "what is said instead of a date") if alone and missing else (text, "")
    parts = _PART.fullmatch(iso)
    assert parts is not None
    have = {"y": parts[1], "m": parts[2], "d": parts[3]}
    if not alone and (about or any(have[token] is None for token in tokens)):
        return text, ""
    if have[tokens[0]] is None:
        return "", f"the date, as its {_NAMES[tokens[0]]} is not known"
    return _TOKEN.sub(lambda found: _written(found[0], have), pattern), "“about”" if about else ""


_NAMES = {"y": "year", "m": "month", "d": "day"}


def _written(token: str, have: dict[str, str | Any]) -> str:
    number = int(have[token[0].lower()])
    if token[0] in "yY":
        return f"{number:04}"[-len(token) :]
    if len(token) > 2:
        name = wording.MONTHS[number - 1]
        return name if len(token) == 4 else name[:3]
    return f"{number:0{len(token)}}"


def street(value: object) -> str:
    """Give an address's lines without its postcode, one to a line."""
    if not isinstance(value, Shown):
        return text_of(value)
    lines = value.lines.split("\n")
    if value.state != "given":
        return value.lines
    code = str(value.postcode) if value.postcode.state == "given" else ""
    return "\n".join(line for line in lines if not code or line != wording.postcode_words(code))


def line(value: object, number: int) -> str:
    """Give one line of an address or a text, counted from 1; nothing if there is none."""
    lines = _lines(value)
    return lines[number - 1] if 0 < number <= len(lines) else ""


def lines_from(value: object, number: int) -> str:
    """Give a line and all that follow it, with commas between them."""
    return ", ".join(each.rstrip(",") for each in _lines(value)[max(number, 1) - 1 :])


def _lines(value: object) -> list[str]:
    text = value.lines if isinstance(value, Shown | Rows) else text_of(value)
    return text.split("\n")


def first(values: Iterable[object]) -> object:
    """Give the first of a list, or nothing of an empty one."""
    if isinstance(values, Rows) and not values:
        return _beyond(values)
    return next(iter(values), Nothing())


def last(values: Sequence[object]) -> object:
    """Give the last of a list, or nothing of an empty one."""
    if isinstance(values, Rows) and not values:
        return _beyond(values)
    found = list(values)
    return found[-1] if found else Nothing()


def _beyond(values: Rows) -> object:
    """Give an item that a list hasn't: every property of it is there, and empty."""
    return wrap(None, values._node.items or Node(""), _EMPTY)


@pass_context
def _date(context: Context, value: object, pattern: str) -> str:
    return _dated(context, value, pattern)


def _dated(context: Context, value: object, pattern: str) -> str:
    text, lost = write_date(value, pattern)
    if lost and isinstance(notes := context.get(NOTES), list):
        notes.append(lost)
    return text


@pass_context
def _finish(context: Context, value: object) -> str:
    """Print what `{{ … }}` gives; dates in the form's writing."""
    if isinstance(value, bool):
        return wording.yes_no_words(value)
    pattern, own = context.get(DATES) or ("", False)
    if pattern and isinstance(value, Shown) and (own or wording.read_date(str(value)) == (value.iso or "no")):
        return _dated(context, value, pattern)
    return words_for(value, str(context.get(UNKNOWN) or ""))


def words_for(value: object, unknown: str) -> str:
    """Give a value's text; what the form wants (`NK`), where the case says nothing and we would say so."""
    text = text_of(value)
    return unknown if unknown and text in _NOTHING_SAID and getattr(value, "state", "") == "absent" else text


class MappingEnvironment(TemplateEnvironment):
    """Jinja as mappings may use it: as strict and as closed as for templates."""

    def __init__(self) -> None:
        super().__init__()
        self.autoescape = False
        self.finalize = _finish
        self.keep_trailing_newline = False
        self.filters = {name: item for name, item in self.filters.items() if not name.startswith("_")}
        self.filters |= {"date": _date, "street": street, "line": line, "lines_from": lines_from}
        self.filters |= {"first": first, "last": last}

    def getattr(self, obj: Any, attribute: str) -> Any:  # noqa: ANN401 - the signature is Jinja's
        """Read an attribute; a part that a name or an address hasn't prints nothing beside the parts it has."""
        if type(obj) is Nothing:
            return obj
        found = super().getattr(obj, attribute)
        if type(obj) is Shown and type(found) is Shown and obj.state == "given" and not found.given:
            return shown(None, label=found.label)
        return found

    def getitem(self, obj: Any, argument: Any) -> Any:  # noqa: ANN401 - the signature is Jinja's
        """Take an item; what a list hasn't is empty."""
        if isinstance(obj, tuple | list) and type(argument) is int and not -len(obj) <= argument < len(obj):
            return _beyond(obj) if isinstance(obj, Rows) else Nothing()
        return super().getitem(obj, argument)


ENVIRONMENT = MappingEnvironment()
"""The one environment: it holds no state of any form."""


def compile_text(source: str) -> Rendered:
    """Compile a text with `{{ … }}` in it; raises `jinja2.TemplateSyntaxError`."""
    template = ENVIRONMENT.from_string(source)
    return template.render


def compile_value(source: str) -> Worked:
    """Compile an expression without braces, which gives a value; raises `jinja2.TemplateSyntaxError`."""
    if not source.strip():
        raise TemplateSyntaxError("there is no expression", 1)
    compiled = ENVIRONMENT.compile_expression(source, undefined_to_none=False)
    return lambda context: compiled(context)


# ── What an expression asks for ─────────────────────────────────────────────────────────────────────────────

Path = tuple[str | int, ...]
"""A name and its steps: `case.children[0].name` is ("case", "children", 0, "name")."""


def parse(source: str, *, text: bool) -> nodes.Template:
    """Parse a text with `{{ … }}`, or an expression without braces; raises `jinja2.TemplateSyntaxError`."""
    return ENVIRONMENT.parse(source if text else f"{{{{ {source} }}}}")


def paths_in(tree: nodes.Node) -> tuple[Path, ...]:
    """Give the names that an expression asks for, each with all its steps, in order; loops' own left out."""
    bound = {
        name.name
        for loop in tree.find_all((nodes.For, nodes.With, nodes.Assign))
        for name in loop.find_all(nodes.Name)
        if name.ctx == "store"
    }
    found: dict[Path, None] = {}
    _collect(tree, found)
    return tuple(path for path in found if path[0] not in bound | {"loop", "tick"})


def ways_in(tree: nodes.Template) -> tuple[tuple[Path, ...], tuple[Worked, ...]]:
    """Give the names that an expression asks for by name alone, and what gives those that it first chooses.

    `(case.adults | selectattr("carer") | list)[0].telephone` is one of the latter: that the case has adults
    says nothing on whether it has that number. What only a condition asks for is not among either.
    """
    chosen: list[nodes.Expr] = []
    found: dict[Path, None] = {}
    _collect(tree, found, chosen)
    loose = set(paths_in(tree))
    return tuple(path for path in found if path in loose), tuple(compile_node(node) for node in chosen)


def compile_node(node: nodes.Expr) -> Worked:
    """Compile an expression that was part of another."""
    target = nodes.Assign(nodes.Name("result", "store"), copy.deepcopy(node))
    template = ENVIRONMENT.from_string(nodes.Template([target.set_lineno(1)], lineno=1))
    return lambda context: template.make_module(context).__dict__["result"]


def _collect(node: nodes.Node, found: dict[Path, None], chosen: list[nodes.Expr] | None = None) -> None:
    path = path_of(node)
    if path is not None:
        found[path] = None
        return
    if chosen is not None and isinstance(node, nodes.Getattr | nodes.Getitem) and _chooses(node):
        chosen.append(node)
        return
    unprinted = (
        ("test",) if chosen is not None else ()
    )  # a condition decides what is printed and is not printed
    for child in node.iter_child_nodes(exclude=unprinted):
        _collect(child, found, chosen)


def _chooses(node: nodes.Node) -> bool:
    """Tell whether a way leads through filters over a path, and asks for nothing else on it."""
    while isinstance(node, nodes.Getattr | nodes.Getitem | nodes.Filter):
        if node.node is None or (isinstance(node, nodes.Getitem) and not isinstance(node.arg, nodes.Const)):
            return False
        node = node.node
    return isinstance(node, nodes.Name) and node.name in _ROOTS


def path_of(node: nodes.Node) -> Path | None:
    """Give the path that a node is, or None where it is something else."""
    if isinstance(node, nodes.Name):
        return (node.name,) if node.ctx == "load" else None
    if isinstance(node, nodes.Getattr):
        base = path_of(node.node)
        return None if base is None else (*base, node.attr)
    if isinstance(node, nodes.Getitem) and isinstance(node.arg, nodes.Const):
        base = path_of(node.node)
        return None if base is None or not isinstance(node.arg.value, int | str) else (*base, node.arg.value)
    return None


def value_at(path: Path, context: dict[str, object]) -> object:
    """Give what stands at a path, or None where the path leads nowhere in this context."""
    value = context.get(str(path[0]))
    for part in path[1:]:
        if value is None:
            return None
        value = ENVIRONMENT.getitem(value, part) if isinstance(part, int) else ENVIRONMENT.getattr(value, part)
        if isinstance(value, Undefined) and not isinstance(value, Nothing):
            return None
    return value


def state_at(path: Path, context: dict[str, object]) -> str:
    """Give the state of what stands at a path: as `Shown.state`, `slot` for an item that the list hasn't."""
    return state_of_found(value_at(path, context))


def state_of_found(value: object) -> str:
    """Give the state of something that an expression came to, as `state_at`."""
    if isinstance(value, Nothing):
        return "slot"
    if isinstance(value, Shown | Group | Rows):
        style = value._style
        if style.blank:
            return "slot"
        return str(value.state) if not isinstance(value, Group) else ("given" if value else "absent")
    return "given" if value not in (None, "") else "absent"
