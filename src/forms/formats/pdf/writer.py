"""The PDF of a laid-out document: tagged and fillable, PDF/UA-1 (ISO 14289-1), on request PDF/A-2a too."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from reportlab.pdfbase import pdfdoc

from forms.formats.pdf import fields, metadata
from forms.formats.pdf.display import (
    ARTIFACT,
    Element,
    FieldOp,
    Fragment,
    Instance,
    LaidDocument,
    LinkOp,
    Op,
    Page,
    PdfInfo,
    TextOp,
)
from forms.formats.pdf.draw import Drawn, draw, draw_artifact, image_name
from forms.formats.pdf.embedding import DocumentFonts
from forms.formats.pdf.fonts import FontBook
from forms.formats.pdf.objects import PdfFile, name, number, stream, text_string
from forms.formats.pdf.outline import write_outline
from forms.formats.pdf.pictures import put_picture
from forms.formats.pdf.structure import Annotated, Marked, Occurrence, StructureTree

_HEADER = "/Type/Pagination/Subtype/Header/Attached[/Top]"
_FOOTER = "/Type/Pagination/Subtype/Footer/Attached[/Bottom]"


def write(
    laid: LaidDocument, info: PdfInfo, fonts: FontBook, *, fillable: bool = True, archive: bool = False
) -> bytes:
    """Draw a laid-out document and give the file's bytes, which are equal for equal input.

    With `fillable` its controls become form fields; otherwise, and with `archive`, their text is drawn.
    With `archive` the file is PDF/A-2a too. Raises `ArtefactError` for a picture or a control that cannot be
    in a PDF.
    """
    return _Writer(laid, fonts, flat=archive or not fillable).write(info, archive=archive)


class _Page(pdfdoc.PDFPage):  # type: ignore[misc]
    """reportlab's page, with the entries of tagged pages; everything is set by us."""

    Override_default_compilation = 1
    __NoDefault__ = (*pdfdoc.PDFPage.__NoDefault__, "StructParents", "Tabs")


class _Catalog(pdfdoc.PDFCatalog):  # type: ignore[misc]
    """reportlab's catalog, with the output intents of PDF/A."""

    __NoDefault__ = (*pdfdoc.PDFCatalog.__NoDefault__, "OutputIntents")
    __Refs__ = ()


@dataclass(slots=True)
class _Sheet:
    """A page being written: its number, its marked contents' owners and its annotations."""

    page: _Page
    number: int
    height: float
    content: list[str] = field(default_factory=list)
    owners: list[tuple[Occurrence, int]] = field(default_factory=list)
    annotations: list[int] = field(default_factory=list)


class _Writer:
    """Writes one document."""

    def __init__(self, laid: LaidDocument, book: FontBook, *, flat: bool) -> None:
        self.laid = laid
        self.flat = flat
        self.file = PdfFile(laid.language)
        self.fonts = DocumentFonts(book)
        self.font_dictionary = self.file.idToObject[pdfdoc.BasicFonts]
        self.form = fields.FormWriter(self.file, self.fonts, self.file.number_of(self.font_dictionary))
        instances = [_flat_instance(instance) for instance in laid.instances] if flat else laid.instances
        self.occurrences = [Occurrence.of(instance) for instance in instances]
        self.labels = [_labels(instance) for instance in laid.instances]
        self.places: dict[int, tuple[int, float]] = {}
        self.bookmarks = {
            bookmark: index for index, instance in enumerate(laid.instances) for bookmark in instance.bookmarks
        }
        self.annotated: list[tuple[Occurrence, int]] = []
        self.pictures: dict[str, int] = {}
        self.links: list[tuple[int, bytes, str]] = []

    def write(self, info: PdfInfo, *, archive: bool) -> bytes:
        """Draw the pages, then write what they need."""
        file = self.file
        sheets = [self._sheet(page) for page in self.laid.pages]
        for index, (page, sheet) in enumerate(zip(self.laid.pages, sheets, strict=True)):
            self._draw_page(index, page, sheet)
        self._put_links(sheets)
        numbers = [sheet.number for sheet in sheets]
        marks = [sheet.owners for sheet in sheets]
        root = StructureTree(file, numbers).write(self.occurrences, marks, self.annotated)
        catalog = file.Catalog
        catalog.__class__ = _Catalog
        catalog.StructTreeRoot = b"%d 0 R" % root
        catalog.MarkInfo = b"<</Marked true>>"
        catalog.ViewerPreferences = b"<</DisplayDocTitle true>>"
        catalog.Metadata = b"%d 0 R" % metadata.write_xmp(file, info, self.laid.language, archive=archive)
        form = self.form.write()
        catalog.AcroForm = None if form is None else b"%d 0 R" % form
        entries = [
            (instance.outline, instance.outline_text, self._destination(sheets, index))
            for index, instance in enumerate(self.laid.instances)
            if instance.outline and index in self.places
        ]
        catalog.Outlines = write_outline(file, entries)
        catalog.Pages = file.Reference(catalog.Pages)
        if archive:
            catalog.OutputIntents = metadata.write_output_intent(file)
        file.info = metadata.InfoDictionary(info)
        for key, at in self.fonts.write(file).items():
            self.font_dictionary[key] = b"%d 0 R" % at
        self._finish_pages(sheets)
        return file.write()

    def _sheet(self, page: Page) -> _Sheet:
        own = _Page()
        self.file.addPage(own)
        own.MediaBox = f"[0 0 {number(page.width)} {number(page.height)}]"
        return _Sheet(own, self.file.number_of(own), page.height)

    def _draw_page(self, index: int, page: Page, sheet: _Sheet) -> None:
        """Draw header, body in reading order, and footer."""
        for fragment in page.header:
            self._draw_artifact(fragment, sheet, _HEADER)
        for fragment in page.body:
            if fragment.instance == ARTIFACT:
                self._draw_artifact(fragment, sheet, "/Type/Layout")
            else:
                self._draw_fragment(index, fragment, sheet)
        for fragment in page.footer:
            self._draw_artifact(fragment, sheet, _FOOTER)

    def _draw_artifact(self, fragment: Fragment, sheet: _Sheet, properties: str) -> None:
        """Draw what is not read aloud; links in it would have to be, so they are left out."""
        drawn = draw_artifact(self._flattened(fragment.ops, always=True), self.fonts, properties)
        self._place(drawn, fragment, sheet)

    def _draw_fragment(self, index: int, fragment: Fragment, sheet: _Sheet) -> None:
        """Draw a fragment of an instance, and give its marked contents and annotations to the instance."""
        occurrence = self.occurrences[fragment.instance]
        self.places.setdefault(fragment.instance, (index, sheet.height - fragment.y))
        ops = self._flattened(fragment.ops)
        elements = occurrence.instance.elements
        drawn = draw(ops, elements, self.fonts)
        labels = self.labels[fragment.instance]
        if labels:
            for op in ops:
                if isinstance(op, TextOp) and op.element in labels:
                    occurrence.labels[op.element] = occurrence.labels.get(op.element, "") + op.run.text
        first = len(sheet.owners)
        for mcid, element in enumerate(drawn.owners, first):
            sheet.owners.append((occurrence, element))
            occurrence.add(element, Marked(index, mcid))
        self._place(drawn, fragment, sheet, first)
        left, top = fragment.x, sheet.height - fragment.y
        for image in drawn.images:
            corner = (left + image.x, top - image.y - image.height)
            occurrence.boxes.setdefault(
                image.element, (*corner, corner[0] + image.width, corner[1] + image.height)
            )
        for link in drawn.links:
            self._add_link(index, link, occurrence, sheet, left + link.x, top - link.y - link.height)
        for op in drawn.fields:
            at = self.form.add(
                op, left + op.x, top - op.y - op.height, sheet.number, self._next_key(occurrence, op.element)
            )
            sheet.annotations.append(at)
            occurrence.add(op.element, Annotated(index, at))

    def _place(self, drawn: Drawn, fragment: Fragment, sheet: _Sheet, first: int = 0) -> None:
        """Put a fragment's operators on the page and note what they use."""
        sheet.content.append(drawn.content(fragment.x, sheet.height - fragment.y, first))
        self.fonts.use_faces(drawn.faces)
        for image in drawn.images:
            key = image_name(image.member)
            if key not in self.pictures:
                self.pictures[key] = put_picture(self.file, image.data)

    def _flattened(self, ops: Sequence[Op], *, always: bool = False) -> Sequence[Op]:
        """Replace fields by their text where they are not to be filled in."""
        if not (self.flat or always) or not any(isinstance(op, FieldOp) for op in ops):
            return ops
        flat: list[Op] = []
        for op in ops:
            if isinstance(op, FieldOp):
                flat += fields.text_ops(op, op.x, op.y, self.fonts.book)
            else:
                flat.append(op)
        return flat

    def _next_key(self, occurrence: Occurrence, element: int) -> int:
        """Give the `StructParent` of a new annotation, and remember whose it is."""
        self.annotated.append((occurrence, element))
        return len(self.laid.pages) + len(self.annotated) - 1

    def _add_link(
        self, index: int, link: LinkOp, occurrence: Occurrence, sheet: _Sheet, left: float, bottom: float
    ) -> None:
        """Add a link's annotation; where it leads is written when all places are known."""
        at = self.file.reserve()
        words = occurrence.instance.elements[link.element].alternative or link.uri
        rect = " ".join(map(number, (left, bottom, left + link.width, bottom + link.height)))
        entries = b"/Type/Annot/Subtype/Link/F 4/Border[0 0 0]/Rect[%s]/P %d 0 R/StructParent %d/Contents%s" % (
            (rect.encode("ascii"), sheet.number, self._next_key(occurrence, link.element), text_string(words))
        )
        self.links.append((at, entries, link.uri))
        sheet.annotations.append(at)
        occurrence.add(link.element, Annotated(index, at))

    def _put_links(self, sheets: Sequence[_Sheet]) -> None:
        """Write the link annotations; a link to a place that is not there leads nowhere but keeps its words."""
        for at, entries, uri in self.links:
            target = b""
            if uri.startswith("#"):
                instance = self.bookmarks.get(uri[1:], -1)
                if instance in self.places:
                    target = b"/Dest" + self._destination(sheets, instance)
            else:
                target = b"/A<</S/URI/URI%s>>" % text_string(_ascii_uri(uri))
            self.file.put(at, b"<<%s%s>>" % (entries, target))

    def _destination(self, sheets: Sequence[_Sheet], instance: int) -> bytes:
        """Give the place where an instance begins (12.3.2.2)."""
        page, top = self.places[instance]
        return b"[%d 0 R/XYZ 0 %s null]" % (sheets[page].number, number(top).encode("ascii"))

    def _finish_pages(self, sheets: Sequence[_Sheet]) -> None:
        """Set the pages' entries, now that everything has its number."""
        pictures = b"".join(b"%s %d 0 R" % (name(key), at) for key, at in self.pictures.items())
        fonts = self.file.number_of(self.font_dictionary)
        resources = b"<</Font %d 0 R%s>>" % (fonts, b"/XObject<<%s>>" % pictures if pictures else b"")
        parent = self.file.Reference(self.file.Pages)
        for index, sheet in enumerate(sheets):
            page = sheet.page
            page.Parent = parent
            page.Resources = resources
            data = "".join(sheet.content).encode("cp1252")
            page.Contents = b"%d 0 R" % self.file.add_stream(stream(b"", data))
            page.StructParents = index
            page.Tabs = "/S"
            if sheet.annotations:
                page.Annots = b"[%s]" % _references(sheet.annotations)


def _labels(instance: Instance) -> frozenset[int]:
    """Give the elements that are labels of list items."""
    return frozenset(index for index, element in enumerate(instance.elements) if element.role == "Lbl")


def _flat_instance(instance: Instance) -> Instance:
    """Give the instance with fields as spans: a `Form` element must hold a widget."""
    if not any(element.role == "Form" for element in instance.elements):
        return instance
    elements = (
        Element("Span", element.parent, element.language) if element.role == "Form" else element
        for element in instance.elements
    )
    return replace(instance, elements=tuple(elements))


def _ascii_uri(uri: str) -> str:
    """Write an address in ASCII (RFC 3987, 3.1): other characters as percent-encoded UTF-8."""
    return "".join(
        char if char.isascii() and char.isprintable() else "".join(f"%{byte:02X}" for byte in char.encode())
        for char in uri
    )


def _references(numbers: Iterable[int]) -> bytes:
    return b" ".join([b"%d 0 R" % at for at in numbers])
