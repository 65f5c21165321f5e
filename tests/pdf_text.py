"""The canonical text of a PDF, in the order of its structure tree, read by a hand of its own: pikepdf.

List labels and field values included, headers, footers and other artifacts not; white space folded. It is what
`docx_text` gives for the same document.
"""

from __future__ import annotations

import io
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field

import pikepdf

BLOCKS = frozenset(("P", "H1", "H2", "H3", "H4", "H5", "H6", "LI"))
TICKED, EMPTY = "☒", "☐"


@dataclass
class Content:
    """What one page's content stream holds: text and graphics by marked content."""

    texts: dict[int, str] = field(default_factory=dict)
    mcids: list[int] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    fonts: dict[str, Font] = field(default_factory=dict)


class Font:
    """Codes to text, by the font's ToUnicode and nothing else."""

    def __init__(self, font: pikepdf.Dictionary) -> None:
        self.name = str(font.BaseFont)
        self.width = 2 if font.Subtype == "/Type0" else 1
        cmap = font.ToUnicode.read_bytes().decode("ascii")
        self.texts = {
            int(code, 16): bytes.fromhex(text).decode("utf-16-be")
            for code, text in re.findall(r"<([0-9A-F]+)>\s*<([0-9A-F]+)>\n", cmap)
        }

    def pieces(self, data: bytes) -> list[str]:
        codes = [int.from_bytes(data[i : i + self.width], "big") for i in range(0, len(data), self.width)]
        missing = [code for code in codes if code not in self.texts]
        if missing:
            raise ValueError(f"{self.name} has no text for code {missing[0]:X}")
        return [self.texts[code] for code in codes]


def right_to_left(pieces: list[str]) -> bool | None:
    """The direction of a shown string, None if nothing in it has one."""
    kinds = {unicodedata.bidirectional(char) for piece in pieces for char in piece}
    if kinds & {"R", "AL"}:
        return True
    return False if kinds & {"L", "EN", "AN"} else None


_PAINTING = frozenset(("f", "f*", "F", "S", "s", "B", "B*", "b", "b*", "Do", "sh", "Tj", "TJ", "'", '"'))
_SHOWING = frozenset(("Tj", "TJ"))


def read_content(page: pikepdf.Page) -> Content:
    """Read a page; note what no reader could make sense of."""
    content = Content(fonts={key: Font(font) for key, font in page.Resources.get("/Font", {}).items()})
    marks: list[int | None] = []
    font: Font | None = None
    in_text, opened_in_text, backwards = False, 0, False
    for operands, operator in pikepdf.parse_content_stream(page):
        op = str(operator)
        if op in ("BDC", "BMC"):
            mcid = operands[1].get("/MCID") if op == "BDC" else None
            if marks:
                content.faults.append(f"{operands[0]} inside other marked content")
            if mcid is None and operands[0] not in ("/Artifact", "/Tx"):
                content.faults.append(f"{operands[0]} is neither tagged nor an artifact")
            marks.append(None if mcid is None else int(mcid))
            if mcid is not None:
                content.mcids.append(int(mcid))
                content.texts.setdefault(int(mcid), "")
            opened_in_text += in_text
        elif op == "EMC":
            marks.pop()
            opened_in_text -= in_text
        elif op in ("BT", "ET"):
            in_text = op == "BT"
            if opened_in_text:
                content.faults.append("marked content and a text object overlap")
        elif op == "Tf":
            font = content.fonts[str(operands[0])]
        if op in _PAINTING and not marks:
            content.faults.append(f"{op} outside of marked content")
        if op in _SHOWING and marks and font is not None:
            strings = [operands[0]] if op == "Tj" else [o for o in operands[0] if isinstance(o, pikepdf.String)]
            for string in strings:
                pieces = font.pieces(bytes(string))
                direction = right_to_left(pieces)
                backwards = backwards if direction is None else direction
                if marks[-1] is not None:
                    content.texts[marks[-1]] += "".join(reversed(pieces) if backwards else pieces)
    if marks:
        content.faults.append("marked content is not closed")
    return content


def field_text(widget: pikepdf.Dictionary) -> str:
    """What a field shows a person."""
    owner = widget if "/FT" in widget else widget.Parent
    if owner.FT == "/Btn":
        return EMPTY if widget.AS == "/Off" else TICKED
    value = str(owner.get("/V", ""))
    for option in owner.get("/Opt", []):
        if isinstance(option, pikepdf.Array) and str(option[0]) == value:
            return str(option[1])
    return value


class TreeReader:
    """Walks the structure tree."""

    def __init__(self, pdf: pikepdf.Pdf) -> None:
        self.contents = {page.obj.objgen: read_content(page) for page in pdf.pages}
        self.root = pdf.Root.StructTreeRoot

    def texts(self, node: pikepdf.Dictionary, blocks: list[list[str]]) -> None:
        """Gather the texts of a node; each block element starts a new entry of `blocks`."""
        role = str(node.get("/S", ""))[1:]
        if role in BLOCKS or role in ("L", "Table", "TR", "TD", "TH"):
            blocks.append([])
        if role == "LBody":
            blocks[-1].append(" ")
        for kid in kids_of(node):
            if isinstance(kid, int):
                blocks[-1].append(self.contents[node.Pg.objgen].texts[kid])
            elif kid.get("/Type") == "/MCR":
                page = kid.get("/Pg", node.get("/Pg"))
                blocks[-1].append(self.contents[page.objgen].texts[int(kid.MCID)])
            elif kid.get("/Type") == "/OBJR":
                if kid.Obj.Subtype == "/Widget":
                    blocks[-1].append(f"{field_text(kid.Obj)} ")
            else:
                inside = str(kid.get("/S", ""))[1:] not in BLOCKS or role in ("LBody", "LI")
                if role in ("LBody", "LI") and str(kid.S) == "/P":
                    self._inline(kid, blocks)
                else:
                    self.texts(kid, blocks)
                    if not inside:
                        blocks.append([])

    def _inline(self, node: pikepdf.Dictionary, blocks: list[list[str]]) -> None:
        """A paragraph that is a list item's body goes on with the item's label."""
        for kid in kids_of(node):
            if isinstance(kid, int):
                blocks[-1].append(self.contents[node.Pg.objgen].texts[kid])
            elif kid.get("/Type") == "/MCR":
                blocks[-1].append(self.contents[kid.Pg.objgen].texts[int(kid.MCID)])
            elif kid.get("/Type") == "/OBJR":
                if kid.Obj.Subtype == "/Widget":
                    blocks[-1].append(f"{field_text(kid.Obj)} ")
            else:
                self._inline(kid, blocks)


def kids_of(node: pikepdf.Dictionary) -> Iterator[int | pikepdf.Dictionary]:
    """The entries of `K`, whatever its form."""
    kids = node.get("/K")
    if kids is None:
        return
    for kid in kids if isinstance(kids, pikepdf.Array) else [kids]:
        yield kid if isinstance(kid, pikepdf.Dictionary) else int(kid)


def tree_paragraphs(pdf: bytes) -> list[str]:
    """The folded text of every paragraph, heading and list item that has any, in tree order."""
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        blocks: list[list[str]] = [[]]
        TreeReader(opened).texts(opened.Root.StructTreeRoot, blocks)
    texts = [fold("".join(block)) for block in blocks]
    return [text for text in texts if text]


def tree_text(pdf: bytes) -> str:
    """The document's canonical text on one line."""
    return " ".join(tree_paragraphs(pdf))


def fold(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()


def page_texts(pdf: bytes) -> list[str]:
    """What each page's tagged content says, page by page, in the order it is drawn."""
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        return [fold(" ".join(read_content(page).texts.values())) for page in opened.pages]
