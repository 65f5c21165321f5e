"""What templates see: every property of the schema, wrapped so that it prints, compares and tests sensibly.

A template may use any property, present or not. `Group` stands for an object, `Rows` for a list, `Shown` for
one value. They are made when they are first asked for, because a template uses few of the vocabulary's
hundreds of properties. They run in a sandbox: nothing but the attributes named here can be reached from
them, nothing can be called, and their `repr` shows no value.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from functools import lru_cache
from types import MappingProxyType
from typing import Literal

from msgspec import Struct, field

from forms.domain import wording
from forms.domain.nodes import DEFAULT_ABSENT, WITHHELD, Kind, Node, is_unknown, is_withheld

State = Literal["given", "absent", "not_known", "not_applicable", "withheld"]

URGENT_ABSENT = "Not known at the time of writing"
BIRTH, AGE, EXPECTED = "date_of_birth", "age", "expected_delivery"
_TEXT = Node("")
_VALUES = (str, int, date)
_NOT_MADE = object()
_PLAIN = frozenset({bool, int, float, list})
"""What is no mapping; asking the abstract class whether it is one takes far longer."""
_NOTHING: Mapping[str, object] = {}


class Style(Struct, frozen=True):
    """How a document prints what is not there.

    `blank`: a form to be filled in; what is missing prints nothing, and lists have empty rows. `urgent`: a
    paper that gaps don't block. `on` is the day on which ages are told. `rows` overrides the schema's
    `x-rows` for a blank form, by property path ("/children").
    """

    blank: bool = False
    urgent: bool = False
    on: date | None = None
    rows: Mapping[str, int] = field(default_factory=dict)


PLAIN_STYLE = Style()


class Shown:
    """One value as a template sees it.

    `str` is the printed text, `==` compares with the raw value, `bool` is true if it is given, known and not
    `false`. Attributes: `given` (the case says something here, be it "not known"), `state`, `iso` (an ISO
    date or ""), `code` (the raw text, number or boolean, else ""), `label` (the schema's title), `lines` (the
    text with an address's lines on lines of their own). A name also has `title`, `first` (given names) and
    `family`, an address its `postcode` and other parts, each Shown.
    """

    __slots__ = ("_node", "_raw", "_state", "_style", "_text")

    def __init__(self, raw: object, node: Node = _TEXT, style: Style = PLAIN_STYLE) -> None:
        """Wrap a raw value of the case or view (None: absent)."""
        self._raw = raw
        self._node = node
        self._style = style
        self._state: State
        if type(raw) is str:  # most values are
            self._state = "given" if raw and not raw.isspace() else "absent"
        else:
            self._state = "absent" if raw is None else state_of(raw)
        self._text: str | None = None

    def __str__(self) -> str:
        text = self._text
        if text is None:  # many are only asked about
            text = self._text = _print(self._raw, self._state, self._node, self._style)
        return text

    def __bool__(self) -> bool:
        return self._state == "given" and self._raw is not False

    def __eq__(self, other: object) -> bool:
        if type(other) is str:
            return self._raw == other and self._state == "given"
        if isinstance(other, Shown):
            return self._state == other._state and self._raw == other._raw
        if isinstance(other, bool) or isinstance(self._raw, bool):
            return self._raw is other
        return self._state == "given" and self._raw == other

    def __hash__(self) -> int:
        return hash(str(self))

    def __repr__(self) -> str:
        return f"<Shown {self._state}>"

    @property
    def given(self) -> bool:
        """Whether the case says anything here."""
        return self._state != "absent"

    @property
    def state(self) -> State:
        """Which of the five states the value is in."""
        return self._state

    @property
    def label(self) -> str:
        """The schema's title."""
        return self._node.title

    @property
    def code(self) -> str | int | float | bool:
        """The raw value, if it is one text, number or boolean."""
        return self._raw if self._state == "given" and isinstance(self._raw, str | int | float) else ""

    @property
    def iso(self) -> str:
        """The value as an ISO date, if it is a full one."""
        if self._state != "given" or not isinstance(self._raw, str):
            return ""
        if self._node.prints == "date_time":
            return wording.read_date(str(self).partition(" at ")[0]) or ""
        exact = self._node.prints in ("date", "part_date") and wording.read_date(str(self)) is not None
        return self._raw if exact else ""

    @property
    def lines(self) -> str:
        """The printed text, an address line by line."""
        if self._state == "given" and self._node.prints == "address" and isinstance(self._raw, Mapping):
            return "\n".join(_address(self._raw, self._node))
        return str(self)

    def __getattr__(self, name: str) -> Shown:
        """Give a part of a name or an address."""
        if name.startswith("_"):
            raise AttributeError(name)
        key = "given" if name == "first" and self._node.prints == "name" else name
        node = self._node.properties.get(key)
        if node is None or node.kind != "value":
            raise AttributeError(name)
        if self._state in ("given", "absent"):
            raw = self._raw.get(key) if isinstance(self._raw, Mapping) else None
            return Shown(raw, node, self._style)
        return Shown(self._raw, node, self._style)


class Rows(tuple["Group | Shown", ...]):
    """A list as a template sees it: a tuple of `Group` or `Shown`.

    `str` joins what is printed with ", ", `lines` with newlines; an empty list prints what its schema says
    for absent. `given`, `state` and `label` as for `Shown`; `words` joins with commas and "and".
    """

    _node: Node
    _style: Style
    _raw: object

    def __new__(
        cls,
        items: Iterable[Group | Shown],
        node: Node = _TEXT,
        style: Style = PLAIN_STYLE,
        raw: object = None,
    ) -> Rows:
        """Make the list of its wrapped items; `raw` is the list as it stands in the view."""
        made = super().__new__(cls, items)
        made._node, made._style, made._raw = node, style, raw
        return made

    def __str__(self) -> str:
        return ", ".join(self._texts()) or self._absent()

    def __repr__(self) -> str:
        return f"<Rows {len(self)}>"

    @property
    def lines(self) -> str:
        """The items' texts, one to a line."""
        return "\n".join(self._texts()) or self._absent()

    @property
    def words(self) -> str:
        """The items' texts as a phrase: "a, b and c"."""
        return wording.list_words(self._texts()) or self._absent()

    @property
    def given(self) -> bool:
        """Whether the case says anything here."""
        return self.state != "absent"

    @property
    def state(self) -> State:
        """Which of the five states the list is in; an empty one is absent."""
        return "absent" if self._raw == [] else state_of(self._raw)

    @property
    def label(self) -> str:
        """The schema's title."""
        return self._node.title

    def _texts(self) -> list[str]:
        if is_withheld(self._raw):
            return []
        return [text for text in map(str, self) if text]

    def _absent(self) -> str:
        raw = None if isinstance(self._raw, list) else self._raw
        return _print(raw, state_of(raw), self._node, self._style)


class Group:
    """An object as a template sees it: an attribute for each property of its schema, present or not.

    `bool` is true if anything in it is given. A person with a date of birth also has `born` ("3 May 2015 (age
    11)", "about 2015", "expected 3 May 2027", "age 11") and `age`. `given`, `state` and `label` as for
    `Shown`, unless the schema has a property of that name.
    """

    __slots__ = ("_data", "_extra", "_made", "_node", "_path", "_shut", "_style")

    def __init__(self, data: object, node: Node, style: Style, path: str = "") -> None:
        """Wrap an object of the view (None: absent); `path` is its property path, for blank rows."""
        self._data = data
        self._node = node
        self._style = style
        self._path = path
        # Only an object with one property may say that it is withheld or unknown.
        self._shut = (type(data) is not dict or len(data) == 1) and (is_withheld(data) or is_unknown(data))
        self._made: dict[str, object] = {}
        self._extra: Mapping[str, object] = _NOTHING

    def __getattr__(self, name: str) -> object:
        """Give a property, wrapped."""
        value = self._made.get(name, _NOT_MADE)
        if value is _NOT_MADE:
            if name[0] == "_":
                raise AttributeError(name)
            value = self._made[name] = self._make(name)
        return value

    def __bool__(self) -> bool:
        return has_content(self._data) or any(self._extra.values())

    def __str__(self) -> str:
        if is_withheld(self._data) or is_unknown(self._data):
            return _print(self._data, state_of(self._data), self._node, self._style)
        values = (getattr(self, key) for key in (*self._node.properties, *self._extra))
        return ", ".join(str(value) for value in values if getattr(value, "given", False))

    def __repr__(self) -> str:
        return f"<Group {self._node.title}>"

    def _text_of(self, name: str) -> str | None:
        """Give the text of a property that is one value, as printing it would; None for all else.

        Most properties that a template uses it only prints.
        """
        node = self._node.properties.get(name)
        if node is None or node.kind != "value" or name == AGE or name in self._extra:
            return None
        data = self._data
        raw = data.get(name) if type(data) is dict and not self._shut else self._raw(name)
        if type(raw) is str and raw and not raw.isspace():
            prints = node.prints
            return raw if prints == "text" and "\r" not in raw else _print_text(raw, node)
        return _print(raw, state_of(raw), node, self._style)

    def _make(self, name: str) -> object:
        if name in self._extra:
            return self._extra[name]
        node = self._node.properties.get(name)
        if node is not None and node.kind == "value" and name != AGE:
            data = self._data
            raw = data.get(name) if type(data) is dict and not self._shut else self._raw(name)
            return Shown(raw, node, self._style)
        if name in (BIRTH, AGE, "born") and BIRTH in self._node.properties and name != BIRTH:
            return self._born() if name == "born" else self._age()
        if node is None:
            return self._special(name)
        return wrap(self._raw(name), node, self._style, f"{self._path}/{name}")

    def _raw(self, name: str) -> object:
        """Give a property's raw value; in an object that is withheld or unknown, each of its properties is."""
        if self._shut:
            return self._data
        data = self._data
        return data.get(name) if type(data) is dict or isinstance(data, Mapping) else None

    def _special(self, name: str) -> object:
        if name == "label":
            return self._node.title
        if name == "state":
            return state_of(self._data) if has_content(self._data) or is_unknown(self._data) else "absent"
        if name == "given":
            return has_content(self._data) or is_unknown(self._data)
        raise AttributeError(name)

    def _born(self) -> Shown:
        node, on = self._node.properties[BIRTH], self._style.on
        birth, age, expected = self._raw(BIRTH), self._raw(AGE), self._raw(EXPECTED)
        if state_of(birth) == "given":
            words = wording.part_date_words(birth)
            years = wording.age_words(birth, on) if on and isinstance(birth, str) else ""
            return _computed(f"{words} (age {years})" if years else words, node, self._style)
        if state_of(expected) == "given":
            return _computed(f"expected {wording.part_date_words(expected)}", node, self._style)
        if state_of(age) == "given":
            return _computed(f"age {age}", node, self._style)
        return Shown(birth, node, self._style)

    def _age(self) -> Shown:
        birth, age = self._raw(BIRTH), self._raw(AGE)
        node = self._node.properties.get(AGE, self._node.properties[BIRTH])
        if state_of(birth) == "given" and self._style.on is not None:
            words = wording.age_words(birth, self._style.on)
            if words:
                return _computed(words, node, self._style)
        if state_of(age) != "absent":
            return Shown(age, Node(node.title), self._style)
        expected = wording.latest(self._raw(EXPECTED))
        if expected is not None and (self._style.on is None or expected >= self._style.on):
            return _computed("Unborn", node, self._style)
        return Shown(birth if state_of(birth) != "given" else None, node, self._style)


def complete(data: object, node: Node, style: Style = PLAIN_STYLE, path: str = "") -> Group:
    """Wrap an object so that a template may use every property of its schema.

    Args:
        data: The view's object (a case, a paper's part, a profile), or None.
        node: Its compiled schema.
        style: How to print what isn't there.
        path: The object's property path in the case, for `Style.rows`.
    """
    return Group(data, node, style, path)


def wrap(raw: object, node: Node, style: Style, path: str = "") -> Group | Rows | Shown:
    """Wrap anything that a schema describes."""
    if node.kind == "object":
        return Group(raw, node, style, path)
    if node.kind == "array":
        return _rows(raw, node, style, path)
    return Shown(raw, node, style)


def shown(value: object, prints: str = "text", label: str = "", absent: str = "") -> Shown:
    """Wrap a value that is no property of the case (a recipient's team, the issue date)."""
    if isinstance(value, date):
        value, prints = value.isoformat(), "date"
    return Shown(value, _own_node(prints, label, absent))


@lru_cache(maxsize=256)
def _own_node(prints: str, label: str, absent: str, kind: Kind = "value") -> Node:
    # By words of the program and of schemas alone: no label is of a case.
    return Node(label, kind, prints, absent=absent, properties=_PARTS.get(prints, {}))


def group(values: Mapping[str, object], label: str = "") -> Group:
    """Make a group of values that are no part of the case; texts and dates are wrapped, booleans stay."""
    wrapped = {}
    for name, value in values.items():
        plain = value is None or (isinstance(value, _VALUES) and not isinstance(value, bool))
        wrapped[name] = shown(value) if plain else value
    made = Group({}, _own_node("text", label, "", "object"), PLAIN_STYLE)
    made._extra = wrapped
    return made


def rows(items: Iterable[Group | Shown], label: str = "") -> Rows:
    """Make a list of values that are no part of the case."""
    kept = tuple(items)
    return Rows(kept, _own_node("text", label, "", "array"), PLAIN_STYLE, [None] * len(kept))


def extend(base: Group, values: Mapping[str, object]) -> Group:
    """Give a group with further attributes beside its schema's (`paper.annex`)."""
    made = Group(base._data, base._node, base._style, base._path)
    made._extra = {**base._extra, **values}
    return made


def state_of(raw: object) -> State:
    """Tell the state of a raw value of the view; blank text is absent."""
    if raw is None:
        return "absent"
    if isinstance(raw, str):
        return "given" if raw and not raw.isspace() else "absent"
    if type(raw) is dict or (type(raw) not in _PLAIN and isinstance(raw, Mapping)):
        if not raw:
            return "absent"
        if is_withheld(raw):
            return "withheld"
        if is_unknown(raw):
            return "not_known" if "not_known" in raw else "not_applicable"
    return "given"


def has_content(raw: object) -> bool:
    """Tell whether anything in a raw value is given (or said to be withheld)."""
    if isinstance(raw, str):
        return bool(raw.strip())
    if isinstance(raw, Mapping):
        return is_withheld(raw) or (not is_unknown(raw) and any(has_content(item) for item in raw.values()))
    if isinstance(raw, list):
        return any(has_content(item) for item in raw)
    return state_of(raw) == "given"


def printed(raw: object, node: Node, style: Style = PLAIN_STYLE) -> str:
    """Give the printed text of anything, a subtree as "label: value" lines (for the chair's annex)."""
    if node.kind == "value":
        return Shown(raw, node, style).lines
    if is_unknown(raw) or is_withheld(raw):
        return str(Shown(raw, Node(node.title), style))
    if node.kind == "array" and isinstance(raw, list) and node.items is not None:
        items = node.items
        mark = "\n" if items.kind == "value" else "\n\n"
        return mark.join(printed(item, items, style) for item in raw)
    if not isinstance(raw, Mapping):
        return ""
    lines = []
    for key, item in raw.items():
        below = node.properties.get(key)
        if below is not None and key != "id" and has_content(item):
            lines.append(f"{below.title}: {printed(item, below, style)}")
    return "\n".join(lines)


def _rows(raw: object, node: Node, style: Style, path: str) -> Rows:
    items = node.items or _TEXT
    if type(raw) is not list and is_withheld(raw):
        return Rows([_item(WITHHELD, items, style, path)], node, style, raw)
    values = raw if isinstance(raw, list) else []
    made: list[Group | Shown]
    if items.kind == "object":
        made = [Group(value, items, style, path) for value in values]
    else:
        made = [Shown(value, items, style) for value in values]
    if style.blank and not is_unknown(raw):
        wanted = style.rows.get(path, node.rows)
        made += [_item(None, items, style, path) for _ in range(wanted - len(made))]
    return Rows(made, node, style, raw)


def _item(raw: object, node: Node, style: Style, path: str) -> Group | Shown:
    """Wrap an item of a list; a list of lists prints as one value."""
    return Group(raw, node, style, path) if node.kind == "object" else Shown(raw, node, style)


def _computed(text: str, node: Node, style: Style) -> Shown:
    return Shown(text, Node(node.title), style)


def _print(raw: object, state: State, node: Node, style: Style) -> str:
    if state == "given":
        return _print_given(raw, node)
    if state == "absent":
        if style.blank:
            return ""
        if node.absent is not None:
            return node.absent
        return URGENT_ABSENT if style.urgent else DEFAULT_ABSENT
    if state == "withheld":
        return "Withheld"
    if state == "not_applicable":
        return "Not applicable"
    assert isinstance(raw, Mapping)
    reason = str(raw["not_known"]).strip()
    return f"Not known: {wording.plain_text(reason)}" if reason else "Not known"


def _print_given(raw: object, node: Node) -> str:
    if isinstance(raw, str):
        return _print_text(raw, node)
    if isinstance(raw, bool):
        return wording.yes_no_words(raw)
    if isinstance(raw, int | float):
        return wording.number_words(raw) if node.prints == "number" else str(raw)
    if type(raw) is dict or isinstance(raw, Mapping):
        if node.prints == "name":
            return wording.name_words(raw)
        if node.prints == "address":
            return ", ".join(line.rstrip(",") for line in _address(raw, node))
        if node.prints == "part_date":
            return wording.part_date_words(raw)
        return ", ".join(str(value) for value in raw.values() if isinstance(value, str | int))
    if isinstance(raw, list):
        return ", ".join(str(value) for value in raw)
    return str(raw)


def _print_text(raw: str, node: Node) -> str:
    prints = node.prints
    if prints == "words":
        return wording.code_words(raw, node.words)
    return _PRINTERS.get(prints, wording.plain_text)(raw)


def _address(raw: Mapping[str, object], node: Node) -> tuple[str, ...]:
    kind = node.properties.get("kind")
    return wording.address_lines(raw, kind.words if kind else None)


_PRINTERS = {
    "date": wording.date_words,
    "part_date": wording.part_date_words,
    "time": wording.time_words,
    "date_time": wording.date_time_words,
    "telephone": wording.telephone_words,
}
_PARTS: Mapping[str, Mapping[str, Node]] = MappingProxyType(
    {
        "name": {name: Node(name, absent="") for name in ("title", "given", "family")},
        "address": {"postcode": Node("Postcode", absent="")},
    }
)
