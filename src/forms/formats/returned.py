"""A form that came back, as read from its file: the same for Word and for PDF.

Nothing here knows what the form is; that is told by `identity` and worked out by the application.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Kind = Literal["text", "date", "choice", "checkbox"]
Found = Literal["properties", "metadata", "footer", ""]


@dataclass(frozen=True, slots=True)
class Control:
    """One place to fill in, with what is in it.

    `tag` is the control's or field's name ("" where the program that saved it dropped it), `title` what it
    is called, `label` the printed words beside it. `text` is what a reader sees, as lines, ""
    where only a prompt shows; `prompt` is that prompt. `ticked` is a check box's state, None for other kinds.
    `stored` is the machine's copy of what is shown (an ISO date, a choice's code, "1" or "0"), or "".
    `options` are (code, words). `row` names the row of a repeated part that it stands in, `section` is that
    part's title; both "" if not known. `lines_lost`: the program that saved it lost the text's line breaks.
    """

    tag: str
    title: str
    kind: Kind
    text: str = ""
    label: str = ""
    prompt: str = ""
    ticked: bool | None = None
    stored: str = ""
    options: tuple[tuple[str, str], ...] = ()
    row: str = ""
    section: str = ""
    lines_lost: bool = False


@dataclass(frozen=True, slots=True)
class Returned:
    """What a file holds.

    `identity` are the `forms-…` properties by name, `found` where they were; `controls` are in the order of
    the document; `texts` are the fixed texts, without what was filled in; `format` is `docx` or `pdf`.
    """

    format: str
    identity: Mapping[str, str] = field(default_factory=dict)
    found: Found = ""
    controls: tuple[Control, ...] = ()
    texts: tuple[str, ...] = ()


def plain(text: str) -> str:
    """Give a text with every run of white space as one space: programs re-wrap what they save."""
    return " ".join(text.replace("\u00ad", "").split())
