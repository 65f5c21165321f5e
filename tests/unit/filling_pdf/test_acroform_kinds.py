"""Every kind of field: what is written, what shows, and that the blank form's bytes stay."""

from __future__ import annotations

import io
from pathlib import Path

import pikepdf
import pytest
from acroform_kit import (
    COMBO,
    MULTI,
    MULTILINE,
    Form,
    book,
    every_kind,
    ink,
    looks_of,
    pikepdf_values,
    qpdf_complaints,
    shown_text,
    states,
)
from pikepdf import Array, Dictionary, Name, String

from forms.formats.filling import Entry
from forms.formats.pdf.filling import PdfForm, prepare, read_back

ENTRIES: dict[str, Entry] = {
    "text": "Zoë O’Brien-Łuczak",
    "limited": "twelve chars",
    "lines": "First line, “quoted” — with more words than one line of this box can hold.\nSecond line",
    "comb": "AB12 34é",
    "date": "03/04/2026",
    "box": True,
    "radio": ("two",),
    "choice": ("2",),
    "combo": "purple",
    "list": ("row 7",),
    "several": ("a", "c"),
}


@pytest.fixture(scope="module")
def form() -> PdfForm:
    return prepare(every_kind(), "form.pdf")


def test_every_kind_reads_back(form: PdfForm) -> None:
    filled = form.fill_checked(ENTRIES, book())
    assert filled.continued == ()
    assert read_back(filled.data) == ENTRIES


def test_another_hand_reads_the_same(form: PdfForm) -> None:
    values = pikepdf_values(form.fill(ENTRIES, book()).data)
    expected = dict(ENTRIES) | {"box": "Ja", "radio": "two", "choice": "2", "list": "row 7"}
    assert values == expected | {"several": ["a", "c"]}


def test_a_person_sees_words_not_codes(form: PdfForm) -> None:
    text = " ".join(shown_text(form.fill(ENTRIES, book()).data).split())
    for words in ("Zoë O’Brien-Łuczak", "Second line", "03/04/2026", "Zweite Wahl", "purple", "row 7", "Gamma"):
        assert words in text
    assert "“quoted” — with more words" in text


def test_the_blank_form_stays_as_it_is(form: PdfForm) -> None:
    blank = every_kind()
    filled = form.fill(ENTRIES, book()).data
    assert filled.startswith(blank)
    assert form.fill(ENTRIES, book()).data == filled


def test_nothing_of_one_fill_is_in_the_next(form: PdfForm) -> None:
    form.fill({"text": "Ambrose Featherstonehaugh", "lines": "Secretive\nmatters"}, book())
    later = form.fill({"box": True}, book()).data
    assert b"Featherstonehaugh" not in later
    assert "text" not in {name for name, value in read_back(later).items() if value}


@pytest.mark.parametrize("mode", ["disable", "preserve", "generate"])
@pytest.mark.programs
def test_both_kinds_of_cross_reference(mode: str, tmp_path: Path) -> None:
    blank = every_kind(object_stream_mode=getattr(pikepdf.ObjectStreamMode, mode))
    filled = prepare(blank, "form.pdf").fill_checked(ENTRIES, book()).data
    assert filled.startswith(blank)
    assert read_back(filled) == ENTRIES
    assert qpdf_complaints(filled, tmp_path) == ""
    assert (b"\nxref\n" in filled) == (mode != "generate")


@pytest.mark.programs
def test_a_linearised_form(tmp_path: Path) -> None:
    blank = every_kind(linearize=True)
    filled = prepare(blank, "form.pdf").fill_checked(ENTRIES, book()).data
    assert filled.startswith(blank)
    assert qpdf_complaints(filled, tmp_path) == ""


def test_a_filled_form_can_be_filled_again(form: PdfForm) -> None:
    once = form.fill(ENTRIES, book()).data
    twice = prepare(once, "form.pdf").fill_checked({"text": "Later", "box": False, "radio": ()}, book()).data
    assert read_back(twice) == ENTRIES | {"text": "Later", "box": False, "radio": ()}


def test_readers_are_not_asked_to_draw_and_fonts_are_there() -> None:
    made = Form(NeedAppearances=True)
    made.text("name")
    made.text("kept", V=String("was here"))
    filled = prepare(made.data(), "form.pdf").fill({"name": "Świętosława"}, book()).data
    with pikepdf.open(io.BytesIO(filled)) as pdf:
        assert "/NeedAppearances" not in pdf.Root.AcroForm
        first, second = pdf.Root.AcroForm.Fields
        for field in (first, second):
            fonts = field.AP.N.Resources.Font
            for font in fonts.values():
                holder = font if "/FontDescriptor" in font else font.DescendantFonts[0]
                assert "/FontFile2" in holder.FontDescriptor
        assert str(second.V) == "was here"
    assert "was here" in shown_text(filled)


def test_defaults_stay(form: PdfForm) -> None:
    made = Form()
    made.text("name", DV=String("default"), V=String("default"))
    filled = prepare(made.data(), "form.pdf").fill({"name": "other"}, book()).data
    with pikepdf.open(io.BytesIO(filled)) as pdf:
        assert (str(pdf.Root.AcroForm.Fields[0].DV), str(pdf.Root.AcroForm.Fields[0].V)) == ("default", "other")


# ── Buttons ─────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("state", ["Yes", "On", "1", "Wahr falsch", "Ja#1"])
def test_a_box_has_its_own_state(state: str) -> None:
    made = Form()
    made.box("box", state)
    form = prepare(made.data(), "form.pdf")
    for ticked in (True, False):
        filled = form.fill_checked({"box": ticked}, book()).data
        assert pikepdf_values(filled)["box"] == (state if ticked else "Off")
        assert states(filled) == [state if ticked else "Off"]
        assert read_back(filled) == {"box": ticked}


def test_boxes_without_looks_get_them() -> None:
    made = Form()
    for name in ("4", "8", "l", "u", "n", "H", ""):
        looks = Dictionary(BC=Array([0, 0, 0]), CA=String(name)) if name else None
        made.add(made.widget(FT=Name.Btn, T=String(f"box{name}"), width=20, height=20, MK=looks))
    form = prepare(made.data(), "form.pdf")
    names = [place.name for place in form.survey.places]
    ticked = form.fill_checked(dict.fromkeys(names, True), book()).data
    empty = form.fill_checked(dict.fromkeys(names, False), book()).data
    for index in range(len(names)):
        box = (50, 780 - 30 * index, 70, 800 - 30 * index)
        assert ink(ticked, 0, box) > ink(empty, 0, box) + 20, names[index]


def test_a_look_that_no_reader_draws_is_replaced() -> None:
    made = Form()
    field = made.box("box")
    field.AP.N.Yes = pikepdf.Stream(made.pdf, b"BT / 12 Tf (4) Tj ET")
    field.AP.N.Yes.BBox = Array([0, 0, 14, 14])
    form = prepare(made.data(), "form.pdf")
    box = (50, 786, 64, 800)
    assert ink(form.fill({"box": True}, book()).data, 0, box) > ink(
        form.fill({"box": False}, book()).data, 0, box
    )


def test_radio_buttons_that_share_a_state_go_together() -> None:
    made = Form()
    made.radio("pair", ("a", "b", "a"))
    form = prepare(made.data(), "form.pdf")
    assert [code for code, _ in form.survey.places[0].options] == ["a", "b"]
    filled = form.fill_checked({"pair": ("a",)}, book()).data
    assert states(filled) == ["a", "Off", "a"]
    assert pikepdf_values(filled) == {"pair": "a"}


def test_options_give_buttons_their_words() -> None:
    made = Form()
    made.radio("colour", ("0", "1"), Opt=Array([String("Rot"), String("Grün")]))
    form = prepare(made.data(), "form.pdf")
    assert form.survey.places[0].options == (("0", "Rot"), ("1", "Grün"))
    assert states(form.fill_checked({"colour": ("1",)}, book()).data) == ["Off", "1"]


def test_two_boxes_of_one_name_and_two_states_want_a_choice() -> None:
    made = Form()
    kids = [made.widget(width=14, height=14, AP=made.looks(state), AS=Name.Off) for state in ("Yes", "No")]
    made.parent("consent", kids, FT=Name.Btn)
    form = prepare(made.data(), "form.pdf")
    assert states(form.fill_checked({"consent": ("No",)}, book()).data) == ["Off", "No"]
    assert read_back(form.fill({"consent": ("No",)}, book()).data) == {"consent": ("No",)}


# ── Choices ─────────────────────────────────────────────────────────────────────────────────────────────────


def test_choices_say_which_by_number_too() -> None:
    form = prepare(every_kind(), "form.pdf")
    with pikepdf.open(io.BytesIO(form.fill(ENTRIES, book()).data)) as pdf:
        fields = {str(field.T): field for field in pdf.Root.AcroForm.Fields}
        assert [int(item) for item in fields["choice"].I] == [1]
        assert [int(item) for item in fields["several"].I] == [0, 2]
        assert int(fields["list"].TI) > 0
        assert "/I" not in fields["combo"]


def test_a_long_list_shows_what_is_chosen() -> None:
    made = Form()
    made.choice("rows", [f"row {n}" for n in range(40)], flags=MULTI, height=50)
    form = prepare(made.data(), "form.pdf")
    seen = shown_text(form.fill_checked({"rows": ("row 2", "row 37")}, book()).data)
    assert "row 2" in seen
    assert "row 37" in seen


def test_more_rows_than_a_list_can_show_go_on_elsewhere() -> None:
    made = Form()
    codes = tuple(f"row {n}" for n in range(40))
    made.choice("rows", list(codes), flags=MULTI, height=50)
    filled = prepare(made.data(), "form.pdf").fill_checked({"rows": codes}, book())
    assert [item.text.split("\n") for item in filled.continued] == [list(codes)]
    assert read_back(filled.data) == {"rows": codes}
    assert "See continuation sheet, 1" in shown_text(filled.data)


def test_an_empty_choice_and_an_empty_code() -> None:
    made = Form()
    made.choice("with", ["", "a"], flags=COMBO, V=String("a"))
    made.choice("without", ["a"], flags=COMBO, V=String("a"))
    form = prepare(made.data(), "form.pdf")
    assert read_back(form.fill_checked({"with": ("",), "without": ()}, book()).data) == {
        "with": ("",),
        "without": (),
    }


def test_rich_text_gives_way_to_plain() -> None:
    made = Form()
    made.text("story", Ff=MULTILINE | 1 << 25, RV=String("<p>old</p>"), V=String("old"), height=60)
    filled = prepare(made.data(), "form.pdf").fill_checked({"story": "new"}, book()).data
    with pikepdf.open(io.BytesIO(filled)) as pdf:
        assert "/RV" not in pdf.Root.AcroForm.Fields[0]


def test_looks_are_in_the_fields_colour_and_place() -> None:
    made = Form()
    made.text("right", Q=2, DA=String("/Helv 10 Tf 1 0 0 rg"))
    made.text("left", DA=String("/HeBo 10 Tf 0 0 0 1 k"))
    right, left = looks_of(prepare(made.data(), "f").fill({"right": "End", "left": "Start"}, book()).data)
    assert b"1 0 0 rg" in right
    assert b"ArimoBold" in left
    assert float(right.split(b" Td")[0].split()[-2]) > 150 > float(left.split(b" Td")[0].split()[-2])
