"""Content controls (`w:sdt`, ECMA-376 part 1, 17.5.2) kept in step with the values they show.

In Word a control's state is told several times over: the text shown, `w14:checked`, `w:fullDate`, and
`w:showingPlcHdr`, which says that the text shown is only a prompt. An author writes one expression into the
control; here everything else is derived from it, as conditions that are part of the compiled template.

A control holds one expression (or nothing: it is always empty), a check box holds `{{ tick(…) }}`. Controls
whose content is text or other controls are left as they are, but for what no document may carry: bindings to
other data, repeated ids, and empty contents.
"""

from __future__ import annotations

import re
from copy import deepcopy

from lxml import etree
from msgspec import Struct, field

from forms.formats.word.places import walk
from forms.formats.word.tag import Tag
from forms.formats.word.tags import TOKEN, TagList
from forms.formats.word.values import TICKED, UNTICKED
from forms.formats.word.wordml import (
    BODY,
    R_PR,
    SDT,
    SDT_CONTENT,
    SDT_PR,
    TBL,
    TC,
    TR,
    VAL,
    P,
    R,
    T,
    append_text_before,
    child_value,
    element,
    qn,
    remove,
)
from forms.foundation.problems import Place, Problem

PLACEHOLDER_STYLE = "PlaceholderText"
GLYPH_FONT = "MS Gothic"

_PROMPTS = {
    "date": "Click to choose a date",
    "dropDownList": "Click to choose",
    "comboBox": "Click to choose or type",
}
_PROMPT = "Click to enter text"

CHECKBOX, SECTION, ITEM = qn("w14:checkbox"), qn("w15:repeatingSection"), qn("w15:repeatingSectionItem")
_VALUE_KINDS = [
    CHECKBOX,
    SECTION,
    *(qn(f"w:{name}") for name in ("text", "richText", "date", "dropDownList", "comboBox")),
]
_CONTAINER_KINDS = [
    ITEM,
    *(qn(f"w:{name}") for name in ("group", "picture", "docPartObj", "docPartList", "citation")),
    *(qn(f"w:{name}") for name in ("bibliography", "equation")),
]
_DROPPED = [qn("w:dataBinding"), qn("w15:dataBinding"), qn("w:placeholder"), qn("w:id"), qn("w:showingPlcHdr")]
_ORDER = [
    *(qn(f"w:{name}") for name in ("rPr", "alias", "tag", "id", "lock", "placeholder", "temporary")),
    *(qn(f"w:{name}") for name in ("showingPlcHdr", "label", "tabIndex")),
    *(qn(f"w15:{name}") for name in ("color", "appearance", "webExtensionLinked", "webExtensionCreated")),
]

_CONSTANT_TICK = re.compile(r"tick\(\s*([Tt]rue|[Ff]alse)\s*\)")

_VALUE = "_control"
_CONTENT = "_content"


def compile_controls(root: etree._Element, tags: TagList, styles: frozenset[str], source: str) -> list[Problem]:
    """Derive the state of every control in a part, in place.

    Args:
        root: The part as a tree in which tags are tokens.
        tags: The part's tags; those that are derived are added.
        styles: The style ids of the house (whether it has one for prompts).
        source: The template's name, for problems.

    Returns:
        Controls that break the convention.
    """
    compiler = _Compiler(tags, PLACEHOLDER_STYLE in styles, source)
    for control in list(root.iter(SDT)):
        compiler.control(control)
    # Whatever may come out empty is guarded from the inside out: a table's rows before the cell around it.
    for guarded in reversed(list(root.iter(SDT_CONTENT, TBL, TC))):
        compiler.guard(guarded)
    return compiler.problems


def number_controls(root: etree._Element, tags: TagList, first: int) -> int:
    """Give every control of a part a `w:id`, from `first` on; one in a loop gets its number when rendered.

    Returns:
        The next free number.
    """
    repeated = _in_loops(root, tags)
    for control in root.iter(SDT):
        identifier = control.find(f"{SDT_PR}/{qn('w:id')}")
        assert identifier is not None, "compile_controls has given each control an id to fill in"
        if control in repeated:
            identifier.set(VAL, tags.add("expression", "_numbers|_next"))
        else:
            identifier.set(VAL, str(first))
            first += 1
    return first


def _in_loops(root: etree._Element, tags: TagList) -> set[etree._Element]:
    """Give the controls that a loop repeats (and those around a loop, to which it does no harm)."""
    found: set[etree._Element] = set()
    depth = 0
    for spot in walk(root):
        if depth:
            found.update(step for step in (spot.element, *spot.element.iterancestors()) if step.tag == SDT)
        for tag in tags.in_text(spot.text):
            depth += {"for": 1, "endfor": -1}.get(tag.keyword, 0)
    return found


class _Compiler(Struct):
    """Works on the controls of one part; `problems` are controls that break the convention."""

    tags: TagList
    has_prompt_style: bool
    source: str
    problems: list[Problem] = field(default_factory=list)

    def control(self, control: etree._Element) -> None:
        properties, content = control.find(SDT_PR), control.find(SDT_CONTENT)
        if properties is None:
            properties = element("w:sdtPr")
            control.insert(0, properties)
        if content is None:
            content = etree.SubElement(control, SDT_CONTENT)
        prompted = properties.find(qn("w:showingPlcHdr")) is not None
        for dropped in list(properties.iter(*_DROPPED)):
            remove(dropped)
        insert_property(properties, element("w:id", val="0"))
        if value_kind(properties) in (None, SECTION):
            return
        if next(content.iter(SDT), None) is not None:
            return
        self._lock(control, properties)
        box = properties.find(CHECKBOX)
        if box is not None:
            self._checkbox(control, box, content)
        else:
            self._value(control, properties, content, prompted=prompted)

    def _lock(self, control: etree._Element, properties: etree._Element) -> None:
        """Keep a control from being deleted by mistake, except in rows that a person may take away."""
        if properties.find(qn("w:lock")) is None and not _in_section(control):
            insert_property(properties, element("w:lock", val="sdtLocked"))

    # ── Text, dates and choices ─────────────────────────────────────────────────────────────────────────────

    def _value(
        self, control: etree._Element, properties: etree._Element, content: etree._Element, *, prompted: bool
    ) -> None:
        found = [tag for spot in walk(content) for tag in self.tags.in_text(spot.text)]
        text = "".join(each.text or "" for each in content.iter(T)).strip()
        for choice in properties.iter(qn("w:dropDownList"), qn("w:comboBox")):
            choice.attrib.pop(qn("w:lastValue"), "")
        date = properties.find(qn("w:date"))
        if not found:
            if prompted or not text:
                self._always_empty(control, properties, content, text or _prompt(properties))
                if date is not None:
                    date.attrib.pop(qn("w:fullDate"), "")
            return
        if len(found) > 1 or found[0].kind != "expression" or TOKEN.sub("", text):
            return
        expression = found[0]
        self._bind(control, expression)
        if date is not None:
            date.set(qn("w:fullDate"), self.tags.add("expression", f"{_VALUE}|_full_date", expression))
        prompt = element("w:showingPlcHdr")
        insert_property(properties, prompt)
        self._around(prompt, f"if not ({_VALUE} is _filled)", "endif", expression)
        _drop_empty_runs(content)
        empty = self._prompt_content(content, _prompt(properties))
        next(each for each in content.iter(T) if TOKEN.search(each.text or "")).text = self.tags.add(
            "expression", _VALUE, expression
        )
        filled, last = list(content), len(content) - 1
        content.extend(empty)
        content.text = self.tags.add("statement", f"if {_VALUE} is _filled", expression)
        filled[last].tail = self.tags.add("statement", "else", expression)
        content[-1].tail = self.tags.add("statement", "endif", expression)

    def _always_empty(
        self, control: etree._Element, properties: etree._Element, content: etree._Element, prompt: str
    ) -> None:
        insert_property(properties, element("w:showingPlcHdr"))
        for text in list(content.iter(T))[1:]:
            remove(text)
        _drop_empty_runs(content)
        if next(content.iter(T), None) is None:
            _add_run(control, content)
        replacement = self._prompt_content(content, prompt)
        content.text = None
        for child in list(content):
            content.remove(child)
        content.extend(replacement)

    def _prompt_content(self, content: etree._Element, prompt: str) -> list[etree._Element]:
        """Give a copy of a control's content with the prompt in place of its value."""
        copy = deepcopy(content)
        text = next(each for each in copy.iter(T))
        text.text = prompt
        run = text.getparent()
        if run is not None and self.has_prompt_style:
            for properties in list(run.iter(R_PR)):
                remove(properties)
            run.insert(0, element("w:rPr"))
            run[0].append(element("w:rStyle", val=PLACEHOLDER_STYLE))
        for child in copy:
            child.tail = None
        return list(copy)

    # ── Check boxes ─────────────────────────────────────────────────────────────────────────────────────────

    def _checkbox(self, control: etree._Element, box: etree._Element, content: etree._Element) -> None:
        found = [tag for spot in walk(content) for tag in self.tags.in_text(spot.text)]
        text = "".join(each.text or "" for each in content.iter(T)).strip()
        constant = _CONSTANT_TICK.fullmatch(found[0].code) if len(found) == 1 else None
        if not found or (constant and not TOKEN.sub("", text)):
            # A reply's box is empty in every document: then its whole block is.
            ticked = constant[1].lower() == "true" if constant else TICKED in text or "☑" in text
            state = "1" if ticked else "0"
            glyph = TICKED if ticked else UNTICKED
        elif len(found) == 1 and found[0].code.startswith("tick(") and not TOKEN.sub("", text):
            self._bind(control, found[0])
            state = self.tags.add("expression", f"{_VALUE}|_checked", found[0])
            glyph = self.tags.add("expression", _VALUE, found[0])
        else:
            message = f"The check box with {found[0].shown} does not hold {{{{ tick(…) }}}} alone"
            hint = "Write {{ tick(…) }} into the box and nothing else"
            place = Place(self.source, "", found[0].words)
            self.problems.append(Problem("error", "checkbox-content", message, hint, place))
            return
        _fill_checkbox(box, state)
        for each in list(content.iter(T))[1:]:
            remove(each)
        if next(content.iter(T), None) is None:
            _add_run(control, content)
        next(content.iter(T)).text = glyph
        _drop_empty_runs(content)

    # ── Tokens round elements ───────────────────────────────────────────────────────────────────────────────

    def _bind(self, control: etree._Element, expression: Tag) -> None:
        """Evaluate a control's expression once, before the control."""
        self._around(control, f"with {_VALUE} = ({expression.code})", "endwith", expression)

    def _around(self, item: etree._Element, before: str, after: str, like: Tag | None) -> None:
        parent = item.getparent()
        assert parent is not None
        append_text_before(parent, parent.index(item), self.tags.add("statement", before, like))
        item.tail = self.tags.add("statement", after, like) + (item.tail or "")

    def guard(self, item: etree._Element) -> None:
        """Mend what may come out empty: a control without content, a table without rows, a cell without end."""
        if not _has_tokens(item):
            return
        if item.tag == SDT_CONTENT:
            control = item.getparent()
            if control is not None and not self._surely(item, list(item)):
                self._capture(control, "_unless_empty")
        elif item.tag == TBL:
            rows = [child for child in item if child.tag in (TR, SDT)]
            if not self._surely(item, rows):
                self._capture(item, "_with_rows")
        elif item[-1].tag != P or not self._surely(item, [item[-1]]):
            style = child_value(item, "w:p/w:pPr/w:pStyle")
            self._capture(item, f"_with_paragraph('{style if style.isalnum() else ''}')")

    def _capture(self, item: etree._Element, filter_call: str) -> None:
        like = next((tag for spot in walk(item) for tag in self.tags.in_text(spot.text) if tag.words), None)
        self._around(item, f"set {_CONTENT}", "endset", like)
        end = TOKEN.match(item.tail or "")
        assert end is not None
        tail = item.tail or ""
        item.tail = end[0] + self.tags.add("expression", f"{_CONTENT}|{filter_call}", like) + tail[end.end() :]

    def _surely(self, item: etree._Element, candidates: list[etree._Element]) -> bool:
        """Whether one of the children is always there: in no condition, loop or capture among its siblings."""
        depth = self._depth(item.text)
        for child in item:
            if depth == 0 and child in candidates:
                return True
            depth += self._depth(child.tail)
        return False

    def _depth(self, text: str | None) -> int:
        steps = {"if": 1, "endif": -1, "for": 1, "endfor": -1, "endset": -1}
        return sum(
            1 if tag.code == f"set {_CONTENT}" else steps.get(tag.keyword, 0) for tag in self.tags.in_text(text)
        )


def _has_tokens(item: etree._Element) -> bool:
    """Whether tags stand between the children of an element."""
    return bool(TOKEN.search(item.text or "")) or any(TOKEN.search(child.tail or "") for child in item)


def insert_property(properties: etree._Element, new: etree._Element) -> None:
    """Put a property into a `w:sdtPr` where the schema has it (17.5.2.38)."""
    rank = _ORDER.index(new.tag)
    for index, child in enumerate(properties):
        if child.tag not in _ORDER or _ORDER.index(child.tag) > rank:
            properties.insert(index, new)
            return
    properties.append(new)


def value_kind(properties: etree._Element | None) -> str | None:
    """Give the element that says what a control holds, "" for rich text by default, or None.

    None means that the control only groups other content, and that no value is read from it.
    """
    if properties is None:
        return ""
    kinds = [str(child.tag) for child in properties]
    if any(kind in _CONTAINER_KINDS for kind in kinds):
        return None
    return next((kind for kind in kinds if kind in _VALUE_KINDS), "")


def _in_section(control: etree._Element) -> bool:
    return any(step.find(f"{SDT_PR}/{ITEM}") is not None for step in control.iterancestors(SDT))


def _prompt(properties: etree._Element) -> str:
    kinds = [etree.QName(child).localname for child in properties]
    return next((_PROMPTS[kind] for kind in kinds if kind in _PROMPTS), _PROMPT)


def _fill_checkbox(box: etree._Element, state: str) -> None:
    """Write the box's state and glyphs ([MS-DOCX] 2.6.1.19)."""
    for child in list(box):
        box.remove(child)
    box.append(element("w14:checked", val=state))
    box.append(element("w14:checkedState", val=f"{ord(TICKED):04X}", font=GLYPH_FONT))
    box.append(element("w14:uncheckedState", val=f"{ord(UNTICKED):04X}", font=GLYPH_FONT))


def _add_run(control: etree._Element, content: etree._Element) -> None:
    """Make the run that a control's content lacks, in the paragraph and cell that its place asks for."""
    around = next((step.tag for step in control.iterancestors() if step.tag in (P, TC, TR, TBL, BODY)), BODY)
    holder = content
    if around == TR:
        cell = content.find(TC)
        holder = etree.SubElement(content, TC) if cell is None else cell
    if around != P:
        paragraph = holder.find(P)
        holder = etree.SubElement(holder, P) if paragraph is None else paragraph
    run = etree.SubElement(holder, R)
    etree.SubElement(run, T)


def _drop_empty_runs(content: etree._Element) -> None:
    for run in list(content.iter(R)):
        if all(child.tag == R_PR or (child.tag == T and not child.text) for child in run):
            remove(run)
