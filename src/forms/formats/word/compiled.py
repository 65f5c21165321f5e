"""A compiled template: what renders documents, and needs nothing of what compiles.

It is apart from `template`, so that a process that finds a template compiled already (`stored`) imports neither
docxtpl nor what checks and changes Word's trees.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import count
from types import TracebackType
from typing import Literal

from msgspec import Struct

from forms.formats.word import package
from forms.formats.word.docprops import Properties, property_parts
from forms.formats.word.parts import Block, RenderedWord, Story, StoryKind, fixed
from forms.formats.word.program import Program
from forms.formats.word.scripts import OPEN as SCRIPT
from forms.formats.word.scripts import split_runs
from forms.formats.word.slots import WHOLE
from forms.formats.word.tag import Tag
from forms.formats.word.values import ValueRefusedError
from forms.foundation.errors import ArtefactError
from forms.foundation.problems import Place, Problem

PrintSize = Literal["standard", "clear", "large"]
"""The usual size; clear print, 12 pt; large print, 18 pt."""

MAIN = "word/document.xml"
EMPTY_PARAGRAPH = fixed("<w:p/>")


def _block(pieces: list[str]) -> Block:
    """Make a block of what a program gave: by turns the template's own text and a value."""
    block = Block(tuple(pieces[::2]), pieces[1::2], False)
    together = "".join(block.values)
    if together.isascii() or SCRIPT not in together:
        return block
    # In some script runs must be cut: then the markup depends on the values.
    return Block((WHOLE,), (split_runs(block.xml),), False)


def _failures() -> tuple[type[Exception], ...]:
    """Give what a tag may raise; only when something was raised, as Jinja's errors come with all of Jinja."""
    from jinja2.exceptions import TemplateRuntimeError

    python = (TypeError, ValueError, LookupError, ArithmeticError, AttributeError)
    return (TemplateRuntimeError, ValueRefusedError, *python)


class CompiledStory(Struct, frozen=True):
    """A part ready to render.

    `program` is None if nothing in the part changes. `statics` are the runs of static blocks by number;
    `on_line` is the author's tag on each line of the program's source, from the second on.
    """

    kind: StoryKind
    name: str
    opening: str
    closing: str
    relationships: Mapping[str, tuple[str, str]]
    statics: tuple[tuple[Block, ...], ...]
    program: Program | None
    on_line: tuple[Tag, ...]
    fixed: Story
    source: str

    def render(self, context: Mapping[str, object]) -> Story:
        """Make the part for one document.

        Raises:
            ArtefactError: `missing-name`, `no-value`, `forbidden-access` or `template-error`, with the tag
                and where it stands.
        """
        if self.program is None:
            return self.fixed
        try:
            entries = self.program.run(context)
        except _failures() as error:
            raise self._broken(error) from None
        blocks: list[Block] = []
        for entry in entries:
            if isinstance(entry, int):
                blocks.extend(self.statics[entry])
            elif any(entry):
                blocks.append(_block(entry))
        if not blocks:
            blocks.append(EMPTY_PARAGRAPH)
        return Story(self.kind, self.name, self.opening, tuple(blocks), self.closing, self.relationships)

    def _broken(self, error: Exception) -> ArtefactError:
        """Say which tag failed. The error's own text is not used: it might hold a value of the case."""
        from jinja2.exceptions import SecurityError, UndefinedError

        tag = self._failed_tag(error.__traceback__)
        if isinstance(error, SecurityError):
            code, what, hint = "forbidden-access", "asks for something that templates may not use", ""
        elif isinstance(error, UndefinedError):
            code, what, hint = "missing-name", "asks for a name that does not exist", "Check its spelling"
        elif isinstance(error, ValueRefusedError):
            code, what, hint = "no-value", f"cannot be printed: {error}", ""
        else:
            code, what, hint = "template-error", f"cannot be worked out ({type(error).__name__})", ""
        problem = Problem(
            "error", code, f"{tag.shown or 'A tag'} {what}", hint, Place(self.source, "", tag.words)
        )
        return ArtefactError(problem)

    def _failed_tag(self, trace: TracebackType | None) -> Tag:
        line = self.program.failed_line(trace) if self.program is not None else 1
        return self.on_line[line - 2] if 0 <= line - 2 < len(self.on_line) else Tag("expression", "", "")


class CompiledTemplate(Struct, frozen=True):
    """A template with the house's style, ready to render: `stories` are the body, then headers and footers."""

    stories: tuple[CompiledStory, ...]
    members: package.PackedMembers
    first_number: int

    def render(self, context: Mapping[str, object], properties: Properties) -> RenderedWord:
        """Make the WordprocessingML of one document.

        Args:
            context: What the tags may name (`case`, `paper`, `profile`, `recipient`, `document`). A value
                prints as `str(value)`; `state` and `iso`, where it has them, decide the state of controls.
            properties: What the document says of itself.

        Raises:
            ArtefactError: A tag fails; the problem names it and where it stands.
        """
        full = {**context, "_numbers": count(self.first_number)}
        stories = {story.name: story.render(full) for story in self.stories}
        return RenderedWord(stories[MAIN], stories, self.members, property_parts(properties))
