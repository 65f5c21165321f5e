"""Writing into the places of a Word form, as a person would: in the place's own style, nothing else touched."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from copy import deepcopy

from lxml import etree

from forms.domain.wording import read_date
from forms.formats.filling import Entry
from forms.formats.word import filling_text as texts
from forms.formats.word.controls import CHECKBOX
from forms.formats.word.shown import (
    BOXES,
    TICKED,
    TICKED_SYMBOLS,
    Shown,
    own_paragraphs,
    shown,
    symbol_font,
    words_of,
)
from forms.formats.word.spots import row_cells
from forms.formats.word.spots_inline import LINE, Spot, either, item_spots, open_labels, section_items
from forms.formats.word.wordml import (
    P_PR,
    R_PR,
    SDT,
    SDT_CONTENT,
    SDT_PR,
    TC,
    TR,
    VAL,
    XML_SPACE,
    P,
    R,
    T,
    child_value,
    element,
    qn,
    remove,
)

_CHAR, _KIND = qn("w:fldChar"), qn("w:fldCharType")
_PARA_IDS = (qn("w14:paraId"), qn("w14:textId"))
_DATE_ENDS = "T00:00:00Z"
_CHECKED, _UNCHECKED = ("2612", "MS Gothic"), ("2610", "MS Gothic")


def write(spot: Spot, entry: Entry) -> None:
    """Write an entry, found fit for its place before, into the tree that the spot is in."""
    if spot.rows and isinstance(entry, tuple):
        _write_rows(spot, [row if isinstance(row, tuple) else (row,) for row in entry])
    elif spot.place.kind == "repeating section" and isinstance(entry, tuple):
        _write_section(spot.at, [row if isinstance(row, tuple) else (row,) for row in entry])
    elif spot.place.kind == "box":
        _tick_drawn(spot, bool(entry))
    elif spot.place.kind == "line":
        _write_line(spot, str(entry))
    elif spot.at.tag == P:
        _write_line(spot, shown_choice(spot, entry))
    elif spot.place.kind == "cell":
        write_cell(spot.at, str(entry), after=spot.after)
    elif spot.place.kind == "bookmark":
        _write_bookmark(spot.at, str(entry))
    elif spot.at.tag == SDT:
        _write_control(spot, entry)
    else:
        _write_legacy(spot, entry)


def drop(item: etree._Element, name: str) -> None:
    """Take an attribute away, if it is there."""
    if name in item.attrib:
        del item.attrib[name]


# ── Cells and rows ──────────────────────────────────────────────────────────────────────────────────────────


def write_cell(cell: etree._Element, text: str, *, after: bool = False) -> None:
    """Write into an empty cell, or (`after`) behind the label that a cell holds."""
    if not text:
        return
    _let_grow(cell)
    paragraphs = list(own_paragraphs(cell))
    if not paragraphs:
        paragraphs = [etree.SubElement(cell, P)]
    filled = [number for number, item in enumerate(paragraphs) if words_of(item)]
    first = filled[-1] + 1 if filled and after else 0
    if first == len(paragraphs):
        _continue_paragraph(paragraphs[-1], text)
        return
    target, spare = paragraphs[first], paragraphs[first + 1 :]
    properties = texts.mark_properties(target)
    if properties is None:
        properties = texts.look_of(_label_run(cell))
    lines = texts.runs(text, properties, one_paragraph=False)
    _empty(target)
    _put(target, lines)
    for item in spare[: _room_taken(text) - 1]:
        if not words_of(item) and item.find(f"{P_PR}/{qn('w:sectPr')}") is None:
            remove(item)


def _room_taken(text: str) -> int:
    """Give about how many of the empty paragraphs of a cell a text takes up."""
    return sum(1 + len(line) // 90 for line in text.split("\n"))


def _put(paragraph: etree._Element, lines: Sequence[texts.Line]) -> None:
    """Put runs at the end of a paragraph; lines of another direction become paragraphs behind it."""
    copies = [paragraph, *(deepcopy(paragraph) for _ in lines[1:])]
    for number, (item, (backwards, made)) in enumerate(zip(copies, lines, strict=True)):
        if number:
            for name in _PARA_IDS:
                drop(item, name)
            copies[number - 1].addnext(item)
        if backwards:
            texts.set_direction(item)
        item.extend(made)


def _empty(paragraph: etree._Element) -> None:
    """Take white space out of an empty paragraph, but not what marks a place in it."""
    for run in list(paragraph.iterfind(R)):
        remove(run)


def _continue_paragraph(paragraph: etree._Element, text: str) -> None:
    """Write behind the words of a paragraph, one space apart."""
    last = next(reversed(list(paragraph.iterfind(R))), None)
    properties = texts.mark_properties(paragraph)
    if properties is None:
        properties = texts.look_of(last)
    ((_, made),) = texts.runs(" " + text, properties, one_paragraph=True)
    paragraph.extend(made)


def _label_run(cell: etree._Element) -> etree._Element | None:
    """Give the run of the label that an empty cell belongs to: in its row before it, else in the rows above."""
    row = next(cell.iterancestors(TR), None)
    if row is None:
        return None
    for step in (row, *row.itersiblings(TR, preceding=True)):
        run: etree._Element
        for run in step.iter(R):
            if any((item.text or "").strip() for item in run.iterfind(T)):
                return run
    return None


def _let_grow(cell: etree._Element) -> None:
    """Let a row of a fixed height grow (17.4.80): Word hides what does not fit into such a row."""
    row = next(cell.iterancestors(TR), None)
    height = None if row is None else row.find(f"{qn('w:trPr')}/{qn('w:trHeight')}")
    if height is not None and height.get(qn("w:hRule")) == "exact":
        height.set(qn("w:hRule"), "atLeast")


def _write_rows(spot: Spot, rows: Sequence[tuple[str, ...]]) -> None:
    """Write rows into the empty ones; the last empty one is copied as often as there are more."""
    items = list(spot.rows)
    while len(items) < len(rows):
        items.append(_copy_of(items[-1], spot.skip, len(items) + 1))
        items[-2].addnext(items[-1])
    for item, row in zip(items, rows, strict=False):
        for cell, text in zip(row_cells(item)[spot.skip :], row, strict=True):
            write_cell(cell, texts.normal(text))


def _write_section(control: etree._Element, rows: Sequence[tuple[str, ...]]) -> None:
    """Write rows into the items of a repeating section; the last one is copied as often as there are more."""
    items = section_items(control)
    blank = deepcopy(items[-1])
    while len(items) < len(rows):
        copy = _copy_of(blank, 0, 0)
        for identifier in list(copy.iter(qn("w:id"))):
            remove(identifier)  # Word gives new ones
        items[-1].addnext(copy)
        items.append(copy)
    for item, row in zip(items, rows, strict=False):
        for spot, text in zip(item_spots(item), row, strict=True):
            if text:
                _write_control(spot, texts.normal(text))


def _copy_of(row: etree._Element, skip: int, number: int) -> etree._Element:
    """Copy an empty row, without names that may be there only once; a number in its first cell goes on."""
    copy = deepcopy(row)
    copy.tail = None
    for item in copy.iter(etree.Element):
        for name in _PARA_IDS:
            drop(item, name)
    for item in list(copy.iter(qn("w:bookmarkStart"), qn("w:bookmarkEnd"))):
        remove(item)
    if skip:
        first = [item for item in row_cells(copy)[0].iter(T) if item.text]
        digits = [item for item in first if any(char.isdigit() for char in item.text or "")]
        for item in digits[:1]:
            old = "".join(char for char in item.text or "" if char.isdigit())
            item.text = (item.text or "").replace(old, str(number))
    return copy


# ── Lines and boxes ─────────────────────────────────────────────────────────────────────────────────────────


def line_spans(characters: Sequence[Shown]) -> list[tuple[int, int]]:
    """Give where a paragraph's lines, or its options, begin and end; tabs begin and end where text goes in."""
    text = "".join(each.char for each in characters)
    if LINE.search(text):
        return [found.span() for found in LINE.finditer(text)]
    if (chosen := either(text)) is not None and not open_labels(text):
        return [chosen[:2]]
    return [(start + 1, start + 1) for _, start in open_labels(text)]


def _write_line(spot: Spot, text: str) -> None:
    """Write over a line or over options, in their run's look; behind the first tab where tabs are the line."""
    if not text:
        return
    characters = shown(spot.at)
    start, end = line_spans(characters)[spot.number]
    if start == end:  # tabs: text goes behind the first one
        item = characters[start - 1].item
        _write_behind(item, text, "")
        return
    following = characters[end].char if end < len(characters) else " "
    gap = "" if following.isspace() or following in ".,;:)/" else " "
    line = characters[start:end]
    first = line[0]
    own = [each.offset for each in line if each.item is first.item]
    for item in dict.fromkeys(each.item for each in line[1:] if each.item is not first.item):
        _cut(item, {each.offset for each in line if each.item is item})
    words = first.item.text or ""
    if first.item.tag == T:
        _set_text(first.item, words[: own[0]])
    _write_behind(first.item, text + gap, words[own[-1] + 1 :] if first.item.tag == T else "")
    if first.item.tag != T:
        remove(first.item)
    _let_grow(spot.at)


def _write_behind(item: etree._Element, text: str, rest: str) -> None:
    """Write behind one of the elements of a run, in the run's look; `rest` are words that follow the text."""
    run = next(item.iterancestors(R))
    properties = texts.properties_of(run)
    ((_, made),) = texts.runs(text, properties, one_paragraph=True)
    split = element("w:r")
    if rest:
        _set_text(etree.SubElement(split, T), rest)
    for child in list(item.itersiblings()):
        split.append(child)
    if len(split):
        if properties is not None:
            split.insert(0, deepcopy(properties))
        run.addnext(split)
    for new in reversed(made):
        run.addnext(new)


def _cut(item: etree._Element, offsets: set[int]) -> None:
    """Take characters of a line out of an element."""
    if item.tag == T:
        _set_text(item, "".join(char for at, char in enumerate(item.text or "") if at not in offsets))
    else:
        remove(item)


def _set_text(item: etree._Element, words: str) -> None:
    item.text = words
    item.set(XML_SPACE, "preserve")


def _tick_drawn(spot: Spot, ticked: bool) -> None:
    """Draw a box as ticked: in a text, or a sign of a font that draws boxes in place of letters."""
    if not ticked:
        return
    box = [each for each in shown(spot.at) if each.char in BOXES][spot.number]
    if box.item.tag == T:
        words = box.item.text or ""
        _set_text(box.item, words[: box.offset] + TICKED + words[box.offset + 1 :])
    else:
        box.item.set(qn("w:char"), TICKED_SYMBOLS[symbol_font(box.item)])


# ── Controls ────────────────────────────────────────────────────────────────────────────────────────────────


def _write_control(spot: Spot, entry: Entry) -> None:
    """Fill a content control (17.5.2): its content, and what its properties say of that."""
    control, kind = spot.at, spot.place.kind
    properties, content = control.find(SDT_PR), control.find(SDT_CONTENT)
    assert properties is not None, "a control without them is no place"
    assert content is not None, "nor is one without content"
    if kind == "checkbox":
        glyph, font = _set_box(properties, bool(entry))
        _replace_content(
            control, content, glyph, _in_font(font, texts.properties_of(next(content.iter(R), None)))
        )
        return
    text = shown_choice(spot, entry)
    was_prompt = _forget_prompt(properties)
    own = properties.find(R_PR)
    first = next(content.iter(R), None)
    look = own if own is not None else texts.properties_of(first)
    _replace_content(control, content, text, texts.without_prompt(look) if was_prompt or own is None else look)
    _note_value(properties, text)
    _let_grow(control)


def _in_font(font: str, properties: etree._Element | None) -> etree._Element:
    """Give run properties with another font."""
    made = element("w:rPr") if properties is None else deepcopy(properties)
    for child in list(made.iterfind(qn("w:rFonts"))):
        made.remove(child)
    place = 1 if len(made) and made[0].tag == qn("w:rStyle") else 0
    made.insert(place, element("w:rFonts", ascii=font, hAnsi=font, eastAsia=font, cs=font))
    return made


def _set_box(properties: etree._Element, ticked: bool) -> tuple[str, str]:
    """Set a check box's state; give the sign of that state and its font ([MS-DOCX] 2.6.1.19)."""
    box = properties.find(CHECKBOX)
    assert box is not None, "the place was found by it"
    state = box.find(qn("w14:checked"))
    if state is None:
        state = element("w14:checked")
        box.insert(0, state)
    state.set(qn("w14:val"), "1" if ticked else "0")
    sign = box.find(qn("w14:checkedState" if ticked else "w14:uncheckedState"))
    code, font = _CHECKED if ticked else _UNCHECKED
    if sign is not None:
        code = str(sign.get(qn("w14:val"), code))
        font = str(sign.get(qn("w14:font"), font))
    return chr(int(code, 16)), font


def shown_choice(spot: Spot, entry: Entry) -> str:
    """Give the text of an entry: for a choice, given by code or words, the words of the option."""
    text = texts.normal(", ".join(map(str, entry)) if isinstance(entry, tuple) else str(entry))
    if spot.place.kind in ("choice", "combo"):
        return next((words for code, words in spot.place.options if text in (code, words)), text)
    return text


def _forget_prompt(properties: etree._Element) -> bool:
    prompt = properties.find(qn("w:showingPlcHdr"))
    if prompt is None:
        return False
    remove(prompt)
    return child_value(properties, "w:showingPlcHdr") not in ("0", "false", "off")


def _note_value(properties: etree._Element, text: str) -> None:
    """Write a control's value where its properties repeat it, and let several lines be."""
    date = properties.find(qn("w:date"))
    if date is not None:
        iso = read_date(text)
        if iso:
            date.set(qn("w:fullDate"), iso + _DATE_ENDS)
        else:
            drop(date, qn("w:fullDate"))
    choice = properties.find(qn("w:dropDownList"))
    if choice is None:
        choice = properties.find(qn("w:comboBox"))
    if choice is not None:
        values = {str(item.get(qn("w:displayText"), "")): item.get(qn("w:value")) for item in choice}
        choice.set(qn("w:lastValue"), str(values.get(text) or text))
    single = properties.find(qn("w:text"))
    if single is not None and "\n" in text:
        single.set(qn("w:multiLine"), "1")


def _replace_content(
    control: etree._Element, content: etree._Element, text: str, look: etree._Element | None
) -> None:
    """Put a text in the place of a control's content, on whatever level of the document it stands."""
    if next(control.iterancestors(P), None) is not None and content.find(P) is None:
        for child in list(content):
            content.remove(child)
        if text:
            ((_, made),) = texts.runs(text, look, one_paragraph=True)
            content.extend(made)
        return
    holder = content.find(TC) if content.find(TC) is not None else content
    assert holder is not None, "just found"
    paragraphs = list(own_paragraphs(holder)) or [etree.SubElement(holder, P)]
    for item in paragraphs[1:]:
        remove(item)
    for child in list(paragraphs[0]):
        if child.tag != P_PR:
            remove(child)
    if text:
        _put(paragraphs[0], texts.runs(text, look, one_paragraph=False))


# ── Legacy fields and bookmarks ─────────────────────────────────────────────────────────────────────────────


def field_runs(
    data: etree._Element,
) -> tuple[etree._Element | None, list[etree._Element], etree._Element | None]:
    """Give the run that parts a legacy field's code from its result, the result's runs, and its last run."""
    begin = next(data.iterancestors(R))
    separator: etree._Element | None = None
    result: list[etree._Element] = []
    depth = 0
    for run in _from(begin):
        kinds = [str(mark.get(_KIND)) for mark in run.iterfind(_CHAR)]
        depth += kinds.count("begin") - kinds.count("end")
        if depth <= 0:
            return separator, result, run
        if depth == 1 and "separate" in kinds:
            separator = run
        elif separator is not None:
            result.append(run)
    return separator, result, None


def _from(run: etree._Element) -> Iterator[etree._Element]:
    """Give the runs of the document from one on."""
    root = run.getroottree().getroot()
    seen = False
    for item in root.iter(R):
        seen = seen or item is run
        if seen:
            yield item


def _write_legacy(spot: Spot, entry: Entry) -> None:
    """Fill a legacy form field (17.16.17)."""
    data = spot.at
    if spot.place.kind == "checkbox":
        box = data.find(qn("w:checkBox"))
        assert box is not None, "the place was found by it"
        _set_value(box, "w:checked", "1" if entry else "0", len(box))
        return
    if spot.place.kind == "choice":
        choices = data.find(qn("w:ddList"))
        assert choices is not None, "the place was found by it"
        words = [word for word, _ in spot.place.options]
        _set_value(choices, "w:result", str(words.index(shown_choice(spot, entry))), 0)
        return
    separator, result, end = field_runs(data)
    assert end is not None, "checked before"
    if separator is None:
        separator = element("w:r")
        separator.append(element("w:fldChar", fldCharType="separate"))
        end.addprevious(separator)
    look = texts.properties_of(result[0] if result else end)
    for run in result:
        remove(run)
    text = texts.normal(str(entry))
    if text:
        ((_, made),) = texts.runs(text, look, one_paragraph=True)
        for new in reversed(made):
            separator.addnext(new)


def _set_value(parent: etree._Element, name: str, value: str, place: int) -> None:
    found = parent.find(qn(name))
    if found is None:
        found = element(name)
        parent.insert(place, found)
    found.set(VAL, value)


def bookmark_runs(start: etree._Element) -> tuple[list[etree._Element], etree._Element | None]:
    """Give the runs between a bookmark's ends, and its end if it is in the same paragraph, else None."""
    number = start.get(qn("w:id"))
    found: list[etree._Element] = []
    for item in start.itersiblings():
        if item.tag == qn("w:bookmarkEnd") and item.get(qn("w:id")) == number:
            return found, item
        found += [item] if item.tag == R else list(item.iter(R))
    return found, None


def _write_bookmark(start: etree._Element, text: str) -> None:
    """Write into a bookmark: over what is there to be written over, behind words that belong to the form."""
    inside, end = bookmark_runs(start)
    assert end is not None, "checked before"
    words = "".join(item.text or "" for run in inside for item in run.iter(T))
    neighbours = [*inside, *start.itersiblings(R, preceding=True)]
    look = (
        texts.properties_of(neighbours[0])
        if neighbours
        else texts.mark_properties(next(start.iterancestors(P)))
    )
    if is_placeholder(words):
        for run in inside:
            remove(run)
    else:
        text = " " + text
    ((_, made),) = texts.runs(text, look, one_paragraph=True)
    for new in made:
        end.addprevious(new)


def is_placeholder(words: str) -> bool:
    """Tell whether words are only there to be written over: none, a line, or words in brackets."""
    bare = words.strip(" \u00a0\u2002_.…")
    return not bare or (bare[0], bare[-1]) in (("[", "]"), ("<", ">"), ("«", "»"), ("{", "}"))
