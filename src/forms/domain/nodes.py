"""A schema, compiled for walking: what each property is called, how it prints, and who may see it.

Validation asks a JSON Schema questions; labels, printing and visibility want the schema's *structure*. So
each schema is compiled once into a tree of `Node`s, references resolved and annotations merged (the
property's own before those of what it refers to). Everything that goes through schema and case side by side
goes through here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Literal

from msgspec import Struct, field
from msgspec.structs import replace

from forms.domain.case import step, steps
from forms.domain.references import BrokenReferenceError, Found, Raw, Resolver, Schemas
from forms.foundation.errors import ArtefactError
from forms.foundation.problems import Place, Problem

Kind = Literal["object", "array", "value"]

PRINTS = (
    "text",
    "date",
    "part_date",
    "time",
    "date_time",
    "name",
    "address",
    "words",
    "yes_no",
    "number",
    "telephone",
)
DEFAULT_ABSENT = "Not stated"
_UNKNOWN = {"not_known", "not_applicable"}
LATER = "x-later"
"""In an object's schema: its properties are compiled when first asked for. Only the program sets it."""
_NOTHING: Mapping[str, Any] = MappingProxyType({})
_BRANCHES = ("then", "else")
_CHOICES = ("allOf", "anyOf", "oneOf")


class Node(Struct, frozen=True, eq=False):
    """What a schema says about one place.

    `kind` is `value` for everything that prints as one thing, also objects with `x-print`. `absent` is None
    where the schema has no `x-absent`. `audiences` is None unless this very place is annotated (it holds for
    the subtree); `lay` holds for this place alone. `unknown`: "not known" and "not applicable" may stand
    here instead of a value. `options` are the codes of an `enum`.
    """

    title: str
    kind: Kind = "value"
    prints: str = "text"
    words: Mapping[str, str] = field(default_factory=dict)
    options: tuple[str, ...] = ()
    absent: str | None = None
    audiences: tuple[str, ...] | None = None
    lay: tuple[str, ...] = ()
    warn: tuple[str, ...] = ()
    rows: int = 0
    unknown: bool = False
    example: str = ""
    properties: Mapping[str, Node] = field(default_factory=dict)
    items: Node | None = None

    def at(self, path: Sequence[str | int]) -> Node | None:
        """Give the node at a path below this one, or None where the schema has nothing."""
        node: Node | None = self
        for part in path:
            if node is None:
                return None
            node = node.items if node.kind == "array" else node.properties.get(str(part))
        return node


class Later(Mapping[str, Node]):
    """Nodes by name, each made when it is first asked for."""

    def __init__(self, names: Iterable[str], make: Callable[[str], Node]) -> None:
        """Take the names there are, and what makes the node of one."""
        self._names = tuple(names)
        self._make = make
        self._made: dict[str, Node] = {}

    def __getitem__(self, name: str) -> Node:
        if name not in self._made:
            if name not in self._names:
                raise KeyError(name)
            self._made[name] = self._make(name)
        return self._made[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)


def is_unknown(value: object) -> bool:
    """Tell whether a value is `{"not_known": …}` or `{"not_applicable": true}`."""
    # Asked for every value: a dict is told by its type, as asking for the abstract class takes far longer.
    if type(value) is not dict and (isinstance(value, str) or not isinstance(value, Mapping)):
        return False
    return len(value) == 1 and next(iter(value)) in _UNKNOWN


WITHHELD: Mapping[str, bool] = MappingProxyType({"withheld": True})
"""Stands in a view where professionals are told that something is withheld; no schema allows it in a case."""


def is_withheld(value: object) -> bool:
    """Tell whether a value of a view says that it is withheld."""
    if type(value) is not dict and (isinstance(value, str) or not isinstance(value, Mapping)):
        return False
    return len(value) == 1 and value.get("withheld") is True


def walk(node: Node, value: object, pointer: str = "") -> Iterator[tuple[str, Node, object]]:
    """Give (pointer, node, value) for each place of a value that the schema describes, parents first.

    A place that holds "not known" is given as it is and not entered; neither is a value (`Node.kind`).
    """
    found: list[tuple[str, Node, object]] = []
    _walk(node, value, pointer, found)
    return iter(found)


def _walk(node: Node, value: object, pointer: str, found: list[tuple[str, Node, object]]) -> None:
    # A list that is filled: generators inside each other would pass every place up through all levels.
    found.append((pointer, node, value))
    kind = node.kind
    if kind == "value":
        return
    if kind == "object":
        if (type(value) is dict or isinstance(value, Mapping)) and not is_unknown(value):
            find = node.properties.get
            for key, item in value.items():
                below = find(key)
                if below is None:
                    continue
                place = f"{pointer}/{key}" if key.isidentifier() else step(pointer, key)
                if below.kind == "value":
                    found.append((place, below, item))
                else:
                    _walk(below, item, place, found)
    elif isinstance(value, list) and node.items is not None:
        for index, item in enumerate(value):
            _walk(node.items, item, f"{pointer}/{index}", found)


def places(node: Node, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Node]]:
    """Give every place of the schema with its path; `*` stands for the items of a list."""
    yield path, node
    for key, below in node.properties.items():
        yield from places(below, (*path, key))
    if node.items is not None:
        yield from places(node.items, (*path, "*"))


def label(root: Node, pointer: str) -> str:
    """Give a place in words: `/children/1/date_of_birth` is "Children, 2nd: Date of birth".

    Steps that the schema doesn't have are left out.
    """
    words: list[str] = []
    node: Node | None = root
    for part in steps(pointer):
        if node is None:
            break
        if node.kind == "array":
            node = node.items
            if words and part.isdigit():
                words[-1] += f", {ordinal(int(part) + 1)}"
        else:
            node = node.properties.get(part)
            if node is not None and node.title:
                words.append(node.title)
    return ": ".join(words)


def ordinal(number: int) -> str:
    """Give 1st, 2nd, 3rd, 4th, 11th, 21st and so on."""
    ending = "th" if number % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"


Compiled = dict[tuple[int, str], tuple[Raw, Node]]
"""What was made of schemas that several places refer to, by the schema's identity and the label given to it."""


def compile_node(schemas: Schemas, reference: str, compiled: Compiled | None = None) -> Node:
    """Compile the schema at a reference (`case.schema.json`, `referral.schema.json#/$defs/part`).

    Raises:
        ArtefactError: If a reference leads nowhere or a schema holds itself.
    """
    resolver = schemas.resolver()
    resolved = _look_up(resolver, reference)
    known = {} if compiled is None else compiled
    return _compile(resolved.contents, resolved.resolver, "", (reference,), known)


def with_properties(node: Node, properties: Mapping[str, Node]) -> Node:
    """Give an object node with further properties."""
    return replace(node, kind="object", properties={**node.properties, **properties})


def humanise(name: str) -> str:
    """Make a label of a property's name where a schema gives no title."""
    return name.replace("_", " ").replace("-", " ").strip().capitalize()


def _look_up(resolver: Resolver, reference: str) -> Found:
    try:
        return resolver.lookup(reference)
    except BrokenReferenceError:
        raise ArtefactError(
            Problem(
                "error",
                "broken-reference",
                f"A schema refers to `{reference}`, which is not there",
                "Correct the $ref, or add the schema",
                Place(reference.partition("#")[0]),
            )
        ) from None


def _compile(schema: Raw, resolver: Resolver, title: str, trail: tuple[str, ...], compiled: Compiled) -> Node:
    key = (id(schema), title)
    if key not in compiled:
        # The schema is kept beside its node, so that no other can come to stand at its address.
        compiled[key] = (schema, _compile_anew(schema, resolver, title, trail, compiled))
    return compiled[key][1]


def _compile_anew(
    schema: Raw, resolver: Resolver, title: str, trail: tuple[str, ...], compiled: Compiled
) -> Node:
    layers, unknown, trail = _layers(schema, resolver, trail)
    if len(layers) == 1:
        own = layers[0][0]
    else:
        own = {}
        for layer, _ in reversed(layers):  # the nearest wins
            own.update(layer)
    properties: Mapping[str, Node] = _NOTHING
    items: Node | None = None
    if "properties" in own or "items" in own:
        properties, items = _below(layers, trail, compiled)
    words, audiences = own.get("x-words"), own.get("x-audiences")
    return Node(
        title=own.get("title", title),
        kind=_kind(own, properties, items),
        prints=_prints(own),
        words=MappingProxyType(dict(words)) if words else _NOTHING,
        options=tuple(map(str, own["enum"])) if "enum" in own else (),
        absent=own.get("x-absent"),
        audiences=None if audiences is None else tuple(audiences),
        lay=tuple(own.get("x-lay", ())),
        warn=tuple(own.get("x-warn", ())),
        rows=own.get("x-rows", 0),
        unknown=unknown,
        example=str(own["examples"][0]) if "examples" in own else "",
        properties=properties,
        items=items,
    )


def _below(
    layers: Sequence[_Layer], trail: tuple[str, ...], compiled: Compiled
) -> tuple[Mapping[str, Node], Node | None]:
    """Compile the properties and the items of all layers; of two with one name the nearest wins."""
    found: dict[str, tuple[Raw, Resolver]] = {}
    items: Node | None = None
    for layer, where in layers:
        for key, schema in (layer.get("properties") or {}).items():
            found.setdefault(key, (schema, where))
        if items is None and isinstance(layer.get("items"), Mapping):
            items = _compile(layer["items"], where, "", trail, compiled)

    def make(key: str) -> Node:
        schema, where = found[key]
        return _compile(schema, where, humanise(key), trail, compiled)

    if any(layer.get(LATER) for layer, _ in layers):
        return Later(found, make), items
    return {key: make(key) for key in found}, items


_Layer = tuple[Mapping[str, Any], Resolver]
"""A schema, and what looks up its references."""


def _layers(
    schema: Raw, resolver: Resolver, trail: tuple[str, ...]
) -> tuple[list[_Layer], bool, tuple[str, ...]]:
    """Give the schema and all that it takes in at the same place, the nearest first."""
    layers: list[_Layer] = []
    unknown = False
    todo: list[tuple[Raw, Resolver]] = [(schema, resolver)]
    for layer, where in todo:  # which grows
        if type(layer) is not dict and not isinstance(layer, Mapping):
            continue
        names = layer.get("properties")
        if names and not _UNKNOWN.isdisjoint(names):
            unknown = True
            if _UNKNOWN.issuperset(names):
                continue
        layers.append((layer, where))
        reference = layer.get("$ref")
        if isinstance(reference, str):
            resolved = _look_up(where, reference)
            name = f"{id(resolved.contents)}"
            if trail.count(name) > 1:
                raise ArtefactError(
                    Problem(
                        "error",
                        "endless-schema",
                        f"The schema at `{reference}` holds itself",
                        "A case has no endless nesting: spell the levels out",
                        Place(reference),
                    )
                )
            trail = (*trail, name)
            todo.append((resolved.contents, resolved.resolver))
        for key in _BRANCHES:
            if key in layer:
                todo.append((layer[key], where))
        for key in _CHOICES:
            if key in layer:
                todo += [(branch, where) for branch in layer[key]]
    return layers, unknown, trail


def _kind(own: Mapping[str, Any], properties: Mapping[str, Node], items: Node | None) -> Kind:
    if "x-print" in own:
        return "value"
    if items is not None:
        return "array"
    return "object" if properties else "value"


def _prints(own: Mapping[str, Any]) -> str:
    given = own.get("x-print")
    if given is not None:
        if given not in PRINTS:
            raise ArtefactError(
                Problem(
                    "error",
                    "unknown-print",
                    f"`x-print` has an unknown name: {given}",
                    "It may be " + ", ".join(PRINTS),
                )
            )
        return str(given)
    types = own.get("type", "string")
    types = [types] if isinstance(types, str) else types
    by_format = {"date": "date", "time": "time", "date-time": "date_time"}
    form = own.get("format", "")
    if form in by_format:
        return by_format[form]
    if "boolean" in types:
        return "yes_no"
    return "number" if "integer" in types or "number" in types else "text"
