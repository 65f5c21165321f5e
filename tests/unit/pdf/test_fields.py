import io
import unicodedata

import pikepdf
import pypdfium2
import pytest
from laying import FORM, INFO, FieldSpec, Stack, book, field_paragraph, form

from forms.formats.pdf.display import FieldOp
from forms.formats.pdf.fields import shown_text, text_ops
from forms.formats.pdf.writer import write
from forms.foundation.errors import ArtefactError
from pdf_checks import structure_problems
from pdf_text import read_content

REQUIRED, MULTILINE, COMBO, EDIT = 2, 1 << 12, 1 << 17, 1 << 18


def made(stack: Stack) -> bytes:
    return write(stack.laid(), INFO, book())


@pytest.fixture(scope="module")
def fields():
    with pikepdf.open(io.BytesIO(made(form()))) as pdf:
        yield {str(entry.T): entry for entry in pdf.Root.AcroForm.Fields}


def test_each_control_is_a_field_of_its_name(fields):
    assert list(fields) == [spec.name for _, spec, _ in FORM]
    assert [str(entry.TU) for entry in fields.values()] == [spec.title for _, spec, _ in FORM]


@pytest.mark.parametrize(
    ("name", "kind", "value", "flags"),
    [
        ("children/0/name", "/Tx", "Łukasz (Kowalski)", REQUIRED),
        ("details", "/Tx", "A text too long for one line of its box.\nفاطمة", MULTILINE),
        ("born", "/Tx", "21 November 2026", 0),
        ("outcome", "/Ch", "a", COMBO),
        ("language", "/Ch", "Bengali", COMBO | EDIT),
        ("agreed", "/Btn", "/Yes", 0),
        ("told", "/Btn", "/Off", 0),
        ("empty", "/Tx", "", 0),
    ],
)
def test_kinds_values_and_flags(fields, name, kind, value, flags):
    entry = fields[name]
    assert (str(entry.FT), str(entry.V), int(entry.get("/Ff", 0))) == (kind, value, flags)


def test_options_and_limits(fields):
    assert int(fields["children/0/name"].MaxLen) == 80
    assert [[str(part) for part in option] for option in fields["outcome"].Opt] == [
        ["a", "Accepted"],
        ["b", "Refused"],
    ]
    assert [str(option) for option in fields["language"].Opt] == ["Bengali", "Urdu"]


def test_boxes_have_both_looks(fields):
    assert sorted(fields["agreed"].AP.N.keys()) == ["/Off", "/Yes"]
    assert (str(fields["agreed"].AS), str(fields["told"].AS)) == ("/Yes", "/Off")


def test_appearances_show_the_value(fields):
    looks = {name: read_look(entry) for name, entry in fields.items() if entry.FT != "/Btn"}
    assert looks["children/0/name"] == "Łukasz (Kowalski)"
    assert looks["details"] == "A text too long for one line of its box. فاطمة"
    assert looks["outcome"] == "Accepted"
    assert looks["empty"] == ""


def read_look(entry: pikepdf.Dictionary) -> str:
    """The text of a field's appearance, in the order it is drawn."""
    pdf = pikepdf.new()
    page = pdf.add_blank_page()
    look = pdf.copy_foreign(entry.AP.N)
    page.obj.Resources = look.Resources
    page.obj.Contents = pdf.make_stream(
        b"/P<</MCID 0>>BDC " + look.read_bytes().replace(b"/Tx BMC", b"").replace(b"EMC", b"") + b" EMC"
    )
    return " ".join(read_content(page).texts[0].split())


def test_the_same_control_twice_is_one_field_with_two_boxes():
    spec = FieldSpec("name", "text", "Name", "Ann")
    pdf = made(Stack().add(field_paragraph("One", spec)).add(field_paragraph("Two", spec)))
    assert structure_problems(pdf) == []
    with pikepdf.open(io.BytesIO(pdf)) as file:
        (only,) = file.Root.AcroForm.Fields
        assert (str(only.T), str(only.V), len(only.Kids)) == ("name", "Ann", 2)


@pytest.mark.parametrize("name", ["", "a.b"])
def test_a_name_that_no_field_can_have_is_refused(name):
    with pytest.raises(ArtefactError) as caught:
        made(Stack().add(field_paragraph("x", FieldSpec(name, "text", "X"))))
    assert caught.value.problems[0].code == "field-name"


def lines(text: str, width: float = 100, height: float = 200, kind: str = "multiline") -> list[str]:
    op = FieldOp(0, 0, width, height, FieldSpec("f", kind, "F", text), 11, 0)
    found: dict[float, str] = {}
    for piece in text_ops(op, 0, 0, book()):
        found[piece.y] = found.get(piece.y, "") + piece.run.text
        assert piece.x >= 0
        assert piece.x + piece.run.width * 11 <= width
    return list(found.values())


def test_long_text_is_wrapped_in_its_box():
    assert lines("one two three four five six") == ["one two three four", "five six"]
    assert lines("x" * 40)[0] == "x" * 17  # a word too long for a line is broken
    assert lines("a\n\nb") == ["a", "b"]
    assert lines("one two three four five six", kind="multiline", height=14) == ["one two three four"]


def test_right_to_left_text_stands_at_the_right():
    op = FieldOp(0, 0, 200, 18, FieldSpec("f", "text", "F", "علي (45)"), 11, 0)
    ops = text_ops(op, 0, 0, book())
    assert max(piece.x + piece.run.width * 11 for piece in ops) == pytest.approx(198)
    assert ops[0].run.text == "علي"
    assert ops[0].x > ops[-1].x


def test_shown_text():
    assert [shown_text(spec) for _, spec, _ in FORM][3:7] == ["Accepted", "Bengali", "☒", "☐"]


def test_another_program_fills_it_in_and_saves():
    with pikepdf.open(io.BytesIO(made(form()))) as file:
        for entry in file.Root.AcroForm.Fields:
            if entry.FT == "/Tx":
                entry.V = pikepdf.String("Filled ż")
        out = io.BytesIO()
        file.save(out)
    with pikepdf.open(out) as again:
        values = [str(entry.V) for entry in again.Root.AcroForm.Fields if entry.FT == "/Tx"]
        assert values == ["Filled ż"] * 4


def test_fields_are_seen_by_a_viewer():
    document = pypdfium2.PdfDocument(made(form()))
    document.init_forms()
    image = document[0].render(scale=1, may_draw_forms=True).to_pil().convert("L")
    box = image.crop((206, 110, 400, 145))
    assert min(box.getdata() if not hasattr(box, "get_flattened_data") else box.get_flattened_data()) < 100


def test_names_in_every_script_show_in_a_field():
    for text in ("فاطمة", "রাহেলা", "ਗੁਰਪ੍ਰੀਤ"):
        pdf = made(Stack().add(field_paragraph("x", FieldSpec("f", "text", "F", text))))
        with pikepdf.open(io.BytesIO(pdf)) as file:
            (entry,) = file.Root.AcroForm.Fields
            assert unicodedata.normalize("NFC", read_look(entry)) == unicodedata.normalize("NFC", text)
            assert str(entry.V) == text
