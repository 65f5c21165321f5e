"""Hands that fill in our forms: one for Word files, two for PDF; and replies to fill in."""

from __future__ import annotations

import io
import subprocess
import zipfile
from collections.abc import Callable, Iterator
from copy import deepcopy
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

import pikepdf
from hypothesis import strategies as st
from lxml import etree

import forms
from forms.domain.wording import date_words

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
W14 = "{http://schemas.microsoft.com/office/word/2010/wordml}"
W15 = "{http://schemas.microsoft.com/office/word/2012/wordml}"
ISSUED = date(2026, 11, 21)
MAIN = "word/document.xml"


@lru_cache(maxsize=32)
def blank(artefact: str, kind: str) -> bytes:
    options = forms.RenderOptions(formats=(kind,), blank=True, issued=ISSUED)
    return forms.render(forms.empty_case(), artefact, options).documents[0].data


def leaves(value: Any, tag: str = "") -> Iterator[tuple[str, Any]]:
    """Every value of a reply with its control's tag."""
    if isinstance(value, dict):
        for key, item in value.items():
            yield from leaves(item, f"{tag}/{key}" if tag else key)
    elif isinstance(value, list):
        for number, item in enumerate(value):
            yield from leaves(item, f"{tag}/{number}")
    else:
        yield tag, value


def change_part(data: bytes, change: Callable[[str, bytes], bytes | None]) -> bytes:
    """A zip with its parts changed; None leaves one out."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            part = change(name, old.read(name))
            if part is not None:
                new.writestr(name, part)
    return out.getvalue()


def change_tree(data: bytes, change: Callable[[etree._Element], None]) -> bytes:
    def part(name: str, content: bytes) -> bytes:
        if name != MAIN:
            return content
        root = etree.fromstring(content)
        change(root)
        return etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)

    return change_part(data, part)


def tag_of(control: etree._Element) -> str:
    found = control.find(f"{W}sdtPr/{W}tag")
    return "" if found is None else found.get(f"{W}val")


# ── Word ────────────────────────────────────────────────────────────────────────────────────────────────────


def fill_word(data: bytes, reply: dict[str, Any]) -> bytes:
    """As a person does in Word: types, chooses, ticks; copies the last row where rows run out."""

    def change(root: etree._Element) -> None:
        for name, rows in reply.items():
            if isinstance(rows, list):
                _add_rows(root, name, len(rows))
        controls = _numbered(root)
        for tag, value in leaves(reply):
            _set(controls[tag], value)

    return change_tree(data, change)


def _rows(root: etree._Element, name: str) -> list[etree._Element]:
    """The rows of a list: items of a repeating section, else table rows."""
    for control in root.iter(f"{W}sdt"):
        if tag_of(control) == name:
            return [item for item in control.find(f"{W}sdtContent") if item.tag == f"{W}sdt"]
    inside = [control for control in root.iter(f"{W}sdt") if tag_of(control).startswith(f"{name}/")]
    return list(dict.fromkeys(next(control.iterancestors(f"{W}tr")) for control in inside))


def _add_rows(root: etree._Element, name: str, wanted: int) -> None:
    rows = _rows(root, name)
    for _ in range(wanted - len(rows)):
        last = _rows(root, name)[-1]
        last.addnext(deepcopy(last))  # with its tags, as Word does


def _numbered(root: etree._Element) -> dict[str, etree._Element]:
    """The controls by tag, rows numbered by their position."""
    found: dict[str, etree._Element] = {}
    for control in root.iter(f"{W}sdt"):
        tag = tag_of(control)
        while tag and tag in found:
            head, _, rest = tag.partition("/")
            number, _, member = rest.partition("/")
            tag = f"{head}/{int(number) + 1}/{member}"
        found[tag] = control
    return found


def _set(control: etree._Element, value: Any) -> None:
    properties, content = control.find(f"{W}sdtPr"), control.find(f"{W}sdtContent")
    box = properties.find(f"{W14}checkbox")
    if box is not None:
        box.find(f"{W14}checked").set(f"{W14}val", "1" if value else "0")
        next(content.iter(f"{W}t")).text = "☒" if value else "☐"
        return
    for prompt in properties.findall(f"{W}showingPlcHdr"):
        properties.remove(prompt)
    text = str(value)
    day = properties.find(f"{W}date")
    if day is not None:
        day.set(f"{W}fullDate", f"{value}T00:00:00Z")
        text = date_words(value)
    for item in properties.iter(f"{W}listItem"):
        if item.get(f"{W}value") == value:
            text = item.get(f"{W}displayText")
    first, *others = content.iter(f"{W}r")
    for run in others:
        run.getparent().remove(run)
    for child in list(first):
        first.remove(child)
    for number, line in enumerate(text.split("\n")):
        if number:
            etree.SubElement(first, f"{W}br")
        part = etree.SubElement(first, f"{W}t")
        part.text = line
        part.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")


# ── PDF ─────────────────────────────────────────────────────────────────────────────────────────────────────


def _pdf_value(value: Any) -> str:
    text = str(value)
    return date_words(text) if len(text) == 10 and text[4::3] == "--" else text


def fill_pdf(data: bytes, reply: dict[str, Any]) -> bytes:
    """As a PDF reader does: sets values and, for boxes, their appearance."""
    with pikepdf.open(io.BytesIO(data)) as pdf:
        fields = {str(field.T): field for field in pdf.Root.AcroForm.Fields}
        for tag, value in leaves(reply):
            field = fields[tag]
            if isinstance(value, bool):
                state = pikepdf.Name("/Yes" if value else "/Off")
                field.V = state
                for widget in field.get("/Kids", [field]):
                    widget.AS = state
            else:
                field.V = pikepdf.String(_pdf_value(value))
        out = io.BytesIO()
        pdf.save(out)
    return out.getvalue()


def fill_with_pdftk(data: bytes, reply: dict[str, Any], folder: Path) -> bytes:
    """With pdftk-java, by way of an XFDF file."""
    root = etree.Element("{http://ns.adobe.com/xfdf/}xfdf", nsmap={None: "http://ns.adobe.com/xfdf/"})
    fields = etree.SubElement(root, "{http://ns.adobe.com/xfdf/}fields")
    for tag, value in leaves(reply):
        field = etree.SubElement(fields, "{http://ns.adobe.com/xfdf/}field", name=tag)
        words = ("Yes" if value else "Off") if isinstance(value, bool) else _pdf_value(value)
        etree.SubElement(field, "{http://ns.adobe.com/xfdf/}value").text = words
    (folder / "reply.xfdf").write_bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8"))
    (folder / "form.pdf").write_bytes(data)
    line = ["pdftk", "form.pdf", "fill_form", "reply.xfdf", "output", "filled.pdf"]
    subprocess.run(line, cwd=folder, check=True, capture_output=True, timeout=120)
    return (folder / "filled.pdf").read_bytes()


# ── Replies ─────────────────────────────────────────────────────────────────────────────────────────────────

_LINE = (
    st.text(
        st.characters(codec="utf-8", categories=("L", "Nd", "P", "Sm", "Sc", "Zs")), min_size=1, max_size=30
    )
    .map(lambda text: " ".join(text.split()))
    .filter(bool)
)
_LINES = st.lists(_LINE, min_size=1, max_size=3).map("\n".join)


def replies(schema: dict[str, Any], rows: dict[str, int]) -> st.SearchStrategy[dict[str, Any]]:
    """Any valid reply: boxes are always there (ticked or not), all else may be missing.

    `rows` are the most rows of each list.
    """
    required, optional = {}, {}
    for name, node in schema["properties"].items():
        if node["type"] == "boolean":
            required[name] = st.booleans()
        elif node["type"] == "object":
            boxes = any(item["type"] == "boolean" for item in node["properties"].values())
            below = replies(node, rows)
            if boxes:
                required[name] = below
            else:
                optional[name] = below.filter(bool)
        elif node["type"] == "array":
            some = st.lists(replies(node["items"], rows).filter(bool), min_size=1, max_size=rows[name])
            optional[name] = some
        elif "enum" in node:
            optional[name] = st.sampled_from(node["enum"])
        elif node.get("format") == "date":
            optional[name] = st.dates(date(1900, 1, 1), date(2100, 12, 31)).map(date.isoformat)
        else:
            optional[name] = _LINES if node["maxLength"] >= 4000 else _LINE
    return st.fixed_dictionaries(required, optional=optional)
