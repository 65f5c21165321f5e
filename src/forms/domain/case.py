"""The case: one JSON document, read with suspicion, never written to.

What is refused here is what no schema can speak of: bytes that are not UTF-8, malformed JSON, a property
given twice, numbers that JSON doesn't have, characters that XML forbids, and sizes that only an attack has.
"""

from __future__ import annotations

import json
import math
from codecs import BOM_UTF8
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from msgspec import Struct

from forms.domain.normal import characters
from forms.foundation.errors import InputError
from forms.foundation.patterns import pattern
from forms.foundation.problems import Place, Problem

MOST_BYTES = 8 * 1024 * 1024
MOST_DEPTH = 40
MOST_PROBLEMS = 100

Json = None | bool | int | float | str | list["Json"] | dict[str, "Json"]

# XML 1.0, section 2.2, production [2] Char, negated; surrogates are among what is left out. The noncharacters
# from U+FDD0 to U+FDEF go too: templates are marked with them. Three small sets compile in no time, one large
# one takes milliseconds.
_FORBIDDEN = pattern("[\0-\x08\x0b\x0c\x0e-\x1f]|[\ud800-\udfff]|[\ufdd0-\ufdef\ufffe\uffff]")
_FORBIDDEN_CHARACTERS = frozenset(map(chr, (*range(0xFDD0, 0xFDF0), 0xFFFE, 0xFFFF)))
"""Those that may stand in a UTF-8 file as they are, outside of ASCII."""
# Escapes by which a file without forbidden characters may still give texts that have them, or colons.
_ESCAPED = pattern(r"\\(?:[bf]|u(?:00[013]|[dD][89a-fA-F]|[fF][dD][dDeE]|[fF]{3}[eEfF]))")
_PLAIN_NAME = pattern(r"[A-Za-z][A-Za-z0-9_-]{0,63}")
_LONGEST_NUMBER = 30
_LARGEST = 2**53 - 1  # beyond it other programs read another number (RFC 8259, section 6)

_SYNTAX = (
    ("Expecting ','", "a comma or a closing bracket is missing"),
    ("Expecting ':'", "a colon is missing after a name"),
    ("Expecting property name", "a name in double quotes is expected (or there is a comma too many before it)"),
    ("Illegal trailing comma", "there is a comma too many"),
    ("Expecting value", "a value is expected"),
    ("Invalid control character", "a text runs over the end of its line; write a line break as \\n"),
    ("Unterminated string", "a text that begins here has no closing quotation mark"),
    ("Invalid \\", "there is a backslash that JSON doesn't know; write a backslash as \\\\"),
    ("Extra data", "something follows after the end of the case"),
)


class _Repeated(dict[str, object]):
    """An object in which a name stands twice; `names` are those names."""

    names: tuple[str, ...] = ()


class _NotANumber(Struct, frozen=True):
    """Stands where the file had NaN, Infinity or a number beyond all bounds."""


class Survey(Struct, frozen=True):
    """What a case is made of, as far as it was seen when its file was read.

    `texts` are all its texts; `characters` has all that stand in them beside those of `ASCII_TEXT`; `plain`
    tells that names are ASCII and no number has a fraction.
    """

    texts: list[str]
    characters: frozenset[str]
    plain: bool


class Case(Struct, frozen=True):
    """A loaded case: `data` is the JSON object (treat it as read-only), `source` the file's name."""

    data: Mapping[str, object]
    source: str = ""
    seen: Survey | None = None

    @property
    def survey(self) -> Survey:
        """What it is made of; a case that was not read from a file is looked through each time."""
        if self.seen is not None:
            return self.seen
        found = texts(self.data)
        return Survey(found, frozenset(characters("".join(found))), False)


def parse(data: bytes, source: str) -> Case:
    """Read a case from the bytes of a JSON file.

    Args:
        data: The file, UTF-8, with or without a byte order mark.
        source: The file's name, for the places of problems.

    Raises:
        InputError: With every problem found (malformed JSON stops at the first).
    """
    text = _decode(data, source)
    quick = _load_sound(text)
    return Case(quick[0], source, quick[1]) if quick else Case(_load_any(text, source), source)


def empty_case() -> Case:
    """Give a case that holds nothing, for blank forms and for papers that need no case."""
    return Case({})


def parse_object(data: bytes, source: str) -> dict[str, object]:
    """Read any JSON object (a case, a profile) as `parse` does, and give the plain dict."""
    text = _decode(data, source)
    quick = _load_sound(text)
    return quick[0] if quick else _load_any(text, source)


def _load_any(text: str, source: str) -> dict[str, object]:
    """Give the object of any file, or refuse it with every problem found."""
    value = _load(text, source)
    if not isinstance(value, dict):
        raise InputError(
            Problem(
                "error",
                "not-an-object",
                "The file is not one JSON object",
                "A case begins with { and ends with }",
                Place(source),
            )
        )
    problems: list[Problem] = []
    clean = _clean(value, "", source, 1, problems)
    if problems:
        raise InputError(*problems[:MOST_PROBLEMS])
    assert isinstance(clean, dict)
    return clean


def step(pointer: str, key: str | int) -> str:
    """Extend a JSON Pointer by one step (RFC 6901, section 3)."""
    if isinstance(key, str) and ("~" in key or "/" in key):
        key = key.replace("~", "~0").replace("/", "~1")
    return f"{pointer}/{key}"


def steps(pointer: str) -> tuple[str, ...]:
    """Take a JSON Pointer apart (RFC 6901, section 4)."""
    if not pointer:
        return ()
    return tuple(part.replace("~1", "/").replace("~0", "~") for part in pointer.removeprefix("/").split("/"))


def resolve(data: object, pointer: str) -> object:
    """Give what a JSON Pointer points to, or None where nothing is."""
    for part in steps(pointer):
        if isinstance(data, Mapping):
            data = data.get(part)
        elif isinstance(data, list) and part.isascii() and part.isdigit() and int(part) < len(data):
            data = data[int(part)]
        else:
            return None
    return data


def texts(value: object) -> list[str]:
    """Give every string of a JSON value, in document order."""
    found: list[str] = []
    _texts(value, found)
    return found


def _texts(value: object, found: list[str]) -> None:
    below: Iterable[object] = ()
    if type(value) is dict or isinstance(value, Mapping):
        below = value.values()
    elif isinstance(value, list):
        below = value
    elif isinstance(value, str):
        found.append(value)
    for item in below:
        kind = type(item)
        if kind is str:
            found.append(item)  # type: ignore[arg-type] # which it is
        elif kind is not bool:
            _texts(item, found)


def strings(value: object, pointer: str = "") -> Iterator[tuple[str, str]]:
    """Give every string of a JSON value with its pointer, in document order."""
    found: list[tuple[str, str]] = []
    _strings(value, pointer, found)
    return iter(found)


def _strings(value: object, pointer: str, found: list[tuple[str, str]]) -> None:
    if isinstance(value, str):
        found.append((pointer, value))
    elif isinstance(value, Mapping):
        for key, item in value.items():
            _strings(item, step(pointer, key), found)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            _strings(item, f"{pointer}/{index}", found)


def is_plain_name(name: str) -> bool:
    """Tell whether a name looks like a property (and may be shown), not like a value put in its place."""
    return bool(_PLAIN_NAME.fullmatch(name))


def _decode(data: bytes, source: str) -> str:
    if len(data) > MOST_BYTES:
        raise InputError(
            Problem(
                "error",
                "too-large",
                f"The file is larger than {MOST_BYTES // 1024 // 1024} MB",
                "A case holds text only; leave out pictures and attachments",
                Place(source),
            )
        )
    try:
        return data.removeprefix(BOM_UTF8).decode()
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise InputError(
            Problem(
                "error",
                "not-utf-8",
                f"The file is not UTF-8 text (first seen in line {line})",
                "Save it with the encoding UTF-8",
                Place(source, "", f"line {line}"),
            )
        ) from None


def _load_sound(text: str) -> tuple[dict[str, object], Survey] | None:
    """Give the object of a file that is surely sound, in a third of the time; None where one has to look.

    As many colons as names and texts have say that no name was given twice: what the later took the place of
    would have left its own.
    """
    others = characters(text)
    if _ESCAPED.search(text) or not _FORBIDDEN_CHARACTERS.isdisjoint(others):
        return None
    found: list[str] = []
    beyond: list[object] = []
    try:
        value = _SOUND.decode(text)
        names = _look_through(value, 1, found, beyond)
    except (ValueError, RecursionError):
        return None
    joined = "".join(found)
    if type(value) is not dict or names + joined.count(":") != text.count(":"):
        return None
    if "\\u" in text:
        others = characters(joined)
    return value, Survey(found, frozenset(others), not beyond)


def _look_through(value: object, depth: int, found: list[str], beyond: list[object]) -> int:
    """Collect the texts in an object or list, and what isn't plain (see `Survey`); give the number of names.

    Raises ValueError for what isn't sound.
    """
    if depth > MOST_DEPTH:
        raise ValueError
    count = 0
    below: Iterable[object] = ()
    if type(value) is dict:
        count, below = len(value), value.values()
        if not "".join(value).isascii():
            beyond.append(value)
    elif type(value) is list:
        below = value
    for item in below:
        kind = type(item)
        if kind is str:
            found.append(item)  # type: ignore[arg-type] # which it is
        elif kind is dict or kind is list:
            count += _look_through(item, depth + 1, found, beyond)
        elif kind is float:
            beyond.append(item)
        elif kind is _NotANumber:
            raise ValueError
    return count


def _load(text: str, source: str) -> object:
    """Give the value; names given twice, and numbers that are none, are told by their types."""
    try:
        return json.loads(
            text,
            object_pairs_hook=_pairs,
            parse_constant=_not_a_number,
            parse_float=_float,
            parse_int=_int,
        )
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        hint = next((words for start, words in _SYNTAX if error.msg.startswith(start)), "")
        raise InputError(
            Problem(
                "error",
                "malformed",
                f"The file is not well-formed JSON at {where}",
                f"Look just before that place: {hint}" if hint else "Look just before that place",
                Place(source, "", where),
            )
        ) from None
    except RecursionError:
        raise InputError(_too_deep(source, "")) from None


def _pairs(pairs: list[tuple[str, object]]) -> dict[str, object]:
    plain = dict(pairs)
    if len(plain) == len(pairs):
        return plain
    counts = Counter(key for key, _ in pairs)
    repeated = _Repeated(plain)
    repeated.names = tuple(key for key, count in counts.items() if count > 1)
    return repeated


def _float(text: str) -> object:
    value = float(text)
    return value if math.isfinite(value) and len(text) <= _LONGEST_NUMBER else _NotANumber()


def _int(text: str) -> object:
    value = int(text) if len(text) <= _LONGEST_NUMBER else _LARGEST + 1
    return value if abs(value) <= _LARGEST else _NotANumber()


def _not_a_number(text: str) -> object:
    return _NotANumber()


_SOUND = json.JSONDecoder(parse_constant=_not_a_number, parse_float=_float, parse_int=_int)


def _too_deep(source: str, pointer: str) -> Problem:
    return Problem(
        "error",
        "too-deep",
        f"The file has more than {MOST_DEPTH} levels inside each other",
        "A case needs no more than ten",
        Place(source, pointer),
    )


def _clean(value: object, pointer: str, source: str, depth: int, problems: list[Problem]) -> object:
    """Give the value as plain dicts and lists, and note what is wrong in it."""
    if isinstance(value, str):
        _check_text(value, pointer, source, problems)
        return value
    if isinstance(value, dict):
        return _clean_object(value, pointer, source, depth, problems)
    if isinstance(value, list):
        if depth > MOST_DEPTH:
            problems.append(_too_deep(source, pointer))
            return []
        return [
            _clean(item, step(pointer, index), source, depth + 1, problems) for index, item in enumerate(value)
        ]
    if isinstance(value, _NotANumber):
        problems.append(
            Problem(
                "error",
                "not-a-number",
                "This is not a number that a case can hold",
                "Write an ordinary number",
                Place(source, pointer),
            )
        )
    return value


def _clean_object(
    value: dict[str, object], pointer: str, source: str, depth: int, problems: list[Problem]
) -> dict[str, object]:
    if depth > MOST_DEPTH:
        problems.append(_too_deep(source, pointer))
        return {}
    if isinstance(value, _Repeated):
        for name in value.names:
            shown = step(pointer, name) if is_plain_name(name) else pointer
            problems.append(
                Problem(
                    "error",
                    "repeated-property",
                    "The same property is given twice",
                    "Keep one of the two",
                    Place(source, shown),
                )
            )
    clean: dict[str, object] = {}
    for key, item in value.items():
        below = pointer
        if _FORBIDDEN.search(key):
            _check_text(key, pointer, source, problems)
        else:
            below = step(pointer, key)
        clean[key] = _clean(item, below, source, depth + 1, problems)
    return clean


def _check_text(text: str, pointer: str, source: str, problems: list[Problem]) -> None:
    found = _FORBIDDEN.search(text)
    if found:
        number = ord(found.group())
        what = "half of a character pair" if 0xD800 <= number <= 0xDFFF else "a control character"
        problems.append(
            Problem(
                "error",
                "forbidden-character",
                f"Character {found.start() + 1} here is {what} (U+{number:04X}), which no document can hold",
                "Delete it; it often comes in by copying from another program",
                Place(source, pointer),
            )
        )
