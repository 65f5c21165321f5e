"""Filling FOLDER/form.pdf: `fillers.py TOOL FOLDER`; `form FOLDER` makes it, `check FOLDER COUNT TOOL…` judges.

A case is the values of its fields by name: texts, and truths for boxes. The peers do it as their documentation
shows, with looks generated, so that every reader shows the values.
"""

from __future__ import annotations

import io
import json
import random
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import loop

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
REPORT = json.loads((HERE.parent / "report.json").read_text(encoding="utf-8"))
Values = dict[str, str | bool]
Make = Callable[[Values], bytes]
ON, OFF = "/Yes", "/Off"


def make_form(folder: Path) -> None:
    """Two pages: 29 lines, a text of several lines, ten boxes; made by reportlab."""
    from reportlab.pdfgen.canvas import Canvas

    canvas = Canvas(str(folder / "form.pdf"), pagesize=(595, 842))
    lines = [pair for group in REPORT["groups"] for pair in group["fields"]]
    lines += [(f"adult{index}", f"Adult {index + 1}") for index in range(3)]
    top = 780
    for index, (name, label) in enumerate(lines):
        if index == 20:
            canvas.showPage()
            top = 780
        canvas.setFont("Helvetica", 9)
        canvas.drawString(56, top + 5, label)
        canvas.acroForm.textfield(
            name=name,
            tooltip=label,
            x=200,
            y=top,
            width=330,
            height=18,
            fontSize=9,
            borderWidth=0.5,
            maxlen=200,
        )
        top -= 30
    canvas.drawString(56, top + 5, "Summary")
    canvas.acroForm.textfield(
        name="summary",
        tooltip="Summary",
        x=200,
        y=top - 80,
        width=330,
        height=98,
        fontSize=9,
        borderWidth=0.5,
        maxlen=4000,
        fieldFlags="multiline",
    )
    top -= 115
    for name, label in REPORT["ticks"]["items"][:10]:
        canvas.drawString(80, top + 4, label)
        canvas.acroForm.checkbox(
            name=name, tooltip=label, x=56, y=top, size=14, buttonStyle="cross", borderWidth=0.5
        )
        top -= 22
    canvas.save()


# ── Tools ───────────────────────────────────────────────────────────────────────────────────────────────────


def ours(folder: Path, *, checked: bool = False) -> Make:
    from forms.formats.pdf.filling import prepare
    from forms.formats.pdf.fonts import FontBook

    fonts = FontBook.load(ROOT / "fonts")
    form = prepare((folder / "form.pdf").read_bytes(), "form.pdf")
    fill = form.fill_checked if checked else form.fill
    return lambda values: fill(values, fonts).data


def pikepdf(folder: Path) -> Make:
    import pikepdf as library
    from pikepdf.form import DefaultAppearanceStreamGenerator, Form

    source = str(folder / "form.pdf")

    def make(values: Values) -> bytes:
        out = io.BytesIO()
        with library.open(source) as pdf:
            form = Form(pdf, DefaultAppearanceStreamGenerator)
            for name, value in values.items():
                field = form[name]
                if isinstance(value, bool):
                    field.checked = value
                else:
                    field.value = value
            pdf.save(out)
        return out.getvalue()

    return make


def pypdf(folder: Path) -> Make:
    from pypdf import PdfWriter

    source = str(folder / "form.pdf")

    def make(values: Values) -> bytes:
        writer = PdfWriter(clone_from=source)
        given = {
            name: (ON if value else OFF) if isinstance(value, bool) else value for name, value in values.items()
        }
        for page in writer.pages:
            writer.update_page_form_field_values(page, given, auto_regenerate=False)
        out = io.BytesIO()
        writer.write(out)
        return out.getvalue()

    return make


class Command:
    """A tool that is a process for each document; its input is written before."""

    def __init__(self, folder: Path) -> None:
        self.form = folder / "form.pdf"
        self.folder = folder / f"in-{sys.argv[1]}"
        self.folder.mkdir(exist_ok=True)
        self.count = 0

    def words(self, file: Path, out: Path) -> list[str]:
        raise NotImplementedError

    def source(self, values: Values) -> str:
        raise NotImplementedError

    def prepare(self, values: Values) -> Path:
        self.count += 1
        file = self.folder / f"{self.count:05d}"
        file.write_text(self.source(values), encoding="utf-8")
        return file

    def __call__(self, file: Path) -> bytes:
        out = file.with_suffix(".pdf")
        # qpdf ends with 3 for warnings
        done = subprocess.run(self.words(file, out), capture_output=True, check=False)
        if done.returncode not in (0, 3):
            raise RuntimeError(done.stderr.decode("utf-8", "replace"))
        return out.read_bytes()


class Pdftk(Command):
    def words(self, file: Path, out: Path) -> list[str]:
        return ["pdftk", str(self.form), "fill_form", str(file), "output", str(out)]

    def source(self, values: Values) -> str:
        entries = []
        for name, value in values.items():
            text = (ON if value else OFF) if isinstance(value, bool) else ""
            text = text or f"<FEFF{str(value).encode('utf-16-be').hex()}>"
            entries.append(f"<</T({name})/V{text}>>")
        fields = "\n".join(entries)
        return f"%FDF-1.2\n1 0 obj<</FDF<</Fields[{fields}]>>>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


class Qpdf(Command):
    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        command = ["qpdf", "--json=2", "--json-key=qpdf", str(self.form)]
        listed = json.loads(subprocess.run(command, capture_output=True, check=True).stdout)
        self.head, objects = listed["qpdf"]
        found = {key: entry["value"] for key, entry in objects.items() if isinstance(entry.get("value"), dict)}
        self.fields = {
            value["/T"].removeprefix("u:"): (key, value) for key, value in found.items() if "/FT" in value
        }
        self.whole = next((key, value) for key, value in found.items() if "/Fields" in value)

    def words(self, file: Path, out: Path) -> list[str]:
        return ["qpdf", str(self.form), f"--update-from-json={file}", "--generate-appearances", str(out)]

    def source(self, values: Values) -> str:
        key, whole = self.whole
        changed: dict[str, object] = {key: {"value": {**whole, "/NeedAppearances": True}}}
        for name, value in values.items():
            key, entries = self.fields[name]
            new = {"/V": ON if value else OFF, "/AS": ON if value else OFF}
            changed[key] = {"value": {**entries, **(new if isinstance(value, bool) else {"/V": f"u:{value}"})}}
        head = {key: self.head[key] for key in ("jsonversion", "pdfversion", "maxobjectid")}
        head |= {"pushedinheritedpageresources": False, "calledgetallpages": False}
        return json.dumps({"qpdf": [head, changed]})


TOOLS: dict[str, Callable[[Path], object]] = {
    "fill": ours,
    "fill-checked": lambda folder: ours(folder, checked=True),
    "fill-pikepdf": pikepdf,
    "fill-pypdf": pypdf,
    "fill-pdftk": Pdftk,
    "fill-qpdf": Qpdf,
}


# ── Judging ─────────────────────────────────────────────────────────────────────────────────────────────────


def squeezed(text: str) -> str:
    return "".join(text.replace("\ufffe", "").replace("\x02", "").split())


def share(data: bytes, values: Values) -> float:
    """The share of values that show: texts as PDFium draws them, boxes by the state of their widget."""
    import pikepdf as reader
    import pypdfium2

    states = {}
    with reader.open(io.BytesIO(data)) as pdf:
        for page in pdf.pages:
            for widget in page.obj.get("/Annots", []):
                states[str(widget.get("/T", ""))] = str(widget.get("/AS", OFF))
    document = pypdfium2.PdfDocument(data)
    document.init_forms()
    for page in document:
        page.flatten()
    seen = squeezed("\n".join(page.get_textpage().get_text_bounded() for page in document))
    document.close()
    good = 0
    for name, value in values.items():
        good += (states[name] != OFF) == value if isinstance(value, bool) else squeezed(str(value)) in seen
    return good / len(values)


def check(folder: Path, count: int, names: list[str]) -> dict[str, float]:
    """The mean share of each tool, over documents of the last pass that all tools made."""
    cases = json.loads((folder / "fill.json").read_text(encoding="utf-8"))
    slow = len(json.loads((folder / "fill-slow.json").read_text(encoding="utf-8")))
    numbers = random.Random(4).sample(range(slow), min(count, slow))
    found = {}
    for name in names:
        files = [(folder / f"out-{name}" / f"{number:04d}.pdf", cases[number]) for number in numbers]
        shares = [share(file.read_bytes(), values) for file, values in files]
        found[name] = sum(shares) / len(shares)
    return found


if __name__ == "__main__":
    tool, place = sys.argv[1], Path(sys.argv[2])
    if tool == "form":
        make_form(place)
    elif tool == "check":
        print(json.dumps(check(place, int(sys.argv[3]), sys.argv[4:])))
    else:
        loop.serve(lambda: TOOLS[tool](place), lambda data: [("pdf", data)])  # type: ignore[arg-type, list-item, return-value]
