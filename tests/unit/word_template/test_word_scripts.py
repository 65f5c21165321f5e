"""Values in other scripts get runs of their own, with what Word needs to show them right."""

from __future__ import annotations

import re

import pytest
from lxml import etree
from template_kit import Value, body, control, paragraph, run, texts

from forms.formats.word.scripts import SCRIPTS, mark, split_runs
from forms.formats.word.values import escape_text
from forms.formats.word.wordml import P, R, qn

NAMES = {
    "Arabic": ("أحمد علي", "ar-SA"),
    "Urdu": ("عائشہ خان", "ur-PK"),
    "Persian": ("پرویز", "fa-IR"),
    "Hebrew": ("דוד כהן", "he-IL"),
    "Devanagari": ("प्रिया", "hi-IN"),
    "Bengali": ("রহিমা।", "bn-BD"),
    "Gurmukhi": ("ਗੁਰਪ੍ਰੀਤ ਸਿੰਘ", "pa-IN"),
    "Tamil": ("தமிழ்", "ta-IN"),
    "Chinese": ("李小龙", "zh-CN"),
    "Japanese": ("山田さくら", "ja-JP"),
    "Korean": ("김민수", "ko-KR"),
    "Ethiopic": ("አበበ", "am-ET"),
}


def languages(found: etree._Element) -> set[str]:
    return {str(value) for lang in found.iter(qn("w:lang")) for value in lang.attrib.values()}


@pytest.mark.parametrize("name", NAMES)
def test_a_name_says_its_language(name: str) -> None:
    text, language = NAMES[name]
    made = body("Before {{ x }} after", x=text)
    assert texts(made) == [f"Before {text} after"]
    (own,) = [each for each in made.iter(R) if each.find(f".//{qn('w:lang')}") is not None]
    assert texts(made)[0].find("".join(own.itertext())) == len("Before ")
    assert languages(own) == {language}


@pytest.mark.parametrize("name", ["Arabic", "Hebrew", "Urdu"])
def test_right_to_left_runs_and_paragraphs_say_so(name: str) -> None:
    text, _ = NAMES[name]
    (alone,) = [each for each in body("{{ x }}", x=text).iter(P) if "".join(each.itertext())]
    assert alone.find(f"{qn('w:pPr')}/{qn('w:bidi')}") is not None
    assert len(list(alone.iter(qn("w:rtl")))) == 1
    (within,) = [each for each in body("Name: {{ x }}", x=text).iter(P) if "".join(each.itertext())]
    assert within.find(f".//{qn('w:bidi')}") is None
    assert len(list(within.iter(qn("w:rtl")))) == 1


def test_complex_scripts_ask_for_their_font_slot() -> None:
    made = body("{{ x }}", x="தமிழ்")
    assert len(list(made.iter(qn("w:cs")))) == 1
    assert [fonts.get(qn("w:cs")) for fonts in made.iter(qn("w:rFonts"))] == ["Nirmala UI"]


def test_a_run_keeps_its_look() -> None:
    made = body(paragraph(run("Name {{ x }}!")), x="דוד")
    assert [each.find(f"{qn('w:rPr')}/{qn('w:b')}") is not None for each in made.iter(R)] == [True] * 3


def test_latin_greek_and_cyrillic_stay_in_one_run() -> None:
    for text in ("Łukasz O’Brien – Nguyễn", "Ελένη", "Олександр", "A & B <c> “d”"):
        made = body("{{ x }}", x=text)
        assert len([each for each in made.iter(R) if "".join(each.itertext())]) == 1
        assert mark(text) == text


def test_lines_in_two_directions_become_paragraphs() -> None:
    made = body("{{ x }}", x="Hello\nأحمد\nعلي\nbye")
    assert texts(made) == ["Hello", "أحمد\nعلي", "bye"]
    directed = [each.find(f"{qn('w:pPr')}/{qn('w:bidi')}") is not None for each in made.iter(P)][:3]
    assert directed == [False, True, False]


def test_a_control_stays_one_paragraph_and_shows_its_value() -> None:
    made = body(paragraph(control("<w:text/>", run("{{ x }}"))), x=Value("أحمد"))
    inside = next(made.iter(qn("w:sdtContent")))
    assert "".join(inside.itertext()) == "أحمد"
    assert len(list(inside.iter(R))) == 1


def test_marks_never_reach_a_document() -> None:
    mixed = " ".join(text for text, _ in NAMES.values()) + "\n45 (x) أ1ب"
    made = split_runs(f"<w:p><w:r><w:t>{escape_text(mixed)}</w:t></w:r></w:p>")
    assert not any("\ufdd0" <= char <= "\ufdef" for char in made)
    outside = split_runs(f"<a:t>{escape_text('أحمد')}</a:t>")
    assert outside == "<a:t>أحمد</a:t>"


def test_properties_stand_in_the_order_of_the_schema() -> None:
    full = '<w:rStyle w:val="A"/><w:b/><w:color w:val="1"/><w:sz w:val="22"/><w:lang w:val="en-GB"/>'
    made = split_runs(f"<w:p><w:r><w:rPr>{full}</w:rPr><w:t>{mark('தமிழ்')}</w:t></w:r></w:p>")
    assert '<w:rStyle w:val="A"/><w:rFonts w:cs="Nirmala UI"/><w:b/><w:color w:val="1"/>' in made
    assert '<w:sz w:val="22"/><w:cs/><w:lang w:val="en-GB" w:bidi="ta-IN"/></w:rPr>' in made


def test_every_script_is_found_by_its_characters() -> None:
    for script in SCRIPTS:
        char = (script.own or script.characters)[0]
        assert mark(f"a {char} b") != f"a {char} b", script.name


def test_hostile_texts_stay_whole() -> None:
    """Long texts of many changes: nothing is lost, and a way that takes ever longer would not end here."""
    for text in ("ا\na\n" * 10_000, "ا" + " " * 40_000 + "x", "a ب " * 10_000):
        made = split_runs(f"<w:p><w:r><w:t>{escape_text(text)}</w:t></w:r></w:p>")
        for char in "اaبx":
            assert re.sub(r"<[^>]*>", "", made).count(char) == text.count(char)
