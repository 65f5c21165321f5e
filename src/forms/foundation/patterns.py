"""Regular expressions that are compiled when they are first used.

Python compiles an expression in a tenth of a millisecond to several, each time a process starts. A command uses
few of the hundred that its modules have.
"""

from __future__ import annotations

import re
from typing import Any, cast

_METHODS = ("search", "match", "fullmatch", "split", "findall", "finditer", "sub", "subn")


class _Pattern:
    """Has the methods of a compiled expression; the first that is asked for brings them all."""

    __slots__ = ("_expression", "_flags", *_METHODS)

    def __init__(self, expression: str, flags: int) -> None:
        self._expression = expression
        self._flags = flags

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever a compiled expression has
        # Asked only while the slots are empty: afterwards a method is found as quickly as that of any object.
        compiled = re.compile(self._expression, self._flags)
        for method in _METHODS:
            setattr(self, method, getattr(compiled, method))
        return getattr(compiled, name)


def pattern(expression: str, flags: int = 0) -> re.Pattern[str]:
    """Give an expression as `re.compile` does, but compile it when one of its methods is first wanted.

    Raises:
        re.error: Then, if it is not one. So an expression that a user gives is not for this.
    """
    return cast("re.Pattern[str]", _Pattern(expression, flags))
