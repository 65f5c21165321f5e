"""Content controls (`w:sdt`, 17.5.2): what their properties say, and their content."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from forms.formats.word.model import Control, ControlKind
from forms.formats.word.ooxml import VAL, W14, W15, W

if TYPE_CHECKING:
    from lxml.etree import _Element

ControlLevel = Literal["inline", "block", "row", "cell"]

_KINDS: dict[str, ControlKind] = {
    W + "text": "text",
    W + "date": "date",
    W + "dropDownList": "choice",
    W + "comboBox": "combo",
    W14 + "checkbox": "checkbox",
    W15 + "repeatingSection": "group",
    W15 + "repeatingSectionItem": "group",
    W + "group": "group",
    W + "docPartObj": "group",
    W + "docPartList": "group",
}
CONTENT_LOCKS = frozenset({"contentLocked", "sdtContentLocked"})


def shown_text(element: _Element) -> str:
    """The text in an element as a person sees it: paragraphs and breaks as newlines."""
    out: list[str] = []
    for child in element.iter(W + "t", W + "br", W + "cr", W + "tab", W + "p", W + "noBreakHyphen"):
        if child.tag == W + "t":
            out.append(child.text or "")
        elif child.tag == W + "tab":
            # `w:tab` is also a tab stop's definition, which is no text.
            if (parent := child.getparent()) is not None and parent.tag == W + "r":
                out.append("\t")
        elif child.tag == W + "noBreakHyphen":
            out.append("\u2011")
        elif child.tag != W + "p" or out:
            out.append("\n")
    return "".join(out)


def _options(element: _Element) -> tuple[tuple[str, str], ...]:
    out = []
    for item in element.iterfind(W + "listItem"):
        value = item.get(W + "value") or ""
        label = item.get(W + "displayText") or value
        if value or label:
            out.append((value or label, label))
    return tuple(out)


def _checked(element: _Element) -> bool:
    state = element.find(W14 + "checked")
    return state is not None and state.get(W14 + "val") not in ("0", "false", "off")


def read_control(sdt: _Element, level: ControlLevel) -> Control:
    """Read the properties of a control."""
    tag = title = date_format = ""
    kind: ControlKind = "rich"
    placeholder = locked = checked = False
    options: tuple[tuple[str, str], ...] = ()
    properties = sdt.find(W + "sdtPr")
    for child in properties if properties is not None else ():
        name = child.tag
        if name == W + "tag":
            tag = child.get(VAL) or ""
        elif name == W + "alias":
            title = child.get(VAL) or ""
        elif name == W + "showingPlcHdr":
            placeholder = child.get(VAL) not in ("0", "false", "off")
        elif name == W + "lock":
            locked = child.get(VAL) in CONTENT_LOCKS
        elif name in _KINDS:
            kind = _KINDS[name]
            if kind == "text" and child.get(W + "multiLine") in ("1", "true", "on"):
                kind = "multiline"
            elif kind == "checkbox":
                checked = _checked(child)
            elif kind in ("choice", "combo"):
                options = _options(child)
            elif kind == "date":
                format_element = child.find(W + "dateFormat")
                date_format = (format_element.get(VAL) or "") if format_element is not None else ""
    value = ""
    if kind == "checkbox":
        value = "Yes" if checked else "Off"
    elif kind not in ("group", "rich") and not placeholder:
        content = sdt.find(W + "sdtContent")
        value = shown_text(content) if content is not None else ""
    return Control(tag, title, kind, level, value, placeholder, options, date_format, locked)
