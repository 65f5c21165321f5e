"""How text is set: it shrinks to the floor and no further, wraps, goes on elsewhere, and loses nothing."""

from __future__ import annotations

import re

import pytest
from acroform_kit import COMB, COMBO, EDIT, MULTILINE, Form, book, ink, looks_of, pikepdf_values, shown_text
from pikepdf import Array, Dictionary, String

from forms.formats.filling import Filled
from forms.formats.pdf.filling import FLOOR, prepare, read_back

LONG = "The children were seen at home with their mother’s consent. " * 30


def filled(text: str, **entries: object) -> Filled:
    made = Form()
    made.text("place", TU=String("Where they live"), **entries)
    return prepare(made.data(), "form.pdf").fill_checked({"place": text}, book())


def sizes(data: bytes) -> list[float]:
    return [float(size) for look in looks_of(data) for size in re.findall(rb"/\S+ ([\d.]+) Tf", look)]


def squeezed(text: str) -> str:
    return "".join(text.split())


def test_short_text_has_the_forms_size() -> None:
    assert sizes(filled("Short", DA=String("/Helv 10 Tf 0 g")).data) == [10]


def test_open_size_fits_the_box() -> None:
    assert sizes(filled("Short", height=20).data) == [12]
    (small,) = sizes(filled("Short", height=9).data)
    assert 6 < small < 9


def test_a_line_shrinks_as_far_as_it_must() -> None:
    (size,) = sizes(filled("x" * 45, DA=String("/Helv 10 Tf 0 g")).data)
    assert FLOOR <= size < 10
    assert squeezed(shown_text(filled("x" * 45, DA=String("/Helv 10 Tf 0 g")).data)) == "x" * 45


def test_a_line_too_long_goes_on_elsewhere() -> None:
    result = filled(LONG.strip())
    (item,) = result.continued
    assert (item.number, item.name, item.label, item.where) == (1, "place", "Where they live", "page 1")
    assert item.text == LONG.strip()
    assert read_back(result.data) == {"place": "See continuation sheet, 1"}
    assert "See continuation sheet, 1" in shown_text(result.data)


def test_the_floor_is_the_callers() -> None:
    made = Form()
    made.text("place")
    form = prepare(made.data(), "form.pdf")
    assert form.fill({"place": "x" * 60}, book(), floor=7).continued
    result = form.fill({"place": "x" * 60}, book(), floor=4)
    assert not result.continued
    assert all(4 <= size < 7 for size in sizes(result.data))


def test_a_form_that_is_smaller_than_the_floor_keeps_its_size() -> None:
    assert sizes(filled("Short", DA=String("/Helv 5 Tf 0 g")).data) == [5]


def test_references_are_numbered_in_the_forms_order() -> None:
    made = Form()
    for name in ("a", "b", "c"):
        made.text(name, width=120)
    entries = {"c": LONG, "a": LONG, "b": "short"}
    result = prepare(made.data(), "form.pdf").fill_checked(entries, book())
    assert [(item.number, item.name) for item in result.continued] == [(1, "a"), (2, "c")]


@pytest.mark.parametrize(
    ("width", "reference"),
    [(150, "See continuation sheet, 1"), (60, "See sheet 1"), (35, "Sheet 1"), (16, "(1)")],
)
def test_a_reference_is_as_short_as_its_box(width: float, reference: str) -> None:
    assert read_back(filled(LONG, width=width).data) == {"place": reference}


def test_a_reference_obeys_the_limit_too() -> None:
    assert pikepdf_values(filled("M" * 15, width=60, MaxLen=15).data) == {"place": "See sheet 1"}


def test_a_text_as_short_as_a_reference_is_made_smaller_instead() -> None:
    result = filled("MMM", width=8)
    assert result.continued == ()
    assert read_back(result.data) == {"place": "MMM"}
    assert max(sizes(result.data)) < FLOOR


def test_several_lines_wrap_and_shrink() -> None:
    text = "Wörter und noch mehr Wörter; “quoted” words. " * 9
    result = filled(text.strip(), Ff=MULTILINE, height=70, DA=String("/Helv 12 Tf 0 g"))
    assert result.continued == ()
    assert all(FLOOR <= size < 12 for size in sizes(result.data))
    assert squeezed(shown_text(result.data)) == squeezed(text)


def test_several_lines_too_many_go_on_elsewhere() -> None:
    result = filled(LONG, Ff=MULTILINE, height=60)
    assert [item.text for item in result.continued] == [LONG]


def test_line_breaks_stay_and_words_too_long_are_cut() -> None:
    text = "first\n\n" + "W" * 60 + "\nlast"
    result = filled(text, Ff=MULTILINE, height=120)
    assert read_back(result.data) == {"place": text}
    assert squeezed(shown_text(result.data)) == squeezed(text)


def test_text_stays_inside_its_box() -> None:
    result = filled("Wide words, many of them " * 12, Ff=MULTILINE, height=60)
    everything = ink(result.data)
    inside = ink(result.data, 0, (50, 740, 250, 800))
    assert everything == inside > 500


@pytest.mark.parametrize("kind", [{}, {"Ff": MULTILINE, "height": 60}, {"Ff": COMB, "MaxLen": 40}])
@pytest.mark.parametrize(
    "text",
    [
        "Zażółć gęślą jaźń",
        "Έλλη Παπαδοπούλου",
        "Оксана Шевченко",
        "محمد علي (أبو خالد) 45",
        "मोहम्मद राम",
        "মোহাম্মদ রহমান",
        "ਹਰਪ੍ਰੀਤ ਸਿੰਘ",
        "கண்ணன்",
    ],
)
def test_names_in_any_script_here(kind: dict[str, object], text: str) -> None:
    result = filled(text, **kind)
    assert read_back(result.data) == {"place": text}
    assert pikepdf_values(result.data) == {"place": text}
    assert ink(result.data, 0, (50, 720, 250, 800)) > 20


def test_what_shows_can_be_searched_for() -> None:
    seen = shown_text(filled("Зоя and Łucja (née O’Neill)").data)
    assert squeezed("Зоя and Łucja (née O’Neill)") in squeezed(seen)


def test_arabic_stands_at_the_right_unless_the_form_says_otherwise() -> None:
    right = (200, 775, 250, 800)
    assert ink(filled("محمد علي").data, 0, right) > 0
    assert ink(filled("محمد علي", Q=1).data, 0, right) == 0
    assert ink(filled("Sarah Ali").data, 0, right) == 0


@pytest.mark.parametrize("quad", [0, 1, 2])
def test_combs_set_a_character_in_each_cell(quad: int) -> None:
    made = Form()
    made.text("comb", Ff=COMB, MaxLen=10, Q=quad, MK=Dictionary(BC=Array([0, 0, 0])))
    form = prepare(made.data(), "form.pdf")
    full = form.fill_checked({"comb": "MMMM"}, book()).data
    empty = form.fill_checked({"comb": ""}, book()).data
    cells = [(50 + 20 * cell + 3, 782, 50 + 20 * cell + 17, 798) for cell in range(10)]
    used = [ink(full, 0, cell) > ink(empty, 0, cell) for cell in cells]
    first = {0: 0, 1: 3, 2: 6}[quad]
    assert used == [first <= cell < first + 4 for cell in range(10)]


def test_wide_characters_in_narrow_cells_are_smaller() -> None:
    (size,) = sizes(filled("WWWW", Ff=COMB, MaxLen=40).data)
    assert size < FLOOR


@pytest.mark.parametrize(
    "text",
    [
        "a) Tj ET Q /Evil Do (",
        "\\",
        "((((",
        "))))",
        "\\) (\\",
        "%PDF-1.4 endstream endobj",
        "þÿ looks like UTF-16",
        "ï»¿ looks like UTF-8",
        "tab\there",
        "nbsp\u00a0and soft\u00adhyphen",
        "   spaces   ",
        "a" + "\u0301" * 30,
        "\u202eoverride\u202c and \u2066isolate\u2069",
        "zero\u200bwidth\u200djoiner",
        "",
    ],
)
@pytest.mark.parametrize("flags", [0, MULTILINE])
def test_hostile_texts_come_back_as_they_went_in(text: str, flags: int) -> None:
    result = filled(text, Ff=flags)
    assert result.continued == ()
    assert read_back(result.data) == {"place": text}
    assert pikepdf_values(result.data) == {"place": text}
    visible = re.sub(r"[\s\u00ad\u200b-\u2069]|\u0301", "", text)
    seen = re.sub(r"[\s\u00ad\u200b-\u2069\ufffe\x02]|\u0301", "", shown_text(result.data))
    if "override" not in text:
        assert visible in seen.replace("á", "a") or not visible


def test_line_ends_of_any_sort_are_line_breaks() -> None:
    result = filled("one\r\ntwo\rthree\nfour", Ff=MULTILINE, height=80)
    assert read_back(result.data) == {"place": "one\ntwo\nthree\nfour"}
    assert shown_text(result.data).split() == ["one", "two", "three", "four"]


def test_free_text_of_a_combo_may_go_on_elsewhere() -> None:
    made = Form()
    made.choice("combo", ["a"], flags=COMBO | EDIT, width=100)
    result = prepare(made.data(), "form.pdf").fill_checked({"combo": LONG}, book())
    assert [item.name for item in result.continued] == ["combo"]


def test_long_words_of_a_choice_shrink_below_the_floor_as_they_are_the_forms_own() -> None:
    made = Form()
    made.choice("choice", [("1", LONG[:100])], width=100)
    result = prepare(made.data(), "form.pdf").fill_checked({"choice": ("1",)}, book())
    assert result.continued == ()
    assert squeezed(LONG[:100]) == squeezed(shown_text(result.data))
