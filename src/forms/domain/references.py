"""Finding what a `$ref` leads to (JSON Schema core, sections 8.2.3 and 9.2), quickly.

`referencing` does this for every JSON Schema there is, and costs a third of a command's start. Ours are whole
files that point to each other's `$defs`; where that is all there is, this does it alone. A schema with an
anchor, a dynamic reference or an `$id` of a part of it makes `referencing` do all of it; and it always does
where `jsonschema` explains a fault.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import unquote, urljoin

from msgspec import Struct

if TYPE_CHECKING:
    from referencing import Registry
    from referencing.jsonschema import Schema

Raw = Any  # a schema as it stands in the file: an object, true or false

_BEYOND = frozenset({"$anchor", "$dynamicAnchor", "$dynamicRef", "$recursiveRef", "$recursiveAnchor"})


class BrokenReferenceError(LookupError):
    """A reference leads nowhere."""


class Found(Protocol):
    """What a reference led to, and how to go on from there."""

    @property
    def contents(self) -> Raw:
        """The schema."""

    @property
    def resolver(self) -> Resolver:
        """What looks up the references in it."""


class Resolver(Protocol):
    """Looks up references as seen from one schema; raises BrokenReferenceError."""

    def lookup(self, reference: str) -> Found:
        """Give what a reference leads to."""


class Schemas:
    """The schemas of a library, by file name, by `$id`, and by file name beside any other's `$id`.

    The last is for a force's own schema, which need not have an `$id`. `formats` are the formats that they
    name, each with a file that does.
    """

    def __init__(self, schemas: Mapping[str, Mapping[str, Any]]) -> None:
        """Take the schemas by file name."""
        ids = (schema["$id"] for schema in schemas.values() if isinstance(schema.get("$id"), str))
        folders = {urljoin(base, "x")[:-1] for base in ids}
        self._documents: dict[str, Mapping[str, Any]] = {}
        for name, schema in schemas.items():
            own = str(schema.get("$id", name))
            for uri in {name, own, *(urljoin(folder, name) for folder in folders)}:
                self._documents[uri.partition("#")[0]] = schema
        self.formats: dict[str, str] = {}
        self._plain = True
        for name, schema in schemas.items():
            self._look_through(name, schema)
        self._found: dict[tuple[str, str], _PlainFound] = {}
        self._registry: Registry[Schema] | None = None

    def _look_through(self, name: str, schema: Mapping[str, Any]) -> None:
        """Note the formats in a schema, and whether it holds what only `referencing` finds its way in."""
        if not _BEYOND.isdisjoint(schema):
            self._plain = False
        forms = [schema.get("format")]
        for below in objects_in(schema):
            if not _BEYOND.isdisjoint(below) or type(below.get("$id")) is str:
                self._plain = False
            if "format" in below:
                forms.append(below["format"])
        for form in forms:
            if isinstance(form, str):
                self.formats.setdefault(form, name)

    def resolver(self, base: str = "") -> Resolver:
        """Give what looks up references from a place with this base URI."""
        if self._plain:
            return _Plain(self._documents, base, self._found)
        return _Thorough(self.registry.resolver(base))

    @property
    def registry(self) -> Registry[Schema]:
        """The same schemas as `jsonschema` wants them."""
        if self._registry is None:
            from referencing import Registry
            from referencing.jsonschema import DRAFT202012

            resources = [
                (uri, DRAFT202012.create_resource(dict(schema))) for uri, schema in self._documents.items()
            ]
            empty: Registry[Schema] = Registry()
            self._registry = empty.with_resources(resources).crawl()
        return self._registry


class _Plain(Struct, frozen=True):
    """Looks up `file#/pointer` among whole documents."""

    documents: Mapping[str, Mapping[str, Any]]
    base: str
    found: dict[tuple[str, str], _PlainFound]

    def lookup(self, reference: str) -> _PlainFound:
        key = (self.base, reference)
        if key not in self.found:
            self.found[key] = self._looked_up(reference)
        return self.found[key]

    def _looked_up(self, reference: str) -> _PlainFound:
        uri, _, fragment = (urljoin(self.base, reference) if self.base else reference).partition("#")
        if uri not in self.documents or (fragment and not fragment.startswith("/")):
            raise BrokenReferenceError(reference)
        place: Raw = self.documents[uri]
        base = str(place.get("$id", uri))
        for part in unquote(fragment).split("/")[1:]:
            part = part.replace("~1", "/").replace("~0", "~")
            try:
                place = place[int(part)] if isinstance(place, list) else place[part]
            except (LookupError, TypeError, ValueError):
                raise BrokenReferenceError(reference) from None
        return _PlainFound(place, _Plain(self.documents, base, self.found))


class _PlainFound(Struct, frozen=True):
    contents: Raw
    resolver: _Plain


class _Thorough(Struct, frozen=True):
    """Looks up what `referencing` can."""

    inner: Any  # its types of a resolver and of what it found are private

    def lookup(self, reference: str) -> _ThoroughFound:
        from referencing.exceptions import Unresolvable

        try:
            found = self.inner.lookup(reference)
        except Unresolvable:
            raise BrokenReferenceError(reference) from None
        return _ThoroughFound(found.contents, _Thorough(found.resolver))


class _ThoroughFound(Struct, frozen=True):
    contents: Raw
    resolver: _Thorough


def objects_in(schema: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Give all the objects in a schema, at any depth, without itself."""
    holders: list[Any] = [list(schema.values())]
    for holder in holders:  # which grows
        if type(holder) is dict:
            yield holder
            holder = holder.values()
        holders += [below for below in holder if type(below) is dict or type(below) is list]
