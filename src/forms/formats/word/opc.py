"""What holds a package together: XML parts read safely, relationships, content types (ECMA-376 part 2)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from posixpath import dirname, join, normpath
from typing import TYPE_CHECKING

from msgspec import Struct

from forms.formats.word.escaping import attribute
from forms.foundation.errors import ArtefactError, FormsError
from forms.foundation.patterns import pattern
from forms.foundation.problems import Place

if TYPE_CHECKING:
    from lxml.etree import _Element

CONTENT_TYPES = "[Content_Types].xml"
PACKAGE_RELATIONSHIPS = "_rels/.rels"

DECLARATION = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'

_LINK = pattern(r"(https?|mailto|tel):", re.I)
_TAG_IN_LINK = pattern(r"\{[{%#]|%7B(%7B|%25|%23)", re.I)

_RELATIONSHIPS_NS = "http://schemas.openxmlformats.org/package/2006/relationships"
_TYPES_NS = "http://schemas.openxmlformats.org/package/2006/content-types"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships/metadata/"

_WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml."
_PART_TYPES = {
    "document": f"{_WORD}document.main+xml",
    "styles": f"{_WORD}styles+xml",
    "settings": f"{_WORD}settings+xml",
    "fontTable": f"{_WORD}fontTable+xml",
    "numbering": f"{_WORD}numbering+xml",
    "header": f"{_WORD}header+xml",
    "footer": f"{_WORD}footer+xml",
    "theme": "application/vnd.openxmlformats-officedocument.theme+xml",
    "core-properties": "application/vnd.openxmlformats-package.core-properties+xml",
    "extended-properties": "application/vnd.openxmlformats-officedocument.extended-properties+xml",
    "custom-properties": "application/vnd.openxmlformats-officedocument.custom-properties+xml",
}
_EXTENSION_TYPES = {
    "rels": "application/vnd.openxmlformats-package.relationships+xml",
    "xml": "application/xml",
    "png": "image/png",
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "odttf": "application/vnd.openxmlformats-officedocument.obfuscatedFont",
}


class Relationship(Struct, frozen=True):
    """One relationship of a part: `kind` is the last segment of its type, `target` as written."""

    kind: str
    target: str
    external: bool = False


def parse(data: bytes, name: str, source: str = "", refuse: type[FormsError] = ArtefactError) -> _Element:
    """Parse an XML part: no document type, no entities, nothing fetched; comments are dropped.

    Raises:
        FormsError: As `refuse`: `bad-xml`.
    """
    place = Place(source, "", name)
    # OPC allows UTF-8 and UTF-16 (part 2, 8.1.4); Word writes UTF-8, and only that can be searched for a DTD.
    if b"<!DOCTYPE" in data or b"<!ENTITY" in data or b"\x00" in data:
        raise refuse.of("bad-xml", "A part declares a document type or is not in UTF-8", "", place)
    from lxml import etree  # here, as a template that was compiled before is not parsed

    parser = etree.XMLParser(
        resolve_entities=False,
        load_dtd=False,
        no_network=True,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError):
        # The parser's own message may quote the part's text, so it goes no further.
        hint = "Open the file in Word and save it again"
        raise refuse.of("bad-xml", "A part is not well-formed XML", hint, place) from None
    encoding = root.getroottree().docinfo.encoding or "UTF-8"
    if encoding.upper() not in ("UTF-8", "UTF8", "US-ASCII", "ASCII"):
        raise refuse.of("bad-xml", "A part is not in UTF-8", "", place)
    return root


def relationships_name(part: str) -> str:
    """Give the member that holds a part's relationships: `word/_rels/document.xml.rels`."""
    folder, _, name = part.rpartition("/")
    return f"{folder}/_rels/{name}.rels" if folder else f"_rels/{name}.rels"


def read_relationships(
    data: bytes | None, name: str, source: str = "", refuse: type[FormsError] = ArtefactError
) -> dict[str, Relationship]:
    """Give the relationships in a `.rels` member by id; none for a member that is not there."""
    if data is None:
        return {}
    found: dict[str, Relationship] = {}
    for element in parse(data, name, source, refuse).iter(f"{{{_RELATIONSHIPS_NS}}}Relationship"):
        kind = str(element.get("Type", "")).rpartition("/")[2]
        external = element.get("TargetMode", "Internal") == "External"
        found[str(element.get("Id", ""))] = Relationship(kind, str(element.get("Target", "")), external)
    return found


def check_link(link: Relationship, source: str) -> None:
    """Refuse a link whose address is none that a reader may be sent to, or holds a tag.

    Raises:
        ArtefactError: `unsafe-link`.
    """
    if link.external and (not _LINK.match(link.target) or _TAG_IN_LINK.search(link.target)):
        hint = "Use an address that begins with https, http, mailto or tel, and no tags in it"
        raise ArtefactError.of("unsafe-link", "A link has an address that is not allowed", hint, Place(source))


def resolve(part: str, target: str) -> str:
    """Give the member that a relationship of `part` points to."""
    if target.startswith("/"):
        return normpath(target.lstrip("/"))
    return normpath(join(dirname(part), target))


def relationships_xml(relationships: Mapping[str, Relationship]) -> bytes:
    """Write a `.rels` member."""
    lines = [
        f"<Relationship Id={attribute(name)} Type={attribute(_type(item.kind))} Target={attribute(item.target)}"
        + (' TargetMode="External"/>' if item.external else "/>")
        for name, item in relationships.items()
    ]
    return f'{DECLARATION}<Relationships xmlns="{_RELATIONSHIPS_NS}">{"".join(lines)}</Relationships>'.encode()


def _type(kind: str) -> str:
    return (_PACKAGE if kind == "core-properties" else _OFFICE) + kind


def content_types_xml(parts: Mapping[str, str], extensions: set[str]) -> bytes:
    """Write `[Content_Types].xml`.

    Args:
        parts: Kind of part (a relationship's kind) by member name.
        extensions: Extensions of the other members, such as `png`.

    Raises:
        ArtefactError: `unsupported-media` for an extension that no Word document of ours may hold.
    """
    known = {"rels", "xml"} | {extension.lower() for extension in extensions}
    unknown = sorted(known - _EXTENSION_TYPES.keys())
    if unknown:
        raise ArtefactError.of(
            "unsupported-media",
            f"The template holds a .{unknown[0]} file",
            "Use pictures in PNG or JPEG format",
        )
    lines = [f'<Default Extension="{name}" ContentType="{_EXTENSION_TYPES[name]}"/>' for name in sorted(known)]
    lines += [
        f'<Override PartName={attribute("/" + name)} ContentType="{_PART_TYPES[kind]}"/>'
        for name, kind in sorted(parts.items())
    ]
    return f'{DECLARATION}<Types xmlns="{_TYPES_NS}">{"".join(lines)}</Types>'.encode()
