"""From what stands in a control to a value of the reply, by the reply's schema."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

from forms.application.readback_match import Match, place_of
from forms.domain import wording
from forms.domain.nodes import Node, label
from forms.formats.returned import Control
from forms.foundation.problems import Place, Problem, Severity

_READERS: Mapping[str, Callable[[str], object]] = {
    "date": wording.read_date,
    "part_date": wording.read_part_date,
    "time": wording.read_time,
    "date_time": wording.read_date_time,
    "yes_no": wording.read_yes_no,
    "number": wording.read_number,
    "telephone": lambda text: wording.read_telephone(text) or None,
    "address": lambda text: wording.read_address(text.split("\n")),
}
_WHAT = {
    "date": "a date",
    "part_date": "a date",
    "time": "a time",
    "date_time": "a date and a time",
    "yes_no": "yes or no",
    "number": "a number",
    "telephone": "a telephone number",
    "address": "an address",
}
_EXAMPLES = {"date": "21 November 2026", "part_date": "November 2026", "time": "14:30"}


@dataclass(frozen=True, slots=True)
class Answers:
    """A reply as data; `unread` is the text of answers that could not be understood, by pointer."""

    reply: dict[str, object]
    unread: Mapping[str, str]
    problems: tuple[Problem, ...]


class _Gathering:
    """Puts values into a nested reply and notes what is wrong."""

    def __init__(self, root: Node, source: str) -> None:
        self.root, self.source = root, source
        self.values: dict[tuple[str, ...], object] = {}
        self.unread: dict[str, str] = {}
        self.problems: list[Problem] = []

    def note(self, severity: Severity, code: str, message: str, hint: str, path: tuple[str, ...]) -> None:
        pointer = "/" + "/".join(path)
        place = Place(self.source, pointer, label(self.root, pointer))
        self.problems.append(Problem(severity, code, message, hint, place))


def answers(matches: tuple[Match, ...], form: Iterable[Control], root: Node, source: str) -> Answers:
    """Read all values.

    Args:
        matches: Controls with their places.
        form: The controls of the form as it was made: a control that shows its prompt is empty, and one with
            other choices is not the form's own.
        root: The reply's schema.
        source: The file's name, for problems.
    """
    gathering = _Gathering(root, source)
    made = {place_of(control.tag): control for control in reversed(tuple(form))}
    for each in matches:
        name = "/".join("*" if part.isdigit() else part for part in each.path)
        _take(gathering, each, made.get(name, each.control))
    return Answers(_nested(gathering.values, root), gathering.unread, tuple(gathering.problems))


def _take(gathering: _Gathering, found: Match, made: Control) -> None:
    control, path = found.control, found.path
    node = gathering.root.at(path)
    if node is None:
        gathering.note(
            "warning", "unknown-control", "The document has a field that this form has not", "Look at it", path
        )
        return
    if control.options and made.options and control.options != made.options:
        message, hint = (
            "The choices of this field are not the form’s own",
            "Look at the document; ask what is meant",
        )
        gathering.note("error", "choices-changed", message, hint, path)
    if control.text and control.text.strip() == made.prompt.strip():
        control = replace(control, text="", stored="")
    value = (
        _box(gathering, control, path)
        if control.ticked is not None
        else _value(gathering, control, made, node, path)
    )
    if value is None:
        return
    if gathering.values.get(path, value) != value:
        hint = "Ask which of the two is meant"
        gathering.note("error", "two-answers", "The same field is there twice, with two answers", hint, path)
        return
    gathering.values[path] = value
    if control.lines_lost and node.prints == "text":
        hint = "Look at the document where the words run together"
        message = "The program that saved the document lost the line breaks of this answer"
        gathering.note("warning", "line-breaks-lost", message, hint, path)


def _box(gathering: _Gathering, control: Control, path: tuple[str, ...]) -> bool:
    """Give what the box shows: that is what the person who filled it in saw."""
    ticked = bool(control.ticked)
    if control.stored and control.stored != ("1" if ticked else "0"):
        message = "The box shows one thing and stores another; what it shows was taken"
        gathering.note("warning", "box-differs", message, "Look at the document", path)
    return ticked


def _value(gathering: _Gathering, control: Control, made: Control, node: Node, path: tuple[str, ...]) -> object:
    text = control.text.strip()
    if not text:
        return None
    if node.prints == "words" or node.options:
        return _choice(gathering, made, node, path, text)
    if node.prints not in _READERS:
        return text
    value = _READERS[node.prints](text)
    if node.prints == "date" and control.stored:
        value = _dated(gathering, value, control.stored, path)
    if value is None:
        what = _WHAT[node.prints]
        example = f", for example {_EXAMPLES[node.prints]}" if node.prints in _EXAMPLES else ""
        hint = f"Read it in the document and type it in{example}"
        gathering.note("error", "unreadable-answer", f"This answer is not {what}", hint, path)
        gathering.unread["/" + "/".join(path)] = text
    return value


def _dated(gathering: _Gathering, shown: object, stored: str, path: tuple[str, ...]) -> object:
    """Give the date that is shown; the stored one only where what is shown is no date."""
    kept = wording.read_date(stored)
    if shown is None:
        return kept
    if kept and kept != shown:
        message = "The field shows one date and stores another; the one shown was taken"
        gathering.note("warning", "date-differs", message, "Look at the document", path)
    return shown


def _choice(gathering: _Gathering, made: Control, node: Node, path: tuple[str, ...], text: str) -> str | None:
    codes = {words: code for code, words in made.options if code in node.options}
    code = codes.get(text) or wording.read_code(text, node.words)
    if code is None and text in node.options:
        code = text
    if code is None:
        hint = "Read it in the document and choose the nearest of the form's own answers"
        gathering.note("error", "unknown-choice", "This answer is none of those to choose from", hint, path)
        gathering.unread["/" + "/".join(path)] = text
    return code


def _nested(values: Mapping[tuple[str, ...], object], root: Node) -> dict[str, object]:
    """Build the reply; rows with nothing in them are dropped, the others move up."""
    result: dict[str, object] = {}
    for name, node in root.properties.items():
        below = {path[1:]: value for path, value in values.items() if path[0] == name}
        value = _built(below, node)
        if value not in (None, {}, []):
            result[name] = value
    return result


def _built(values: Mapping[tuple[str, ...], object], node: Node) -> object:
    if node.kind == "object":
        return _nested(values, node)
    if node.kind == "array" and node.items is not None:
        numbers = sorted({int(path[0]) for path in values})
        rows = [
            _built({path[1:]: value for path, value in values.items() if path[0] == str(number)}, node.items)
            for number in numbers
        ]
        return [row for row in rows if not _empty(row)]
    return values.get(())


def _empty(row: object) -> bool:
    if isinstance(row, dict):
        return all(_empty(value) for value in row.values())
    return row in (None, False)
