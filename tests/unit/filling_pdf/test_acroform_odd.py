"""Forms as they are: loose structures, missing entries, turned boxes, several pages."""

from __future__ import annotations

import io
import re
from pathlib import Path

import pikepdf
import pytest
from acroform_kit import (
    COMBO,
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
from forms.formats.pdf.filling import prepare, read_back


def filled(made: Form | bytes, entries: dict[str, Entry]) -> bytes:
    data = made if isinstance(made, bytes) else made.data()
    result = prepare(data, "form.pdf").fill_checked(entries, book()).data
    assert read_back(result) | entries == read_back(result)
    return result


def test_names_over_several_levels_and_inherited_entries() -> None:
    made = Form()
    kid = made.widget(T=String("surname"))
    other = made.widget(T=String("lines"), height=40)
    family = made.pdf.make_indirect(Dictionary(T=String("family"), Kids=Array([kid, other])))
    kid.Parent = other.Parent = family
    top = made.parent("child", [family], FT=Name.Tx, Ff=MULTILINE, DA=String("/Helv 8 Tf 0 0 1 rg"), Q=2)
    family.Parent = top
    data = filled(made, {"child.family.surname": "Ó Briain", "child.family.lines": "one\ntwo"})
    look = looks_of(data)[0]
    assert b"0 0 1 rg" in look
    assert b" 8.00 Tf" in look


def test_one_name_at_two_fields_and_one_field_in_two_places() -> None:
    made = Form(pages=2)
    made.text("same", width=200)
    made.text("same", width=60, page=1)
    kids = [made.widget(page=page, width=100 + 60 * page) for page in (0, 1)]
    made.parent("twice", kids, FT=Name.Tx)
    data = filled(made, {"same": "A fairly long value", "twice": "Everywhere"})
    assert shown_text(data).count("A fairly long value") == 2
    assert shown_text(data).count("Everywhere") == 2
    sizes = {look.split(b" Tf")[0].split()[-1] for look in looks_of(data)}
    assert len(sizes) > 1
    with pikepdf.open(io.BytesIO(data)) as pdf:
        assert [str(field.V) for field in pdf.Root.AcroForm.Fields] == ["A fairly long value"] * 2 + [
            "Everywhere"
        ]


def test_widgets_that_only_their_page_knows_join_the_form() -> None:
    made = Form()
    made.text("listed")
    made.widget(FT=Name.Tx, T=String("stray"))
    kid = made.widget()
    kid.Parent = made.pdf.make_indirect(Dictionary(FT=Name.Tx, T=String("parent"), Kids=Array([kid])))
    data = filled(made, {"listed": "a", "stray": "b", "parent": "c"})
    assert pikepdf_values(data) == {"listed": "a", "stray": "b", "parent": "c"}


def test_a_field_that_lists_none_of_its_widgets() -> None:
    made = Form()
    field = made.add(made.pdf.make_indirect(Dictionary(FT=Name.Btn, T=String("pick"), Ff=1 << 15)))
    for state in ("a", "b"):
        made.widget(width=14, height=14, AP=made.looks(state), AS=Name.Off, Parent=field)
    data = filled(made, {"pick": ("b",)})
    assert states(data) == ["Off", "b"]
    assert pikepdf_values(data) == {"pick": "b"}


def test_no_form_dictionary_at_all() -> None:
    made = Form()
    made.widget(FT=Name.Tx, T=String("stray"))
    del made.pdf.Root.AcroForm
    assert pikepdf_values(filled(made, {"stray": "b"})) == {"stray": "b"}


def test_a_form_inside_the_catalog() -> None:
    made = Form()
    made.text("name")
    made.pdf.Root.AcroForm = Dictionary(Fields=made.form.Fields, NeedAppearances=True)
    data = filled(made, {"name": "x"})
    with pikepdf.open(io.BytesIO(data)) as pdf:
        assert "/NeedAppearances" not in pdf.Root.AcroForm


def test_fields_without_numbers_of_their_own() -> None:
    made = Form()
    made.text("first")
    direct = Dictionary(
        FT=Name.Tx, T=String("direct"), Type=Name.Annot, Subtype=Name.Widget, Rect=Array([50, 50, 150, 70])
    )
    made.form.Fields.append(direct)
    made.pdf.pages[0].obj.Annots.append(direct)
    data = filled(made, {"first": "a", "direct": "b"})
    assert "b" in shown_text(data)


def test_a_field_without_a_name_is_named_by_its_place() -> None:
    made = Form()
    made.add(made.widget(FT=Name.Tx))
    (place,) = prepare(made.data(), "form.pdf").survey.places
    assert place.name == "page 1, field without a name 1"
    filled(made, {place.name: "x"})


def test_entries_that_are_missing() -> None:
    made = Form(DA=None, DR=None)
    made.add(made.widget(FT=Name.Tx, T=String("bare"), F=None, Type=None))
    made.add(made.widget(FT=Name.Btn, T=String("box"), width=12, height=12))
    made.add(made.widget(FT=Name.Ch, T=String("choice"), Ff=COMBO, Opt=Array([String("a")])))
    data = filled(made, {"bare": "Text", "box": True, "choice": ("a",)})
    assert "Text" in shown_text(data)


@pytest.mark.parametrize(
    "rect",
    [[250, 780, 50, 760], [50, 760, 250, 780], [50.5, 760.25, 250, 780], [50, 780, 250, 760]],
)
def test_corners_in_any_order(rect: list[float]) -> None:
    made = Form()
    made.text("name", Rect=Array(rect))
    data = filled(made, {"name": "MMMMMMMM"})
    assert ink(data, 0, (50, 760, 250, 780)) > 100


@pytest.mark.parametrize("rect", [[50, 50, 50, 50], [0, 0, 0, 0], [1, 2, 3]])
def test_fields_that_nobody_sees(rect: list[float]) -> None:
    made = Form()
    made.text("hidden", Rect=Array(rect))
    filled(made, {"hidden": "x" * 500})


@pytest.mark.parametrize("angle", [0, 90])
def test_boxes_too_low_for_any_text_are_made_higher(angle: int) -> None:
    made = Form()
    size = {"width": 100, "height": 4} if not angle else {"width": 4, "height": 100}
    made.text("low", MK=Dictionary(R=angle), **size)
    data = filled(made, {"low": "Legible"})
    with pikepdf.open(io.BytesIO(data)) as pdf:
        field = pdf.Root.AcroForm.Fields[0]
        left, bottom, right, top = (float(item) for item in field.Rect)
        assert sorted((round(right - left, 1), round(top - bottom, 1))) == [8.4, 100]
        assert (left + right, bottom + top) == pytest.approx(
            (200, 1596) if not angle else (104, 1500), abs=0.01
        )
    assert b"/ArimoRegular 7" in looks_of(data)[0]


@pytest.mark.parametrize("angle", [0, 90, 180, 270, 360, 450])
@pytest.mark.parametrize("page_angle", [0, 90])
def test_turned_boxes(angle: int, page_angle: int) -> None:
    made = Form()
    upright = angle % 180 == 0
    width, height = (120, 20) if upright else (20, 120)
    made.text("name", width=width, height=height, MK=Dictionary(R=angle))
    if page_angle:
        made.pdf.pages[0].obj.Rotate = page_angle
    data = filled(made, {"name": "Turned round"})
    with pikepdf.open(io.BytesIO(data)) as pdf:
        look = pdf.Root.AcroForm.Fields[0].AP.N
        assert [float(item) for item in look.BBox] == [0, 0, 120, 20]
        assert ("/Matrix" in look) == (angle % 360 != 0)
    if not page_angle:
        assert ink(data, 0, (50, 800 - height, 50 + width, 800)) > 100


def test_several_pages_each_with_its_own() -> None:
    made = Form(pages=3)
    for page in range(3):
        made.text(f"field{page}", page=page)
    data = filled(made, {f"field{page}": f"On page {page + 1}" for page in range(3)})
    assert [f"On page {page + 1}" in shown_text(data) for page in range(3)] == [True] * 3


def test_a_box_whose_state_has_an_accent() -> None:
    made = Form()
    made.box("consentement", "Accordé")
    data = filled(made, {"consentement": True})
    assert states(data) == ["Accordé"]


def broken(data: bytes, how: str) -> bytes:
    if how == "offsets":
        return data.replace(b"%PDF-1.3\n", b"%PDF-1.3\n%moved\n", 1).replace(
            b"%PDF-1.7\n", b"%PDF-1.7\n%moved\n", 1
        )
    if how == "startxref":
        head, _, tail = data.rpartition(b"startxref\n")
        return head + b"startxref\n7\n" + tail.partition(b"\n")[2]
    if how == "earlier section":
        once = prepare(data, "form.pdf").fill({"date": "01/01/2026"}, book()).data
        return re.sub(rb"/Prev \d+", b"/Prev 99999999", once)  # behind the end of the file
    if how == "junk before":
        return b"junk from a mail program\r\n" + data
    if how == "junk after":
        return data + b"\r\n\x00\x00<html></html>"
    return data.replace(b"\nxref\n", b"\nyref\n")


@pytest.mark.programs
@pytest.mark.parametrize(
    "how", ["offsets", "startxref", "junk before", "junk after", "no table", "earlier section"]
)
def test_broken_cross_references_are_written_anew(how: str, tmp_path: Path) -> None:
    modes = pikepdf.ObjectStreamMode
    data = broken(
        every_kind(object_stream_mode=modes.generate if how == "earlier section" else modes.disable), how
    )
    result = filled(data, {"text": "x", "box": True, "radio": ("two",)})
    assert qpdf_complaints(result, tmp_path) == ""
    assert "x" in shown_text(result)


def test_old_generations_keep_their_number() -> None:
    made = Form()
    made.text("name")
    data = made.data(object_stream_mode=pikepdf.ObjectStreamMode.disable)
    with pikepdf.open(io.BytesIO(data)) as pdf:
        number = pdf.Root.AcroForm.Fields[0].objgen[0]
    old = data.replace(b"\n%d 0 obj" % number, b"\n%d 3 obj" % number).replace(
        b"%d 0 R" % number, b"%d 3 R" % number
    )
    head, _, table = old.rpartition(b"xref\n0 ")
    rows = table.split(b"\n")
    rows[1 + number] = rows[1 + number].replace(b" 00000 n", b" 00003 n")
    old = head + b"xref\n0 " + b"\n".join(rows)
    assert pikepdf_values(filled(old, {"name": "x"})) == {"name": "x"}


def test_a_script_tells_a_date() -> None:
    made = Form()
    script = Dictionary(S=Name.JavaScript, JS=pikepdf.Stream(made.pdf, b'AFDate_KeystrokeEx("dd.mm.yyyy");'))
    made.text("born", AA=Dictionary(K=script))
    made.text("sum", AA=Dictionary(F=Dictionary(S=Name.JavaScript, JS=String("AFNumber_Format(2, 0);"))))
    timed = Dictionary(S=Name.JavaScript, JS=String('AFDate_FormatEx("d/m/yy HH:MM");'))
    made.text("met", AA=Dictionary(F=timed))
    found = {
        place.name: (place.kind, place.pattern) for place in prepare(made.data(), "form.pdf").survey.places
    }
    assert found == {"born": ("date", "dd.mm.yyyy"), "sum": ("text", ""), "met": ("date", "")}
