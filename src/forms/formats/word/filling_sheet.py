"""The continuation sheet at the end of a filled Word form: a document of ours, with its own look, behind it.

The sheet's styles come along under names of their own, with the defaults that they had at home, so that neither
the form's styles change the sheet nor the sheet's the form.
"""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy

from lxml import etree

from forms.formats.word import opc, package
from forms.formats.word.filling_package import Package
from forms.formats.word.inspector import TEMPLATE_LINK
from forms.formats.word.shown import text_of
from forms.formats.word.wordml import BODY, P_PR, R_PR, SECT_PR, VAL, P, element, qn
from forms.foundation.errors import ArtefactError, InputError

_PREFIX, _NAME_PREFIX = "FormsSheet", "Forms sheet "
_STYLE, _STYLE_ID, _BASED_ON = qn("w:style"), qn("w:styleId"), qn("w:basedOn")
_USES = [qn(f"w:{name}") for name in ("pStyle", "rStyle", "tblStyle")]
_DROPPED = [qn(f"w:{name}") for name in ("next", "link", "aliases", "uiPriority", "qFormat", "semiHidden")]


def append_sheet(form: bytes, sheet: bytes, source: str) -> bytes:
    """Put a document of ours behind a filled form, on a new page.

    Args:
        form: The filled form.
        sheet: The sheet, a `.docx` that this program has made: paragraphs and tables, no pictures, no lists.
        source: The form's name, for problems.
    """
    members = package.read(form, source=source, refuse=InputError, links=TEMPLATE_LINK)
    main = package.main_document(members, source=source, refuse=InputError)
    root = opc.parse(members[main], main, source, InputError)
    own = package.read(sheet, source="continuation sheet")
    own_main = package.main_document(own, source="continuation sheet")
    blocks = _blocks(opc.parse(own[own_main], own_main, "continuation sheet"))
    body = root.find(BODY)
    if body is None or not blocks:
        return form
    changed: dict[str, bytes] = {}
    styles = _part(members, main, "styles", source)
    own_styles = _part(own, own_main, "styles", "continuation sheet")
    if styles and own_styles:
        tree = opc.parse(members[styles], styles, source, InputError)
        _bring_styles(blocks, opc.parse(own[own_styles], own_styles), tree)
        changed[styles] = _xml(tree)
    _begin_page(blocks[0])
    place = len(body) - 1 if len(body) and body[-1].tag == SECT_PR else len(body)
    for number, block in enumerate(blocks):
        body.insert(place + number, block)
    changed[main] = _xml(root)
    return Package(form).write(changed)


def texts_at_end(data: bytes, source: str) -> list[str]:
    """Give the text of each paragraph of a document, in order: what a sheet adds stands at the end."""
    members = package.read(data, source=source, refuse=InputError, links=TEMPLATE_LINK)
    main = package.main_document(members, source=source, refuse=InputError)
    body = opc.parse(members[main], main, source, InputError).find(BODY)
    return [] if body is None else [text_of(paragraph) for paragraph in body.iter(P)]


def _blocks(root: etree._Element) -> list[etree._Element]:
    body = root.find(BODY)
    return [] if body is None else [deepcopy(block) for block in body if block.tag != SECT_PR]


def _part(members: Mapping[str, bytes], main: str, kind: str, source: str) -> str:
    """Give the name of a part that the main one is related to, "" if there is none."""
    name = opc.relationships_name(main)
    for link in opc.read_relationships(members.get(name), name, source, ArtefactError).values():
        part = opc.resolve(main, link.target)
        if link.kind == kind and not link.external and part in members:
            return part
    return ""


def _bring_styles(blocks: list[etree._Element], own: etree._Element, styles: etree._Element) -> None:
    """Add the styles that the sheet uses, and give them other names there and in the sheet."""
    known = {str(style.get(_STYLE_ID)): style for style in own.iter(_STYLE)}
    normal = next((name for name, style in known.items() if _is_default(style)), "")
    wanted: list[str] = [normal] if normal else []
    for block in blocks:
        for paragraph in block.iter(P):
            if paragraph.find(f"{P_PR}/{qn('w:pStyle')}") is None and normal:
                _properties(paragraph).insert(0, element("w:pStyle", val=normal))
        for use in block.iter(*_USES):
            name = str(use.get(VAL))
            if name in known:
                wanted.append(name)
                use.set(VAL, _PREFIX + name)
    done: set[str] = set()
    while wanted:
        name = wanted.pop(0)
        if name in done:
            continue
        done.add(name)
        style = _renamed(known[name], own if name == normal else None)
        base = style.find(_BASED_ON)
        if base is not None:
            wanted.append(str(base.get(VAL)))
            base.set(VAL, _PREFIX + str(base.get(VAL)))
        if str(style.get(_STYLE_ID)) not in {str(each.get(_STYLE_ID)) for each in styles.iter(_STYLE)}:
            styles.append(style)


def _is_default(style: etree._Element) -> bool:
    return style.get(qn("w:type")) == "paragraph" and style.get(qn("w:default")) in ("1", "true")


def _renamed(style: etree._Element, defaults: etree._Element | None) -> etree._Element:
    """Copy a style under another name; the default one takes the document's defaults along (17.7.5)."""
    made = deepcopy(style)
    made.set(_STYLE_ID, _PREFIX + str(style.get(_STYLE_ID)))
    made.set(qn("w:customStyle"), "1")
    if qn("w:default") in made.attrib:
        del made.attrib[qn("w:default")]
    name = made.find(qn("w:name"))
    if name is not None:
        name.set(VAL, _NAME_PREFIX + str(name.get(VAL)))
    for child in [child for child in made if child.tag in _DROPPED]:
        made.remove(child)
    if defaults is not None:
        for tag, holder in ((P_PR, "w:pPrDefault"), (R_PR, "w:rPrDefault")):
            found = defaults.find(f"{qn('w:docDefaults')}/{qn(holder)}/{tag}")
            if found is not None:
                _merge(made, deepcopy(found))
    return made


def _merge(style: etree._Element, defaults: etree._Element) -> None:
    """Add what a style does not say itself; a style's properties come last in it, paragraphs' before runs'."""
    own = style.find(defaults.tag)
    if own is None:
        runs = style.find(R_PR)
        if runs is not None and defaults.tag == P_PR:
            runs.addprevious(defaults)
        else:
            style.append(defaults)
        return
    said = {child.tag for child in own}
    merged = [*(child for child in defaults if child.tag not in said), *own]
    order = {tag: number for number, tag in enumerate(_ORDER)}
    for child in sorted(merged, key=lambda child: order.get(str(child.tag), len(order))):
        own.append(child)


def _begin_page(block: etree._Element) -> None:
    """Let a block begin a new page (17.3.1.23)."""
    paragraph = block if block.tag == P else next(block.iter(P), None)
    if paragraph is None:
        return
    properties = _properties(paragraph)
    place = 1 if len(properties) and properties[0].tag == qn("w:pStyle") else 0
    properties.insert(place, element("w:pageBreakBefore"))


def _properties(paragraph: etree._Element) -> etree._Element:
    found = paragraph.find(P_PR)
    if found is None:
        found = element("w:pPr")
        paragraph.insert(0, found)
    return found


def _xml(root: etree._Element) -> bytes:
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)


_ORDER = [
    *(qn(f"w:{name}") for name in ("keepNext", "keepLines", "pageBreakBefore", "widowControl", "numPr")),
    *(qn(f"w:{name}") for name in ("pBdr", "shd", "tabs", "suppressAutoHyphens", "spacing", "ind", "jc")),
    *(qn(f"w:{name}") for name in ("outlineLvl", "rFonts", "b", "bCs", "i", "iCs", "caps", "smallCaps")),
    *(qn(f"w:{name}") for name in ("color", "kern", "sz", "szCs", "u", "rtl", "cs", "lang")),
]
