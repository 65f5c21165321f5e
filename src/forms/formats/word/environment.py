"""The Jinja environment of templates: strict, escaping, sandboxed, and small.

A template may read the context, use the filters and tests named here, and `tick(condition)`. A name that
does not exist is an error, never a blank; nothing can be changed or called that is not meant to be.
Names that begin with an underscore are the compiler's own.
"""

from __future__ import annotations

import re
import types
from collections.abc import Iterator
from typing import Any

from jinja2 import StrictUndefined
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import Markup

from forms.formats.word.scripts import mark
from forms.foundation.patterns import pattern

TICKED, UNTICKED = "☒", "☐"

FILTERS = frozenset(
    {
        *("join", "length", "count", "first", "last", "list", "lower", "upper", "capitalize", "title", "trim"),
        *("map", "select", "reject", "selectattr", "rejectattr", "sort", "unique", "batch", "slice", "string"),
    }
)
TESTS = frozenset(
    {
        "odd",
        "even",
        "divisibleby",
        "eq",
        "equalto",
        "==",
        "ne",
        "!=",
        "lt",
        "<",
        "le",
        "<=",
        "gt",
        ">",
        "ge",
        ">=",
        "in",
    }
)

# What needs no work: nothing that markup is made of, no control character, and no character that may need a run
# of its own (see `scripts`) or is forbidden. Sets of more than two ranges beyond Latin-1 take milliseconds to
# compile, so the second one leaves a little more to be looked at than it must.
_MARKUP = re.compile('[&<>"\x00-\x1f]')
_BEYOND = re.compile("[^\x00-\u058f\u1e00-\u2e7f]")
_FORBIDDEN = pattern(r"[\x00-\x08\x0b\x0c\x0e-\x1f]|[\ud800-\udfff]|[\ufdd0-\ufdef\ufffe\uffff]")
_ONE_SPACE = pattern(r"\r\n|[\r\n\t]")
_LINE_END = pattern(r"\r\n?|\n")
_ROW = pattern(r"<w:tr[ >]")
_ISO_DATE = pattern(r"\d{4}-\d\d-\d\d(?!\d)")

_marked = str.__new__  # what `Markup(text)` comes to, without the questions that a text has answered
_BREAK = '</w:t><w:br/><w:t xml:space="preserve">'
_TAB = '</w:t><w:tab/><w:t xml:space="preserve">'


class ValueRefusedError(Exception):
    """A value can't be printed: `None`, or a text with characters that XML forbids. Holds no value."""


class Missing(StrictUndefined):
    """A name that does not exist: any use of it is an error, also asking whether it is true."""

    __slots__ = ()


def text_of(value: object) -> str:
    """Give a value's printed text.

    Raises:
        ValueRefusedError: For `None` (what is not stated has words in the case's schema, never a blank), and
            for Python's own lists, which print as program text.
    """
    if value is None:
        raise ValueRefusedError("there is no value")
    if type(value) in _NO_TEXT:
        raise ValueRefusedError("it is a list and not a text")
    return value if type(value) is str else str(value)


def escape_text(value: object) -> str:
    """Write a value into a `w:t`: escaped, a line's end as `w:br`, a tab as `w:tab` (ECMA-376-1, 17.3.3).

    What needs a run of its own is marked; `scripts.split_runs` cuts the runs when they are complete.
    """
    if type(value) is Markup:
        return value
    text = text_of(value)
    if _MARKUP.search(text) is None and (text.isascii() or _BEYOND.search(text) is None):
        return _marked(Markup, text)
    escaped = mark(_escape(text))
    return Markup(_LINE_END.sub(_BREAK, escaped).replace("\t", _TAB))


def escape_flat(value: object) -> str:
    """Write a value into an attribute or a field's instruction: escaped, white space as spaces."""
    return Markup(_ONE_SPACE.sub(" ", _escape(text_of(value))))


def _escape(text: str) -> str:
    if _FORBIDDEN.search(text):
        raise ValueRefusedError("a text holds a character that XML forbids")
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")


def tick(condition: object) -> str:
    """Give a ticked box if the condition is true, else an empty one."""
    return TICKED if condition else UNTICKED


def is_filled(value: object) -> bool:
    """Whether a control shows this value: it is not absent and its text is not empty."""
    return getattr(value, "state", "given") != "absent" and text_of(value).strip() != ""


def iso_date(value: object) -> str:
    """Give a value's full ISO date, or "" (a part of a date, unknown, no date at all)."""
    iso = getattr(value, "iso", "")
    found = _ISO_DATE.match(iso) if isinstance(iso, str) else None
    return found[0] if found else ""


def checked(glyph: object) -> str:
    """Give `w14:checked`'s value for a box printed by `tick`."""
    text = text_of(glyph)
    if text not in (TICKED, UNTICKED):
        raise ValueRefusedError("a check box holds something other than a tick")
    return "1" if text == TICKED else "0"


def full_date(value: object) -> str:
    """Give a date control's `w:fullDate` attribute (17.5.2.7), or nothing if the day is not known."""
    iso = iso_date(value)
    return Markup(f' w:fullDate="{iso}T00:00:00Z"' if iso else "")


def next_number(numbers: Iterator[int]) -> int:
    """Give the next of the document's numbers for controls in loops."""
    return next(numbers)


def unless_empty(xml: str) -> str:
    """Give a control's XML, or nothing if it has no content, which Word does not accept."""
    return Markup("" if "<w:sdtContent></w:sdtContent>" in xml else xml)


def with_rows(xml: str) -> str:
    """Give a table's XML, or nothing if it has no row."""
    return Markup(xml if _ROW.search(xml) else "")


def with_paragraph(xml: str, style: str) -> str:
    """Give a cell's XML, with a last paragraph in the style if it has none: Word wants one (17.4.65)."""
    if xml.endswith(("</w:p></w:tc>", "<w:p/></w:tc>")):
        return Markup(xml)
    properties = f'<w:pPr><w:pStyle w:val="{style}"/></w:pPr>' if style else ""
    return Markup(f"{xml[: -len('</w:tc>')]}<w:p>{properties}</w:p></w:tc>")


_NO_TEXT = frozenset({list, tuple, dict, set, frozenset, types.GeneratorType})
_INTERNAL = (
    types.FunctionType,
    types.MethodType,
    types.BuiltinMethodType,
    type,
    types.CodeType,
    types.TracebackType,
    types.FrameType,
    types.GeneratorType,
    types.CoroutineType,
    types.AsyncGeneratorType,
    types.ModuleType,
)
_WATCHED = (*_INTERNAL, str, bytes, list, dict, set, bytearray)


_OWN_FILTERS = {
    "_flat": escape_flat,
    "_full_date": full_date,
    "_checked": checked,
    "_next": next_number,
    "_unless_empty": unless_empty,
    "_with_rows": with_rows,
    "_with_paragraph": with_paragraph,
}


class TemplateEnvironment(ImmutableSandboxedEnvironment):
    """Jinja as templates may use it."""

    def __init__(self) -> None:
        super().__init__(
            autoescape=True,
            undefined=Missing,
            finalize=escape_text,
            keep_trailing_newline=True,
            cache_size=0,
            extensions=(),
        )
        self.globals = {"tick": tick}
        self.filters = {name: self.filters[name] for name in FILTERS}
        self.filters |= _OWN_FILTERS
        self.tests = {name: self.tests[name] for name in TESTS}
        self.tests |= {"_filled": is_filled}
        self._plain: set[type] = set()

    def getattr(self, obj: Any, attribute: str) -> Any:  # noqa: ANN401 - the signature is Jinja's
        """Read an attribute. Jinja's own way asks a dozen questions that have one answer for each class."""
        kind = type(obj)
        if kind in self._plain and attribute[0] != "_":
            try:
                return getattr(obj, attribute)
            except AttributeError:
                return super().getattr(obj, attribute)
        if kind not in self._plain and not issubclass(kind, _WATCHED):
            self._plain.add(kind)
        return super().getattr(obj, attribute)


ENVIRONMENT = TemplateEnvironment()
"""The one environment: it holds no state of any document."""
