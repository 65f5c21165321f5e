import gc
import hashlib
import io
import subprocess
import sys
import weakref
import zlib
from itertools import pairwise
from pathlib import Path

import page
import pikepdf
import pytest
from laying import (
    INFO,
    MARGIN,
    NAMES,
    FieldSpec,
    Instance,
    Stack,
    book,
    everything,
    field_paragraph,
    figure,
    form,
    heading,
    item,
    link_paragraph,
    paragraph,
    red_square,
    table,
)
from msgspec.structs import replace

from forms.formats.pdf.display import (
    ARTIFACT,
    Chunk,
    Element,
    FixedElements,
    FixedOps,
    Fragment,
    LaidDocument,
    Page,
    PageNumberOp,
    Tree,
)
from forms.formats.pdf.fonts import FontBook
from forms.formats.pdf.writer import write
from forms.foundation.errors import ArtefactError
from pdf_checks import structure_problems
from pdf_text import page_texts, tree_paragraphs, tree_text

WAYS = [{}, {"fillable": False}, {"archive": True}]


def made(stack: Stack, **options) -> bytes:
    return write(stack.laid(), INFO, book(), **options)


def opened(pdf: bytes) -> pikepdf.Pdf:
    return pikepdf.open(io.BytesIO(pdf))


def failures(pdf: bytes, profile: str, folder: Path) -> list[str]:
    file = folder / "made.pdf"
    file.write_bytes(pdf)
    return [failure.rule_id for failure in page.validate_pdf(str(file), profile=profile).failures]


@pytest.mark.parametrize("options", WAYS, ids=str)
def test_everything_is_accessible(options, tmp_path):
    pdf = made(everything(), **options)
    assert failures(pdf, "ua1", tmp_path) == []
    assert structure_problems(pdf) == []


def test_an_archive_file_is_pdf_a_too(tmp_path):
    assert failures(made(everything(), archive=True), "pdfa2a", tmp_path) == []


@pytest.mark.parametrize("count", range(1, 40, 3))
def test_stream_lengths_hold_whatever_byte_the_data_ends_with(count, tmp_path):
    pdf = made(Stack().add(paragraph("x" * count)), archive=True)
    assert failures(pdf, "pdfa2a", tmp_path) == []


def test_small_documents_are_accessible_too(tmp_path):
    for stack in (Stack(), Stack().add(paragraph("Only this")), form()):
        pdf = made(stack)
        assert failures(pdf, "ua1", tmp_path) == []
        assert structure_problems(pdf) == []


@pytest.mark.programs
def test_qpdf_finds_nothing(tmp_path):
    for number, options in enumerate(WAYS):
        file = tmp_path / f"{number}.pdf"
        file.write_bytes(made(everything(), **options))
        done = subprocess.run(["qpdf", "--check", str(file)], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr


def test_the_text_in_tree_order():
    texts = tree_paragraphs(made(everything()))
    assert texts[:2] == [
        "Conference report",
        "The quick (brown) fox: 100% of “naïve” café \\ words – and a second line.",
    ]
    assert texts[2:12] == list(NAMES)
    assert texts[12:16] == [
        "محمد (45) and ملف 12/3",
        "See the guidance for more.",
        "Go to the table below.",
        "1. First",
    ]
    assert texts.count("Born") == 1  # the heading row is drawn on each page of the table, and read once
    assert texts[-8:] == [
        "Name Łukasz (Kowalski)",
        "Details A text too long for one line of its box. فاطمة",
        "Born 21 November 2026",
        "Outcome Accepted",
        "Language Bengali",
        "Agreed ☒",
        "Told ☐",
        "Empty",
    ]


@pytest.mark.parametrize("options", WAYS[1:], ids=str)
def test_a_flat_form_says_the_same(options):
    fillable, flat = made(form()), made(form(), **options)
    assert tree_text(flat) == tree_text(fillable)
    with opened(flat) as pdf:
        assert "/AcroForm" not in pdf.Root
        assert not any("/Annots" in sheet.obj for sheet in pdf.pages)


def test_headers_and_footers_are_not_read():
    pdf = made(everything())
    assert "OFFICIAL" not in tree_text(pdf)
    assert "Page 1 of" not in tree_text(pdf)
    assert not any("OFFICIAL" in text for text in page_texts(pdf))


def test_a_paragraph_over_a_page_break_is_one_element():
    stack = Stack().add(paragraph("before the break"))
    _, ops, height = paragraph("after the break")
    stack.new_page().place(0, ops, height)
    pdf = made(stack)
    assert tree_paragraphs(pdf) == ["before the break after the break"]
    assert structure_problems(pdf) == []
    with opened(pdf) as file:
        (only,) = file.Root.StructTreeRoot.K[0].K
        assert int(only.K[0]) == 0
        assert only.K[1].Pg.objgen == file.pages[1].obj.objgen


def test_lists_nest_in_the_item_before_them():
    stack = Stack().add(item("1.", "One")).add(item("a)", "Under", level=1)).add(item("2.", "Two"))
    stack.add(item("•", "Other", "2")).add(paragraph("between")).add(item("•", "Again", "2"))
    pdf = made(stack)
    assert structure_problems(pdf) == []
    with opened(pdf) as file:
        top = list(file.Root.StructTreeRoot.K[0].K)
        assert [str(node.S) for node in top] == ["/L", "/L", "/P", "/L"]
        first, second = top[0].K
        assert [str(node.get("/S", "")) for node in first.K] == ["/Lbl", "/LBody"]
        assert str(first.K[1].K[-1].S) == "/L"
        assert str(second.K[1].S) == "/LBody"
        numberings = [str(node.A.ListNumbering) for node in (top[0], first.K[1].K[-1], top[1])]
        assert numberings == ["/Decimal", "/LowerAlpha", "/Disc"]


def test_a_list_may_begin_deep():
    pdf = made(Stack().add(item("a)", "Deep", level=2)).add(item("1.", "Top")))
    assert structure_problems(pdf) == []
    assert tree_paragraphs(pdf) == ["a) Deep", "1. Top"]


def test_empty_elements_are_left_out_but_cells_are_kept():
    stack = Stack().add((Instance((Element("P"),)), (), 10.0))
    stack.add_table(table([["A", "B"], ["", "x"], ["", ""]], [100, 100]))
    pdf = made(stack)
    assert structure_problems(pdf) == []
    with opened(pdf) as file:
        (only,) = file.Root.StructTreeRoot.K[0].K
        assert [[str(cell.S) for cell in row.K] for row in only.K] == [["/TH"] * 2, ["/TD"] * 2, ["/TD"] * 2]
        assert "/K" not in only.K[1].K[0]


def test_languages_and_attributes():
    elements = (Element("P", language="ur"), Element("Span", 0, language="ar"))
    _, ops, height = paragraph("text")
    spanned = replace(table([["A", "B"], ["c", "d"]], [100, 100])[0])
    cells = tuple(
        replace(e, attributes=(("RowSpan", 2), ("ColSpan", 3))) if e.role == "TD" else e
        for e in spanned.elements
    )
    stack = Stack().add((Instance(elements), (*ops, *(replace(op, element=1) for op in ops)), height))
    stack.add_table((Instance(cells), table([["A", "B"], ["c", "d"]], [100, 100])[1]))
    with opened(made(stack)) as file:
        words, grid = file.Root.StructTreeRoot.K[0].K
        assert str(words.Lang) == "ur"
        assert str(words.K[1].Lang) == "ar"
        assert str(grid.K[0].K[0].A.Scope) == "/Column"
        assert (int(grid.K[1].K[0].A.RowSpan), int(grid.K[1].K[0].A.ColSpan)) == (2, 3)
        assert str(file.Root.Lang) == "en-GB"


def test_links():
    pdf = made(Stack().add(heading("Place")).add(link_paragraph("See", "it", "https://example.org/é (1)", ".")))
    with opened(pdf) as file:
        (link,) = file.pages[0].obj.Annots
        assert str(link.A.URI) == "https://example.org/%C3%A9 (1)"
        assert str(link.Contents) == "it"
    pdf = made(Stack().add(heading("Place")).add(link_paragraph("Go to", "it", "#Place", ".")))
    with opened(pdf) as file:
        (link,) = file.pages[0].obj.Annots
        assert link.Dest[0].objgen == file.pages[0].obj.objgen


def test_bookmarks_follow_the_headings():
    stack = Stack()
    for text, level in (("One", 1), ("Łódź (1.1)", 2), ("Skipped level", 4), ("Two", 1)):
        stack.add(heading(text, level))
    with opened(made(stack)) as file, file.open_outline() as outline:
        assert [(entry.title, [kid.title for kid in entry.children]) for entry in outline.root] == [
            ("One", ["Łódź (1.1)"]),
            ("Two", []),
        ]
        assert [kid.title for kid in outline.root[0].children[0].children] == ["Skipped level"]
        assert int(file.Root.Outlines.Count) == 4


def test_metadata():
    info = replace(INFO, title="Łódź <report> & (more)", created="2026-11-21T10:00:00+01:00")
    with opened(write(everything().laid(), info, book(), archive=True)) as file:
        assert str(file.docinfo["/Title"]) == "Łódź <report> & (more)"
        assert str(file.docinfo["/CreationDate"]) == "D:20261121100000+01'00'"
        assert str(file.docinfo["/Artefact"]) == "conference-report"
        with file.open_metadata() as xmp:
            assert xmp["dc:title"] == "Łódź <report> & (more)"
            assert xmp["xmp:CreateDate"] == "2026-11-21T10:00:00+01:00"
            assert xmp["pdfuaid:part"] == "1"
            assert (xmp["pdfaid:part"], xmp["pdfaid:conformance"]) == ("2", "A")
            assert xmp["pdfx:Digest"] == "0123abcd"


@pytest.mark.parametrize(
    ("mode", "kind"),
    [("RGBA", "PNG"), ("RGB", "PNG"), ("L", "PNG"), ("P", "PNG"), ("RGB", "JPEG"), ("CMYK", "JPEG")],
)
def test_pictures(mode, kind, tmp_path):
    picture = red_square(mode, kind)
    pdf = made(Stack().add(figure(picture, "Logo")).add(figure(picture, "Logo again")), archive=True)
    assert failures(pdf, "pdfa2a", tmp_path) == []
    assert structure_problems(pdf) == []
    with opened(pdf) as file:
        (image,) = file.pages[0].Resources.XObject.values()
        assert ("/SMask" in image) == (mode == "RGBA")
        assert image.ColorSpace == ("/DeviceGray" if mode == "L" else "/DeviceRGB")
        figures = [node.K for node in file.Root.StructTreeRoot.K[0].K]
        assert [str(node.Alt) for node in figures] == ["Logo", "Logo again"]


def test_what_is_no_picture_is_refused():
    with pytest.raises(ArtefactError):
        made(Stack().add(figure(b"GIF89a", "No")))


def test_no_font_but_ours_is_named():
    assert b"Helvetica" not in made(everything())


def test_a_page_number_that_was_not_replaced_is_a_fault():
    number = PageNumberOp(0, 0, "page", "Arimo-Regular", 9, ARTIFACT)
    laid = LaidDocument((Page(100, 100, (), (Fragment(ARTIFACT, 0, 0, (number,)),)),), ())
    with pytest.raises(TypeError):
        write(laid, INFO, book())


def test_a_three_page_document_is_small():
    assert len(made(everything())) < 87_000


class TestBytes:
    """Equal input gives equal bytes, whatever was made before."""

    def documents(self):
        texts = ["Łukasz", "Ťažký", "فاطمة", "রাহেলা", "plain", "Ελένη ☒", "n\u0303o"]
        return [
            Stack().add(paragraph(text)).add(field_paragraph("x", FieldSpec("f", "text", "F", text)))
            for text in texts
        ]

    def test_in_any_order(self):
        forwards = [made(stack) for stack in self.documents()]
        backwards = [made(stack) for stack in reversed(self.documents())]
        assert forwards == backwards[::-1]

    def test_when_blocks_come_again(self):
        """From the second document on they are drawn from what was kept."""
        stack, others = everything(), [Stack().add(paragraph(f"Other {number}")) for number in range(3)]
        first = made(stack)
        for other in others:
            other.instances[:0] = stack.instances[:4]
            other.pages[0][:0] = stack.pages[0][:4]
            other.pages[0][-1] = replace(other.pages[0][-1], instance=4)
            made(other)
        assert made(stack) == first
        assert made(stack) == first

    def test_with_fonts_loaded_anew(self):
        again = FontBook.load(Path(__file__).parents[3] / "fonts")
        laid = everything().laid()
        assert write(laid, INFO, again) == write(laid, INFO, book())

    def test_in_a_fresh_process(self):
        script = (
            "import hashlib, sys; sys.path[:0] = sys.argv[1:]\n"
            "from laying import INFO, book, everything\n"
            "from forms.formats.pdf.writer import write\n"
            "print(hashlib.sha256(write(everything().laid(), INFO, book())).hexdigest())"
        )
        here = Path(__file__).parent
        words = [sys.executable, "-c", script, str(here), str(here.parents[2] / "src")]
        done = subprocess.run(words, capture_output=True, text=True, check=True)
        assert done.stdout.strip() == hashlib.sha256(made(everything())).hexdigest()


def test_zlib_deflates_where_there_is_no_isal():
    script = (
        "import sys; sys.path[:0] = sys.argv[1:]; sys.modules['isal'] = sys.modules['isal.isal_zlib'] = None\n"
        "from forms.formats.pdf.objects import deflated\n"
        "sys.stdout.buffer.write(deflated(b'some bytes' * 9))"
    )
    words = [sys.executable, "-c", script, str(Path(__file__).parents[3] / "src")]
    done = subprocess.run(words, capture_output=True, check=True)
    assert zlib.decompress(done.stdout) == b"some bytes" * 9


def test_nothing_of_a_document_is_kept_when_it_is_gone():
    stack = everything()
    made(stack)
    gone = [weakref.ref(instance) for instance in stack.instances]
    del stack
    gc.collect()
    assert [reference() for reference in gone if reference()] == []


def fixed(stack: Stack) -> Stack:
    """The same blocks as ones that come again in other documents."""
    stack.instances = [
        replace(instance, elements=FixedElements(instance.elements)) for instance in stack.instances
    ]
    stack.pages = [[replace(part, ops=FixedOps(part.ops)) for part in page] for page in stack.pages]
    return stack


@pytest.mark.parametrize("options", WAYS, ids=str)
def test_what_comes_again_gives_the_same_bytes(options):
    """Layout may or may not know that something comes again; the file doesn't tell."""
    plain, kept = made(everything(), **options), fixed(everything())
    assert made(kept, **options) == plain
    assert made(kept, **options) == plain


def test_what_comes_again_may_stand_elsewhere():
    kept = fixed(Stack().add(heading("Before")).add(item("1.", "One")).add(paragraph("After (it)", "and more")))
    made(kept)
    moved = Stack()
    moved.add(paragraph("Something else"))
    for number, (instance, fragment) in enumerate(zip(kept.instances, kept.pages[0], strict=True), 1):
        moved.instances.append(instance)
        moved.pages[0].append(replace(fragment, instance=number, x=fragment.x + 7.3, y=fragment.y + 40))
    pdf = made(moved)
    assert structure_problems(pdf) == []
    assert tree_paragraphs(pdf) == ["Something else", "Before", "1. One", "After (it) and more"]


def test_elements_in_chunks_are_those_of_one_tree():
    """A tree of chunks is tagged as its flat elements are; fragments count from their chunk's first element."""
    whole = table([["A", "B"], ["c", "d"]], [100, 100])
    flat, rows = whole[0].elements, whole[1]
    starts = [0, *(index for index, one in enumerate(flat) if one.role == "TR"), len(flat)]
    chunks = []
    for start, stop in pairwise(starts):
        part = (
            replace(one, parent=one.parent - start if one.parent >= start else -1) for one in flat[start:stop]
        )
        chunks.append(Chunk(start, flat[start].parent, FixedElements(part)))
    stack = Stack().add_table(whole)
    joined = Stack()
    joined.instances.append(Instance(Tree(tuple(chunks))))
    for start, ops in zip(starts[1:], rows, strict=False):
        moved = [
            replace(op, element=op.element - start) if getattr(op, "element", ARTIFACT) >= 0 else op
            for op in ops
        ]
        joined.pages[-1].append(Fragment(0, MARGIN, joined.y, FixedOps(moved), start))
        joined.y += 18
    assert made(joined) == made(stack)


def damaged(pdf: bytes, change) -> bytes:
    """The file after `change` was applied to it."""
    with opened(pdf) as file:
        change(file)
        out = io.BytesIO()
        file.save(out)
        return out.getvalue()


def swap_parents(file):
    entries = file.Root.StructTreeRoot.ParentTree.Nums[1]
    entries[0], entries[1] = entries[1], entries[0]


def lose_a_field(file):
    fields = file.Root.AcroForm.Fields
    fields[0] = fields[1]


def lose_struct_parents(file):
    del file.pages[0].obj["/StructParents"]


def lose_an_element(file):
    document = file.Root.StructTreeRoot.K[0]
    del document.K[0]


def untag_text(file):
    content = file.pages[0].Contents.read_bytes()
    file.pages[0].Contents.write(content.replace(b"/H1<</MCID 0>>BDC", b"/H1 BMC", 1))


def move_an_annotation(file):
    annotations = file.pages[0].obj.Annots
    annotations[0], annotations[1] = annotations[1], annotations[0]


@pytest.mark.filterwarnings("ignore:This document has 1 form widget")
@pytest.mark.parametrize(
    "change",
    [swap_parents, lose_a_field, lose_struct_parents, lose_an_element, untag_text, move_an_annotation],
    ids=lambda change: change.__name__,
)
def test_our_checks_see_what_validators_do_not(change):
    assert structure_problems(damaged(made(form()), lambda file: None)) == []
    assert structure_problems(damaged(made(form()), change))
