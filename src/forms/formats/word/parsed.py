"""A template as trees in which tags are tokens, under a house style: compiling and lint both start from it."""

from __future__ import annotations

from copy import deepcopy

from lxml import etree
from msgspec import Struct

from forms.formats.word import opc, package
from forms.formats.word.cleaning import join_tags
from forms.formats.word.environment import ENVIRONMENT
from forms.formats.word.fields import ALLOWED_FIELDS, forbidden_fields
from forms.formats.word.house import House, lay_over
from forms.formats.word.parts import StoryKind
from forms.formats.word.places import Spot, walk
from forms.formats.word.tags import TagList, check, locate, protect, scan
from forms.formats.word.wordml import BODY, NAMESPACES, child_value, clean, qn
from forms.foundation.errors import ArtefactError
from forms.foundation.problems import Place, Problem

MAIN = "word/document.xml"

_KEPT_PREFIXES = ("w", "r", "w14", "w15", "mc")
_IGNORABLE = ("w14", "w15")

_UNSUPPORTED = {
    qn("w:footnoteReference"): "a footnote",
    qn("w:endnoteReference"): "an endnote",
    qn("w:commentReference"): "a comment",
    qn("w:ins"): "a tracked insertion",
    qn("w:del"): "a tracked deletion",
    qn("w:moveFrom"): "a tracked move",
    qn("w:moveTo"): "a tracked move",
    qn("w:object"): "an embedded object",
    qn("w:altChunk"): "an imported file",
    qn("w:subDoc"): "a subdocument",
}


class ParsedPart(Struct, frozen=True):
    """A part as a tree in which tags are tokens; `original` is as Word saved it, cleaned."""

    kind: StoryKind
    name: str
    root: etree._Element
    original: etree._Element
    tags: TagList
    relationships: dict[str, opc.Relationship]
    source: str


class ParsedTemplate(Struct, frozen=True):
    """The parts that were readable, the media of the template's own, and all that is wrong with them."""

    parts: tuple[ParsedPart, ...]
    media: dict[str, bytes]
    problems: tuple[Problem, ...]


def parse_template(template: bytes, house: House, source: str, house_source: str) -> ParsedTemplate:
    """Read a template under a house style, as far as it can be read.

    Raises:
        ArtefactError: The package is refused, or its main part is no Word document.
    """
    raw = package.read(template, source=source)
    main = package.main_document(raw, source=source)
    document = opc.parse(raw[main], main, source)
    if (
        document.tag != qn("w:document")
        or document.nsmap.get("w") != NAMESPACES["w"]
        or document.find(BODY) is None
    ):
        raise ArtefactError.of(
            "bad-xml", "The template is not in Word's usual format", "Save it in Word as a .docx", Place(source)
        )
    links_name = opc.relationships_name(main)
    links = opc.read_relationships(raw.get(links_name), links_name, source)
    used = _used_relationships(document, links, source)
    media = {
        "word/" + link.target: raw[opc.resolve(main, links[name].target)]
        for name, link in used.items()
        if link.kind == "image"
    }
    clean(document)
    lay_over(document, house)
    parts: list[ParsedPart] = []
    problems: list[Problem] = []
    for part, faults in (
        _parse_part("body", MAIN, document, {**house.relationships, **used}, source),
        *(
            _parse_part(
                story.kind,
                story.name,
                story.root,
                story.relationships,
                f"{house_source}, {story.kind}",
            )
            for story in house.stories
        ),
    ):
        parts += [part] if part else []
        problems += faults
    return ParsedTemplate(tuple(parts), media, tuple(problems))


def _used_relationships(
    document: etree._Element, links: dict[str, opc.Relationship], source: str
) -> dict[str, opc.Relationship]:
    """Give the template's own relationships that its text uses, with pictures in the usual folder."""
    used: dict[str, opc.Relationship] = {}
    for item in document.iter(etree.Element):
        for name, value in item.attrib.items():
            if not str(name).startswith(qn("r:")) or item.tag in (
                qn("w:headerReference"),
                qn("w:footerReference"),
            ):
                continue
            link = links.get(str(value))
            if link is None or link.kind not in ("image", "hyperlink"):
                kind = "something missing" if link is None else f"a part of kind {link.kind}"
                raise ArtefactError.of(
                    "unsupported-part", f"The template's text refers to {kind}", "", Place(source)
                )
            opc.check_link(link, source)
            target = link.target if link.external else "media/" + link.target.rpartition("/")[2]
            used[str(value)] = opc.Relationship(link.kind, target, link.external)
    return used


def _parse_part(
    kind: StoryKind,
    name: str,
    root: etree._Element,
    relationships: dict[str, opc.Relationship],
    source: str,
) -> tuple[ParsedPart | None, list[Problem]]:
    problems = scan(root, source) + _unsupported(root, source)
    if problems:
        return None, problems
    xml, tags = protect(join_tags(etree.tostring(_with_namespaces(root), encoding="unicode")))
    try:
        tree = opc.parse(xml.encode(), name, source)
    except ArtefactError:
        message = "A tag reaches over the end of its paragraph, row or cell"
        return None, [Problem("error", "template-syntax", message, "Write each tag on one line", Place(source))]
    locate(tree, tags)
    problems = check(tree, tags, ENVIRONMENT, source)
    return ParsedPart(kind, name, tree, root, tags, relationships, source), problems


def _with_namespaces(root: etree._Element) -> etree._Element:
    """Give a copy of a part that declares all prefixes we write, and no others than it uses."""
    copy = etree.Element(
        root.tag, nsmap={prefix: uri for prefix, uri in root.nsmap.items() if prefix} | NAMESPACES
    )
    for name, value in root.attrib.items():
        copy.set(name, value)
    copy.extend(deepcopy(root))
    ignorable = str(copy.attrib.pop(qn("mc:Ignorable"), "")).split()
    etree.cleanup_namespaces(copy, keep_ns_prefixes=list(_KEPT_PREFIXES))
    kept = [prefix for prefix in dict.fromkeys((*_IGNORABLE, *ignorable)) if prefix in copy.nsmap]
    copy.set(qn("mc:Ignorable"), " ".join(kept))
    return copy


def _unsupported(root: etree._Element, source: str) -> list[Problem]:
    """Find what would be lost or broken in the documents: it is refused rather than dropped."""
    problems: list[Problem] = []

    def add(code: str, message: str, hint: str, spot: Spot) -> None:
        problems.append(Problem("error", code, message, hint, Place(source, "", spot.words)))

    fields = forbidden_fields(root)
    for spot in (spot for spot in walk(root) if not spot.text):
        if spot.element in fields:
            what = f"The template holds a field of the kind ‘{fields[spot.element]}’, which is not allowed"
            add("forbidden-field", what, f"Allowed are {', '.join(sorted(ALLOWED_FIELDS))}", spot)
        elif spot.element.tag in _UNSUPPORTED:
            what = f"The template holds {_UNSUPPORTED[str(spot.element.tag)]}, which is not supported"
            add("unsupported-part", what, "Take it out, or accept the change", spot)
        elif spot.element.tag == qn("w:numPr") and child_value(spot.element, "w:numId") not in ("", "0"):
            add("direct-numbering", "A paragraph is numbered by itself", "Use a list style of the house", spot)
    return problems
