"""The house style: one Word file whose styles, margins, headers and footers every template takes on.

`house.docx` has four sections, one for each kind of header, in the order of `HEADER_KINDS`; the margins of a
section and the headers and footers it refers to itself (nothing is inherited between sections) are those of
that kind. The template keeps its text and, in each section, page size, orientation and columns.
"""

from __future__ import annotations

from copy import deepcopy
from functools import lru_cache
from typing import Literal

from lxml import etree
from msgspec import Struct

from forms.formats.word import opc, package
from forms.formats.word.wordml import SECT_PR, clean, element, qn, remove
from forms.foundation.errors import ArtefactError
from forms.foundation.problems import Place

HEADER_KINDS = ("form", "letter", "leaflet", "none")

_SHARED_PARTS = ("styles", "settings", "theme", "fontTable", "numbering")
_PART_NAMES = {kind: f"word/{kind}.xml" for kind in _SHARED_PARTS} | {"theme": "word/theme/theme1.xml"}

_PRIVATE_SETTINGS = [
    qn(f"w:{name}")
    for name in (
        *("rsids", "attachedTemplate", "mailMerge", "docVars", "saveThroughXslt", "hdrShapeDefaults"),
        *("shapeDefaults", "footnotePr", "endnotePr", "writeProtection", "activeWritingStyle", "proofState"),
        *("schemaLibrary", "attachedSchema", "smartTagType", "revisionView", "trackRevisions"),
    )
]
_EMBEDDED_FONTS = [qn(f"w:embed{name}") for name in ("Regular", "Bold", "Italic", "BoldItalic")]

_SECTION_ORDER = (
    *("type", "pgSz", "pgMar", "pgBorders", "cols", "vAlign"),
    *("titlePg", "textDirection", "bidi", "docGrid"),
)
_FROM_TEMPLATE = frozenset({"type", "pgSz", "cols", "vAlign", "textDirection", "bidi"})


class HouseStory(Struct, frozen=True):
    """A header or footer of the house: `kind` is header or footer, `pages` which pages (`default`, `first`)."""

    kind: Literal["header", "footer"]
    pages: str
    name: str
    identifier: str
    root: etree._Element
    relationships: dict[str, opc.Relationship]


class House(Struct, frozen=True):
    """What a template takes on, for one kind of header.

    `members` and `kinds` are the shared parts by member name and their kinds; `members` also holds pictures of
    headers. `relationships` are those from the main document to the parts, by id.
    """

    members: dict[str, bytes]
    kinds: dict[str, str]
    relationships: dict[str, opc.Relationship]
    stories: tuple[HouseStory, ...]
    section: etree._Element
    styles: frozenset[str]


@lru_cache(maxsize=16)
def read_house(data: bytes, header: str, source: str = "house.docx") -> House:
    """Read the house file for one kind of header; what is given is shared, so nobody may change it.

    Args:
        data: The file.
        header: One of `HEADER_KINDS`.
        source: The file's name, for messages.

    Raises:
        ArtefactError: The package is refused (see `package.read`); `house-sections`, `house-part`.
    """
    if header not in HEADER_KINDS:
        raise ArtefactError.of("house-sections", "The kind of header is not one of " + ", ".join(HEADER_KINDS))
    raw = package.read(data, source=source)
    main = package.main_document(raw, source=source)
    links_name = opc.relationships_name(main)
    links = opc.read_relationships(raw.get(links_name), links_name, source)
    section = _section(opc.parse(raw[main], main, source), header, source)
    members, kinds, relationships = _shared_parts(raw, main, links, source)
    stories = _stories(raw, main, links, section, source)
    for story in stories:
        relationships[story.identifier] = opc.Relationship(story.kind, story.name.rpartition("/")[2])
        members.update(_pictures(raw, story, source))
    styles = opc.parse(members["word/styles.xml"], "word/styles.xml", source)
    identifiers = frozenset(str(style.get(qn("w:styleId"), "")) for style in styles.iter(qn("w:style")))
    return House(members, kinds, relationships, stories, section, identifiers)


def _section(document: etree._Element, header: str, source: str) -> etree._Element:
    sections = list(document.iter(SECT_PR))
    if len(sections) != len(HEADER_KINDS):
        raise ArtefactError.of(
            "house-sections",
            f"The house file has {len(sections)} sections instead of {len(HEADER_KINDS)}",
            "Give it one section each for " + ", ".join(HEADER_KINDS) + ", in this order",
            Place(source),
        )
    return sections[HEADER_KINDS.index(header)]


def _shared_parts(
    raw: dict[str, bytes], main: str, links: dict[str, opc.Relationship], source: str
) -> tuple[dict[str, bytes], dict[str, str], dict[str, opc.Relationship]]:
    members: dict[str, bytes] = {}
    kinds: dict[str, str] = {}
    relationships: dict[str, opc.Relationship] = {}
    for link in links.values():
        name = opc.resolve(main, link.target)
        if link.external or link.kind not in _SHARED_PARTS or name not in raw:
            continue
        own = _PART_NAMES[link.kind]
        members[own] = _shared_part(opc.parse(raw[name], name, source), name, source)
        kinds[own] = link.kind
        relationships[f"rIdHouse{_SHARED_PARTS.index(link.kind) + 1}"] = opc.Relationship(
            link.kind, own.removeprefix("word/")
        )
    for kind in ("styles", "settings"):
        if _PART_NAMES[kind] not in members:
            raise ArtefactError.of(
                "house-part", f"The house file has no {kind}", "Save it in Word", Place(source)
            )
    return members, kinds, dict(sorted(relationships.items()))


def _shared_part(root: etree._Element, name: str, source: str) -> bytes:
    clean(root)
    for leftover in list(root.iter(*_PRIVATE_SETTINGS, *_EMBEDDED_FONTS)):
        remove(leftover)
    if any(str(key).startswith(qn("r:")) for item in root.iter(etree.Element) for key in item.attrib):
        place = Place(source, "", name)
        raise ArtefactError.of("house-part", "A part of the house file refers to a picture or file", "", place)
    return opc.DECLARATION.encode() + etree.tostring(root, encoding="unicode").encode()


def _stories(
    raw: dict[str, bytes], main: str, links: dict[str, opc.Relationship], section: etree._Element, source: str
) -> tuple[HouseStory, ...]:
    found: list[HouseStory] = []
    kinds: tuple[Literal["header", "footer"], ...] = ("header", "footer")
    for kind in kinds:
        for reference in section.iter(qn(f"w:{kind}Reference")):
            link = links.get(str(reference.get(qn("r:id"), "")))
            part = "" if link is None else opc.resolve(main, link.target)
            if part not in raw:
                raise ArtefactError.of(
                    "house-part", f"A {kind} of the house file is missing", "", Place(source)
                )
            pages = str(reference.get(qn("w:type"), "default"))
            number = 1 + sum(story.kind == kind for story in found)
            links_name = opc.relationships_name(part)
            found.append(
                HouseStory(
                    kind,
                    pages,
                    f"word/{kind}{number}.xml",
                    f"rId{kind.capitalize()}{number}",
                    _parsed(raw[part], part, source),
                    _own_targets(opc.read_relationships(raw.get(links_name), links_name, source), source),
                )
            )
    return tuple(found)


def _parsed(data: bytes, part: str, source: str) -> etree._Element:
    root = opc.parse(data, part, source)
    clean(root)
    return root


def _own_targets(links: dict[str, opc.Relationship], source: str) -> dict[str, opc.Relationship]:
    """Rename the pictures of a header, so that they can't meet those of a template."""
    for link in links.values():
        opc.check_link(link, source)
    return {
        identifier: link
        if link.external
        else opc.Relationship(link.kind, "media/house-" + link.target.rpartition("/")[2])
        for identifier, link in links.items()
        if link.kind in ("image", "hyperlink")
    }


def _pictures(raw: dict[str, bytes], story: HouseStory, source: str) -> dict[str, bytes]:
    by_name = {name.rpartition("/")[2]: data for name, data in raw.items() if "/media/" in name}
    pictures: dict[str, bytes] = {}
    for link in story.relationships.values():
        if link.kind == "image":
            name = link.target.removeprefix("media/house-")
            if name not in by_name:
                place = Place(source, "", name)
                raise ArtefactError.of("house-part", "A picture of the house file is missing", "", place)
            pictures[f"word/{link.target}"] = by_name[name]
    return pictures


def lay_over(document: etree._Element, house: House) -> None:
    """Give every section of a document the house's margins, headers and footers; in place.

    Only the first section has the house's headers for a first page. A document without any section
    properties gets the house's own.
    """
    sections = list(document.iter(SECT_PR))
    if not sections:
        body = document[0]
        sections = [etree.SubElement(body, SECT_PR)]
    for number, section in enumerate(sections):
        _lay_over_section(section, house, first=number == 0)


def _lay_over_section(section: etree._Element, house: House, *, first: bool) -> None:
    own = {etree.QName(child).localname: child for child in section}
    theirs = {etree.QName(child).localname: child for child in house.section}
    names = _SECTION_ORDER if first else tuple(name for name in _SECTION_ORDER if name != "titlePg")
    section.attrib.clear()
    for child in list(section):
        section.remove(child)
    for story in house.stories:
        if first or story.pages == "default":
            reference = element(f"w:{story.kind}Reference", type=story.pages)
            reference.set(qn("r:id"), story.identifier)
            section.append(reference)
    for name in names:
        if name in _FROM_TEMPLATE and name in own:
            section.append(own[name])
        elif name not in _FROM_TEMPLATE or name in ("pgSz", "cols"):
            section.extend([deepcopy(theirs[name])] if name in theirs else [])
