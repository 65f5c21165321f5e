"""Puts form fields on pages as the programs do that councils use (ISO 32000-1, 12.7), habits included."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pikepdf
from pikepdf import Array, Dictionary, Name, String

MULTILINE, COMB, RADIO, NO_OFF, COMBO, EDIT, MULTI_SELECT = (
    1 << 12,
    1 << 24,
    1 << 15,
    1 << 14,
    1 << 17,
    1 << 18,
    1 << 21,
)
DATE_ACTION = 'AFDate_FormatEx("dd/mm/yyyy");'
KEY_ACTION = 'AFDate_KeystrokeEx("dd/mm/yyyy");'


@dataclass(frozen=True, slots=True)
class Box:
    """A field: full name, kind and tool tip; `on` is the state of a button, `beside` the words next to it."""

    name: str
    kind: str
    tip: str
    on: str = ""
    beside: str = ""
    options: tuple[tuple[str, str], ...] = ()
    longest: int = 0
    wide: float = 0
    page: int = 0
    rect: tuple[float, float, float, float] = (0, 0, 0, 0)

    def at(self, page: int, rect: tuple[float, float, float, float]) -> Box:
        """The same field in its place."""
        return replace(self, page=page, rect=rect)


class Widgets:
    """The fields of a file.

    Its habits: `Child.1.Surname` is a tree of names; `Ref` is one field with a widget on each page; groups of
    radio buttons hang under a field without a widget; dates have a script for their format; large boxes have a
    size of nought in DA (a reader chooses); fields on the last page and combs have no MK, and combs no DA of
    their own; no text field has an appearance, as NeedAppearances is set.
    """

    def __init__(self, pdf: pikepdf.Pdf) -> None:
        """`pdf` gets an AcroForm with the two standard fonts that such forms name."""
        self.pdf = pdf
        helvetica = Dictionary(
            Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica, Encoding=Name.WinAnsiEncoding
        )
        dingbats = Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.ZapfDingbats)
        self.dingbats = pdf.make_indirect(dingbats)
        fonts = Dictionary(Helv=pdf.make_indirect(helvetica), ZaDb=self.dingbats)
        self.fields = Array()
        pdf.Root.AcroForm = pdf.make_indirect(
            Dictionary(
                Fields=self.fields, DR=Dictionary(Font=fonts), DA=String("/Helv 9 Tf 0 g"), NeedAppearances=True
            )
        )
        self.parents: dict[str, pikepdf.Object] = {}

    def add(self, boxes: list[Box]) -> list[pikepdf.Object]:
        """All fields; gives the widgets in the boxes' order."""
        shared = {box.name for number, box in enumerate(boxes) if box.name in {b.name for b in boxes[:number]}}
        return [self.widget(box, shared=box.name in shared) for box in boxes]

    def parent(self, path: str) -> pikepdf.Object | None:
        """The field above, made when it is first asked for."""
        if not path:
            return None
        if path not in self.parents:
            above, _, last = path.rpartition(".")
            node = self.pdf.make_indirect(Dictionary(T=String(last), Kids=Array()))
            self.parents[path] = node
            self.hang(node, self.parent(above))
        return self.parents[path]

    def hang(self, node: pikepdf.Object, above: pikepdf.Object | None) -> None:
        """Put a field under another, or at the top."""
        if above is None:
            self.fields.append(node)
        else:
            node.Parent = above
            above.Kids.append(node)

    def widget(self, box: Box, *, shared: bool) -> pikepdf.Object:
        """One annotation, which is the field itself unless it shares it."""
        page = self.pdf.pages[box.page].obj
        entries = Dictionary(Type=Name.Annot, Subtype=Name.Widget, Rect=Array(list(box.rect)), F=4, P=page)
        widget = self.pdf.make_indirect(entries)
        above, _, last = box.name.rpartition(".")
        if shared or box.kind == "radio":
            owner = self.parents.get(box.name)
            if owner is None:
                owner = self.pdf.make_indirect(Dictionary(T=String(last), Kids=Array()))
                self.parents[box.name] = owner
                self.hang(owner, self.parent(above))
                self.describe(owner, box)
            widget.Parent = owner
            owner.Kids.append(widget)
        else:
            widget.T = String(last)
            self.hang(widget, self.parent(above))
            self.describe(widget, box)
        self.dress(widget, box)
        if Name.Annots not in page:
            page.Annots = Array()
        page.Annots.append(widget)
        return widget

    def describe(self, node: pikepdf.Object, box: Box) -> None:
        """What a field is: type, flags, options, tool tip."""
        types = {"radio": "Btn", "checkbox": "Btn", "choice": "Ch", "combo": "Ch", "list": "Ch"}
        node.FT = Name("/" + types.get(box.kind, "Tx"))
        flags = {"multiline": MULTILINE, "comb": COMB, "radio": RADIO | NO_OFF, "choice": COMBO,
                 "combo": COMBO | EDIT, "list": MULTI_SELECT}.get(box.kind, 0)  # fmt: skip
        if flags:
            node.Ff = flags
        if box.tip:
            node.TU = String(box.tip)
        if box.longest:
            node.MaxLen = box.longest
        if box.options:
            alike = all(code == words for code, words in box.options)
            node.Opt = Array([String(w) if alike else Array([String(c), String(w)]) for c, w in box.options])
        if box.kind == "date":
            node.AA = Dictionary(
                F=Dictionary(S=Name.JavaScript, JS=String(DATE_ACTION)),
                K=Dictionary(S=Name.JavaScript, JS=String(KEY_ACTION)),
            )
        if box.kind in {"radio", "checkbox"}:
            node.V = Name.Off

    def dress(self, widget: pikepdf.Object, box: Box) -> None:
        """Looks: default appearance, border, and the states of buttons."""
        if box.kind in {"radio", "checkbox"}:
            widget.DA = String("/ZaDb 0 Tf 0 g")
            widget.MK = Dictionary(
                CA=String("l" if box.kind == "radio" else "4"), BC=Array([0.3]), BG=Array([1])
            )
            widget.AS = Name.Off
            widget.AP = Dictionary(
                N=Dictionary({f"/{box.on}": self.state(box, on=True), "/Off": self.state(box, on=False)})
            )
            return
        if box.kind == "multiline":
            widget.DA = String("/Helv 0 Tf 0 g")
        elif box.kind != "comb":
            widget.DA = String("/Helv 9 Tf 0 0 0.4 rg")
        if box.page < 2 and box.kind != "comb":
            widget.MK = Dictionary(BG=Array([0.97, 0.98, 1]))

    def state(self, box: Box, *, on: bool) -> pikepdf.Object:
        """The picture of a button that is on or off."""
        wide, high = box.rect[2] - box.rect[0], box.rect[3] - box.rect[1]
        drawn = f"q 1 g 0.3 G 0.5 0.5 {wide - 1:.2f} {high - 1:.2f} re B Q"
        if on:
            sign = "l" if box.kind == "radio" else "4"
            drawn += (
                f" q BT 0 g /ZaDb {high * 0.8:.2f} Tf {wide * 0.16:.2f} {high * 0.22:.2f} Td ({sign}) Tj ET Q"
            )
        stream = pikepdf.Stream(self.pdf, drawn.encode())
        stream.Type, stream.Subtype = Name.XObject, Name.Form
        stream.BBox = Array([0, 0, round(wide, 2), round(high, 2)])
        stream.Resources = Dictionary(Font=Dictionary(ZaDb=self.dingbats))
        return self.pdf.make_indirect(stream)
