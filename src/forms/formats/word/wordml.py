"""Names of WordprocessingML and small steps through its trees (ECMA-376 part 1, 17; [MS-DOCX] for w14, w15)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from forms.foundation.patterns import pattern

if TYPE_CHECKING:
    from lxml.etree import _Element

NAMESPACES = {
    "w": "http://schemas.openxmlformats.org/wordprocessingml/2006/main",
    "r": "http://schemas.openxmlformats.org/officeDocument/2006/relationships",
    "mc": "http://schemas.openxmlformats.org/markup-compatibility/2006",
    "wp": "http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing",
    "a": "http://schemas.openxmlformats.org/drawingml/2006/main",
    "pic": "http://schemas.openxmlformats.org/drawingml/2006/picture",
    "w14": "http://schemas.microsoft.com/office/word/2010/wordml",
    "w15": "http://schemas.microsoft.com/office/word/2012/wordml",
}

XML_SPACE = "{http://www.w3.org/XML/1998/namespace}space"


def qn(name: str) -> str:
    """Give lxml's name for a prefixed one: `w:p`."""
    prefix, _, local = name.partition(":")
    return f"{{{NAMESPACES[prefix]}}}{local}"


P, R, T, TBL, TR, TC, BODY = (qn(f"w:{name}") for name in ("p", "r", "t", "tbl", "tr", "tc", "body"))
SDT, SDT_PR, SDT_CONTENT = (qn(f"w:{name}") for name in ("sdt", "sdtPr", "sdtContent"))
P_PR, R_PR, TC_PR, SECT_PR, VAL = (qn(f"w:{name}") for name in ("pPr", "rPr", "tcPr", "sectPr", "val"))

_NOISE = [qn(f"w:{name}") for name in ("proofErr", "lastRenderedPageBreak", "permStart", "permEnd")]
_REVISION_ID = pattern(r"\}(rsid\w*|paraId|textId)$")


def child_value(element: _Element | None, path: str) -> str:
    """Give `w:val` of the element at a path of prefixed names below `element`, or ""."""
    found = None if element is None else element.find("/".join(qn(step) for step in path.split("/")))
    return "" if found is None else str(found.get(VAL, ""))


def paragraph_text(paragraph: _Element) -> str:
    """Give a paragraph's text, without that of paragraphs inside it (text boxes)."""
    return "".join(element.text or "" for element in own_descendants(paragraph, P) if element.tag == T)


def own_descendants(element: _Element, stop: str) -> Iterator[_Element]:
    """Walk what is below an element in order, not entering descendants named `stop`."""
    for child in element:
        if child.tag != stop:
            yield child
            yield from own_descendants(child, stop)


def clean(root: _Element) -> None:
    """Drop what Word leaves behind and no reader needs: revision ids, proofing marks, page-break memories."""
    from lxml import etree  # as in `element`

    for element in list(root.iter(*_NOISE)):
        remove(element)
    for element in root.iter(etree.Element):
        for name in [str(name) for name in element.attrib if _REVISION_ID.search(str(name))]:
            del element.attrib[name]
    for start in list(root.iter(qn("w:bookmarkStart"))):
        if start.get(qn("w:name")) == "_GoBack":
            number = start.get(qn("w:id"))
            for end in list(root.iter(qn("w:bookmarkEnd"))):
                if end.get(qn("w:id")) == number:
                    remove(end)
            remove(start)


def remove(element: _Element) -> None:
    """Take an element out of its parent and keep the text that follows it."""
    parent = element.getparent()
    if parent is None:
        return
    if element.tail:
        append_text_before(parent, parent.index(element), element.tail)
        element.tail = None
    parent.remove(element)


def append_text_before(parent: _Element, index: int, text: str) -> None:
    """Add text to `parent` before its child number `index` (after what text already stands there)."""
    if index == 0:
        parent.text = (parent.text or "") + text
    else:
        previous = parent[index - 1]
        previous.tail = (previous.tail or "") + text


def element(name: str, **values: str) -> _Element:
    """Make an element; `element("w:lock", val="sdtLocked")` gives it `w:val`, in its own namespace."""
    prefix = name.partition(":")[0]
    from lxml import etree  # here, as a template that was compiled before has no trees

    made = etree.Element(qn(name), nsmap={prefix: NAMESPACES[prefix]})
    for key, value in values.items():
        made.set(qn(f"{prefix}:{key}"), value)
    return made
