"""What rendering a template gives: WordprocessingML in blocks, and the package it belongs to.

The DOCX is this, zipped; the PDF is this, read into the document model and laid out. A block that is the
same for every document of a template is marked static, so that a reader may remember what it made of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from msgspec import Struct, field

from forms.formats.word.slots import unmarked

StoryKind = Literal["body", "header", "footer"]


class Block(Struct, frozen=True):
    """One child of `w:body`, `w:hdr` or `w:ftr`, as text, or several that were rendered together.

    `text` uses the prefixes declared in its story's `opening`, and has the marks of `slots` round its values.
    `static` means: byte for byte the same in every document made from this compiled template (then equal text
    is also the identical object).
    """

    text: str
    static: bool

    @property
    def xml(self) -> str:
        """The block without marks, as it goes into the document."""
        return self.text if self.static else unmarked(self.text)


class Story(Struct, frozen=True):
    """The content of one part: `opening` + blocks + `closing` is the part's XML.

    `name` is the zip member (`word/document.xml`). The body's last block is its `w:sectPr`.
    `relationships` maps relationship id to (type's last segment, target), e.g.
    `{"rId4": ("header", "header1.xml"), "rId9": ("hyperlink", "https://example.org")}`.
    """

    kind: StoryKind
    name: str
    opening: str
    blocks: tuple[Block, ...]
    closing: str
    relationships: Mapping[str, tuple[str, str]]

    @property
    def xml(self) -> str:
        """The whole part."""
        return self.opening + unmarked("".join([block.text for block in self.blocks])) + self.closing


class RenderedWord(Struct, frozen=True):
    """A rendered template: the stories, the other rendered parts, and the members that never change.

    `stories` holds the body first, then each header and footer by member name. `members` are the package's
    unchanging members by name (styles, numbering, settings, media …), uncompressed: `word/styles.xml`,
    `word/numbering.xml`, `word/settings.xml` are what the reader of the PDF path needs. The mapping is the
    identical object for all documents of one compiled template: use `id()` or identity to remember what was
    read from it.
    """

    body: Story
    stories: Mapping[str, Story]
    members: Mapping[str, bytes]
    rendered_members: Mapping[str, bytes] = field(default_factory=dict)
