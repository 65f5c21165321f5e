"""The Jinja environment of templates: strict, escaping, sandboxed, and small.

A template may read the context, use the filters and tests named here, and `tick(condition)`. A name that
does not exist is an error, never a blank; nothing can be changed or called that is not meant to be.
Names that begin with an underscore are the compiler's own.
"""

from __future__ import annotations

from typing import Any

from jinja2 import StrictUndefined
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import Markup

from forms.formats.word.program import FILTERS as OWN_FILTERS
from forms.formats.word.program import FINDERS
from forms.formats.word.program import TESTS as OWN_TESTS
from forms.formats.word.values import escape_text, tick

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


class Missing(StrictUndefined):
    """A name that does not exist: any use of it is an error, also asking whether it is true."""

    __slots__ = ()


def _finish(value: object) -> Markup:
    """Write a value; a constant of the template Jinja has escaped already."""
    return value if type(value) is Markup else Markup(escape_text(value))


class TemplateEnvironment(ImmutableSandboxedEnvironment):
    """Jinja as templates may use it."""

    def __init__(self) -> None:
        super().__init__(
            autoescape=True,
            undefined=Missing,
            finalize=_finish,
            keep_trailing_newline=True,
            cache_size=0,
            extensions=(),
        )
        self.globals = {"tick": tick}
        self.filters = {name: self.filters[name] for name in FILTERS}
        self.filters |= OWN_FILTERS
        self.tests = {name: self.tests[name] for name in TESTS}
        self.tests |= OWN_TESTS

    def getattr(self, obj: Any, attribute: str) -> Any:  # noqa: ANN401 - the signature is Jinja's
        """Read an attribute; most the short way of programs (`program.FINDERS`)."""
        find = FINDERS[type(obj)] if attribute[0] != "_" else None
        if find is not None:
            try:
                return find(obj, attribute)
            except AttributeError:
                pass
        return super().getattr(obj, attribute)


ENVIRONMENT = TemplateEnvironment()
"""The one environment: it holds no state of any document."""
