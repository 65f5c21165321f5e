import hashlib
import unicodedata
from pathlib import Path

import pytest
import uharfbuzz
from hypothesis import given, settings
from hypothesis import strategies as st
from laying import book

from forms.formats.pdf.display import GlyphRun
from forms.formats.pdf.fonts import FontBook
from forms.foundation.errors import MissingError

FONTS = Path(__file__).parents[3] / "fonts"
LATIN = st.text(
    alphabet=st.characters(min_codepoint=0x20, max_codepoint=0x24F, categories=["L", "N", "P", "S", "Zs"])
)


def faces(text, **style):
    return [(run.face, run.text) for run in book().runs(text, **style)]


def test_one_run_for_latin_text_with_the_widths_of_arial():
    (run,) = book().runs("Hello")
    assert run == GlyphRun("Arimo-Regular", "Hello", (), pytest.approx(2.2788, abs=1e-4), 0, True)


def test_no_word_is_remembered():
    first = book().runs("again")
    assert first == book().runs("again")
    assert first[0] is not book().runs("again")[0]


@pytest.mark.parametrize(
    ("bold", "italic", "face"),
    [
        (False, False, "Arimo-Regular"),
        (True, False, "Arimo-Bold"),
        (False, True, "Arimo-Italic"),
        (True, True, "Arimo-BoldItalic"),
    ],
)
def test_styles(bold, italic, face):
    assert faces("a", bold=bold, italic=italic) == [(face, "a")]


def test_a_family_without_italics_stays_upright():
    assert faces("علي", italic=True) == [("NotoSansArabic-Regular", "علي")]
    assert faces("علي", italic=True, bold=True) == [("NotoSansArabic-Bold", "علي")]


@pytest.mark.parametrize(
    ("text", "face"),
    [
        ("Łukasz", "Arimo-Regular"),
        ("Nguyễn", "Arimo-Regular"),
        ("Ελένη", "Arimo-Regular"),
        ("Юлия", "Arimo-Regular"),
        ("אברהם", "Arimo-Regular"),
        ("فاطمة", "NotoSansArabic-Regular"),
        ("چوہدری", "NotoSansArabic-Regular"),
        ("अनुष्का", "NotoSansDevanagari-Regular"),
        ("রাহেলা", "NotoSansBengali-Regular"),
        ("ਗੁਰਪ੍ਰੀਤ", "NotoSansGurmukhi-Regular"),
        ("தமிழ்", "NotoSansTamil-Regular"),
        ("☒", "NotoSansSymbols2-Regular"),
    ],
)
def test_a_face_is_chosen_by_coverage(text, face):
    assert faces(text) == [(face, text)]
    assert book().uncovered(text) == ""


def test_marks_and_joiners_stay_with_their_letter():
    assert faces("क\u0301") == [("NotoSansDevanagari-Regular", "क\u0301")]
    assert faces("می\u200cخواهم") == [("NotoSansArabic-Regular", "می\u200cخواهم")]
    assert faces("e\u0301") == [("Arimo-Regular", "e\u0301")]


def test_runs_are_in_logical_order_with_levels():
    runs = book().runs("محمد (45) abc", rtl=True)
    assert "".join(run.text for run in runs) == "محمد (45) abc"
    assert [(run.text, run.level) for run in runs if run.text.strip("( )")] == [
        ("محمد", 1),
        ("45", 2),
        ("abc", 2),
    ]


def test_scripts_in_one_face_are_separate_runs():
    assert faces("abcЮлия") == [("Arimo-Regular", "abcЮлия")]  # plain: nothing to shape
    assert faces("abcאבג") == [("Arimo-Regular", "abc"), ("Arimo-Regular", "אבג")]


def test_levels_of_a_paragraph_can_be_given():
    (run,) = book().runs("12", levels=[2, 2])
    assert (run.level, run.plain) == (2, True)


def test_uncovered_characters_are_named_once():
    assert book().uncovered("小明 and 小\u200b\t") == "小明"


def test_metrics_are_arials():
    metrics = book().metrics()
    assert metrics.ascent == pytest.approx(0.905, abs=1e-3)
    assert metrics.descent == pytest.approx(0.212, abs=1e-3)
    assert metrics.height == pytest.approx(1.15, abs=1e-3)


def test_a_folder_without_arimo_is_refused(tmp_path):
    with pytest.raises(MissingError) as caught:
        FontBook.load(tmp_path)
    assert caught.value.problems[0].code == "font-missing"


def test_fonts_can_come_as_bytes():
    own = FontBook.load(
        {"x/Arimo-Regular.ttf": (FONTS / "arimo/Arimo-Regular.ttf").read_bytes(), "OFL.txt": b""}
    )
    assert own.runs("Hello", bold=True)[0].width == book().runs("Hello")[0].width


def test_a_further_family_covers_what_the_others_lack():
    data = {path.name: path.read_bytes() for path in FONTS.rglob("Arimo-Regular.ttf")}
    data["ZForce-Regular.ttf"] = (FONTS / "noto-sans-tamil/NotoSansTamil-Regular.ttf").read_bytes()
    assert FontBook.load(data).runs("தமிழ்")[0].face == "ZForce-Regular"


@pytest.mark.parametrize("face", ["Arimo-Regular", "Arimo-BoldItalic", "NotoSansBengali-Regular"])
def test_tables_are_read_as_harfbuzz_reads_them(face):
    ours = book().face(face)
    font = uharfbuzz.Font(uharfbuzz.Face(ours.data))
    assert set(ours.characters) == set(font.face.unicodes)
    assert all(font.get_nominal_glyph(code) == glyph for code, glyph in ours.characters.items())
    assert [round(advance * ours.units) for advance in ours.advances] == [
        font.get_glyph_h_advance(glyph) for glyph in range(font.face.glyph_count)
    ]


@given(LATIN, st.booleans(), st.booleans())
@settings(max_examples=60, deadline=None)
def test_plain_runs_are_what_shaping_gives(text, bold, italic):
    """The fast way: as HarfBuzz without kerning, glyph for glyph."""
    for run in book().runs(text, bold=bold, italic=italic):
        if not run.plain:
            continue
        face = book().face(run.face)
        buffer = uharfbuzz.Buffer()
        buffer.add_str(run.text)
        buffer.guess_segment_properties()
        uharfbuzz.shape(face.shaper, buffer, {"kern": False})
        assert [info.codepoint for info in buffer.glyph_infos] == [face.characters[ord(c)] for c in run.text]
        width = sum(position.x_advance for position in buffer.glyph_positions) / face.units
        assert run.width == pytest.approx(width)


@given(st.text(alphabet="abcאבעליрЮåß12 ().कার்☒\u0301\u200d", max_size=20), st.booleans())
@settings(max_examples=80, deadline=None)
def test_runs_hold_the_whole_text_and_clusters_point_into_it(text, rtl):
    runs = book().runs(text, rtl=rtl)
    assert "".join(run.text for run in runs) == text
    for run in runs:
        if not run.plain:
            assert run.width == pytest.approx(sum(glyph.advance for glyph in run.glyphs))
            assert all(0 <= glyph.cluster < len(run.text) for glyph in run.glyphs)


def test_every_font_has_its_licence_and_provenance():
    provenance = (FONTS / "PROVENANCE.md").read_text(encoding="utf-8")
    for path in FONTS.rglob("*.ttf"):
        assert (path.parent / "OFL.txt").exists()
        (row,) = [line for line in provenance.splitlines() if f"`{path.parent.name}/{path.name}`" in line]
        assert hashlib.sha256(path.read_bytes()).hexdigest() in row


def test_the_fonts_stay_small_enough_for_a_wheel():
    assert sum(path.stat().st_size for path in FONTS.rglob("*.ttf")) < 4_000_000


def test_latin_with_all_its_diacritics_needs_one_face():
    blocks = [*range(0x20, 0x7F), *range(0xA0, 0x250), *range(0x1E00, 0x1F00), *range(0x370, 0x530)]
    missing = [c for c in map(chr, blocks) if unicodedata.category(c) not in ("Cn", "Cc", "Cf")]
    assert [char for char in missing if not book().face("Arimo-Regular").covers(char)] == []
