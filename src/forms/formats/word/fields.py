"""Fields (`w:fldSimple`, `w:fldChar`; ECMA-376 part 1, 17.16): which kinds a template may hold.

A field can fetch a file, start a program or run a macro when its document is opened. So only kinds that look
no further than the document are allowed, and the kind must stand in the template, not come from a value.
"""

from __future__ import annotations

from lxml import etree

from forms.formats.word.wordml import qn

ALLOWED_FIELDS = frozenset(
    {
        "PAGE",
        "NUMPAGES",
        "SECTIONPAGES",
        "SECTION",
        "HYPERLINK",
        "REF",
        "PAGEREF",
        "STYLEREF",
        "SEQ",
        "TOC",
        "TC",
    }
)

_SIMPLE, _MARK, _INSTRUCTION = qn("w:fldSimple"), qn("w:fldChar"), qn("w:instrText")
_TYPE, _INSTR = qn("w:fldCharType"), qn("w:instr")


def forbidden_fields(root: etree._Element) -> dict[etree._Element, str]:
    """Give the fields of a part that are not allowed: the element each begins with, and its kind or ""."""
    found: dict[etree._Element, str] = {}
    open_fields: list[tuple[etree._Element, list[str]]] = []
    for item in root.iter(_SIMPLE, _MARK, _INSTRUCTION):
        if item.tag == _SIMPLE:
            _judge(item, str(item.get(_INSTR, "")), found)
        elif item.tag == _INSTRUCTION and open_fields:
            open_fields[-1][1].append(item.text or "")
        elif item.tag == _INSTRUCTION:
            _judge(item, "", found)
        elif item.get(_TYPE) == "begin":
            open_fields.append((item, []))
        elif item.get(_TYPE) == "end" and open_fields:
            begin, words = open_fields.pop()
            _judge(begin, "".join(words), found)
    for begin, words in open_fields:
        _judge(begin, "".join(words), found)
    return found


def _judge(item: etree._Element, instruction: str, found: dict[etree._Element, str]) -> None:
    kind = (instruction.split() or [""])[0].upper()
    if kind not in ALLOWED_FIELDS:
        found[item] = kind
