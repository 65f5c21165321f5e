"""Templates: a `.docx` with Jinja tags, compiled once, rendered for every document.

Compiling checks the template, lays the house style over it, derives the state of its controls, and cuts the
body into blocks. Only blocks with tags go through Jinja; the others are the same objects in every document.
One Jinja template makes all dynamic blocks of a part: it writes a mark before each, and for a run of static
blocks their number, so that loops and conditions may span blocks.
"""

from __future__ import annotations

from lxml import etree

from forms.formats.word import opc, package
from forms.formats.word.compiled import (
    EMPTY_PARAGRAPH,
    MAIN,
    CompiledStory,
    CompiledTemplate,
    PrintSize,
)
from forms.formats.word.controls import compile_controls, number_controls
from forms.formats.word.docprops import APP, APP_XML, CORE, CUSTOM, Properties
from forms.formats.word.generator import write_program
from forms.formats.word.house import House, read_house
from forms.formats.word.parsed import ParsedPart, ParsedTemplate, parse_template
from forms.formats.word.parts import Block, Story, fixed
from forms.formats.word.program import BLOCK_MARK, STATIC_MARK, Program, compiled
from forms.formats.word.reflow import plain, reflow
from forms.formats.word.slots import UNREAD, VALUE, WHOLE
from forms.formats.word.tags import CLOSE, OPEN, TOKEN, TagList, assemble
from forms.formats.word.wordml import BODY, XML_SPACE, T, qn, remove
from forms.foundation.errors import ArtefactError
from forms.foundation.patterns import pattern

__all__ = ["CompiledTemplate", "PrintSize", "Properties", "compile_template"]

_CUT = "\ufdd2"
"""Stands between the blocks of a part while it is turned from a tree into text."""

_FULL_DATE = pattern(f' w:fullDate="({UNREAD}{OPEN}\\d+{CLOSE}{UNREAD})"')
_NAME = pattern(r'<w:(?:tag|alias) w:val="[^"]*$')
_ID = pattern(r'<w:id w:val="$')
_DATED = pattern(r'<w:date(?: [^>]*)? w:fullDate="$')
_CHECKED = pattern(r'<w14:checked w14:val="$')


def compile_template(
    template: bytes,
    house: bytes,
    *,
    header: str = "form",
    source: str = "template",
    house_source: str = "house.docx",
    size: PrintSize = "standard",
) -> CompiledTemplate:
    """Compile a template; deterministic.

    Args:
        template: The `.docx` with tags.
        house: The house file, see `forms.formats.word.house`.
        header: Which of the house's headers and footers: `form`, `letter`, `leaflet` or `none`.
        source: The template's name, for problems.
        house_source: The house file's name, for problems.
        size: `clear` and `large` have no italics, capitals or sizes set by hand; in `large` tables become
            labels over values (see `forms.formats.word.reflow`).

    Raises:
        ArtefactError: With all problems found: the package is refused, tags are broken or forbidden, the
            template holds what no document can carry.
    """
    style = read_house(house, header, house_source)
    parsed = parse_template(template, style, source, house_source)
    problems = list(parsed.problems)
    for part in parsed.parts:
        if size != "standard" and part.kind == "body":
            plain(part.root)
        if size == "large" and part.kind == "body":
            reflow(part.root, style.styles)
        problems += compile_controls(part.root, part.tags, style.styles, part.source)
    if problems:
        raise ArtefactError(*problems)
    number = 1
    stories: list[CompiledStory] = []
    for part in parsed.parts:
        _keep_spaces(part.root)
        number = number_controls(part.root, part.tags, number)
        stories.append(_compile_part(part))
    return CompiledTemplate(tuple(stories), _members(parsed, style), number)


# ── From trees to programs ──────────────────────────────────────────────────────────────────────────────────


def _compile_part(part: ParsedPart) -> CompiledStory:
    opening, pieces, closing = _cut(part.root)
    relationships = {name: (link.kind, link.target) for name, link in part.relationships.items()}
    statics: list[tuple[Block, ...]] = []
    program: list[str] = []
    run: list[Block] = []

    def end_run() -> None:
        if run:
            program.append(f"{BLOCK_MARK}{STATIC_MARK}{len(statics)}")
            statics.append(tuple(run))
            run.clear()

    dynamic = False
    for between, xml in pieces:
        if TOKEN.search(between):
            end_run()
            program.append("".join(match[0] for match in TOKEN.finditer(between)))
            dynamic = True
        if TOKEN.search(xml):
            end_run()
            program.append(BLOCK_MARK + _FULL_DATE.sub(r"\1", _mark_values(xml, part.tags)))
            dynamic = True
        elif xml:
            run.append(fixed(xml))
    end_run()
    plain = tuple(block for blocks in statics for block in blocks) or (EMPTY_PARAGRAPH,)
    story = Story(part.kind, part.name, opening, plain, closing, relationships)
    code, on_line = assemble("".join(program), part.tags)
    return CompiledStory(
        part.kind,
        part.name,
        opening,
        closing,
        relationships,
        tuple(statics),
        Program(compiled(write_program(code))) if dynamic else None,
        on_line,
        story,
        part.source,
    )


def _mark_values(xml: str, tags: TagList) -> str:
    """Put the marks of `slots` round the expressions in a block, in which tags are tokens."""
    out: list[str] = []
    position = 0
    for match in TOKEN.finditer(xml):
        tag = tags.tags[int(match[1])]
        out.append(xml[position : match.start()])
        position = match.end()
        before, after = _marks_of(xml, match.start(), tag.code) if tag.kind == "expression" else ("", "")
        out.append(before + match[0] + after)
    out.append(xml[position:])
    return "".join(out)


def _marks_of(xml: str, at: int, code: str) -> tuple[str, str]:
    """Give what goes before and after the expression that stands at `at`."""
    opening = xml.rfind("<", 0, at)
    element = xml[opening:at]
    if ">" not in element:
        if _NAME.match(element):
            return VALUE, VALUE
        if _ID.match(element) or _DATED.match(element):
            return UNREAD, UNREAD
        # A box's state is 0 or 1: each makes a skeleton of its own.
        return ("", "") if _CHECKED.match(element) else (WHOLE, "")
    if element.startswith(("<w:t>", "<w:t ")):
        return VALUE, VALUE
    # What was captured is markup of the template's, with marks in it.
    return ("", "") if code.startswith("_content|") else (WHOLE, "")


def _cut(root: etree._Element) -> tuple[str, list[tuple[str, str]], str]:
    """Turn a part into text: what opens it, its blocks with the text before each, and what closes it."""
    holder = root.find(BODY) if root.tag == qn("w:document") else root
    assert holder is not None
    if holder is not root:
        for sibling in [child for child in root if child is not holder]:
            remove(sibling)
    holder.text = f"{_CUT}{holder.text or ''}{_CUT}"
    for child in holder:
        child.tail = f"{_CUT}{child.tail or ''}{_CUT}"
    opening, *middle, closing = etree.tostring(root, encoding="unicode").split(_CUT)
    pieces = [
        (middle[index], middle[index + 1] if index + 1 < len(middle) else "")
        for index in range(0, len(middle), 2)
    ]
    return opc.DECLARATION + opening, pieces, closing


def _members(parsed: ParsedTemplate, house: House) -> package.PackedMembers:
    """Give all members that are the same in every document, among them the package's own lists."""
    members = {**house.members, **parsed.media, APP: APP_XML}
    kinds = {
        **house.kinds,
        MAIN: "document",
        CORE: "core-properties",
        APP: "extended-properties",
        CUSTOM: "custom-properties",
    }
    for part in parsed.parts:
        if part.kind != "body":
            kinds[part.name] = part.kind
        if part.relationships:
            members[opc.relationships_name(part.name)] = opc.relationships_xml(part.relationships)
    top = {
        "rId1": opc.Relationship("officeDocument", MAIN),
        "rId2": opc.Relationship("core-properties", CORE),
        "rId3": opc.Relationship("extended-properties", APP),
        "rId4": opc.Relationship("custom-properties", CUSTOM),
    }
    members[opc.PACKAGE_RELATIONSHIPS] = opc.relationships_xml(top)
    extensions = {name.rpartition(".")[2] for name in members if "/media/" in name}
    members[opc.CONTENT_TYPES] = opc.content_types_xml(kinds, extensions)
    return package.PackedMembers(members)


def _keep_spaces(root: etree._Element) -> None:
    """Keep white space at the edges of every text that needs it or whose value may (XML 1.0, 2.10)."""
    for text in root.iter(T):
        content = text.text or ""
        if TOKEN.search(content) or content != content.strip():
            text.set(XML_SPACE, "preserve")
