"""The PDF of a laid-out document: tagged and fillable, PDF/UA-1 (ISO 14289-1), on request PDF/A-2a too."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from operator import itemgetter

from msgspec import Struct

from forms.formats.pdf import fields, metadata
from forms.formats.pdf.display import (
    ARTIFACT,
    Element,
    FieldOp,
    Fragment,
    ImageOp,
    Instance,
    JoinedOps,
    LaidDocument,
    LinkOp,
    Op,
    Page,
    PdfInfo,
    Sheet,
    with_numbers,
)
from forms.formats.pdf.draw import image_name
from forms.formats.pdf.embedding import DocumentFonts
from forms.formats.pdf.fonts import FontBook
from forms.formats.pdf.fragments import PagePainter
from forms.formats.pdf.objects import PdfFile, name, number, stream, text_string
from forms.formats.pdf.outline import write_outline
from forms.formats.pdf.pictures import put_picture
from forms.formats.pdf.structure import Annotated, Occurrence, Run, StructureTree

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


class _Sheet(Struct):
    """A page being written: its number, its marked contents and its annotations."""

    number: int
    width: float
    height: float
    painter: PagePainter
    runs: list[tuple[Occurrence, Run]] = []
    run: Run | None = None
    annotations: list[int] = []


class _Writer:
    """Writes one document."""

    def __init__(
        self, laid: LaidDocument, book: FontBook, *, flat: bool, required: Collection[str] = ()
    ) -> None:
        self.laid = laid
        self.file = PdfFile()
        self.fonts = DocumentFonts(book)
        self.font_dictionary, self.page_tree = self.file.reserve(), self.file.reserve()
        self.form = fields.FormWriter(self.file, self.fonts, self.font_dictionary, required)
        self.occurrences = [Occurrence(instance) for instance in laid.instances]
        self.flat_fields: set[int] = set()
        if flat:
            for index, occurrence in enumerate(self.occurrences):
                if "Form" in occurrence.shape.roles:
                    self.occurrences[index] = Occurrence(_flat_instance(occurrence.instance))
                    self.flat_fields.add(index)
        self.bookmarks = {
            bookmark: index for index, instance in enumerate(laid.instances) for bookmark in instance.bookmarks
        }
        self.annotated: list[tuple[Occurrence, int]] = []
        self.pictures: dict[str, int] = {}
        self.links: list[tuple[int, bytes, str]] = []
        self.sheets = 0
        self.stories: dict[tuple[int, float], tuple[tuple[Fragment, ...], str]] = {}

    def write(self, info: PdfInfo, *, archive: bool) -> bytes:
        """Draw the pages, then write what they need."""
        file = self.file
        sides = self.laid.sheets or _one_by_one(self.laid.pages)
        sheets = [self._sheet(side) for side in sides]
        self.sheets = len(sheets)
        self._draw_sheets(sides, sheets)
        self._put_links(sheets)
        numbers = [sheet.number for sheet in sheets]
        marks = [sheet.runs for sheet in sheets]
        root = StructureTree(file, numbers).write(self.occurrences, marks, self.annotated)
        entries = [
            b"<</Type/Catalog/Pages %d 0 R" % self.page_tree,
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
        named = (b"%s %d 0 R" % (name(key), at) for key, at in self.fonts.write(file).items())
        file.put(self.font_dictionary, b"<<%s>>" % b"".join(named))
        self._finish_pages(sheets)
        return file.write(file.add(b"".join([*entries, b">>"])), metadata.write_info(file, info))

    def _headings(self, sheets: Sequence[_Sheet]) -> list[tuple[int, str, bytes]]:
        """Give the document's bookmarks: level, words, destination."""
        return [
            (instance.outline, instance.outline_text, self._destination(sheets, index))
            for index, instance in enumerate(self.laid.instances)
            if instance.outline and self.occurrences[index].place
        ]

    def _sheet(self, side: Sheet) -> _Sheet:
        return _Sheet(self.file.reserve(), side.width, side.height, PagePainter(self.fonts))

    def _draw_sheets(self, sides: Sequence[Sheet], sheets: Sequence[_Sheet]) -> None:
        """Draw the pages in reading order, each on its sheet: the tree has their content in that order."""
        places = [(page, index, x, y) for index, side in enumerate(sides) for page, x, y in side.places]
        for page, index, x, y in sorted(places):
            self._draw_page(index, _moved(self.laid.pages[page], x, y), sheets[index])
        for side, sheet in zip(sides, sheets, strict=True):
            for mark in side.marks:
                sheet.painter.add(self._artifact((mark,), sheet, "/Type/Page"))
            self.fonts.use(sheet.painter.faces, ())

    def _draw_page(self, index: int, page: Page, sheet: _Sheet) -> None:
        """Draw header, body in reading order, and footer."""
        if page.header:
            self._draw_story(page.header, page.numbers, sheet, _HEADER)
        for fragment in page.body:
            if fragment.instance == ARTIFACT:
                sheet.painter.add(self._artifact((fragment,), sheet, "/Type/Layout"))
            else:
                self._draw_fragment(index, fragment, sheet)
        if page.footer:
            self._draw_story(page.footer, page.numbers, sheet, _FOOTER)

    def _draw_story(
        self, fragments: tuple[Fragment, ...], numbers: tuple[str, str], sheet: _Sheet, properties: str
    ) -> None:
        """Draw a header or footer, which often is the same on all pages but for their numbers."""
        key = (id(fragments), sheet.height)
        known = self.stories.get(key)
        if known is None:
            known = self.stories[key] = (fragments, self._artifact(fragments, sheet, properties))
        sheet.painter.add(with_numbers(known[1], numbers))

    def _artifact(self, fragments: Sequence[Fragment], sheet: _Sheet, properties: str) -> str:
        """Give what draws what is not read aloud; links in it would have to be, so they are left out."""
        parts = [(self._flattened(one.ops), one.x, sheet.height - one.y) for one in fragments]
        operators = sheet.painter.artifact(parts, properties)
        if sheet.painter.images:
            self._put_pictures(sheet.painter.images)
        return operators

    def _draw_fragment(self, index: int, fragment: Fragment, sheet: _Sheet) -> None:
        """Draw a fragment of an instance, and give its marked contents and annotations to the instance."""
        occurrence, painter, ops = self.occurrences[fragment.instance], sheet.painter, fragment.ops
        shape, top, first = occurrence.shape, sheet.height - fragment.y, painter.marked
        if occurrence.place is None:
            occurrence.place = (index, top)
        if not ops:
            return
        if fragment.instance in self.flat_fields:
            ops = self._flattened(ops)
        if shape.has_labels:
            occurrence.note_labels(_fixed(ops), fragment.offset)
        owners = painter.fragment(ops, fragment.x, top, shape.roles, fragment.offset)
        if owners:
            run = occurrence.run
            if run is None or run is not sheet.run:
                run = sheet.run = occurrence.run = Run(index, first)
                occurrence.runs.append(run)
                sheet.runs.append((occurrence, run))
            run.owners += owners
        if painter.extras:
            self._put_pictures(painter.images)
            self._annotate(index, fragment, len(owners), occurrence, sheet)

    def _annotate(
        self, index: int, fragment: Fragment, marked: int, occurrence: Occurrence, sheet: _Sheet
    ) -> None:
        """Add a fragment's links and fields, in reading order, and note where its pictures are."""
        painter, left, top = sheet.painter, fragment.x, sheet.height - fragment.y
        for image in painter.images:
            x, y = left + image.x, top - image.y
            occurrence.boxes.setdefault(
                image.element + fragment.offset, (x, y - image.height, x + image.width, y)
            )
        earlier = occurrence.marked - marked
        ops: list[tuple[int, FieldOp | LinkOp]] = [*painter.links, *painter.fields]
        for before, op in sorted(ops, key=itemgetter(0)):
            element = op.element + fragment.offset
            key = self.sheets + len(self.annotated)
            self.annotated.append((occurrence, element))
            if isinstance(op, FieldOp):
                at = self.form.add(op, left + op.x, top - op.y - op.height, sheet.number, key)
            else:
                words = occurrence.instance.elements[element].alternative or op.uri
                at = self._add_link(op, words, sheet, left + op.x, top - op.y - op.height, key)
            sheet.annotations.append(at)
            occurrence.annotations.append(Annotated(element, index, at, earlier + before))

    def _put_pictures(self, images: Iterable[ImageOp]) -> None:
        """Put pictures into the file, each once."""
        for image in images:
            key = image_name(image.member)
            if key not in self.pictures:
                self.pictures[key] = put_picture(self.file, image.data)

    def _flattened(self, ops: Sequence[Op]) -> Sequence[Op]:
        """Replace fields by their text."""
        if FieldOp not in [op.__class__ for op in _fixed(ops)]:
            return ops
        flat: list[Op] = []
        for op in ops:
            if isinstance(op, FieldOp):
                flat += fields.text_ops(op, op.x, op.y, self.fonts.book)
            else:
                flat.append(op)
        return tuple(flat)

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
            self.page_tree,
            self.font_dictionary,
            b"/XObject<<%s>>" % pictures if pictures else b"",
        )
        for index, sheet in enumerate(sheets):
            content = self.file.add_stream(stream(b"", sheet.painter.content()))
            box = f"{number(sheet.width)} {number(sheet.height)}".encode("ascii")
            own = b"/MediaBox[0 0 %s]/Contents %d 0 R/StructParents %d" % (box, content, index)
            if sheet.annotations:
                own += b"/Annots[%s]" % _references(sheet.annotations)
            self.file.put(sheet.number, b"<</Type/Page%s%s>>" % (shared, own))
        kids = _references([sheet.number for sheet in sheets])
        self.file.put(self.page_tree, b"<</Type/Pages/Count %d/Kids[%s]>>" % (len(sheets), kids))


def _fixed(ops: Sequence[Op]) -> Iterable[Op]:
    """Give operations among which all fields and labels of lists are."""
    return ops.fixed if isinstance(ops, JoinedOps) else ops


def _one_by_one(pages: Sequence[Page]) -> tuple[Sheet, ...]:
    """Give each page a sheet of its own."""
    return tuple(Sheet(page.width, page.height, ((index, 0.0, 0.0),)) for index, page in enumerate(pages))


def _moved(page: Page, x: float, y: float) -> Page:
    """Give a page whose content lies further right and down."""
    if x == y == 0.0:
        return page
    body, header, footer = (
        tuple(
            Fragment(fragment.instance, fragment.x + x, fragment.y + y, fragment.ops, fragment.offset)
            for fragment in part
        )
        for part in (page.body, page.header, page.footer)
    )
    return Page(page.width, page.height, body, header, footer, page.numbers)


def _flat_instance(instance: Instance) -> Instance:
    """Give the instance with fields as spans: a `Form` element must hold a widget."""
    elements = (
        Element("Span", element.parent, element.language) if element.role == "Form" else element
        for element in instance.elements
    )
    return Instance(
        tuple(elements),
        instance.list_id,
        instance.list_level,
        instance.outline,
        instance.outline_text,
        instance.bookmarks,
    )


def _ascii_uri(uri: str) -> str:
    """Write an address in ASCII (RFC 3987, 3.1): other characters as percent-encoded UTF-8."""
    return "".join(
        char if char.isascii() and char.isprintable() else "".join(f"%{byte:02X}" for byte in char.encode())
        for char in uri
    )


def _references(numbers: Sequence[int]) -> bytes:
    return b"%d 0 R " * len(numbers) % tuple(numbers)
