"""A mapping file: read, held to its schema, its expressions compiled once."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from pathlib import Path
from typing import Any, Literal, TypeVar, cast

from jinja2 import TemplateError, nodes

from forms.application.catalogue import Catalogue, open_catalogue, read_input
from forms.application.mapping import language
from forms.application.mapping.language import Rendered, Worked
from forms.domain.case import step
from forms.formats.word.printed import about_printed_test, printed_tests
from forms.foundation.errors import ArtefactError
from forms.foundation.problems import Place, Problem, errors_in

SCHEMA = "form-mapping.schema.json"
READER = "professionals"
ITEM = "item"
TAKEN = frozenset({"case", "paper", "profile", "recipient", "document", "number", "loop", "tick", ITEM})
"""Names that a mapping's own lists can't have."""
ONE_OF = ("value", "tick", "choose", "each", "skip")

_Made = TypeVar("_Made", Rendered, Worked)
Missing = Literal["say", "empty", "stop", ""]


@dataclass(frozen=True, slots=True)
class Form:
    """The blank form that a mapping is for; `sha256` in hexadecimal, `pages` 0 where it isn't said."""

    title: str
    format: Literal["docx", "pdf"]
    sha256: str
    pages: int = 0
    edition: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True)
class Text:
    """A text with `{{ … }}`: as written, parsed, compiled, and what it asks for.

    `chosen` gives those values whose way leads through a filter (the name of the first carer), `named` the
    paths of all others. `date` is this place's own writing of dates, `missing` what it says if the case says
    nothing ("": as its kind of place does).
    """

    written: str
    tree: nodes.Template
    render: Rendered
    paths: tuple[language.Path, ...]
    date: str = ""
    missing: Missing = ""
    named: tuple[language.Path, ...] = ()
    chosen: tuple[Worked, ...] = ()


@dataclass(frozen=True, slots=True)
class Value:
    """An expression that gives a value: for ticks, choices and rows."""

    written: str
    tree: nodes.Template
    work: Worked
    paths: tuple[language.Path, ...]


@dataclass(frozen=True, slots=True)
class Listed:
    """A list of the mapping's own: some of a list of the case, or several together, under a name."""

    name: str
    value: Value


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table: its text, or why it is left empty."""

    head: str
    text: Text | None = None
    skip: str = ""


@dataclass(frozen=True, slots=True)
class Rule:
    """What goes into one place: exactly one of `text`, `tick`, `choose`, `each` and `skip`.

    `options` are the form's choices by the vocabulary's codes; `item` is what a row's item is called in the
    texts of `columns`. `unchecked`: drafted by the program, and no person has looked at it yet.
    """

    name: str
    text: Text | None = None
    tick: Value | None = None
    choose: Value | None = None
    each: Value | None = None
    skip: str = ""
    options: Mapping[str, str] = field(default_factory=dict)
    item: str = ITEM
    columns: tuple[Column, ...] = ()
    missing: Missing = ""
    unchecked: bool = False

    @property
    def parts(self) -> tuple[Text | Value, ...]:
        """Everything in it that is an expression."""
        columns = (column.text for column in self.columns)
        return tuple(part for part in (self.text, self.tick, self.choose, self.each, *columns) if part)


@dataclass(frozen=True, slots=True, eq=False)
class FormMapping:
    """A mapping: the form, whose view fills it, and a rule for each place by its name.

    `artefact` is the paper of ours that the form stands in for, `authority` whose form it is, `date` how it
    writes dates; each empty where the file doesn't say. `lists` are its own lists by name, in order; `unknown`
    is what the form wants where the case says nothing ("NK"), in place of our own words.
    """

    form: Form
    rules: Mapping[str, Rule]
    reader: str = READER
    authority: str = ""
    artefact: str = ""
    date: str = ""
    source: str = ""
    lists: Mapping[str, Listed] = field(default_factory=dict)
    unknown: str = ""


def load_mapping(file: Path | bytes, source: str = "", catalogue: Catalogue | None = None) -> FormMapping:
    """Read a mapping.

    Args:
        file: The TOML file or its bytes.
        source: What to call it in problems.
        catalogue: The library whose schema it is held to; the program's own if not given.

    Raises:
        InputError: The file cannot be read.
        ArtefactError: It is not TOML, not a mapping, or an expression in it cannot be read; with every
            problem found.
    """
    name = source or (file.name if isinstance(file, Path) else "the mapping")
    raw = _toml(read_input(file) if isinstance(file, Path) else file, name)
    catalogue = catalogue or open_catalogue()
    if problems := errors_in(catalogue.vocabulary.check_data(SCHEMA, raw, name)):
        raise ArtefactError(*problems)
    reading = _Reading(name, catalogue)
    mapping = reading.mapping(raw)
    if reading.problems:
        raise ArtefactError(*reading.problems)
    return mapping


def _toml(data: bytes, source: str) -> dict[str, Any]:
    try:
        raw = tomllib.loads(data.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise _broken(source, "not-utf-8", "The mapping is not UTF-8 text", "Save it as UTF-8") from None
    except tomllib.TOMLDecodeError as error:
        raise _broken(source, "malformed", f"The mapping is not TOML: {error}", "Correct it there") from None
    return cast(dict[str, Any], _plain(raw))


@dataclass(slots=True)
class _Reading:
    """Reads a mapping that its schema has passed; `problems` fill on the way."""

    source: str
    catalogue: Catalogue
    problems: list[Problem] = field(default_factory=list)

    def mapping(self, raw: Mapping[str, Any]) -> FormMapping:
        form = {("source" if key == "from" else key): value for key, value in raw["form"].items()}
        self._pattern(raw.get("date", ""), "/date")
        reader = self._reader(raw.get("reader", READER))
        artefact = raw.get("artefact", "")
        if artefact and artefact not in self.catalogue.vocabulary.parts:
            self._add("unknown-artefact", "/artefact", "There is no paper of that name", "See `forms list`")
        authority = raw.get("authority", "")
        if authority and self.catalogue.authorities.find(authority) is None:
            near = " or ".join(self.catalogue.authorities.near(authority))
            hint = f"Did you mean {near}?" if near else "Write the authority's name or ONS code"
            self._add("unknown-area", "/authority", "The directory has no authority of this name", hint)
        lists = dict(self._lists(raw.get("lists", {})))
        rules = {name: self._rule(name, item) for name, item in raw["places"].items()}
        return FormMapping(
            Form(**form),
            rules,
            reader,
            authority,
            artefact,
            raw.get("date", ""),
            self.source,
            lists,
            raw.get("unknown", ""),
        )

    def _lists(self, raw: Mapping[str, str]) -> Iterator[tuple[str, Listed]]:
        """Read the mapping's own lists; each may be made of those before it."""
        for name, written in raw.items():
            at = step("/lists", name)
            if name in TAKEN:
                self._add(
                    "name-taken", at, f"‘{name}’ has a meaning of its own", "Call the list something else"
                )
            made = self._compiled(written, at, "", language.compile_value, text=False)
            if made is None:
                continue
            if not any(len(path) == 1 or path[0] in ("case", "paper") for path in made[1]):
                self._add(
                    "not-a-list",
                    at,
                    "It does not say of which list it is",
                    'Write as case.adults | selectattr("carer")',
                )
            yield name, Listed(name, Value(written, made[0], made[2], made[1]))

    def _reader(self, name: str) -> str:
        reader = self.catalogue.readers.get(name)
        if reader is None:
            known = ", ".join(each.name for each in self.catalogue.readers.values() if not each.each)
            self._add("unknown-audience", "/reader", "There is no such reader", f"Choose one of {known}")
        elif reader.each:
            self._add(
                "unknown-audience",
                "/reader",
                "A form cannot be filled for a reader who gets a copy for each person",
                "Choose another reader",
            )
        return name

    def _rule(self, name: str, raw: Mapping[str, Any]) -> Rule:
        at = step("/places", name)
        given = [key for key in ONE_OF if key in raw]
        if len(given) != 1:
            self._add(
                "one-of",
                at,
                "It is not said what goes in here" if not given else f"It has both {' and '.join(given)}",
                f"Write exactly one of {', '.join(ONE_OF)}",
                name,
            )
            return Rule(name, skip="not read")
        self._together(name, raw, given[0])
        missing = raw.get("missing", "")
        return Rule(
            name,
            text=self._text(name, raw, at) if "value" in raw else None,
            tick=self._value(name, raw, "tick"),
            choose=self._value(name, raw, "choose"),
            each=self._value(name, raw, "each"),
            skip=raw.get("skip", ""),
            options=raw.get("options", {}),
            item=raw.get("as", ITEM),
            columns=tuple(
                self._column(name, item, number) for number, item in enumerate(raw.get("columns", ()))
            ),
            missing=missing,
            unchecked=raw.get("unchecked", False),
        )

    def _together(self, name: str, raw: Mapping[str, Any], main: str) -> None:
        """Refuse what means nothing beside the rest: it would look as if it did something."""
        belongs = {
            "value": {"date", "missing"},
            "tick": set(),
            "choose": {"options", "missing"},
            "each": {"as", "columns"},
            "skip": set(),
        }
        for key in ("date", "missing", "options", "as", "columns"):
            if key in raw and key not in belongs[main]:
                hint = f"Take `{key}` out, or write another of {', '.join(ONE_OF)}"
                at = step(step("/places", name), key)
                self._add("no-use", at, f"`{key}` has no use beside `{main}`", hint, name)
        if main == "each" and "columns" not in raw:
            self._add("missing", step("/places", name), "The rows have no columns", "Add `columns`", name)

    def _column(self, name: str, raw: Mapping[str, Any], number: int) -> Column:
        at = step(step(step("/places", name), "columns"), number)
        if ("value" in raw) == ("skip" in raw):
            self._add(
                "one-of", at, "A column has one of value and skip", "Write what goes in, or why not", name
            )
            return Column(raw.get("head", ""), skip="not read")
        text = self._text(name, raw, at) if "value" in raw else None
        return Column(raw.get("head", ""), text, raw.get("skip", ""))

    def _text(self, name: str, raw: Mapping[str, Any], at: str) -> Text | None:
        self._pattern(raw.get("date", ""), step(at, "date"), name)
        made = self._compiled(raw["value"], step(at, "value"), name, language.compile_text, text=True)
        if made is None:
            return None
        tree, paths, render = made
        named, chosen = language.ways_in(tree)
        return Text(
            raw["value"], tree, render, paths, raw.get("date", ""), raw.get("missing", ""), named, chosen
        )

    def _value(self, name: str, raw: Mapping[str, Any], key: str) -> Value | None:
        if key not in raw:
            return None
        at = step(step("/places", name), key)
        if "{{" in raw[key] or "{%" in raw[key]:
            hint = f'Write the expression alone: {key} = "case.offender.interpreter_needed"'
            self._add("template-syntax", at, "An expression has no braces here", hint, name)
            return None
        made = self._compiled(raw[key], at, name, language.compile_value, text=False)
        return None if made is None else Value(raw[key], made[0], made[2], made[1])

    def _compiled(
        self, written: str, at: str, name: str, compiler: Callable[[str], _Made], *, text: bool
    ) -> tuple[nodes.Template, tuple[language.Path, ...], _Made] | None:
        try:
            tree = language.parse(written, text=text)
            paths = language.paths_in(tree)
            if text and (printed := next(printed_tests(tree), "")):
                message, hint = about_printed_test(printed)
                self._add("prints-a-test", at, f"The expression {message}", hint, name)
                return None
            return tree, paths, compiler(written)
        except TemplateError as error:
            message = f"The expression cannot be read: {error.message}"
            self._add("template-syntax", at, message, "Correct it there", name)
            return None

    def _pattern(self, pattern: str, at: str, name: str = "") -> None:
        if pattern and not language.is_pattern(pattern):
            hint = "Write it as dd/mm/yyyy, d mmmm yyyy, or a part alone as dd"
            self._add("not-a-date", at, "This is no way of writing dates", hint, name)

    def _add(self, code: str, pointer: str, message: str, hint: str, name: str = "") -> None:
        label = f"the place ‘{name}’" if name else ""
        self.problems.append(Problem("error", code, message, hint, Place(self.source, pointer, label)))


def _plain(value: object) -> object:
    """Give a TOML value as JSON has it: its dates and times as text."""
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return value.isoformat() if isinstance(value, date | datetime | time) else value


def _broken(source: str, code: str, message: str, hint: str) -> ArtefactError:
    return ArtefactError(Problem("error", code, message, hint, Place(source)))
