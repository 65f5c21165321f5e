"""What is to be filled in in a paragraph of a Word form: controls, fields, bookmarks, lines, boxes."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from lxml import etree

from forms.formats.fillable import Fillable, PlaceKind
from forms.formats.returned import plain
from forms.formats.word.control_reader import label_of, options_of
from forms.formats.word.controls import CHECKBOX, ITEM, SECTION, value_kind
from forms.formats.word.shown import BOXES, RULE, TICKS, text_of, words_of
from forms.formats.word.wordml import (
    SDT,
    SDT_CONTENT,
    SDT_PR,
    TBL,
    TR,
    P,
    R,
    T,
    child_value,
    qn,
)

FF_DATA, BOOKMARK = qn("w:ffData"), qn("w:bookmarkStart")
_FALLBACK = qn("mc:Fallback")
LINE = re.compile(
    rf"_{{2,}}(?:\s?[/.\-]\s?_{{2,}}){{1,2}}|_{{3,}}(?:[ \n]+_{{3,}})*"
    rf"|\.{{5,}}|(?:\. ){{5,}}\.?|…{{2,}}|{RULE}+"
)
"""What is drawn to write on: underscores (also parted as a date is), dots, underlined blanks."""

_TABS = re.compile("\t+")

_EITHER = re.compile(
    r"(?:^|[?:)\t]|\s{2})\s*(?P<all>(?:yes|y)\s*/\s*(?:no|n)(?:\s*/\s*[^/()*]{1,25}){0,3})"
    r"(?P<note>\s*[(*]{0,2}(?:please )?delete [^()]{1,40}\)?)?\s*$",
    re.I,
)
_LONGEST_EITHER = 300
BOX = re.compile(f"[{BOXES}]")
ANY_BOX = re.compile(f"[{BOXES}{TICKS}]")
_MARK_BOX, _MARK_TEXT = "\ue001", "\ue002"
_MARKS = re.compile(f"[{_MARK_BOX}{_MARK_TEXT}]")
_ON = ("1", "true", "on")
_CONTROLS: dict[str, PlaceKind] = {
    CHECKBOX: "checkbox",
    SECTION: "repeating section",
    qn("w:text"): "text",
    qn("w:richText"): "rich text",
    qn("w:date"): "date",
    qn("w:dropDownList"): "choice",
    qn("w:comboBox"): "combo",
}
LOCKED = ("contentLocked", "sdtContentLocked")
"""The locks of a control under which its content cannot be changed (17.5.2.23)."""


@dataclass(frozen=True, slots=True)
class Spot:
    """A place, and what it is made of.

    `at` is the control, the `w:ffData`, the `w:bookmarkStart`, the paragraph (`line`, `box`: its `number`th,
    from 0), the cell, or the first of the `rows` to be filled in; `skip` columns of these are numbered.
    `after` says that the cell holds its own label, and the text goes behind it.
    """

    place: Fillable
    at: etree._Element
    number: int = 0
    rows: tuple[etree._Element, ...] = ()
    skip: int = 0
    after: bool = False


@dataclass(frozen=True, slots=True)
class Context:
    """What stands round a paragraph of a cell: the label to its left and the head over it."""

    left: str = ""
    head: str = ""

    @property
    def label(self) -> str:
        """The words that say what the cell is for."""
        return f"{self.left.rstrip(': ')}: {self.head}" if self.left and self.head else self.left or self.head


@dataclass(slots=True)
class Walk:
    """Goes through a document; `before` are the words of the last paragraph that holds no place."""

    paragraphs: int = 0
    tables: int = 0
    before: str = ""
    in_line: bool = False
    numbers: Counter[str] = field(default_factory=Counter)

    def where(self) -> str:
        """Name the place of a block between paragraphs."""
        return f"after paragraph {self.paragraphs}" if self.paragraphs else "at the beginning"

    def next_name(self, where: str, kind: str) -> str:
        """Name a place by where it is and its number there."""
        self.numbers[f"{where}, {kind}"] += 1
        return f"{where}, {kind} {self.numbers[f'{where}, {kind}']}"


# ── Places with names ───────────────────────────────────────────────────────────────────────────────────────


def control_spots(control: etree._Element, where: str, label: str = "") -> Iterator[Spot]:
    """Give a content control that holds a value, or a repeating section; nothing for one that only groups."""
    properties, content = control.find(SDT_PR), control.find(SDT_CONTENT)
    found = value_kind(properties)
    if found is None or properties is None or content is None:
        return
    if found != SECTION and next(content.iter(SDT, TBL, TR, FF_DATA), None) is not None:
        return
    kind = _CONTROLS.get(found, "rich text")
    text = properties.find(qn("w:text"))
    if text is not None and text.get(qn("w:multiLine")) in _ON:
        kind = "multiline"
    title = child_value(properties, "w:alias")
    name = child_value(properties, "w:tag") or title or child_value(properties, "w:id")
    locked = child_value(properties, "w:lock") in LOCKED
    columns: tuple[str, ...] = ()
    words = label or label_of(control) or title
    if kind == "repeating section":
        words = title
        columns = tuple(_column(spot) for item in section_items(control)[:1] for spot in item_spots(item))
    options = options_of(properties)
    yield Spot(Fillable(name, kind, words, where, options, columns, read_only=locked), control)


def section_items(control: etree._Element) -> list[etree._Element]:
    """Give the items of a repeating section ([MS-DOCX] 2.5.4.9)."""
    content = control.find(SDT_CONTENT)
    items = [] if content is None else list(content.iterfind(SDT))
    return [item for item in items if item.find(f"{SDT_PR}/{ITEM}") is not None]


def item_spots(item: etree._Element) -> list[Spot]:
    """Give the controls of an item that take a text; boxes have names of their own."""
    found = (spot for inner in item.iter(SDT) if inner is not item for spot in control_spots(inner, ""))
    return [spot for spot in found if spot.place.kind not in ("checkbox", "repeating section")]


def _column(spot: Spot) -> str:
    return child_value(spot.at, "w:sdtPr/w:alias") or spot.place.label or spot.place.name


def _legacy(data: etree._Element, where: str, label: str) -> Spot:
    """Give a legacy form field (17.16.17)."""
    name = child_value(data, "w:name")
    off = child_value(data, "w:enabled") in ("0", "false", "off")
    choices = data.find(qn("w:ddList"))
    if choices is not None:
        words = [str(entry.get(qn("w:val"), "")) for entry in choices.iter(qn("w:listEntry"))]
        options = tuple((word, word) for word in words)
        return Spot(Fillable(name, "choice", label, where, options, read_only=off), data)
    if data.find(qn("w:checkBox")) is not None:
        return Spot(Fillable(name, "checkbox", label, where, read_only=off), data)
    longest = child_value(data, "w:textInput/w:maxLength")
    kind = child_value(data, "w:textInput/w:type")
    limit = int(longest) if longest.isdigit() and int(longest) else None
    counted = kind in ("calculated", "currentDate", "currentTime")  # Word fills these in itself
    return Spot(
        Fillable(
            name, "date" if kind == "date" else "text", label, where, longest=limit, read_only=off or counted
        ),
        data,
    )


def _named(paragraph: etree._Element, where: str, context: Context) -> Iterator[Spot]:
    """Give controls, legacy fields and bookmarks of a paragraph, in order."""
    items = [item for item in paragraph.iter(SDT, FF_DATA, BOOKMARK) if _is_own(item, paragraph)]
    labels = _inline_labels(paragraph, [item for item in items if item.tag != BOOKMARK], context)
    for item in items:
        if item.tag == SDT:
            yield from control_spots(item, where, labels.get(item, ""))
        elif item.tag == FF_DATA:
            yield _legacy(item, where, labels.get(item, ""))
        else:
            name = str(item.get(qn("w:name"), ""))
            if name and not name.startswith("_"):  # such names are the program's own
                yield Spot(Fillable(name, "bookmark", words_of(paragraph) or context.label, where), item)


def _is_own(item: etree._Element, paragraph: etree._Element) -> bool:
    """Tell whether something stands in a paragraph itself, not in a text box that hangs on it."""
    for step in item.iterancestors():
        if step is paragraph:
            return True
        if step.tag in (P, _FALLBACK):
            return False
    return False


def _inline_labels(
    paragraph: etree._Element, items: list[etree._Element], context: Context
) -> dict[etree._Element, str]:
    """Give the words that belong to each field of a paragraph, as `segment_labels` tells for drawn ones."""
    if not items:
        return {}
    marked: list[etree._Element] = []
    parts: list[str] = []
    _mark(paragraph, items, parts, marked)
    text = "".join(parts)
    labels = segment_labels(_MARKS, text, context, boxes={_MARK_BOX})
    return dict(zip(marked, labels, strict=True))


def _mark(
    item: etree._Element, items: list[etree._Element], parts: list[str], marked: list[etree._Element]
) -> None:
    depth = 0
    for child in item.iter():
        if child in items:
            is_box = child.find(f"{SDT_PR}/{CHECKBOX}") is not None or child.find(qn("w:checkBox")) is not None
            parts.append(_MARK_BOX if is_box else _MARK_TEXT)
            marked.append(child)
        elif child.tag == qn("w:fldChar"):
            depth += {"begin": 1, "end": -1}.get(str(child.get(qn("w:fldCharType"))), 0)
        elif child.tag == T and depth <= 0 and not any(step in items for step in child.iterancestors(SDT)):
            parts.append(child.text or "")
        elif child.tag == qn("w:tab") and (parent := child.getparent()) is not None and parent.tag == R:
            parts.append("\t")


# ── Places without ──────────────────────────────────────────────────────────────────────────────────────────


def segment_labels(places: re.Pattern[str], text: str, context: Context, boxes: Iterable[str]) -> list[str]:
    """Give the words that belong to each of the places of a paragraph's text.

    Words stand before what is written on. They stand after boxes, unless the paragraph ends with one:
    "☐ Yes ☐ No", but "Yes ☐ No ☐". The question before the first box belongs to all of them.
    """
    found = list(places.finditer(text))
    ends = [0, *(match.end() for match in found)]
    starts = [*(match.start() for match in found), len(text)]
    segments = [plain(text[end:start]).strip("/|;, ") for end, start in zip(ends, starts, strict=True)]
    words_first = bool(segments[0]) and not segments[-1]
    labels: list[str] = []
    for number, match in enumerate(found):
        if match[0] in boxes:
            words = segments[number] if words_first else segments[number + 1]
            question = "" if words_first else segments[0] or context.left
            if not any(segments):
                question, words = context.label, ""
            labels.append(plain(f"{question} {words}") or context.label)
        else:
            own = segments[number] if re.search(r"\w", segments[number]) else ""
            behind = segments[-1] if len(found) == 1 and not segments[0] else ""
            labels.append(own or context.label or behind.strip("()"))
    return labels


def paragraph_spots(
    paragraph: etree._Element, where: str, walk: Walk, context: Context | None = None
) -> Iterator[Spot]:
    """Give the places of a paragraph; `context` is that of its cell."""
    context = context or Context()
    named = list(_named(paragraph, where, context))
    yield from named
    if any(spot.place.kind != "bookmark" for spot in named):
        return
    text = text_of(paragraph)
    if boxes := BOX.findall(text):
        labels = segment_labels(BOX, text, context, boxes)
        for number, label in enumerate(labels):
            yield Spot(Fillable(walk.next_name(where, "box"), "box", label, where), paragraph, number)
        return
    found = list(_lines(paragraph, text, where, walk, context))
    yield from found
    if not found and (chosen := either(text)):
        start, _, options = chosen
        label = plain(text[:start]).strip("*() ") or context.label
        pairs = tuple((option, option) for option in options)
        yield Spot(Fillable(walk.next_name(where, "choice"), "choice", label, where, pairs), paragraph)


def open_labels(text: str) -> list[tuple[str, int]]:
    """Give the labels that have only tabs up to the next label, or to the end; and where these tabs begin."""
    found: list[tuple[str, int]] = []
    if "\t" not in text:
        return found
    segments = list(_TABS.finditer(text))
    starts = [0, *(tabs.end() for tabs in segments)]
    for number, tabs in enumerate(segments):
        label = text[starts[number] : tabs.start()].rstrip(" ")
        following = text[tabs.end() : segments[number + 1].start() if number + 1 < len(segments) else len(text)]
        is_next = ":" in following and any(char.isalnum() for char in following)
        is_label = label.endswith(":") and any(char.isalnum() for char in label)
        if is_label and (is_next or not following.strip()):
            found.append((label[:-1].rpartition(":")[2] or label[:-1], tabs.start()))
    return found


def either(text: str) -> tuple[int, int, tuple[str, ...]] | None:
    """Give where a paragraph ends in "Yes / No", of which a person leaves one, and the options; else None.

    A note such as "(delete as appropriate)" goes with what is deleted.
    """
    found = _EITHER.search(text) if "/" in text and len(text) < _LONGEST_EITHER else None
    if found is None:
        return None
    options = tuple(option.strip() for option in found["all"].split("/"))
    return found.start("all"), found.end("note") if found["note"] else found.end("all"), options


def _lines(paragraph: etree._Element, text: str, where: str, walk: Walk, context: Context) -> Iterator[Spot]:
    """Give the lines that a paragraph has to write on; further lines of the same answer are none."""
    if not LINE.search(text):
        labels = [plain(label) for label, _ in open_labels(text)]
    else:
        alone = not re.search(r"\w", LINE.sub("", text))
        if alone and walk.in_line:
            return
        labels = segment_labels(LINE, text, context, ())
        labels = [label or walk.before for label in labels]
        walk.in_line = True
    for number, label in enumerate(labels):
        yield Spot(
            Fillable(walk.next_name(where, "line"), "line", label.rstrip(":? "), where), paragraph, number
        )
