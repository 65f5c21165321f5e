"""Test helper: a `.docx` file as `RenderedWord`, without template or house style."""

from __future__ import annotations

import io
import re
import zipfile
from itertools import chain
from pathlib import Path

from lxml import etree

from forms.formats.word.parts import Block, RenderedWord, Story, StoryKind, fixed
from forms.formats.word.slots import VALUE

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


def block(text: str, static: bool = False) -> Block:
    """A block from its text with marks round the values, which are cut out of it."""
    if static:
        return fixed(text)
    parts = [*text.split(VALUE), ""]
    marks = ["", *[VALUE] * (len(parts) - 2), ""]
    own = [f"{marks[at]}{parts[at]}{marks[at + 1]}" for at in range(0, len(parts) - 1, 2)]
    return Block(tuple(own), parts[1::2], False)


def marked(made: Block) -> str:
    """A block's text with marks round the values."""
    return "".join(chain.from_iterable(zip(made.own, made.values, strict=True)))


def _story(kind: StoryKind, name: str, members: dict[str, bytes], static: bool) -> Story:
    root = etree.fromstring(members[name])
    container = root[0] if kind == "body" else root
    children = list(container)
    for child in children:
        container.remove(child)
    container.text = "\u241e"
    opening, closing = etree.tostring(root, encoding="unicode").split("\u241e")
    declarations = re.compile(r' xmlns:\w+="[^"]*"')
    blocks = tuple(
        block(declarations.sub("", etree.tostring(child, encoding="unicode", with_tail=False)), static)
        for child in children
    )
    folder, _, leaf = name.rpartition("/")
    links = members.get(f"{folder}/_rels/{leaf}.rels")
    relationships = {}
    if links is not None:
        for item in etree.fromstring(links):
            relationships[item.get("Id")] = (item.get("Type").rpartition("/")[2], item.get("Target"))
    return Story(kind, name, opening, blocks, closing, relationships)


def rendered_word(source: Path | bytes, *, static: bool = False) -> RenderedWord:
    """Give a `.docx` as if a template without tags had been rendered."""
    with zipfile.ZipFile(io.BytesIO(source) if isinstance(source, bytes) else source) as package:
        members = {name: package.read(name) for name in package.namelist()}
    body = _story("body", "word/document.xml", members, static)
    stories = {body.name: body}
    for kind, target in body.relationships.values():
        if kind in ("header", "footer"):
            name = "word/" + target
            stories[name] = _story(kind, name, members, static)  # type: ignore[arg-type]
    return RenderedWord(body, stories, members)


NAMESPACES = (
    'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" '
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships" '
    'xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing" '
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
    'xmlns:pic="http://schemas.openxmlformats.org/drawingml/2006/picture" '
    'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" '
    'xmlns:w14="http://schemas.microsoft.com/office/word/2010/wordml"'
)
HOUSE = Path(__file__).resolve().parent.parent / "templates" / "house.docx"
STORIES = '<w:headerReference w:type="default" r:id="rIdH1"/><w:footerReference w:type="default" r:id="rIdF1"/>'


def section(inner: str = "", columns: str = "", *, landscape: bool = False) -> str:
    """A section of A4 pages with margins of an inch; `inner` are its first elements."""
    size = 'w:w="16838" w:h="11906" w:orient="landscape"' if landscape else 'w:w="11906" w:h="16838"'
    return (
        f'<w:sectPr>{inner}<w:pgSz {size}/><w:pgMar w:top="1440" w:right="1440" w:bottom="1440" '
        f'w:left="1440" w:header="720" w:footer="720" w:gutter="0"/>{columns}</w:sectPr>'
    )


def spacing(**values: int | str) -> str:
    """A `w:spacing`."""
    return "<w:spacing " + " ".join(f'w:{name}="{value}"' for name, value in values.items()) + "/>"


def style(name: str) -> str:
    """A `w:pStyle`."""
    return f'<w:pStyle w:val="{name}"/>'


def paragraph(text: str = "", properties: str = "", run: str = "") -> str:
    """A paragraph; tags of empty elements in the text (`<w:tab/>`) stand among its runs."""
    runs = "".join(
        f"<w:r><w:rPr>{run}</w:rPr>"
        + (part if part.startswith("<") else f'<w:t xml:space="preserve">{part}</w:t>')
        + "</w:r>"
        for part in re.split(r"(<[^>]+/>)", text)
        if part
    )
    return f"<w:p><w:pPr>{properties}</w:pPr>{runs}</w:p>"


def cell(content: str, properties: str = "", width: int = 3000) -> str:
    """A table cell."""
    return f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/>{properties}</w:tcPr>{content}</w:tc>'


def row(*cells: str, properties: str = "") -> str:
    """A table row; what isn't a cell yet becomes one."""
    made = (text if text.startswith("<w:tc>") else cell(text) for text in cells)
    return f"<w:tr><w:trPr>{properties}</w:trPr>{''.join(made)}</w:tr>"


def table(*rows: str, grid: tuple[int, ...] = (3000, 3000), border: int = 4, properties: str = "") -> str:
    """A table of fixed layout with all borders `border` eighths of a point wide."""
    sides = "".join(
        f'<w:{side} w:val="single" w:sz="{border}" w:space="0" w:color="000000"/>'
        for side in ("top", "left", "bottom", "right", "insideH", "insideV")
        if border
    )
    borders = f"<w:tblBorders>{sides}</w:tblBorders>" if sides else ""
    columns = "".join(f'<w:gridCol w:w="{width}"/>' for width in grid)
    return (
        f'<w:tbl><w:tblPr><w:tblW w:w="{sum(grid)}" w:type="dxa"/>{properties}{borders}'
        f'<w:tblLayout w:type="fixed"/><w:tblLook w:val="04A0"/></w:tblPr><w:tblGrid>{columns}</w:tblGrid>'
        f"{''.join(rows)}</w:tbl>"
    )


def control(kind: str, content: str, *, tag: str = "answer", extra: str = "") -> str:
    """A content control; `kind` is its type element, `extra` more of its properties."""
    return (
        f'<w:sdt><w:sdtPr><w:alias w:val="The answer"/><w:tag w:val="{tag}"/><w:id w:val="7"/>{extra}{kind}'
        f"</w:sdtPr><w:sdtContent>{content}</w:sdtContent></w:sdt>"
    )


def word_file(
    body: str,
    *,
    last_section: str | None = None,
    header: str | None = None,
    footer: str | None = None,
    members: dict[str, bytes] | None = None,
) -> bytes:
    """A `.docx` with the house's styles and this body, header and footer; `members` replace others."""
    last_section = last_section or section(STORIES if header is not None or footer is not None else "")
    made = {
        "word/document.xml": f"<w:document {NAMESPACES}><w:body>{body}{last_section}</w:body></w:document>",
        "word/header1.xml": f"<w:hdr {NAMESPACES}>{header or paragraph()}</w:hdr>",
        "word/footer1.xml": f"<w:ftr {NAMESPACES}>{footer or paragraph()}</w:ftr>",
    }
    out = io.BytesIO()
    with zipfile.ZipFile(HOUSE) as house, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        for name in house.namelist():
            data = made[name].encode() if name in made else house.read(name)
            package.writestr(name, (members or {}).get(name, data))
    return out.getvalue()


def word(body: str, **parts: object) -> RenderedWord:
    """The same as `RenderedWord`."""
    return rendered_word(word_file(body, **parts))  # type: ignore[arg-type]
