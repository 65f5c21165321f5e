"""The program of a template: Python that writes the pieces of its blocks (see `generator`), loaded and run.

A program gets the names of the context and fills a list: for a run of blocks that never change its number, for
any other block its *pieces*, which are by turns the template's own text and a value ("" where none stands).

What a program calls is here, in `values` and in `loops`. Jinja is imported only for what few templates use,
some filters, and to say what is wrong: importing it takes longer than making a document.
"""

from __future__ import annotations

import types
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from forms.formats.word import values
from forms.formats.word.loops import Loop
from forms.formats.word.values import escape_text, find_markup, tick

FILE_NAME = "<template>"
"""What tracebacks call a program."""

BLOCK_MARK = "\x00"
STATIC_MARK = "\x01"
"""In a template's source: before each block, and before the number of a run of static blocks."""

FILTERS: Mapping[str, Callable[..., Any]] = {
    "_flat": values.escape_flat,
    "_full_date": values.full_date,
    "_checked": values.checked,
    "_next": values.next_number,
    "_unless_empty": values.unless_empty,
    "_with_rows": values.with_rows,
    "_with_paragraph": values.with_paragraph,
}
TESTS: Mapping[str, Callable[..., Any]] = {"_filled": values.is_filled}
"""The compiler's own filters and tests: their names begin with an underscore, as no author's may."""

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
"""Classes whose attributes Jinja's sandbox must be asked about, each time."""

Entry = int | list[str]
Finder = Callable[[Any, str], Any]


class _Finders(dict[type, Finder | None]):
    """How a public attribute of an object is read, by its class; None where the sandbox must be asked."""

    def __missing__(self, kind: type) -> Finder | None:
        found: Finder | None = getattr
        if issubclass(kind, _WATCHED):
            found = None
        elif hasattr(kind, "__getattr__") and not kind.__dictoffset__ and all(n[0] == "_" for n in dir(kind)):
            found = kind.__getattr__  # it has no public attribute but what this function gives
        self[kind] = found
        return found


class _Readers(dict[type, Callable[[Any, str], str | None] | None]):
    """How the text of a part of an object is read, by its class, without making the part."""

    def __missing__(self, kind: type) -> Callable[[Any, str], str | None] | None:
        found = self[kind] = getattr(kind, "_text_of", None)
        return found


FINDERS = _Finders()
_READERS = _Readers()
_MISSING = object()


class _Names(dict[str, object]):
    """The names of a context; any other is missing, which is an error only where it is used."""

    def __missing__(self, name: str) -> object:
        return _MISSING


# ── What programs call ──────────────────────────────────────────────────────────────────────────────────────


def _attribute(holder: object, name: str) -> object:
    """Read a public attribute. Jinja's own way asks a dozen questions that have one answer for each class."""
    find = FINDERS[type(holder)]
    if find is not None:
        try:
            return find(holder, name)
        except AttributeError:
            pass  # it may be an item, and else the sandbox knows what to say
    return _asked(holder, name)


def _text_at(holder: object, name: str) -> str:
    """Write an attribute: its text, escaped."""
    read = _READERS[type(holder)]
    text = None if read is None else read(holder, name)
    if text is None:
        return escape_text(_attribute(holder, name))
    return text if text.isascii() and not find_markup(text) else escape_text(text)


def _asked(holder: object, name: str) -> object:
    from forms.formats.word.environment import ENVIRONMENT

    return ENVIRONMENT.getattr(holder, name)


def _item(holder: object, key: object) -> object:
    from forms.formats.word.environment import ENVIRONMENT

    return ENVIRONMENT.getitem(holder, key)


def _call(names: _Names, called: object, /, *given: object, **named: object) -> object:
    if called is tick:
        return tick(*given, **named)
    environment, context = _jinja(names)
    return environment.call(context, called, *given, **named)


def _undefined(*given: Any, **named: Any) -> object:  # noqa: ANN401 - the signature is Jinja's
    from forms.formats.word.environment import ENVIRONMENT

    return ENVIRONMENT.undefined(*given, **named)


def _no_else(message: str) -> object:
    from jinja2 import Undefined

    return Undefined(message)


def _jinja(names: _Names) -> tuple[Any, Any]:
    """Give what filters of Jinja's own may ask for: the environment, and the context as Jinja has it."""
    from forms.formats.word.environment import ENVIRONMENT

    return ENVIRONMENT, ENVIRONMENT.context_class(ENVIRONMENT, dict(names), None, {})


# ── Filters ─────────────────────────────────────────────────────────────────────────────────────────────────


def _theirs(name: str, *given: object, **named: object) -> Any:  # noqa: ANN401 - what Jinja's filter gives
    from jinja2.filters import FILTERS as THEIRS

    _, context = _jinja(_Names())
    first = context.eval_ctx if name == "join" else context
    return THEIRS[name](first, *given, **named)


def _part(holder: object, name: str) -> object:
    """Read an attribute as filters do, which look among the items first."""
    kind = type(holder)
    simple = name.isidentifier() and name[0] != "_" and not hasattr(kind, "__getitem__")
    return _attribute(holder, name) if simple and FINDERS[kind] is not None else _item(holder, name)


def _select(items: Iterable[object], *given: object, **named: object) -> Iterator[object]:
    if given or named:
        yield from _theirs("select", items, *given, **named)
    elif items:
        yield from (item for item in items if item)


def _selectattr(items: Iterable[object], *given: object, **named: object) -> Iterator[object]:
    if len(given) != 1 or named or not isinstance(given[0], str) or not given[0].isidentifier():
        yield from _theirs("selectattr", items, *given, **named)
    elif items:
        name = given[0]
        yield from (item for item in items if _part(item, name))


def _map(items: Iterable[object], *given: object, **named: object) -> Iterator[object]:
    name = named.get("attribute")
    if given or len(named) != 1 or not isinstance(name, str) or not name.isidentifier():
        yield from _theirs("map", items, *given, **named)
    elif items:
        yield from (_part(item, name) for item in items)


def _join(items: Iterable[object], *given: object, **named: object) -> str:
    between = given[0] if given else ""
    texts = items if len(given) > 1 or named else list(items)
    if len(given) > 1 or named or any(hasattr(one, "__html__") for one in (between, *texts)):
        joined: str = _theirs("join", texts, *given, **named)
        return joined
    return str(between).join(map(str, texts))


def _joined(pieces: Iterable[object]) -> str:
    """Put the texts of `~` together; markup, which only Jinja's filters give, as Jinja does."""
    texts = list(pieces)
    if any(hasattr(one, "__html__") for one in texts):
        from jinja2.runtime import markup_join

        return markup_join(texts)
    return "".join(map(str, texts))


SHORT: Mapping[str, Callable[..., Any]] = {
    "list": list,
    "length": len,
    "count": len,
    "select": _select,
    "selectattr": _selectattr,
    "map": _map,
    "join": _join,
}
"""What programs call for some of Jinja's own filters; a test holds them to those."""


def _placed(entries: list[Entry], block: list[str], pieces: list[str]) -> list[str]:
    """Add pieces that were held back, in which blocks begin. Gives the last one."""
    for own, value in zip(pieces[::2], pieces[1::2], strict=True):
        first, *others = own.split(BLOCK_MARK)
        block += (first, "" if others else value)
        for number, other in enumerate(others, 1):
            block = [other, value if number == len(others) else ""]
            entries.append(block)
    return block


_NAMESPACE: Mapping[str, object] = {
    "missing": _MISSING,
    "attribute": _attribute,
    "asked": _asked,
    "item": _item,
    "call": _call,
    "text": escape_text,
    "text_at": _text_at,
    "undefined": _undefined,
    "cond_expr_undefined": _no_else,
    "jinja": _jinja,
    "placed": _placed,
    "LoopContext": Loop,
    "markup_join": _joined,
    **{f"filter{name}": function for name, function in {**FILTERS, **SHORT}.items()},
    **{f"test{name}": function for name, function in TESTS.items()},
}
_JINJAS = frozenset({"Namespace", "TemplateRuntimeError", "str_join"})
"""What the code that Jinja generates calls by these names, in `jinja2.runtime`."""


# ── Loading and running ─────────────────────────────────────────────────────────────────────────────────────


def compiled(written: str) -> types.CodeType:
    """Compile a program's Python."""
    return compile(written, FILE_NAME, "exec")


class Program:
    """A template's program, ready to run; `code` is what `compiled` makes of its Python."""

    def __init__(self, code: types.CodeType) -> None:
        """Load a program."""
        self.code = code
        namespace = dict(_NAMESPACE)
        if theirs := _JINJAS.intersection(_names_in(code)):
            from jinja2 import runtime

            namespace |= {name: getattr(runtime, name) for name in theirs}
        exec(code, namespace)
        self._root: Any = namespace["root"]
        self._lines = str(namespace["debug_info"])

    def run(self, context: Mapping[str, object]) -> list[Entry]:
        """Give the blocks: the numbers of static runs, and the pieces of each other block."""
        entries: list[Entry] = []
        self._root(_Names({"tick": tick, **context}), entries)
        return entries

    def failed_line(self, trace: types.TracebackType | None) -> int:
        """Give the line of the template's source that an error came from."""
        number = 0
        while trace is not None:
            if trace.tb_frame.f_code.co_filename == FILE_NAME:
                number = trace.tb_lineno
            trace = trace.tb_next
        line = 1
        for pair in self._lines.split("&") if self._lines else ():
            source, _, own = pair.partition("=")
            if int(own) <= number:
                line = int(source)
        return line


def _names_in(code: types.CodeType) -> Iterator[str]:
    yield from code.co_names
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            yield from _names_in(constant)
