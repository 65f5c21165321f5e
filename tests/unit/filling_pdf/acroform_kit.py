"""AcroForms of every sort, built entry by entry, and hands that read them back."""

from __future__ import annotations

import io
import subprocess
import warnings
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any

import pikepdf
import pypdfium2
from pikepdf import Array, Dictionary, Name, Stream, String

from forms.formats.pdf.fonts import FontBook

ROOT = Path(__file__).resolve().parents[3]
MULTILINE, PASSWORD, FILE, COMB = 1 << 12, 1 << 13, 1 << 20, 1 << 24
RADIO, PUSH, COMBO, EDIT, MULTI = 1 << 15, 1 << 16, 1 << 17, 1 << 18, 1 << 21
READ_ONLY = 1


@lru_cache(maxsize=1)
def book() -> FontBook:
    return FontBook.load(ROOT / "fonts")


class Form:
    """A PDF under construction; fields stand under each other on the page asked for."""

    def __init__(self, pages: int = 1, **entries: Any) -> None:
        self.pdf = pikepdf.new()
        for _ in range(pages):
            self.pdf.add_blank_page(page_size=(595, 842))
        font = Dictionary(
            Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica, Encoding=Name.WinAnsiEncoding
        )
        resources = Dictionary(Font=Dictionary(Helv=self.pdf.make_indirect(font)))
        base: dict[str, Any] = {"Fields": Array(), "DR": resources, "DA": String("/Helv 0 Tf 0 g")}
        self.form = self.pdf.make_indirect(Dictionary(**{**base, **entries}))
        self.pdf.Root.AcroForm = self.form
        self.top = 800.0

    def widget(self, page: int = 0, width: float = 200, height: float = 20, **entries: Any) -> pikepdf.Object:
        """A widget on a page; entries given as None are left out."""
        rect = Array([50, self.top - height, 50 + width, self.top])
        self.top -= height + 10
        base = {"Type": Name.Annot, "Subtype": Name.Widget, "F": 4, "Rect": rect}
        kept = {key: value for key, value in {**base, **entries}.items() if value is not None}
        made = self.pdf.make_indirect(Dictionary(**kept))
        where = self.pdf.pages[page].obj
        if "/Annots" not in where:
            where.Annots = Array()
        where.Annots.append(made)
        return made

    def add(self, field: pikepdf.Object) -> pikepdf.Object:
        self.form.Fields.append(field)
        return field

    def text(self, name: str, **entries: Any) -> pikepdf.Object:
        return self.add(self.widget(FT=Name.Tx, T=String(name), **entries))

    def parent(self, name: str, kids: list[pikepdf.Object], **entries: Any) -> pikepdf.Object:
        made = self.pdf.make_indirect(Dictionary(T=String(name), Kids=Array(kids), **entries))
        for kid in kids:
            kid.Parent = made
        return self.add(made)

    def looks(self, *states: str) -> Dictionary:
        """Appearances of a button: a filled square when on."""
        on = {state: self._look(b"0 g 3 3 8 8 re f") for state in states}
        return Dictionary(N=Dictionary(**on, Off=self._look(b"0 G 0.5 0.5 13 13 re S")))

    def _look(self, content: bytes) -> Stream:
        look = Stream(self.pdf, content)
        look.Type, look.Subtype, look.BBox = Name.XObject, Name.Form, Array([0, 0, 14, 14])
        return look

    def box(self, name: str, state: str = "Yes", **entries: Any) -> pikepdf.Object:
        field = self.widget(
            FT=Name.Btn, T=String(name), width=14, height=14, AP=self.looks(state), AS=Name.Off, **entries
        )
        return self.add(field)

    def radio(self, name: str, states: tuple[str, ...], **entries: Any) -> pikepdf.Object:
        kids = [self.widget(width=14, height=14, AP=self.looks(state), AS=Name.Off) for state in states]
        return self.parent(name, kids, FT=Name.Btn, Ff=RADIO, **entries)

    def choice(self, name: str, options: list[Any], flags: int = COMBO, **entries: Any) -> pikepdf.Object:
        listed = Array([Array(list(map(String, o))) if isinstance(o, tuple) else String(o) for o in options])
        return self.add(self.widget(FT=Name.Ch, T=String(name), Ff=flags, Opt=listed, **entries))

    def data(self, **options: Any) -> bytes:
        out = io.BytesIO()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", pikepdf.PageCopyWarning)  # some forms are odd on purpose
            self.pdf.save(out, static_id=True, **options)
        return out.getvalue()


def every_kind(**options: Any) -> bytes:
    """One field of each kind that can be filled in."""
    form = Form(pages=2)
    form.text("text")
    form.text("limited", MaxLen=12)
    form.text("lines", Ff=MULTILINE, height=80)
    form.text("comb", Ff=COMB, MaxLen=10, MK=Dictionary(BC=Array([0, 0, 0])))
    script = Dictionary(S=Name.JavaScript, JS=String('AFDate_FormatEx("dd/mm/yyyy");'))
    form.text("date", page=1, AA=Dictionary(F=script))
    form.box("box", "Ja")
    form.radio("radio", ("one", "two", "three"))
    form.choice("choice", [("1", "First"), ("2", "Zweite Wahl"), ("3", "Third")])
    form.choice("combo", ["red", "green"], flags=COMBO | EDIT, page=1)
    form.choice("list", [f"row {n}" for n in range(9)], flags=0, height=60)
    form.choice("several", [("a", "Alpha"), ("b", "Beta"), ("c", "Gamma")], flags=MULTI, height=60)
    return form.data(**options)


# ── Hands that read ─────────────────────────────────────────────────────────────────────────────────────────


def pikepdf_values(data: bytes) -> dict[str, Any]:
    """Each top field's value as pikepdf gives it: a text, a name without its stroke, or a list of texts."""
    with pikepdf.open(io.BytesIO(data)) as pdf:
        return {str(field.T): _plain(field.get("/V")) for field in pdf.Root.AcroForm.Fields}


def _plain(value: Any) -> Any:
    if value is None:
        return None
    if isinstance(value, pikepdf.Array):
        return [str(item) for item in value]
    return str(value).removeprefix("/") if isinstance(value, pikepdf.Name) else str(value)


def states(data: bytes) -> list[str]:
    """The state of every widget that has one, page by page."""
    with pikepdf.open(io.BytesIO(data)) as pdf:
        found = [item for page in pdf.pages for item in page.obj.get("/Annots", [])]
        return [str(item.AS).removeprefix("/") for item in found if "/AS" in item]


def looks_of(data: bytes, change: Callable[[pikepdf.Object], bool] = lambda _: True) -> list[bytes]:
    """The appearance of every widget that `change` picks."""
    with pikepdf.open(io.BytesIO(data)) as pdf:
        items = [item for page in pdf.pages for item in page.obj.get("/Annots", [])]
        return [item.AP.N.read_bytes() for item in items if "/AP" in item and change(item)]


def shown_text(data: bytes) -> str:
    """What a person sees, as PDFium extracts it from the drawn pages, fields and all."""
    document = pypdfium2.PdfDocument(data)
    try:
        document.init_forms()
        for page in document if document.formenv else ():
            page.flatten()
        return "\n".join(page.get_textpage().get_text_bounded() for page in document)
    finally:
        document.close()


def ink(data: bytes, page: int = 0, box: tuple[float, float, float, float] = (0, 0, 595, 842)) -> int:
    """How many dark pixels are in a box of a page (points from its lower left corner) at 144 dpi."""
    document = pypdfium2.PdfDocument(data)
    try:
        document.init_forms()
        image = document[page].render(scale=2, may_draw_forms=True).to_pil().convert("L")
    finally:
        document.close()
    left, bottom, right, top = box
    cut = image.crop(
        (int(2 * left), image.height - int(2 * top), int(2 * right), image.height - int(2 * bottom))
    )
    return sum(cut.histogram()[:128])


def qpdf_complaints(data: bytes, folder: Path) -> str:
    """What qpdf finds wrong; empty is good."""
    file = folder / "checked.pdf"
    file.write_bytes(data)
    done = subprocess.run(["qpdf", "--check", str(file)], capture_output=True, text=True, timeout=60)
    return "" if done.returncode == 0 else done.stdout + done.stderr
