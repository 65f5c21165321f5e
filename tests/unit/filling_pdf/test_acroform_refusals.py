"""What is refused: entries that cannot go in, all named at once, and forms that cannot be filled in."""

from __future__ import annotations

import io
from pathlib import Path

import pikepdf
import pytest
from acroform_kit import FILE, MULTI, PASSWORD, PUSH, READ_ONLY, ROOT, Form, book, every_kind
from pikepdf import Array, Dictionary, Name, String

from forms.formats.filling import Entry
from forms.formats.pdf.filling import PdfForm, append_pages, prepare, read_back
from forms.foundation.errors import InputError

SECRET = "Ambrose Featherstonehaugh"


@pytest.fixture(scope="module")
def form() -> PdfForm:
    return prepare(every_kind(), "form.pdf")


def faults(form: PdfForm, entries: dict[str, Entry]) -> list[tuple[str, str]]:
    with pytest.raises(InputError) as caught:
        form.fill(entries, book())
    for problem in caught.value.problems:
        assert problem.hint
        assert problem.place.source == form.source
        assert SECRET not in " ".join(problem.as_json().values())
    return [(problem.code, problem.place.label) for problem in caught.value.problems]


def test_all_that_is_wrong_is_said_at_once(form: PdfForm) -> None:
    entries: dict[str, Entry] = {
        "txet": "a",
        "text": True,
        "limited": SECRET,
        "box": "yes",
        "radio": ("four",),
        "choice": "1",
        "list": ("row 1", "row 2"),
        "comb": "12345678901",
        "date": "one\ntwo",
        "lines": "fine",
    }
    assert faults(form, entries) == [
        ("unknown-field", "txet"),
        ("wrong-kind", "text"),
        ("too-long", "limited"),
        ("wrong-kind", "box"),
        ("unknown-choice", "radio"),
        ("wrong-kind", "choice"),
        ("too-many-choices", "list"),
        ("too-long", "comb"),
        ("several-lines", "date"),
    ]


def test_the_nearest_names_are_given(form: PdfForm) -> None:
    with pytest.raises(InputError) as caught:
        form.fill({"chioce": "a"}, book())
    assert "choice" in caught.value.problems[0].hint


@pytest.mark.parametrize(
    ("entry", "code"),
    [
        ("a\x00b", "control-character"),
        ("a\x1bb", "control-character"),
        ("a\ud800b", "control-character"),
        ("a\ufffeb \U0001f98a", "no-font"),
        ((("a", "b"),), "wrong-kind"),
    ],
)
def test_texts_that_cannot_be_printed(form: PdfForm, entry: Entry, code: str) -> None:
    assert faults(form, {"text": entry}) == [(code, "text")]


@pytest.mark.parametrize("entry", ["text", ("a",), (("x",),)])
def test_a_box_takes_yes_or_no_or_its_state(form: PdfForm, entry: Entry) -> None:
    assert faults(form, {"box": entry})[0][0] in ("wrong-kind", "unknown-choice")


def test_radio_buttons_take_no_tick(form: PdfForm) -> None:
    assert faults(form, {"radio": True}) == [("wrong-kind", "radio")]
    assert faults(form, {"radio": ("one", "two")}) == [("too-many-choices", "radio")]


def test_fields_that_are_not_for_us() -> None:
    made = Form()
    made.text("closed", Ff=READ_ONLY, TU=String("Office use"))
    made.text("pin", Ff=PASSWORD)
    made.text("attachment", Ff=FILE)
    made.add(made.widget(FT=Name.Btn, T=String("reset"), Ff=PUSH))
    made.add(made.widget(FT=Name.Sig, T=String("sign")))
    made.text("open")
    names = ("closed", "pin", "attachment", "reset", "sign")
    found = faults(prepare(made.data(), "form.pdf"), dict.fromkeys(names, "x"))
    assert found[0] == ("read-only", "Office use (closed)")
    assert [code for code, _ in found[1:]] == ["wrong-kind"] * 4


# ── Whole forms ─────────────────────────────────────────────────────────────────────────────────────────────


def refusal(data: bytes) -> tuple[str, str, str]:
    with pytest.raises(InputError) as caught:
        prepare(data, "form.pdf")
    (problem,) = caught.value.problems
    assert problem.place.source == "form.pdf"
    return problem.code, problem.message, problem.hint


@pytest.mark.parametrize("algorithm", [2, 4, 6])
@pytest.mark.parametrize(("user", "words"), [("secret", "by a password"), ("", "against changes")])
def test_encrypted(algorithm: int, user: str, words: str) -> None:
    allowed = pikepdf.Permissions(modify_form=False, modify_other=False)
    locked = pikepdf.Encryption(
        owner="boss", user=user, R=algorithm, allow=allowed, aes=algorithm > 3, metadata=algorithm > 3
    )
    code, message, hint = refusal(every_kind(encryption=locked))
    assert code == "encrypted"
    assert words in message
    assert hint


def signed(**catalog: object) -> bytes:
    made = Form()
    made.text("name")
    value = Dictionary(Type=Name.Sig, Filter=Name("/Adobe.PPKLite"), ByteRange=Array([0, 1, 2, 3]))
    made.add(made.widget(FT=Name.Sig, T=String("sign"), V=made.pdf.make_indirect(value)))
    return made.data()


def test_signed() -> None:
    code, message, hint = refusal(signed())
    assert (code, "signature" in message, bool(hint)) == ("signed", True, True)


def test_certified() -> None:
    made = Form()
    made.text("name")
    made.pdf.Root.Perms = Dictionary(DocMDP=made.pdf.make_indirect(Dictionary(Type=Name.Sig)))
    assert refusal(made.data())[0] == "signed"


def test_an_empty_signature_field_does_not_matter() -> None:
    made = Form()
    made.text("name")
    made.add(made.widget(FT=Name.Sig, T=String("sign")))
    filled = prepare(made.data(), "form.pdf").fill_checked({"name": "x"}, book()).data
    assert read_back(filled) == {"name": "x"}


def test_xfa_alone() -> None:
    made = Form()
    made.form.XFA = pikepdf.Stream(made.pdf, b"<xdp/>")
    assert refusal(made.data())[0] == "xfa-only"


def test_nothing_to_fill_in() -> None:
    assert refusal(Form().data())[0] == "nothing-to-fill-in"


def test_damaged() -> None:
    whole = every_kind()
    assert refusal(whole[: len(whole) // 3])[0] == "damaged"
    assert refusal(b"%PDF-1.7\nnothing else")[0] == "damaged"
    assert refusal(b"")[0] == "damaged"
    with pytest.raises(InputError):
        append_pages(whole, b"%PDF-1.7\nnothing else")


def kept_or_refused(data: bytes) -> str:
    """Fill a file in that may be damaged: "filled", or the code of its refusal."""
    try:
        form = prepare(data, "form.pdf")
    except InputError as error:
        return error.problems[0].code
    name = next(place.name for place in form.survey.places if place.kind == "text" and not place.read_only)
    return "filled" if read_back(form.fill_checked({name: "x"}, book()).data)[name] == "x" else "lost"


@pytest.mark.parametrize("cut", range(1, 12))
def test_a_file_cut_off_anywhere_is_filled_or_refused(cut: int) -> None:
    whole = (ROOT / "samples" / "boroughs" / "thornmere-marf.pdf").read_bytes()
    assert kept_or_refused(whole[: len(whole) * cut // 12]) in ("damaged", "nothing-to-fill-in", "filled")


def test_fields_that_contain_themselves() -> None:
    made = Form()
    made.text("fine")
    loop = made.pdf.make_indirect(Dictionary(T=String("loop"), FT=Name.Tx))
    loop.Kids = Array([loop])
    made.add(loop)
    assert refusal(made.data())[0] == "damaged"


def test_nothing_is_written_by_a_refusal(tmp_path: Path, form: PdfForm) -> None:
    before = form.fill({"text": "a"}, book()).data
    faults(form, {"text": SECRET, "nope": "x"})
    after = form.fill({"text": "a"}, book()).data
    assert before == after


# ── What the filled copy leaves out ─────────────────────────────────────────────────────────────────────────


def test_xfa_beside_plain_fields_goes_and_is_named() -> None:
    made = Form()
    made.text("name")
    made.form.XFA = pikepdf.Stream(made.pdf, b"<xdp>old</xdp>")
    made.pdf.Root.NeedsRendering = True
    form = prepare(made.data(), "form.pdf")
    assert "xfa" in dict(form.notes)
    with pikepdf.open(io.BytesIO(form.fill_checked({"name": "x"}, book()).data)) as pdf:
        assert "/XFA" not in pdf.Root.AcroForm
        assert "/NeedsRendering" not in pdf.Root


def test_usage_rights_go_as_the_file_is_no_longer_what_they_were_given_for() -> None:
    made = Form()
    made.text("name")
    made.pdf.Root.Perms = Dictionary(UR3=made.pdf.make_indirect(Dictionary(Type=Name.Sig)))
    filled = prepare(made.data(), "form.pdf").fill_checked({"name": "x"}, book()).data
    with pikepdf.open(io.BytesIO(filled)) as pdf:
        assert "/Perms" not in pdf.Root


def test_lists_of_unknown_choices_are_cut_short() -> None:
    made = Form()
    made.choice("many", [f"code {n}" for n in range(300)], flags=MULTI)
    with pytest.raises(InputError) as caught:
        prepare(made.data(), "form.pdf").fill({"many": ("nope",)}, book())
    assert len(caught.value.problems[0].hint) < 300
