"""What can be filled in in a Word file that someone else designed.

Content controls, legacy form fields and bookmarks have names. A plain form has none: there the places are a
label with an empty cell beside it, a label with a line after it, a table with a head and empty rows, and ☐.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from lxml import etree

from forms.formats.fillable import Fillable, PlaceKind, Survey
from forms.formats.returned import plain
from forms.formats.word import opc, package
from forms.formats.word.control_reader import guarded, label_of, options_of
from forms.formats.word.controls import CHECKBOX, SECTION, value_kind
from forms.formats.word.wordml import (
    BODY,
    SDT,
    SDT_CONTENT,
    SDT_PR,
    TBL,
    TC,
    TR,
    P,
    R,
    child_value,
    paragraph_text,
    qn,
)
from forms.foundation.errors import InputError

_BOXES = "☐□❏❑❒"
_LINE = re.compile(r"(?P<label>[^_.…]*[^\W_][^_.…]*?)[:?]?\s*(?P<line>_{3,}|\.{5,}|…{2,})")
_OPEN = re.compile(r"(?P<label>.*\w.*?):\s*\t*$")
_BOX = re.compile(rf"([{_BOXES}])\s*([^{_BOXES}]*)")
_HIDDEN = re.compile(r"_(GoBack|Toc|Ref|Hlk|Hlt)", re.I)
_CONTROLS: dict[str, PlaceKind] = {
    CHECKBOX: "checkbox",
    SECTION: "repeating section",
    qn("w:text"): "text",
    qn("w:richText"): "rich text",
    qn("w:date"): "date",
    qn("w:dropDownList"): "choice",
    qn("w:comboBox"): "combo",
}


@dataclass(slots=True)
class _Counts:
    """Where one is in the document, as a person counts."""

    paragraph: int = 0
    table: int = 0


def inspect(data: bytes, source: str) -> Survey:
    """List what can be filled in in a `.docx`.

    Args:
        data: The file.
        source: Its name, for problems.

    Raises:
        InputError: The file cannot be read; see `control_reader.read_document`.
    """
    return guarded(lambda: _survey(data, source), source)


def _survey(data: bytes, source: str) -> Survey:
    members = package.read(data, source=source, refuse=InputError)
    main = package.main_document(members, source=source, refuse=InputError)
    body = opc.parse(members[main], main, source, InputError).find(BODY)
    places = () if body is None else tuple(_block_places(body, _Counts()))
    notes: list[tuple[str, str]] = []
    if not places:
        notes.append(("nothing-to-fill-in", "Nothing in the document looks as if it were to be filled in"))
    elif not any(
        place.kind in ("checkbox", "text", "date", "choice", "combo", "rich text") for place in places
    ):
        notes.append(("plain-form", "The form has no fields: its places are told by their look"))
    return Survey("docx", places, tuple(notes))


def _block_places(container: etree._Element, counts: _Counts) -> Iterator[Fillable]:
    for block in container:
        if block.tag == P:
            counts.paragraph += 1
            yield from _paragraph(block, f"paragraph {counts.paragraph}")
        elif block.tag == TBL:
            counts.table += 1
            yield from _table(block, counts)
        elif block.tag == SDT:
            yield from _control(block, _where(counts))
            content = block.find(SDT_CONTENT)
            if content is not None:
                yield from _block_places(content, counts)


def _where(counts: _Counts) -> str:
    return f"after paragraph {counts.paragraph}" if counts.paragraph else "at the beginning"


# ── Places with names ───────────────────────────────────────────────────────────────────────────────────────


def _control(control: etree._Element, where: str) -> Iterator[Fillable]:
    properties = control.find(SDT_PR)
    found = value_kind(properties)
    if found is None or properties is None:
        return
    content = control.find(SDT_CONTENT)
    holds = content is not None and next(content.iter(SDT), None) is not None
    if holds and found != SECTION:
        return
    kind = _CONTROLS.get(found, "rich text")
    text = properties.find(qn("w:text"))
    if text is not None and text.get(qn("w:multiLine")) in ("1", "true", "on"):
        kind = "multiline"
    title = child_value(properties, "w:alias")
    name = child_value(properties, "w:tag") or title or child_value(properties, "w:id")
    locked = child_value(properties, "w:lock") in ("contentLocked", "sdtContentLocked")
    label = title if kind == "repeating section" else label_of(control) or title
    yield Fillable(name, kind, label, where, options_of(properties), read_only=locked)


def _named(paragraph: etree._Element, where: str) -> Iterator[Fillable]:
    """Give controls, legacy fields (17.16.17 ffData) and bookmarks of a paragraph, in order."""
    for item in paragraph.iter(SDT, qn("w:ffData"), qn("w:bookmarkStart")):
        if item.tag == SDT:
            yield from _control(item, where)
        elif item.tag == qn("w:ffData"):
            yield _legacy(item, where, plain(paragraph_text(paragraph)))
        else:
            name = str(item.get(qn("w:name"), ""))
            fields = {child_value(data, "w:name") for data in paragraph.iter(qn("w:ffData"))}
            if name and name not in fields and not _HIDDEN.match(name):
                yield Fillable(name, "bookmark", plain(paragraph_text(paragraph)), where)


def _legacy(data: etree._Element, where: str, label: str) -> Fillable:
    name = child_value(data, "w:name")
    choices = data.find(qn("w:ddList"))
    if choices is not None:
        words = [str(entry.get(qn("w:val"), "")) for entry in choices.iter(qn("w:listEntry"))]
        return Fillable(name, "choice", label, where, tuple((word, word) for word in words))
    if data.find(qn("w:checkBox")) is not None:
        return Fillable(name, "checkbox", label, where)
    longest = child_value(data, "w:textInput/w:maxLength")
    is_date = child_value(data, "w:textInput/w:type") == "date"
    return Fillable(
        name, "date" if is_date else "text", label, where, longest=int(longest) if longest.isdigit() else None
    )


# ── Places without ──────────────────────────────────────────────────────────────────────────────────────────


def _paragraph(paragraph: etree._Element, where: str) -> Iterator[Fillable]:
    named = list(_named(paragraph, where))
    yield from named
    if any(place.kind != "bookmark" for place in named):
        return
    text = _shown(paragraph)
    if any(char in text for char in _BOXES):
        for number, (_, words) in enumerate(_BOX.findall(text), 1):
            before = text[: min(text.index(char) for char in _BOXES if char in text)]
            yield Fillable(f"{where}, box {number}", "box", plain(words) or plain(before), where)
        return
    lines = list(_LINE.finditer(text))
    for number, found in enumerate(lines, 1):
        yield Fillable(f"{where}, line {number}", "line", plain(found["label"]).rstrip(":? "), where)
    if not lines and "\t" in text and (found_open := _OPEN.fullmatch(text)):
        yield Fillable(f"{where}, line 1", "line", plain(found_open["label"]), where)


def _shown(paragraph: etree._Element) -> str:
    """Give a paragraph's text with its tabs, which may draw a line."""
    parts = []
    for item in paragraph.iter(qn("w:t"), qn("w:tab"), qn("w:sym")):
        if item.tag == qn("w:t"):
            parts.append(item.text or "")
        elif item.tag == qn("w:tab") and _in_run(item):
            parts.append("\t")
        elif item.tag == qn("w:sym") and str(item.get(qn("w:char"), "")).upper() in ("F06F", "F0A8", "F071"):
            parts.append("☐")  # Wingdings' boxes
    return "".join(parts)


def _in_run(tab: etree._Element) -> bool:
    """Tell a tab of the text from a tab stop of the paragraph's properties."""
    parent = tab.getparent()
    return parent is not None and parent.tag == R


def _table(table: etree._Element, counts: _Counts) -> Iterator[Fillable]:
    number = counts.table
    rows = [
        [cell for cell in row.iter(TC) if _row_of(cell) is row]
        for row in table.iter(TR)
        if _table_of(row) is table
    ]
    texts = [[plain(" ".join(paragraph_text(each) for each in cell.iter(P))) for cell in row] for row in rows]
    sections = [child for child in table if child.tag == SDT]
    for section in sections:
        yield from _control(section, f"table {number}")
    first = _first_empty_rows(rows, texts)
    if first:
        head = texts[first - 1]
        where = f"table {number}, rows {first + 1} to {len(rows)}"
        yield Fillable(f"table {number}, rows", "rows", " | ".join(head), where, columns=tuple(head))
        rows, texts = rows[:first], texts[:first]
    for at, row in enumerate(rows, 1):
        for column, cell in enumerate(row, 1):
            where = f"table {number}, row {at}, cell {column}"
            found = list(_cell(cell, where))
            yield from found
            if found or texts[at - 1][column - 1] or column == 1 or next(cell.iter(SDT), None) is not None:
                continue
            if label := texts[at - 1][column - 2]:
                yield Fillable(where, "cell", label.rstrip(": "), where)


def _row_of(cell: etree._Element) -> etree._Element | None:
    return next(cell.iterancestors(TR), None)


def _table_of(row: etree._Element) -> etree._Element | None:
    return next(row.iterancestors(TBL), None)


def _cell(cell: etree._Element, where: str) -> Iterator[Fillable]:
    for paragraph in cell.iter(P):
        yield from _paragraph(paragraph, where)


def _first_empty_rows(rows: list[list[etree._Element]], texts: list[list[str]]) -> int:
    """Give the index of the first of the empty rows that end a table with a head above them, or 0."""
    empty = len(rows)
    while empty > 1 and not any(texts[empty - 1]) and not _has_fields(rows[empty - 1]):
        empty -= 1
    if empty == len(rows) or not empty:
        return 0
    head = texts[empty - 1]
    alike = all(len(row) == len(head) for row in rows[empty:])
    return empty if len(head) > 1 and all(head) and alike else 0


def _has_fields(row: list[etree._Element]) -> bool:
    return any(next(cell.iter(SDT, qn("w:ffData")), None) is not None for cell in row)
