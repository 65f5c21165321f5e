"""The places of a blank form, made ready: what stays the same is written out once, a fill adds the value.

A place is one full name. Its value stands in its fields' dictionaries (`Holder`); each of its widgets gets an
appearance of its own, in its own size (ISO 32000-1, 12.5.5, 12.7.4).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from forms.formats.fillable import Fillable
from forms.formats.filling import REFERENCES, Continued, Entry
from forms.formats.pdf.filling.setting import Ink, TextBox, escaped, is_win_ansi, set_list, set_text
from forms.formats.pdf.filling.update import Update
from forms.formats.pdf.objects import name

_CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")

Fault = tuple[str, str, str]
"""Code, message and hint of a problem."""


@dataclass(frozen=True, slots=True)
class Holder:
    """A dictionary that a fill writes anew: `head` is all but what a fill decides, and is left open."""

    number: int
    generation: int
    head: bytes


@dataclass(frozen=True, slots=True)
class Spot:
    """The lower left corner of a widget, where it is drawn when the form is flattened."""

    left: float
    bottom: float


@dataclass(frozen=True, slots=True)
class Drawn:
    """An appearance on a flattened page: the matrix that places it, and its object number."""

    matrix: bytes
    look: int


@dataclass(frozen=True, slots=True)
class TextWidget:
    """A widget that shows text. `form` is the head of its appearance; `holds` says that it is the field too."""

    holder: Holder
    holds: bool
    box: TextBox
    form: bytes
    backdrop: bytes
    spot: Spot


@dataclass(frozen=True, slots=True)
class ButtonWidget:
    """A box to tick: what follows its head when on and when off, and how each looks on a flattened page."""

    holder: Holder
    state: str
    on: bytes
    off: bytes
    spot: Spot
    drawn_on: Drawn | None
    drawn_off: Drawn | None


class Job:
    """One fill: what it writes to, what it writes with, and what comes of it."""

    def __init__(self, update: Update, ink: Ink, resources: int, floor: float, *, flatten: bool) -> None:
        """Take the number of the resources that all appearances share."""
        self.update = update
        self.ink = ink
        self.floor = floor
        self.flatten = flatten
        self.continued: list[Continued] = []
        self.drawn: dict[int, Drawn | None] = {}
        """For a flattened form: how each widget is drawn, by its object number."""
        self._resources = b"/Resources %d 0 R/Length " % resources

    def show(self, widget: TextWidget, content: bytes, value: bytes) -> None:
        """Write a widget with its appearance; `value` are the entries of the field that it may hold."""
        update = self.update
        at = update.reserve()
        body = widget.backdrop + content
        update.whole(
            at,
            0,
            b"%d 0 obj\n%s%s%d>>stream\n%s\nendstream\nendobj\n"
            % (at, widget.form, self._resources, len(body), body),
        )
        holder, spot = widget.holder, widget.spot
        if self.flatten:
            self.drawn[holder.number] = Drawn(b"1 0 0 1 %.2f %.2f" % (spot.left, spot.bottom), at)
            return
        look = b"/AP<</N %d 0 R>>%s>>\nendobj\n" % (at, value if widget.holds else b"")
        update.whole(holder.number, holder.generation, holder.head + look)

    def hold(self, holders: Sequence[Holder], value: bytes) -> None:
        """Write fields that are not widgets."""
        if not self.flatten:
            for holder in holders:
                data = holder.head + value + b">>\nendobj\n"
                self.update.whole(holder.number, holder.generation, data)


def value_string(text: str) -> bytes:
    """Write a field's value: a text string (7.9.2.2), line breaks and all."""
    if text.isascii():
        return b"(%s)" % escaped(text.encode("ascii")).replace(b"\n", b"\\n")
    return b"(\xfe\xff%s)" % escaped(text.encode("utf-16-be")).replace(b"\r", b"\\r")


@dataclass(frozen=True, slots=True)
class TextPlace:
    """Text on one or more lines, combs, dates, and choices that show one line."""

    place: Fillable
    holders: tuple[Holder, ...]
    widgets: tuple[TextWidget, ...]
    codes: tuple[str, ...]
    own: Entry | None = None
    """What stands there already and lacks an appearance."""

    def problem(self, entry: Entry, ink: Ink) -> Fault | None:
        """Say what keeps an entry out."""
        kind = self.place.kind
        if isinstance(entry, tuple) and kind in ("choice", "combo"):
            return unknown_choice(entry, self.place.options, several=False)
        if not isinstance(entry, str) or kind == "choice":
            return wrong_kind("one of its choices" if kind == "choice" else "a text")
        longest = self.place.longest
        if longest is not None and len(entry) > longest:
            message = f"The text is longer than this field takes: {longest} characters at most"
            return "too-long", message, "Shorten it, or map a shorter one to the field"
        if kind != "multiline" and "\n" in entry:
            hint = "Join the lines in the mapping, for example with a comma"
            return "several-lines", "The text has several lines, and this field has one", hint
        return unprintable(entry, ink)

    def fill(self, entry: Entry, job: Job, *, shrink: bool = False) -> None:
        """Write a checked entry. `shrink` makes it as small as it takes instead of continuing elsewhere."""
        if isinstance(entry, tuple):
            code = str(entry[0]) if entry else ""
            stored, text, shrink = code, dict(self.place.options).get(code, code), True
        else:
            stored = text = str(entry)
        contents = self._set(text, job, 0.0 if shrink else job.floor)
        if contents is None:
            stored, contents = self._continue(text, job)
        value = b"/V" + value_string(stored) if entry != () else b""
        if self.codes:
            value += b"/I[%d]" % self.codes.index(stored) if stored in self.codes else b""
        for widget, content in zip(self.widgets, contents, strict=True):
            job.show(widget, content, value)
        if self.holders:
            job.hold(self.holders, value)

    def _set(self, text: str, job: Job, floor: float) -> list[bytes] | None:
        """Set a text in every widget; None if one has no room for it."""
        contents = []
        for widget in self.widgets:
            content = set_text(widget.box, text, job.ink, floor)
            if content is None:
                return None
            contents.append(content)
        return contents

    def _continue(self, text: str, job: Job) -> tuple[str, list[bytes]]:
        """Put a reference into the box, and the text on the list; a text no longer than one is made smaller."""
        sheet = len(job.continued) + 1
        longest = min(self.place.longest or len(text), len(text) - 1)
        references = [words for form in REFERENCES if len(words := form.format(sheet)) <= longest]
        for reference in references:
            contents = self._set(reference, job, job.floor)
            if contents is not None:
                break
        else:
            reference = references[-1] if references and len(text) > 4 * len(references[-1]) else text
            contents = self._set(reference, job, 0.0) or []
        if reference != text:
            place = self.place
            job.continued.append(Continued(sheet, place.name, place.label, place.where, text))
        return reference, contents


@dataclass(frozen=True, slots=True)
class ListPlace:
    """A list of which one or several rows are chosen. `codes` and `words` are its options in order."""

    place: Fillable
    holders: tuple[Holder, ...]
    widgets: tuple[TextWidget, ...]
    several: bool
    own: Entry | None = None

    def problem(self, entry: Entry, ink: Ink) -> Fault | None:
        """Say what keeps an entry out."""
        if not isinstance(entry, tuple):
            return wrong_kind("one of its choices")
        return unknown_choice(entry, self.place.options, several=self.several)

    def fill(self, entry: Entry, job: Job, *, shrink: bool = False) -> None:
        """Write a checked entry."""
        chosen = [str(code) for code in entry] if isinstance(entry, tuple) else [str(entry)]
        codes = [code for code, _ in self.place.options]
        indices = sorted({codes.index(code) for code in chosen if code in codes})
        texts = b"".join(value_string(codes[index]) for index in indices)
        value = b""
        if indices:
            value = b"/V%s/I[%s]" % (
                texts if len(indices) == 1 else b"[%s]" % texts,
                b" ".join(b"%d" % index for index in indices),
            )
        words = [text for _, text in self.place.options]
        sheet = 0
        for widget in self.widgets:
            shown = set_list(widget.box, words, indices, job.ink)
            if shown is not None:
                job.show(widget, shown[0], value + b"/TI %d" % shown[1])
                continue
            if not sheet:
                sheet = len(job.continued) + 1
                text = "\n".join(words[index] for index in indices)
                place = self.place
                job.continued.append(Continued(sheet, place.name, place.label, place.where, text))
            content = set_text(widget.box, REFERENCES[0].format(sheet), job.ink, 0.0)
            job.show(widget, content or b"", value)
        if self.holders:
            job.hold(self.holders, value)


@dataclass(frozen=True, slots=True)
class ButtonPlace:
    """A check box, several that go together, or radio buttons."""

    place: Fillable
    holders: tuple[Holder, ...]
    widgets: tuple[ButtonWidget, ...]
    own: Entry | None = None

    def problem(self, entry: Entry, ink: Ink) -> Fault | None:
        """Say what keeps an entry out."""
        if isinstance(entry, tuple):
            return unknown_choice(entry, self.place.options, several=False)
        if not isinstance(entry, bool) or (self.place.kind == "radio" and entry):
            return wrong_kind("yes or no" if self.place.kind == "checkbox" else "one of its choices")
        if entry and len(self.place.options) > 1:
            codes = ", ".join(code for code, _ in self.place.options)
            message = "Several boxes share this name, so a tick alone does not say which"
            return "wrong-kind", message, f"Map it to one of: {codes}"
        return None

    def fill(self, entry: Entry, job: Job, *, shrink: bool = False) -> None:
        """Write a checked entry."""
        state = None
        if isinstance(entry, tuple):
            state = str(entry[0]) if entry else None
        elif entry:
            state = self.place.options[0][0]
        update = job.update
        for widget in self.widgets:
            on = widget.state == state
            if not job.flatten:
                holder = widget.holder
                data = holder.head + (widget.on if on else widget.off)
                update.whole(holder.number, holder.generation, data)
            else:
                job.drawn[widget.holder.number] = widget.drawn_on if on else widget.drawn_off
        if self.holders:
            job.hold(self.holders, b"/V" + name(state if state is not None else "Off"))


@dataclass(frozen=True, slots=True)
class ClosedPlace:
    """A field that is never filled in: a signature, a push button, a password, a file."""

    place: Fillable
    own: Entry | None = None

    def problem(self, entry: Entry, ink: Ink) -> Fault:
        """Say why."""
        what = {"signature": "a signature", "button": "a push button", "password": "a password"}
        words = what.get(self.place.kind, "a file")
        return "wrong-kind", f"This field is for {words}, which is not filled in here", "Leave it out"

    def fill(self, entry: Entry, job: Job, *, shrink: bool = False) -> None:
        """Write nothing: no entry passes the check."""


Ready = TextPlace | ListPlace | ButtonPlace | ClosedPlace


def wrong_kind(wanted: str) -> Fault:
    """Say what kind of entry a field takes."""
    return "wrong-kind", f"The field takes {wanted}", "Map a value of that kind to it"


def unknown_choice(
    entry: Sequence[object], options: Sequence[tuple[str, str]], *, several: bool
) -> Fault | None:
    """Check chosen codes."""
    codes = [code for code, _ in options]
    if any(not isinstance(code, str) for code in entry):
        return wrong_kind("one of its choices")
    if any(code not in codes for code in entry):
        known = ", ".join(codes[:20]) + (", …" if len(codes) > 20 else "")
        return "unknown-choice", "This is not one of the field's choices", f"It takes: {known}"
    if len(entry) > 1 and not several:
        return "too-many-choices", "The field takes one choice, and there are several", "Map one of them to it"
    return None


def unprintable(text: str, ink: Ink) -> Fault | None:
    """Find characters that no text may hold, or no font here can draw."""
    if bad := "".join(dict.fromkeys(_CONTROLS.findall(text))):
        message = f"The text holds characters that cannot be printed ({_code_points(bad)})"
        return "control-character", message, "Take them out"
    if is_win_ansi(text):
        return None
    missing = ink.book.uncovered(text)
    if missing:
        message = f"No font here can draw a character of this text ({_code_points(missing)})"
        return "no-font", message, "Write it another way, or add a font"
    return None


def _code_points(characters: str) -> str:
    return ", ".join(f"U+{ord(char):04X}" for char in characters)
