# ruff: noqa: E501 - long texts
"""The peers in Python: `python python_peers.py TOOL FOLDER`; FOLDER holds the templates and fonts."""

from __future__ import annotations

import atexit
import io
import json
import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from xml.sax.saxutils import escape

import loop

HERE = Path(__file__).resolve().parent
REPORT = json.loads((HERE.parent / "report.json").read_text(encoding="utf-8"))
Make = Callable[[dict[str, object]], bytes]
ON, OFF = "☒", "☐"


def docxtpl(folder: Path) -> Make:
    """As its documentation shows it, with autoescape, without which it loses text at `&` and `<`."""
    from docxtpl import DocxTemplate

    def make(case: dict[str, object]) -> bytes:
        document = DocxTemplate(str(folder / "docxtpl.docx"))
        document.render(case, autoescape=True)
        stream = io.BytesIO()
        document.save(stream)
        return stream.getvalue()

    return make


def typst(folder: Path) -> Make:
    """One compiler for the whole run; tagged, which is its default."""
    import typst as library

    source = folder / "report.typ"
    source.write_text((HERE / "report.typ").read_text(encoding="utf-8"), encoding="utf-8")
    (folder / "report.json").write_text(json.dumps(REPORT), encoding="utf-8")
    compiler = library.Compiler(root=str(folder), font_paths=[str(folder / "fonts")], ignore_system_fonts=True)

    def make(case: dict[str, object]) -> bytes:
        made: bytes = compiler.compile(input=str(source), sys_inputs={"data": json.dumps(case)})
        return made

    return make


CSS = """@page { size: A4; margin: 2.4cm 2cm 2.2cm;
 @top-center { content: "%(marking)s"; font: bold 9pt Arimo; color: #b00 }
 @bottom-left { content: "%(ref)s"; font: 8pt Arimo }
 @bottom-right { content: "Page " counter(page) " of " counter(pages); font: 8pt Arimo } }
body { font: 10.5pt/1.3 Arimo; margin: 0 } h1 { font-size: 18pt; margin: 0 0 4pt }
h2 { font-size: 12.5pt; margin: 11pt 0 4pt; break-after: avoid } p { margin: 0 0 6pt }
table { border-collapse: collapse; width: 17cm; table-layout: fixed; font-size: 9.5pt; line-height: 1.15 }
tr { break-inside: avoid } td, th { border: .5pt solid #000; padding: 2.5pt 5pt; vertical-align: top; text-align: left }
th { background: #dde6f2 } .l { font-weight: bold; background: #e8edf5 } .box { font-family: "Noto Sans Symbols 2" }
.sign td { height: 1.2cm }"""
BODY = """<h1>{{ r.title }}</h1>
{%- for g in r.groups %}<h2>{{ g.heading }}</h2><table>
{%- for row in g.fields | batch(2) %}<tr>{% for k, l in row %}<td class="l">{{ l }}</td><td>{{ c[k] }}</td>{% endfor %}</tr>
{%- endfor %}</table>{% endfor %}
{%- for t in r.lists %}<h2>{{ t.heading }}</h2><table><thead><tr>
{%- for k, l, w in t.columns %}<th style="width:{{ w }}cm">{{ l }}</th>{% endfor %}</tr></thead>
{%- for row in c[t.key] %}<tr>{% for k, l, w in t.columns %}<td>{{ row[k] }}</td>{% endfor %}</tr>{% endfor %}</table>
{%- endfor %}<h2>{{ r.ticks.heading }}</h2><table>
{%- for row in r.ticks["items"] | batch(2) %}<tr>
{%- for k, l in row %}<td><span class="box">{{ "☒" if c[k] else "☐" }}</span> {{ l }}</td>{% endfor %}</tr>{% endfor %}</table>
{%- for k, h in r.texts %}<h2>{{ h }}</h2>{% for p in c[k] %}<p>{{ p.t }}</p>{% endfor %}{% endfor %}
<h2>{{ r.signatures.heading }}</h2><table class="sign"><tr>
{%- for h in r.signatures.columns %}<th>{{ h }}</th>{% endfor %}</tr>
{%- for k, role in r.signatures.signers %}<tr><td>{{ c[k] }}</td><td>{{ role }}</td><td></td><td>{{ c.sign_date }}</td></tr>
{%- endfor %}</table>"""


def weasyprint(folder: Path) -> Make:
    """HTML by Jinja, compiled once; tagged."""
    from jinja2 import Environment
    from weasyprint import HTML

    body = Environment(autoescape=True).from_string(BODY)
    faces = "".join(
        f'@font-face {{ font-family: {name}; font-weight: {weight}; src: url("{(folder / "fonts" / file).as_uri()}") }}'
        for name, weight, file in (
            ("Arimo", "normal", "Arimo-Regular.ttf"),
            ("Arimo", "bold", "Arimo-Bold.ttf"),
            ('"Noto Sans Symbols 2"', "normal", "NotoSansSymbols2-Regular.ttf"),
        )
    )

    def make(case: dict[str, object]) -> bytes:
        style = CSS.replace("%(marking)s", str(case["marking"])).replace("%(ref)s", str(case["ref"]))
        page = f'<!doctype html><html lang="en-GB"><meta charset="utf-8"><title>{REPORT["title"]}</title>'
        page += f"<style>{faces}{style}</style><body>{body.render(c=case, r=REPORT)}</body></html>"
        made: bytes = HTML(string=page).write_pdf(pdf_tags=True)
        return made

    return make


def reportlab(folder: Path) -> Make:
    """Platypus by hand; not tagged, which it can't."""
    from reportlab.lib.colors import HexColor, black
    from reportlab.lib.pagesizes import A4
    from reportlab.lib.styles import ParagraphStyle
    from reportlab.lib.units import cm
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont
    from reportlab.pdfgen.canvas import Canvas
    from reportlab.platypus import BaseDocTemplate, Frame, PageTemplate, Paragraph, Table, TableStyle

    files = {"R": "Arimo-Regular.ttf", "B": "Arimo-Bold.ttf", "S": "NotoSansSymbols2-Regular.ttf"}
    for name, file in files.items():
        pdfmetrics.registerFont(TTFont(name, str(folder / "fonts" / file)))
    style = {
        "title": ParagraphStyle("title", fontName="B", fontSize=18, leading=22, spaceAfter=4),
        "h": ParagraphStyle(
            "h", fontName="B", fontSize=12.5, leading=15, spaceBefore=11, spaceAfter=4, keepWithNext=1
        ),
        "p": ParagraphStyle("p", fontName="R", fontSize=10.5, leading=14, spaceAfter=6),
        "td": ParagraphStyle("td", fontName="R", fontSize=9.5, leading=11),
        "th": ParagraphStyle("th", fontName="B", fontSize=9.5, leading=11),
    }
    lines = [("GRID", (0, 0), (-1, -1), 0.5, black), ("VALIGN", (0, 0), (-1, -1), "TOP")]
    shaded = {
        "labels": [("BACKGROUND", (column, 0), (column, -1), HexColor("#E8EDF5")) for column in (0, 2)],
        "head": [("BACKGROUND", (0, 0), (-1, 0), HexColor("#DDE6F2"))],
        "": [],
    }

    class Numbered(Canvas):
        case: dict[str, object]

        def __init__(self, *given: object, **named: object) -> None:
            super().__init__(*given, **named)
            self.pages: list[dict[str, object]] = []

        def showPage(self) -> None:  # noqa: N802 - reportlab's name
            self.pages.append(dict(self.__dict__))
            self._startPage()

        def save(self) -> None:
            for number, page in enumerate(self.pages, 1):
                self.__dict__.update(page)
                self.setFont("B", 9)
                self.drawCentredString(A4[0] / 2, A4[1] - 1.5 * cm, str(self.case["marking"]))
                self.setFont("R", 8)
                self.drawString(2 * cm, 1.2 * cm, str(self.case["ref"]))
                self.drawRightString(A4[0] - 2 * cm, 1.2 * cm, f"Page {number} of {len(self.pages)}")
                super().showPage()
            super().save()

    def text(words: object, kind: str) -> Paragraph:
        return Paragraph(escape(str(words)), style[kind])

    def table(rows: list[list[object]], widths: list[float], shade: str = "", repeat: int = 0) -> Table:
        look = TableStyle(lines + shaded[shade])
        return Table(rows, [width * cm for width in widths], None, look, repeatRows=repeat, hAlign="LEFT")

    def box(case: dict[str, object], key: str, words: str) -> Paragraph:
        return Paragraph(f'<font name="S">{ON if case[key] else OFF}</font> {escape(words)}', style["td"])

    def make(case: dict[str, object]) -> bytes:
        story: list[object] = [text(REPORT["title"], "title")]
        for group in REPORT["groups"]:
            fields = group["fields"]
            rows = [
                [
                    cell
                    for key, label in fields[i : i + 2]
                    for cell in (text(label, "th"), text(case[key], "td"))
                ]
                for i in range(0, len(fields), 2)
            ]
            story += [text(group["heading"], "h"), table(rows, [3.6, 4.9, 3.6, 4.9], "labels")]
        for listed in REPORT["lists"]:
            columns = listed["columns"]
            rows = [[text(label, "th") for _, label, _ in columns]]
            rows += [[text(row[key], "td") for key, _, _ in columns] for row in case[listed["key"]]]  # type: ignore[attr-defined]
            story += [text(listed["heading"], "h"), table(rows, [width for *_, width in columns], "head", 1)]
        ticks = REPORT["ticks"]["items"]
        rows = [[box(case, key, words) for key, words in ticks[i : i + 2]] for i in range(0, len(ticks), 2)]
        story += [text(REPORT["ticks"]["heading"], "h"), table(rows, [8.5, 8.5])]
        for key, heading in REPORT["texts"]:
            story.append(text(heading, "h"))
            story += [text(part["t"], "p") for part in case[key]]  # type: ignore[attr-defined]
        signatures = REPORT["signatures"]
        rows = [[text(words, "th") for words in signatures["columns"]]]
        rows += [
            [text(case[k], "td"), text(role, "td"), "", text(case["sign_date"], "td")]
            for k, role in signatures["signers"]
        ]
        story += [text(signatures["heading"], "h"), table(rows, [5, 4, 5, 3], "head")]
        stream = io.BytesIO()
        document = BaseDocTemplate(stream, pagesize=A4, title=REPORT["title"])
        document.addPageTemplates(PageTemplate("p", [Frame(2 * cm, 2.2 * cm, 17 * cm, 25.1 * cm, 0, 0, 0, 0)]))
        document.build(story, canvasmaker=type("Pages", (Numbered,), {"case": case}))
        return stream.getvalue()

    return make


class Unoserver:
    """One LibreOffice kept running; its own client sends docxtpl's DOCX, which is made before the clock starts."""

    def __init__(self, folder: Path) -> None:
        from unoserver.client import UnoClient

        web, own = _free_port(), _free_port()
        command = [os.environ["UNO_PYTHON"], "-m", "unoserver.server", "--port", web, "--uno-port", own]
        command += ["--user-installation", str(folder / "unoserver-profile")]
        environment = {**os.environ, "PYTHONPATH": os.environ["UNO_PACKAGES"]}
        quiet = subprocess.DEVNULL
        server = subprocess.Popen(command, env=environment, stdout=quiet, stderr=quiet, start_new_session=True)
        self._group = server.pid
        atexit.register(server.wait)
        atexit.register(server.terminate)
        _wait_for(web)
        self.prepare = docxtpl(folder)
        self._client = UnoClient(port=web)

    def __call__(self, document: bytes) -> bytes:
        made: bytes = self._client.convert(indata=document, convert_to="pdf")
        return made

    def peak(self) -> float:
        """The most memory that one of the server's processes has had, in MiB."""
        found = [0]
        for status in Path("/proc").glob("[0-9]*/status"):
            try:
                if os.getpgid(int(status.parent.name)) == self._group:
                    found += map(int, re.findall(r"VmHWM:\s+(\d+)", status.read_text()))
            except OSError:
                continue  # it has just ended
        return max(found) / 1024


def _free_port() -> str:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return str(one.getsockname()[1])


def _wait_for(port: str) -> None:
    for _ in range(600):
        with socket.socket() as one:
            if one.connect_ex(("127.0.0.1", int(port))) == 0:
                return
        time.sleep(0.1)
    raise RuntimeError("unoserver did not start")


TOOLS = {
    "unoserver": (Unoserver, "pdf"),
    "docxtpl": (docxtpl, "docx"),
    "typst": (typst, "pdf"),
    "weasyprint": (weasyprint, "pdf"),
    "reportlab": (reportlab, "pdf"),
}

if __name__ == "__main__":
    if sys.argv[1] == "unoserver":
        sys.path.append(os.environ["UNO_PACKAGES"])
    tool, ending = TOOLS[sys.argv[1]]
    loop.serve(lambda: tool(Path(sys.argv[2])), lambda data: [(ending, data)])  # type: ignore[list-item, arg-type]
