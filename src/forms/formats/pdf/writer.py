"""The PDF of a laid-out document: tagged and fillable, PDF/UA-1 (ISO 14289-1), on request PDF/A-2a too."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from operator import itemgetter

from reportlab.pdfbase import pdfdoc

from forms.formats.pdf import fields, metadata
from forms.formats.pdf.display import (
    ARTIFACT,
    Element,
    FieldOp,
    Fragment,
    ImageOp,
    Instance,
    LaidDocument,
    LinkOp,
    Op,
    Page,
    PdfInfo,
    Sheet,
)
from forms.formats.pdf.draw import Painter, Template, image_name, make_template, shifted
from forms.formats.pdf.embedding import DocumentFonts
from forms.formats.pdf.fonts import FontBook
from forms.formats.pdf.memory import Memories, Memory
from forms.formats.pdf.objects import PdfFile, name, number, stream, text_string
from forms.formats.pdf.outline import write_outline
from forms.formats.pdf.pictures import put_picture
from forms.formats.pdf.structure import Annotated, Occurrence, Skeleton, StructureTree

_HEADER = "/Type/Pagination/Subtype/Header/Attached[/Top]"
_FOOTER = "/Type/Pagination/Subtype/Footer/Attached[/Bottom]"


def write(
    laid: LaidDocument,
    info: PdfInfo,
    fonts: FontBook,
    *,
    fillable: bool = True,
    archive: bool = False,
    required: Collection[str] = (),
) -> bytes:
    """Draw a laid-out document and give the file's bytes, which are equal for equal input.

    With `fillable` its controls become form fields; otherwise, and with `archive`, their text is drawn.
    With `archive` the file is PDF/A-2a too. Fields named in `required` are marked as required. Raises
    `ArtefactError` for a picture or a control that cannot be in a PDF.
    """
    flat = archive or not fillable
    return _Writer(laid, fonts, flat=flat, required=required).write(info, archive=archive)


_memories: Memories[Template, Skeleton] = Memories()


class _Page(pdfdoc.PDFPage):  # type: ignore[misc]
    """reportlab's page, with entries it doesn't know; `entries` is the inside of its dictionary."""

    entries = b""

    def __init__(self) -> None:
        """Leave out the defaults that only reportlab's own way of writing needs."""

    def format(self, document: pdfdoc.PDFDocument) -> bytes:
        """Write the dictionary."""
        del document
        return b"<</Type/Page%s>>" % self.entries


class _Pages(pdfdoc.PDFPages):  # type: ignore[misc]
    """reportlab's page tree, one level deep."""

    def format(self, document: pdfdoc.PDFDocument) -> bytes:
        """Write the dictionary."""
        kids = _references([document.number_of(page) for page in self.pages])
        return b"<</Type/Pages/Count %d/Kids[%s]>>" % (len(self.pages), kids)


class _Catalog(pdfdoc.PDFCatalog):  # type: ignore[misc]
    """reportlab's catalog, with entries it doesn't know; `entries` is the inside of its dictionary."""

    entries = b""

    def format(self, document: pdfdoc.PDFDocument) -> bytes:
        """Write the dictionary."""
        pages = document.Reference(self.Pages).format(document)
        return b"<</Type/Catalog/Pages %s%s>>" % (pages, self.entries)


@dataclass(slots=True)
class _Sheet:
    """A page being written: its number, its marked contents' owners and its annotations."""

    page: _Page
    number: int
    width: float
    height: float
    painter: Painter
    owners: list[tuple[Occurrence, tuple[int, ...]]] = field(default_factory=list)
    annotations: list[int] = field(default_factory=list)


class _Writer:
    """Writes one document."""

    def __init__(
        self, laid: LaidDocument, book: FontBook, *, flat: bool, required: Collection[str] = ()
    ) -> None:
        self.laid = laid
        self.flat = flat
        self.file = PdfFile(laid.language)
        self.fonts = DocumentFonts(book)
        self.font_dictionary = self.file.reserve()
        self.form = fields.FormWriter(self.file, self.fonts, self.font_dictionary, required)
        instances = [_flat_instance(instance) for instance in laid.instances] if flat else laid.instances
        self.occurrences = [Occurrence(instance, _memories.of(instance)) for instance in instances]
        self.bookmarks = {
            bookmark: index for index, instance in enumerate(laid.instances) for bookmark in instance.bookmarks
        }
        self.annotated: list[tuple[Occurrence, int]] = []
        self.pictures: dict[str, int] = {}
        self.links: list[tuple[int, bytes, str]] = []

    def write(self, info: PdfInfo, *, archive: bool) -> bytes:
        """Draw the pages, then write what they need."""
        file = self.file
        sides = self.laid.sheets or _one_by_one(self.laid.pages)
        sheets = [self._sheet(side) for side in sides]
        self._draw_sheets(sides, sheets)
        self._put_links(sheets)
        numbers = [sheet.number for sheet in sheets]
        marks = [sheet.owners for sheet in sheets]
        root = StructureTree(file, numbers).write(self.occurrences, marks, self.annotated)
        entries = [
            b"/StructTreeRoot %d 0 R/MarkInfo<</Marked true>>/ViewerPreferences<</DisplayDocTitle true>>"
            % root,
            b"/Lang%s" % text_string(self.laid.language),
            b"/Metadata %d 0 R" % metadata.write_xmp(file, info, self.laid.language, archive=archive),
        ]
        form = self.form.write()
        if form is not None:
            entries.append(b"/AcroForm %d 0 R" % form)
        outline = write_outline(file, self._headings(sheets))
        if outline is not None:
            entries.append(b"/Outlines %d 0 R" % outline)
        if archive:
            entries.append(b"/OutputIntents%s" % metadata.write_output_intent(file))
        file.Catalog.__class__ = _Catalog
        file.Pages.__class__ = _Pages
        file.Catalog.entries = b"".join(entries)
        file.info = metadata.InfoDictionary(info)
        named = (b"%s %d 0 R" % (name(key), at) for key, at in self.fonts.write(file).items())
        file.put(self.font_dictionary, b"<<%s>>" % b"".join(named))
        self._finish_pages(sheets)
        return file.write()

    def _headings(self, sheets: Sequence[_Sheet]) -> list[tuple[int, str, bytes]]:
        """Give the document's bookmarks: level, words, destination."""
        return [
            (instance.outline, instance.outline_text, self._destination(sheets, index))
            for index, instance in enumerate(self.laid.instances)
            if instance.outline and self.occurrences[index].place
        ]

    def _sheet(self, side: Sheet) -> _Sheet:
        own = _Page()
        self.file.addPage(own)
        return _Sheet(own, self.file.number_of(own), side.width, side.height, Painter(self.fonts))

    def _draw_sheets(self, sides: Sequence[Sheet], sheets: Sequence[_Sheet]) -> None:
        """Draw the pages in reading order, each on its sheet: the tree has their content in that order."""
        places = [(page, index, x, y) for index, side in enumerate(sides) for page, x, y in side.places]
        for page, index, x, y in sorted(places):
            self._draw_page(index, _moved(self.laid.pages[page], x, y), sheets[index])
        for side, sheet in zip(sides, sheets, strict=True):
            for mark in side.marks:
                self._draw_artifact(mark, sheet, "/Type/Page")
            self.fonts.use(sheet.painter.faces, ())

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
        ops = self._flattened(fragment.ops, always=True)
        sheet.painter.artifact(ops, fragment.x, sheet.height - fragment.y, properties)
        self._put_pictures(sheet.painter.images)

    def _draw_fragment(self, index: int, fragment: Fragment, sheet: _Sheet) -> None:
        """Draw a fragment of an instance, and give its marked contents and annotations to the instance."""
        occurrence, painter = self.occurrences[fragment.instance], sheet.painter
        left, top = fragment.x, sheet.height - fragment.y
        if occurrence.place is None:
            occurrence.place = (index, top)
        own = shifted(fragment.ops, fragment.offset)
        ops = self._flattened(own) if self.flat else own
        memory = occurrence.memory
        if memory.has_labels:
            occurrence.note_labels(ops)
        first = painter.marked
        template = self._template(ops, memory) if memory.lasting else None
        if template is None:
            owners = painter.fragment(ops, left, top, memory.roles)
        else:
            owners = painter.again(template, left, top)
        if owners:
            sheet.owners.append((occurrence, owners))
            occurrence.mark(index, first, owners)
        if painter.images or painter.links or painter.fields:
            self._put_pictures(painter.images)
            self._annotate(index, left, top, len(owners), occurrence, sheet)

    def _template(self, ops: Sequence[Op], memory: Memory[Template, Skeleton]) -> Template | None:
        """Give the template of a fragment that comes again."""
        template = memory.drawn(ops)
        if template is None and memory.met(ops):
            template = make_template(ops, memory.roles, self.fonts)
            if template is not None:
                memory.keep(ops, template)
        return template

    def _annotate(
        self, index: int, left: float, top: float, marked: int, occurrence: Occurrence, sheet: _Sheet
    ) -> None:
        """Add a fragment's links and fields, in reading order, and note where its pictures are."""
        painter = sheet.painter
        for image in painter.images:
            x, y = left + image.x, top - image.y
            occurrence.boxes.setdefault(image.element, (x, y - image.height, x + image.width, y))
        earlier = occurrence.marked - marked
        ops: list[tuple[int, FieldOp | LinkOp]] = [*painter.links, *painter.fields]
        for before, op in sorted(ops, key=itemgetter(0)):
            key = len(self.file.Pages.pages) + len(self.annotated)
            self.annotated.append((occurrence, op.element))
            if isinstance(op, FieldOp):
                at = self.form.add(op, left + op.x, top - op.y - op.height, sheet.number, key)
            else:
                words = occurrence.instance.elements[op.element].alternative or op.uri
                at = self._add_link(op, words, sheet, left + op.x, top - op.y - op.height, key)
            sheet.annotations.append(at)
            occurrence.annotations.append((op.element, Annotated(index, at), earlier + before))

    def _put_pictures(self, images: Iterable[ImageOp]) -> None:
        """Put pictures into the file, each once."""
        for image in images:
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

    def _add_link(self, link: LinkOp, words: str, sheet: _Sheet, left: float, bottom: float, key: int) -> int:
        """Add a link's annotation; where it leads is written when all places are known."""
        at = self.file.reserve()
        rect = " ".join(map(number, (left, bottom, left + link.width, bottom + link.height)))
        entries = b"/Type/Annot/Subtype/Link/F 4/Border[0 0 0]/Rect[%s]/P %d 0 R/StructParent %d/Contents%s" % (
            (rect.encode("ascii"), sheet.number, key, text_string(words))
        )
        self.links.append((at, entries, link.uri))
        return at

    def _put_links(self, sheets: Sequence[_Sheet]) -> None:
        """Write the link annotations; a link to a place that is not there leads nowhere but keeps its words."""
        for at, entries, uri in self.links:
            target = b""
            if uri.startswith("#"):
                instance = self.bookmarks.get(uri[1:], -1)
                if instance >= 0 and self.occurrences[instance].place:
                    target = b"/Dest" + self._destination(sheets, instance)
            else:
                target = b"/A<</S/URI/URI%s>>" % text_string(_ascii_uri(uri))
            self.file.put(at, b"<<%s%s>>" % (entries, target))

    def _destination(self, sheets: Sequence[_Sheet], instance: int) -> bytes:
        """Give the place where an instance begins (12.3.2.2)."""
        page, top = self.occurrences[instance].place or (0, 0.0)
        return b"[%d 0 R/XYZ 0 %s null]" % (sheets[page].number, number(top).encode("ascii"))

    def _finish_pages(self, sheets: Sequence[_Sheet]) -> None:
        """Set the pages' entries, now that everything has its number."""
        pictures = b"".join(b"%s %d 0 R" % (name(key), at) for key, at in self.pictures.items())
        shared = b"/Parent %d 0 R/Tabs/S/Resources<</Font %d 0 R%s>>" % (
            self.file.number_of(self.file.Pages),
            self.font_dictionary,
            b"/XObject<<%s>>" % pictures if pictures else b"",
        )
        for index, sheet in enumerate(sheets):
            content = self.file.add_stream(stream(b"", sheet.painter.content().encode("cp1252")))
            box = f"{number(sheet.width)} {number(sheet.height)}".encode("ascii")
            own = b"/MediaBox[0 0 %s]/Contents %d 0 R/StructParents %d" % (box, content, index)
            if sheet.annotations:
                own += b"/Annots[%s]" % _references(sheet.annotations)
            sheet.page.entries = shared + own


def _one_by_one(pages: Sequence[Page]) -> tuple[Sheet, ...]:
    """Give each page a sheet of its own."""
    return tuple(Sheet(page.width, page.height, ((index, 0.0, 0.0),)) for index, page in enumerate(pages))


def _moved(page: Page, x: float, y: float) -> Page:
    """Give a page whose content lies further right and down."""
    if x == y == 0.0:
        return page
    body, header, footer = (
        tuple(replace(fragment, x=fragment.x + x, y=fragment.y + y) for fragment in part)
        for part in (page.body, page.header, page.footer)
    )
    return replace(page, body=body, header=header, footer=footer)


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
