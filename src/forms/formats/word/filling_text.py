"""Text as the runs of a Word form: in the style of its place, with what its script asks for."""

from __future__ import annotations

import re
from copy import deepcopy

from lxml import etree

from forms.formats.word.escaping import escape
from forms.formats.word.scripts import OPEN, mark, split_runs
from forms.formats.word.wordml import NAMESPACES, P_PR, R_PR, P, R, child_value, element, qn, remove

_DECLARATION = re.compile(r' xmlns:\w+="[^"]*"')
_WRAP = " ".join(f'xmlns:{prefix}="{uri}"' for prefix, uri in NAMESPACES.items())
_BIDI = qn("w:bidi")
_TRACKED = [
    qn(f"w:{name}") for name in ("ins", "del", "moveFrom", "moveTo", "rPrChange", "vanish", "specVanish")
]
_LOOK_OF_LABEL = [qn(f"w:{name}") for name in ("rFonts", "sz", "szCs", "lang")]
_AFTER_BIDI = frozenset(
    qn(f"w:{name}")
    for name in (
        *("adjustRightInd", "snapToGrid", "spacing", "ind", "contextualSpacing", "mirrorIndents", "jc"),
        *("suppressOverlap", "textDirection", "textAlignment", "textboxTightWrap", "outlineLvl", "divId"),
        *("cnfStyle", "rPr", "sectPr", "pPrChange"),
    )
)
Line = tuple[bool, list[etree._Element]]
"""Runs, and whether a paragraph of them runs from right to left."""


def normal(text: str) -> str:
    """Give a text as it is kept and compared: one kind of line end, nothing white at either end."""
    return re.sub(r"\r\n?|[\u2028\u2029\x0b\x0c]", "\n", text).strip()


def runs(text: str, properties: etree._Element | None, *, one_paragraph: bool) -> list[Line]:
    """Give a text as runs, with breaks for its lines.

    Args:
        text: The text; newlines and tabs become `w:br` and `w:tab`.
        properties: The `w:rPr` that the runs have, or None.
        one_paragraph: Where lines of different direction cannot become paragraphs of their own.
    """
    own = _as_text(properties)
    lines = ("<w:tab/>".join(_words(part) for part in line.split("\t")) for line in mark(text).split("\n"))
    run = f"<w:r>{own}{'<w:br/>'.join(lines)}</w:r>"
    paragraph = f"<w:p>{run}</w:p>"
    if OPEN in run:
        held = "<w:sdtContent>" if one_paragraph else ""
        paragraph = split_runs(held + paragraph).removeprefix(held)
    holder = etree.fromstring(f"<w:body {_WRAP}>{paragraph}</w:body>")
    return [(item.find(f"{P_PR}/{_BIDI}") is not None, list(item.iterfind(R))) for item in holder.iterfind(P)]


def _words(text: str) -> str:
    return f'<w:t xml:space="preserve">{escape(text)}</w:t>' if text else ""


def _as_text(properties: etree._Element | None) -> str:
    """Write run properties with the prefixes that this program uses, whatever the form's are."""
    if properties is None:
        return ""
    copy = _known(properties)
    return _DECLARATION.sub("", etree.tostring(copy, encoding="unicode", with_tail=False))


def _known(item: etree._Element) -> etree._Element:
    """Copy an element; what is in namespaces that this program does not know is left out."""
    made = etree.Element(item.tag, attrib=None, nsmap=NAMESPACES)
    known = {f"{{{uri}}}" for uri in NAMESPACES.values()}
    for name, value in item.attrib.items():
        if any(str(name).startswith(uri) for uri in known):
            made.set(name, value)
    for child in item:
        if any(str(child.tag).startswith(uri) for uri in known) and child.tag not in _TRACKED:
            made.append(_known(child))
    return made


def properties_of(run: etree._Element | None) -> etree._Element | None:
    """Give a run's own properties."""
    return None if run is None else run.find(R_PR)


def mark_properties(paragraph: etree._Element) -> etree._Element | None:
    """Give the properties of a paragraph's mark (17.3.1.29): what a person who types there would write in."""
    return paragraph.find(f"{P_PR}/{R_PR}")


def look_of(run: etree._Element | None) -> etree._Element | None:
    """Give the font and size of a label's run: an answer looks like its form, but is not bold as labels are."""
    found = properties_of(run)
    if found is None:
        return None
    made = element("w:rPr")
    for child in found:
        if child.tag in _LOOK_OF_LABEL:
            made.append(deepcopy(child))
    return made if len(made) else None


def without_prompt(properties: etree._Element | None) -> etree._Element | None:
    """Give run properties without the look of a prompt: its style and its grey."""
    if properties is None:
        return None
    copy = deepcopy(properties)
    style = child_value(copy, "w:rStyle")
    for child in list(copy):
        grey = child.tag == qn("w:color") and str(child.get(qn("w:val"))).upper() in ("808080", "666666")
        if (child.tag == qn("w:rStyle") and "placeholder" in style.lower()) or grey:
            remove(child)
    return copy


def set_direction(paragraph: etree._Element) -> None:
    """Make a paragraph run from right to left (17.3.1.6), with the property in the schema's place."""
    properties = paragraph.find(P_PR)
    if properties is None:
        properties = element("w:pPr")
        paragraph.insert(0, properties)
    if properties.find(_BIDI) is not None:
        return
    made = element("w:bidi")
    for index, child in enumerate(properties):
        if child.tag in _AFTER_BIDI:
            properties.insert(index, made)
            return
    properties.append(made)
