"""A tag of a template."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

Kind = Literal["expression", "statement", "comment"]


class Tag(Struct, frozen=True):
    """A tag: `code` is the Jinja inside, `shown` what the author wrote, `words` where it stands."""

    kind: Kind
    code: str
    shown: str
    words: str = ""
    in_attribute: bool = False

    @property
    def keyword(self) -> str:
        """The statement's first word (`if`, `endfor`), else ""."""
        return self.code.split(None, 1)[0] if self.kind == "statement" and self.code.split() else ""
