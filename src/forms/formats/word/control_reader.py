"""What a returned Word file holds: who it is, its content controls, its fixed texts.

Reads the file itself and never relies on how our own writer lays it out, for another program has saved it:
Word copies a row with its tags; LibreOffice 7.4 drops every tag and most titles, forgets which texts are
prompts, and puts containers of its own round the controls.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TypeVar

from lxml import etree
from msgspec.structs import replace

from forms.formats.returned import Control, Kind, Returned, plain
from forms.formats.word import opc, package
from forms.formats.word.controls import CHECKBOX, ITEM, SECTION
from forms.formats.word.docprops import CUSTOM
from forms.formats.word.wordml import SDT, SDT_CONTENT, SDT_PR, TC, TR, P, R, T, child_value, qn
from forms.foundation.errors import InputError
from forms.foundation.problems import Place, Problem

Result = TypeVar("Result")
TICKS = frozenset("☒☑✓✔✗✘xX")
EMPTY_BOXES = frozenset("☐□")
_DATE, _TEXT = qn("w:date"), qn("w:text")
_CHOICES = (qn("w:dropDownList"), qn("w:comboBox"))
_BREAKS = {qn("w:br"): "\n", qn("w:cr"): "\n", qn("w:tab"): "\t", qn("w:noBreakHyphen"): "\u2011"}
_DELETED = (qn("w:del"), qn("w:moveFrom"))
_FIELD, _FIELD_MARK = qn("w:fldSimple"), qn("w:fldChar")
_ALTERNATIVE = qn("mc:Fallback")
_PROPERTY = "{http://schemas.openxmlformats.org/officeDocument/2006/custom-properties}property"


def read_document(data: bytes, source: str) -> Returned:
    """Read a `.docx` that someone else may have saved.

    Args:
        data: The file.
        source: Its name, for problems.

    Raises:
        InputError: `damaged`, `not-a-docx`, `package-too-large`, `unsafe-member`, `macro`, `external-link`,
            `bad-xml`.
    """
    return guarded(lambda: _read(data, source), source)


def guarded(read: Callable[[], Result], source: str) -> Result:
    """Call what reads a file of others; give what it is refused for a way out."""
    try:
        return read()
    except InputError as error:
        raise InputError(*(_with_way_out(problem, error, source) for problem in error.problems)) from None


def _with_way_out(problem: Problem, error: InputError, source: str) -> Problem:
    """Say what to do about a file that the package's guard refuses; it knows templates only."""
    if error.__cause__ is not None:
        hint = "Ask for it again; attach it to the message instead of pasting it"
        return Problem("error", "damaged", "The file is damaged", hint, Place(source))
    if problem.hint:
        return problem
    return replace(problem, hint="Do not open it; ask the sender what it is, and for the form itself")


def _read(data: bytes, source: str) -> Returned:
    members = package.read(data, source=source, refuse=InputError)
    main = package.main_document(members, source=source, refuse=InputError)
    body = opc.parse(members[main], main, source, InputError)
    margins = dict.fromkeys(text for story in _margins(members, main, source) for text in _fixed_texts(story))
    texts = (*_fixed_texts(body), *margins)
    identity = _custom(members, source)
    controls = tuple(_controls(body))
    return Returned("docx", identity, "properties" if identity else "", controls, texts)


def _margins(members: Mapping[str, bytes], main: str, source: str) -> Iterator[etree._Element]:
    """Give headers and footers, each once."""
    name = opc.relationships_name(main)
    links = opc.read_relationships(members.get(name), name, source, InputError)
    for link in links.values():
        part = opc.resolve(main, link.target)
        if link.kind in ("header", "footer") and not link.external and part in members:
            yield opc.parse(members[part], part, source, InputError)


def _custom(members: Mapping[str, bytes], source: str) -> dict[str, str]:
    """Give our own among the custom properties."""
    if CUSTOM not in members:
        return {}
    root = opc.parse(members[CUSTOM], CUSTOM, source, InputError)
    found = {str(item.get("name", "")): "".join(map(str, item.itertext())) for item in root.iter(_PROPERTY)}
    return {name: value.strip() for name, value in found.items() if name.startswith("forms-")}


# ── Controls ────────────────────────────────────────────────────────────────────────────────────────────────


def _controls(body: etree._Element) -> Iterator[Control]:
    """Give the controls that hold a value: those with no other control inside."""
    rows: dict[etree._Element, str] = {}
    for control in body.iter(SDT):
        content, properties = control.find(SDT_CONTENT), control.find(SDT_PR)
        if content is None or properties is None or next(content.iter(SDT), None) is not None:
            continue
        kind = _kind(properties)
        if kind is not None:
            yield _control(control, properties, content, kind, rows)


def _kind(properties: etree._Element) -> Kind | None:
    names = {child.tag for child in properties}
    if CHECKBOX in names:
        return "checkbox"
    if _DATE in names:
        return "date"
    if names & set(_CHOICES):
        return "choice"
    if _TEXT in names or child_value(properties, "w:tag") or qn("w:richText") in names:
        return "text"
    return None


def _control(
    control: etree._Element,
    properties: etree._Element,
    content: etree._Element,
    kind: Kind,
    rows: dict[etree._Element, str],
) -> Control:
    text = _content_text(content)
    shows_prompt = properties.find(qn("w:showingPlcHdr")) is not None and _on(properties, "w:showingPlcHdr")
    ticked, stored = None, ""
    if kind == "checkbox":
        ticked, stored = _box(properties, text)
    elif kind == "date":
        date = properties.find(_DATE)
        stored = "" if date is None else str(date.get(qn("w:fullDate"), ""))[:10]
    return Control(
        tag=child_value(properties, "w:tag"),
        title=child_value(properties, "w:alias"),
        kind=kind,
        text="" if shows_prompt or kind == "checkbox" else text,
        label=label_of(control),
        prompt=text if shows_prompt else "",
        ticked=ticked,
        stored="" if shows_prompt else stored,
        options=options_of(properties),
        row=_row(control, rows),
        section=_section(control),
        lines_lost=_lines_lost(control),
    )


def _on(properties: etree._Element, name: str) -> bool:
    """Tell whether an on/off property that is there is on (ECMA-376 part 1, 17.17.4)."""
    return child_value(properties, name) not in ("0", "false", "off")


def _box(properties: etree._Element, text: str) -> tuple[bool, str]:
    """Give what a check box shows, and what it says it is: "1", "0" or ""."""
    box = properties.find(CHECKBOX)
    checked = None if box is None else box.find(qn("w14:checked"))
    value = "" if checked is None else str(checked.get(qn("w14:val"), "1"))
    stored = {"1": "1", "true": "1", "on": "1", "0": "0", "false": "0", "off": "0"}.get(value, "")
    shown = text.strip()
    if shown and shown[0] in TICKS:
        return True, stored
    if shown and shown[0] in EMPTY_BOXES:
        return False, stored
    return stored == "1", stored


def options_of(properties: etree._Element) -> tuple[tuple[str, str], ...]:
    """Give a choice's options as (code, words)."""
    found = []
    for item in properties.iter(qn("w:listItem")):
        words = str(item.get(qn("w:displayText")) or item.get(qn("w:value")) or "")
        found.append((str(item.get(qn("w:value")) or words), words))
    return tuple(found)


def _row(control: etree._Element, rows: dict[etree._Element, str]) -> str:
    """Name the item of a repeating section that a control stands in."""
    for step in control.iterancestors(SDT):
        properties = step.find(SDT_PR)
        if properties is not None and properties.find(ITEM) is not None:
            return rows.setdefault(step, f"item {len(rows) + 1}")
    return ""


def _section(control: etree._Element) -> str:
    """Give the title of the repeating section that a control stands in."""
    for step in control.iterancestors(SDT):
        properties = step.find(SDT_PR)
        if properties is not None and properties.find(SECTION) is not None:
            return child_value(properties, "w:alias")
    return ""


def _lines_lost(control: etree._Element) -> bool:
    """Tell whether line breaks stand just before a control: LibreOffice 7.4 moves those of its text there."""
    before = control.getprevious()
    return before is not None and before.tag == R and before.find(qn("w:br")) is not None


def _content_text(content: etree._Element) -> str:
    """Give what a control shows: paragraphs and breaks as lines, without what was deleted."""
    if content.find(f".//{P}") is None:
        return _text(content)
    return "\n".join(_text(paragraph) for paragraph in content.iter(P))


def _text(item: etree._Element) -> str:
    """Give the text of an element, without deleted text, fallbacks and paragraphs within."""
    parts: list[str] = []
    for child in item:
        if child.tag in (*_DELETED, _ALTERNATIVE, P):
            continue
        if child.tag == T:
            parts.append(child.text or "")
        else:
            parts.append(_BREAKS.get(str(child.tag), "") or _text(child))
    return "".join(parts)


def label_of(control: etree._Element) -> str:
    """Give the printed words beside a control: in its paragraph, else in its row's first cells."""
    paragraph = next(control.iterancestors(P), None)
    if paragraph is not None and (words := _outside(paragraph)):
        return words
    row = next(control.iterancestors(TR), None)
    if row is None:
        return ""
    own = next(control.iterancestors(TC), None)
    for cell in row.iter(TC):
        if cell is own:
            break
        if words := plain(" ".join(_outside(each) for each in cell.iter(P))):
            return words
    return ""


# ── Fixed texts ─────────────────────────────────────────────────────────────────────────────────────────────


def _fixed_texts(story: etree._Element) -> Iterator[str]:
    for paragraph in story.iter(P):
        if _inside_control(paragraph):
            continue
        if words := _outside(paragraph):
            yield words


def _inside_control(item: etree._Element) -> bool:
    """Tell whether an element is the content of a control that holds a value."""
    for step in item.iterancestors(SDT):
        properties, content = step.find(SDT_PR), step.find(SDT_CONTENT)
        if content is not None and next(content.iter(SDT), None) is not None:
            return False
        if properties is not None and _kind(properties) is not None:
            return True
    return False


def _outside(paragraph: etree._Element) -> str:
    """Give a paragraph's own words: no control's, no page number's (fields change with every save)."""
    parts: list[str] = []
    depth = 0
    for item in _walk(paragraph):
        if item.tag == _FIELD_MARK:
            depth += {"begin": 1, "end": -1}.get(str(item.get(qn("w:fldCharType"))), 0)
        elif depth <= 0:
            parts.append((item.text or "") if item.tag == T else _BREAKS.get(str(item.tag), ""))
    return plain("".join(parts))


def _walk(item: etree._Element) -> Iterator[etree._Element]:
    for child in item:
        if child.tag in (_FIELD, _ALTERNATIVE, P, *_DELETED):
            continue
        if (
            child.tag == SDT
            and (properties := child.find(SDT_PR)) is not None
            and _kind(properties) is not None
        ):
            content = child.find(SDT_CONTENT)
            if content is None or next(content.iter(SDT), None) is None:
                continue
        yield child
        yield from _walk(child)
