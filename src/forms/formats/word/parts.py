"""What rendering a template gives: WordprocessingML in blocks, and the package it belongs to.

The DOCX is this, zipped; the PDF is this, read into the document model and laid out. A block that is the
same for every document of a template is marked static, so that a reader may remember what it made of it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import chain
from typing import Literal

from msgspec import Struct, field

from forms.formats.word.slots import unmarked

StoryKind = Literal["body", "header", "footer"]


class Block(Struct, frozen=True):
    """One child of `w:body`, `w:hdr` or `w:ftr`, or several that were rendered together.

    `own` is the template's own text, cut where values stand, and `values` is what stands behind each piece of
    it, written as XML ("" where nothing does). The prefixes are those declared in the story's `opening`, and
    `own` has the marks of `slots` round its values. `static` means: byte for byte the same in every document
    made from this compiled template; then all is in `own`.
    """

    own: tuple[str, ...]
    values: Sequence[str]
    static: bool

    @property
    def xml(self) -> str:
        """The block without marks, as it goes into the document."""
        return unmarked("".join(chain.from_iterable(zip(self.own, self.values, strict=True))))


def fixed(xml: str) -> Block:
    """Make a block that is the same in every document."""
    return Block((xml,), ("",), True)


class _Encoded(dict[str, bytes]):
    """The pieces of a template's own, as they go into a document: they are the same objects in every one."""

    def __missing__(self, own: str) -> bytes:
        if len(self) >= _MOST_ENCODED:
            self.clear()
        made = self[own] = unmarked(own).encode()
        return made


_MOST_ENCODED = 1 << 14
_ENCODED = _Encoded()


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
        return self.opening + "".join([block.xml for block in self.blocks]) + self.closing

    @property
    def data(self) -> bytes:
        """The whole part, encoded."""
        own = [piece for block in self.blocks for piece in block.own]
        pieces = [b""] * (2 * len(own))
        pieces[::2] = map(_ENCODED.__getitem__, own)
        pieces[1::2] = [value.encode() for block in self.blocks for value in block.values]
        return b"".join((_ENCODED[self.opening], *pieces, _ENCODED[self.closing]))


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
