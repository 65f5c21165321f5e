"""A paragraph's content as atoms: the smallest pieces that a line is made of.

An atom is a piece of a word with the spaces after it, a tab, a break, a picture, or the place of a field.
Atoms up to the next `breakable` one stand together on a line.
"""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from threading import Lock
from typing import Literal

from forms.formats.pdf import bidi
from forms.formats.pdf.display import GlyphRun
from forms.formats.pdf.fonts import FaceMetrics, FontBook
from forms.formats.pdf.layout.breaking import AFTER, MAY_BREAK, pieces
from forms.formats.pdf.layout.rulers import Ruler
from forms.formats.pdf.layout.structure import Structure
from forms.formats.word.model import (
    Break,
    Control,
    Hyperlink,
    Image,
    Inline,
    InlineControl,
    PageField,
    RunFormat,
    Tab,
    Text,
)

AtomKind = Literal["text", "tab", "break", "image", "number", "box"]

SCRIPT_SIZE = 0.58
"""The size of super- and subscript: as LibreOffice has it, the standard is silent (17.3.2.42)."""
SMALL_CAPS_SIZE = 0.8

SOFT_HYPHEN = "\u00ad"
"""Drawn only where a line is broken at it."""

_TOKEN = re.compile(r"[^ ]+ *| +")


class Atom:
    """One piece of a line. Widths are in points; `element` and `link` say what its operations belong to."""

    __slots__ = (
        "breakable",
        "control",
        "element",
        "format",
        "image",
        "kind",
        "levels",
        "link",
        "rise",
        "runs",
        "size",
        "space",
        "spaces",
        "text",
        "what",
        "width",
    )

    def __init__(self, kind: AtomKind, run_format: RunFormat, context: Context) -> None:
        """Make an empty atom of a kind."""
        self.kind = kind
        self.format = run_format
        self.element = context.element
        self.link = context.link
        self.control = context.control
        self.size = run_format.size
        self.rise = run_format.raised
        self.text = ""
        self.runs: tuple[GlyphRun, ...] = ()
        self.width = 0.0
        self.spaces = 0
        self.space = 0.0
        self.breakable = False
        self.levels: Sequence[int] | None = None
        self.image: Image | None = None
        self.what = ""


class Context:
    """Where an inline stands: its structure element, link and control."""

    __slots__ = ("control", "element", "language", "link")

    def __init__(self, element: int, link: Link | None = None, control: ControlSpot | None = None) -> None:
        """Begin in the paragraph's own element."""
        self.element = element
        self.link = link
        self.control = control
        self.language = ""


class Link:
    """A link's target and structure element."""

    __slots__ = ("element", "uri")

    def __init__(self, uri: str, element: int) -> None:
        """Take both."""
        self.uri = uri
        self.element = element


class ControlSpot:
    """A control that is to become a field, and its `Form` element."""

    __slots__ = ("control", "element")

    def __init__(self, control: Control, element: int) -> None:
        """Take both."""
        self.control = control
        self.element = element


class Typesetter:
    """Measures text with a font book. It remembers no words: they are a case's."""

    def __init__(self, fonts: FontBook) -> None:
        """Take the fonts."""
        self.fonts = fonts
        self._metrics = {
            (bold, italic): fonts.metrics(bold, italic) for bold in (False, True) for italic in (False, True)
        }
        self._spaces = {
            key: sum(run.width for run in fonts.runs(" ", bold=key[0], italic=key[1])) for key in self._metrics
        }
        self._plain = {key: fonts.plain(*key) for key in self._metrics}
        self._rulers: dict[tuple[bool, bool], Ruler] = {}

    def metrics(self, run_format: RunFormat) -> FaceMetrics:
        """Give the metrics of a format's face."""
        return self._metrics[run_format.bold, run_format.italic]

    def space(self, run_format: RunFormat) -> float:
        """Give the width of a space in ems."""
        return self._spaces[run_format.bold, run_format.italic]

    def plain(self, run_format: RunFormat) -> tuple[str, Mapping[str, float]]:
        """Give the face of plain text in a format, and its characters' advances (see `fonts.Face.plain`)."""
        return self._plain[run_format.bold, run_format.italic]

    def ruler(self, run_format: RunFormat) -> Ruler:
        """Give what measures plain text in a format as a whole."""
        key = (run_format.bold, run_format.italic)
        found = self._rulers.get(key)
        if found is None:
            found = self._rulers[key] = Ruler(self._plain[key][1])
        return found

    def measure(self, text: str, run_format: RunFormat) -> float:
        """Give the width of a text in points."""
        runs = self.fonts.runs(
            text, bold=run_format.bold, italic=run_format.italic, language=run_format.language
        )
        return sum(run.width for run in runs) * run_format.size

    def hyphenate(self, atom: Atom) -> None:
        """Draw the hyphen of an atom that ends in a soft one, because its line ends there."""
        self.shape(atom, atom.text + "-", [*atom.levels, atom.levels[-1]] if atom.levels else None)

    def shape(self, atom: Atom, text: str, levels: Sequence[int] | None) -> None:
        """Give an atom its text, runs and width."""
        look = atom.format
        atom.text, atom.levels = text, levels
        atom.runs = self.fonts.runs(
            text, bold=look.bold, italic=look.italic, language=look.language, levels=levels
        )
        width = 0.0
        for run in atom.runs:
            width += run.width
        atom.width = width * atom.size


_typesetters: OrderedDict[int, Typesetter] = OrderedDict()
_lock = Lock()


def typesetter(fonts: FontBook) -> Typesetter:
    """Give the typesetter of a font book; few are remembered, which hold their books."""
    with _lock:
        found = _typesetters.get(id(fonts))
        if found is None or found.fonts is not fonts:
            found = _typesetters[id(fonts)] = Typesetter(fonts)
            if len(_typesetters) > 4:
                _typesetters.popitem(last=False)
        return found


class Flat:
    """One inline with its context, links and controls opened up."""

    __slots__ = ("context", "inline", "text")

    def __init__(
        self, inline: Text | Tab | Break | PageField | Image | Control, context: Context, text: str
    ) -> None:
        """Take an inline; `text` stands for it when the paragraph's direction is worked out."""
        self.inline = inline
        self.context = context
        self.text = text


class Builder:
    """Makes the atoms of one paragraph."""

    def __init__(
        self, setter: Typesetter, structure: Structure, fillable: bool, numbers: tuple[str, str] | None = None
    ) -> None:
        """Take how text is measured, where structure elements go, and whether controls become fields.

        `numbers` are the page's number and the number of pages, where they are known.
        """
        self._numbers = numbers
        self._setter = setter
        self._structure = structure
        self._fillable = fillable

    def atoms(self, content: Sequence[Inline], element: int, base: int) -> list[Atom]:
        """Make the atoms of a paragraph of bidi level `base` (0 or 1) whose text belongs to `element`."""
        flats = list(self._flatten(content, Context(element)))
        levels: Sequence[int] | None = None
        if base or not all(flat.text.isascii() or bidi.is_left_to_right(flat.text) for flat in flats):
            levels = bidi.levels("".join(flat.text for flat in flats), base)
        out: list[Atom] = []
        at = 0
        for flat in flats:
            own = levels[at : at + len(flat.text)] if levels is not None else None
            at += len(flat.text)
            self._make(flat, own, out)
        return out

    def _flatten(self, content: Sequence[Inline], context: Context) -> Iterator[Flat]:
        for inline in content:
            if isinstance(inline, Text):
                text = inline.text
                if inline.format.caps:
                    text = text.upper()
                yield Flat(inline, context, text)
            elif isinstance(inline, Hyperlink):
                element = self._structure.add("Link", context.element)
                link = Link(inline.uri, element)
                yield from self._flatten(inline.content, Context(element, link, context.control))
            elif isinstance(inline, InlineControl):
                yield from self._control(inline, context)
            elif isinstance(inline, Tab):
                yield Flat(inline, context, "\t")
            elif isinstance(inline, Break):
                yield Flat(inline, context, "\u2028")
            elif isinstance(inline, Image):
                yield Flat(inline, context, "\ufffc")
            else:
                yield Flat(inline, context, "0")

    def _control(self, inline: InlineControl, context: Context) -> Iterator[Flat]:
        if not (self._fillable and inline.control.fillable and context.control is None):
            yield from self._flatten(inline.content, context)
            return
        element = self._structure.add("Form", context.element)
        spot = ControlSpot(inline.control, element)
        inner = list(self._flatten(inline.content, Context(element, context.link, spot)))
        if inner:
            yield from inner
        else:
            yield Flat(inline.control, Context(element, context.link, spot), "")

    def _make(self, flat: Flat, levels: Sequence[int] | None, out: list[Atom]) -> None:
        inline, context = flat.inline, flat.context
        if isinstance(inline, Text):
            self._text(flat, inline.format, levels, out)
        elif isinstance(inline, Tab):
            atom = Atom("tab", inline.format, context)
            atom.breakable = True
            out.append(atom)
        elif isinstance(inline, Break):
            atom = Atom("break", inline.format, context)
            atom.what = inline.kind
            atom.breakable = True
            out.append(atom)
        elif isinstance(inline, Image):
            atom = Atom("image", inline.format, context)
            atom.image, atom.width = inline, inline.width
            out.append(atom)
        elif isinstance(inline, PageField):
            atom = Atom("text" if self._numbers else "number", inline.format, context)
            atom.what = inline.what
            page, pages = self._numbers or ("0", "0")
            self._setter.shape(atom, page if inline.what == "page" else pages, None)
            out.append(atom)
        else:
            out.append(Atom("box", RunFormat(size=out[-1].size if out else 10.0), context))

    def _text(self, flat: Flat, look: RunFormat, levels: Sequence[int] | None, out: list[Atom]) -> None:
        context = flat.context
        context = self._language(look, context)
        at = 0
        for token in _TOKEN.findall(flat.text):
            word = token.rstrip(" ")
            spaces = len(token) - len(word)
            parts = pieces(word) if word and MAY_BREAK.search(word) else (word,)
            for part in parts:
                own = levels[at : at + len(part)] if levels is not None else None
                at += len(part)
                for atom in self._word(part, look, context, own):
                    out.append(atom)
                out[-1].breakable = True
            last = out[-1]
            last.spaces = spaces
            last.space = spaces * self._setter.space(look) * last.size
            # Whether the line may be broken where the text's format changes, the spaces decide.
            last.breakable = spaces > 0 or (bool(word) and word[-1] in AFTER)
            at += spaces

    def _word(
        self, text: str, look: RunFormat, context: Context, levels: Sequence[int] | None
    ) -> Iterator[Atom]:
        if not look.small_caps:
            yield self._piece(text, look, context, levels, 1.0)
            return
        # Small capitals are capitals, smaller where the letter is a small one (17.3.2.33).
        for match in re.finditer(r"[^\W\d_A-Z]+|[\W\d_A-Z]+", text):
            part = match.group()
            own = levels[match.start() : match.end()] if levels is not None else None
            small = part.upper() != part
            yield self._piece(part.upper(), look, context, own, SMALL_CAPS_SIZE if small else 1.0)

    def _piece(
        self, text: str, look: RunFormat, context: Context, levels: Sequence[int] | None, scale: float
    ) -> Atom:
        atom = Atom("text", look, context)
        if "\u00ad" in text or "\u200b" in text:
            atom.what = SOFT_HYPHEN if text.endswith(SOFT_HYPHEN) else ""
            text = text.replace(SOFT_HYPHEN, "").replace("\u200b", "")
        atom.size = look.size * scale
        if look.position != "baseline":
            # The tops of superscript and text are level, and so are the bottoms of subscript and text.
            metrics = self._setter.metrics(look)
            reach = metrics.ascent + metrics.line_gap if look.position == "superscript" else -metrics.descent
            atom.rise += look.size * reach * (1 - SCRIPT_SIZE)
            atom.size *= SCRIPT_SIZE
        if levels is not None and len(levels) != len(text):
            levels = None  # a capital may be longer than its letter: ß
        if text:
            self._setter.shape(atom, text, levels)
        return atom

    def _language(self, look: RunFormat, context: Context) -> Context:
        """Put text in another language than the document's into a `Span` of its own."""
        language = look.language
        if not language or language == self._structure.language or context.language == language:
            self._structure.end_span()
            return context
        key = (context.element, language)
        element = self._structure.span(*key)
        own = Context(element, context.link, context.control)
        own.language = language
        return own
