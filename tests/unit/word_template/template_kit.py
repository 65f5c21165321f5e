"""Small templates for the tests: python-docx for what it can do, raw XML for the rest."""

import io
import zipfile
from collections.abc import Callable

import docx
from docx.document import Document
from docx.oxml import parse_xml
from lxml import etree

from forms.formats.word import package
from forms.formats.word.template import CompiledTemplate, Properties, compile_template
from forms.formats.word.wordml import NAMESPACES, qn

PROPERTIES = Properties(
    title="Check/Notification Form",
    author="Example Police & Probation",
    subject="X123456",
    created="2026-11-21T00:00:00Z",
    custom=(("artefact", "check-notification"), ("digest", "abc")),
)
DECLARATIONS = " ".join(f'xmlns:{prefix}="{uri}"' for prefix, uri in NAMESPACES.items())


class Value:
    """Quacks like the domain's `Shown`."""

    def __init__(self, text="", state="given", iso="", truth=True):
        self.text, self.state, self.iso, self.truth = text, state, iso, truth

    def __str__(self):
        return self.text

    def __bool__(self):
        return self.truth and self.state == "given"


class Things:
    """Quacks like the domain's `Group`."""

    def __init__(self, **things):
        self.__dict__.update(things)


ABSENT = Value("", "absent")


def xml(text: str) -> etree._Element:
    """Parse a piece of WordprocessingML with all prefixes declared."""
    head, _, rest = text.partition(">")
    head, slash = (head[:-1], "/") if head.endswith("/") else (head, "")
    return parse_xml(f"{head} {DECLARATIONS}{slash}>{rest}")


def saved(document: Document) -> bytes:
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def house(**headers: str) -> bytes:
    """A house file: four sections whose headers hold the given text, with distinct left margins."""
    document = docx.Document()
    document.styles.add_style("PlaceholderText", docx.enum.style.WD_STYLE_TYPE.CHARACTER)
    for number, kind in enumerate(("form", "letter", "leaflet", "none")):
        document.add_paragraph(f"House style: {kind}")
        section = document.sections[-1] if number == 0 else document.add_section()
        section.left_margin = docx.shared.Cm(2 + number)
        if kind in headers:
            section.header.is_linked_to_previous = False
            section.header.paragraphs[0].text = headers[kind]
            section.footer.is_linked_to_previous = False
            section.footer.paragraphs[0].text = f"Footer of {kind}"
    return saved(document)


HOUSE = house(form="{{ document.marking }}")
CONTEXT = {"document": Things(marking=Value("OFFICIAL"))}


def template(*content: str | etree._Element | Callable[[Document], object]) -> bytes:
    """A template of paragraphs (text), block elements (XML), and whatever a function adds."""
    document = docx.Document()
    for item in content:
        if isinstance(item, str):
            document.add_paragraph(item)
        elif callable(item):
            item(document)
        else:
            document.element.body.insert(len(document.element.body) - 1, item)
    return saved(document)


def compiled(*content, **options) -> CompiledTemplate:
    return compile_template(template(*content), HOUSE, source="template.docx", **options)


def rendered(*content, **context):
    return compiled(*content).render({**CONTEXT, **context}, PROPERTIES)


def body(*content, **context) -> etree._Element:
    """The rendered body of a template, parsed."""
    return etree.fromstring(rendered(*content, **context).body.xml.encode())[0]


def table(*rows: tuple[str, ...]):
    """A function for `template` that adds a table of texts."""

    def add(document):
        made = document.add_table(0, len(rows[0]))
        for row in rows:
            for cell, text in zip(made.add_row().cells, row, strict=True):
                cell.text = text

    return add


def texts(element: etree._Element) -> list[str]:
    """The text of each paragraph that is not empty, breaks as newlines and tabs as tabs."""
    found = []
    for paragraph in element.iter(qn("w:p")):
        parts = []
        for item in paragraph.iter(qn("w:t"), qn("w:br"), qn("w:tab")):
            if item.getparent().tag == qn("w:r"):
                parts.append({qn("w:br"): "\n", qn("w:tab"): "\t"}.get(item.tag, item.text or ""))
        found.append("".join(parts))
    return [text for text in found if text]


def control(kind: str, content: str, tag: str = "name", title: str = "Name", more: str = "") -> str:
    """A content control as text; `kind` is the XML of its kind, `content` its runs (or other content)."""
    names = f'<w:alias w:val="{title}"/><w:tag w:val="{tag}"/><w:id w:val="7"/>'
    return f"<w:sdt><w:sdtPr>{names}{more}{kind}</w:sdtPr><w:sdtContent>{content}</w:sdtContent></w:sdt>"


def run(text: str) -> str:
    return f"<w:r><w:rPr><w:b/></w:rPr><w:t>{text}</w:t></w:r>"


def paragraph(content: str) -> etree._Element:
    return xml(f"<w:p>{content}</w:p>")


def repacked(data: bytes, **changes: bytes | None) -> bytes:
    """A zip with members replaced, or (None) taken out."""
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            if name not in changes:
                new.writestr(name, old.read(name))
        for name, content in changes.items():
            if content is not None:
                new.writestr(name, content)
    return file.getvalue()


def written(*content, **context) -> bytes:
    return package.write(rendered(*content, **context))
