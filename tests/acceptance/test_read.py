"""`forms read`, as a practitioner uses it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import forms
from form_fillers import ISSUED, blank, change_part, fill_pdf, fill_word
from samples import SAMPLES

CHECK = SAMPLES / "check-notification" / "valid" / "full.json"
OFFENDER = SAMPLES / "offender-information" / "valid" / "full.json"
UNTICKED = {
    "defendant_capacity": dict.fromkeys(
        ("parent_or_carer", "household_member", "alleged_source_of_harm", "as_a_child", "other"), False
    ),
    "nature_of_contact": dict.fromkeys(
        ("child_protection_plan", "section_17", "common_assessment", "other"), False
    ),
}


def sent(artefact: str, case: Path, kind: str, folder: Path) -> Path:
    options = forms.RenderOptions(formats=(kind,), issued=ISSUED)
    product = forms.render(forms.load_case(case), artefact, options)
    return forms.write_documents(product.documents[:1], folder / "sent")[0]


def returned(file: Path, answers: dict[str, object], name: str) -> Path:
    fill = fill_word if file.suffix == ".docx" else fill_pdf
    target = file.parent.parent / name
    target.write_bytes(fill(file.read_bytes(), answers))
    return target


@pytest.mark.parametrize("kind", ["docx", "pdf"])
def test_a_reply_from_social_care(kind: str, tmp_path: Path, forms_line) -> None:
    original = sent("check-notification", CHECK, kind, tmp_path)
    named = forms.read_form(original).reply["children"]
    answers = {
        **UNTICKED,
        "defendant_known": "not_known",
        "children": [{"known": "not_known"} for _ in named],
        "offender_may_be_told": "yes",
        "sent_by": "Ann Example",
    }
    back = returned(original, answers, "Scan of form (2) FINAL.bin")
    done = forms_line("read", back, "--case", CHECK, "--date", "2026-11-24")
    assert done.code == 0, done.err
    result = json.loads(done.out)
    assert (result["artefact"], result["edition"]) == ("check-notification", "2026-11")
    assert result["recognised_by"] == "properties"
    assert set(result["matched_by"]) == {"tag"}
    assert result["compared"]["changes"] == []
    assert result["reply"]["children"][0]["name"]
    assert result["outcome"]["id"] == "no_concerns"
    assert result["outcome"]["record"].startswith(
        "Safeguarding Check – response received\nDate received: 24 November"
    )


OUTCOMES = [
    ({"defendant_known": "known_before"}, {"as_a_child": True}, {}, "previous_concerns"),
    ({"defendant_known": "cannot_say"}, {}, {}, "contact_social_care"),
    ({"defendant_known": "known_now"}, {"household_member": True}, {}, "contact_social_care"),
    ({"defendant_known": "known_now"}, {"alleged_source_of_harm": True}, {}, "concerns"),
    ({"defendant_known": "not_known"}, {}, {"child_protection_plan": True}, "concerns"),
    ({"defendant_known": "not_known"}, {}, {}, "no_concerns"),
    ({"defendant_known": "known_now"}, {}, {}, ""),  # no capacity chosen: it is asked, not judged
]


@pytest.mark.parametrize(("more", "capacity", "contact", "outcome"), OUTCOMES)
def test_four_outcomes(more, capacity, contact, outcome) -> None:
    answers = {
        **more,
        "defendant_capacity": UNTICKED["defendant_capacity"] | capacity,
        "nature_of_contact": UNTICKED["nature_of_contact"] | contact,
    }
    reading = forms.read_form(fill_pdf(blank("check-notification", "pdf"), answers))
    found = forms.outcome_of(reading, today=ISSUED)
    assert found is not None
    assert found.id == outcome
    assert "Outcome: " in found.record


def test_answers_that_do_not_go_together(tmp_path: Path, forms_line) -> None:
    original = sent("check-notification", CHECK, "pdf", tmp_path)
    back = returned(original, {"defendant_known": "known_now"}, "back.pdf")
    done = forms_line("read", back)
    assert done.code == 1
    assert "The defendant is said to be known but no capacity is chosen" in done.err
    assert json.loads(done.out)["compared"] == "not compared with what was sent"
    assert "not compared with what was sent" in done.err


@pytest.mark.parametrize("by", ["--case", "--sent"])
def test_what_was_changed_is_listed(by: str, tmp_path: Path, forms_line) -> None:
    original = sent("check-notification", CHECK, "docx", tmp_path)
    back = returned(original, {"children": [{"name": "Somebody Else"}]}, "back.docx")

    text = change_part(
        back.read_bytes(), lambda _, part: part.replace(b"This part is for", b"This part is not for")
    )
    back.write_bytes(text)
    done = forms_line("read", back, by, CHECK if by == "--case" else original)
    changes = json.loads(done.out)["compared"]["changes"]
    assert [(change["what"], change["pointer"]) for change in changes] == [
        ("fixed text", ""),
        ("prefilled value", "/children/0/name"),
    ]
    assert changes[1]["now"] == "Somebody Else"
    assert "Somebody" not in done.err


def test_a_blank_form_of_a_case_is_compared_with_a_blank_one() -> None:
    case = forms.load_case(OFFENDER)
    options = forms.RenderOptions(formats=("pdf",), issued=ISSUED, blank=True)
    (document,) = forms.render(case, "offender-information", options).documents
    compared = forms.compare_with_case(forms.read_form(document.data), case)
    assert (compared.changes, compared.problems) == ((), ())


def test_a_case_that_has_changed_is_said_so(tmp_path: Path, forms_line) -> None:
    original = sent("check-notification", CHECK, "pdf", tmp_path)
    data = json.loads(CHECK.read_text(encoding="utf-8"))
    data["offender"]["date_of_birth"] = "1970-01-01"
    changed = tmp_path / "case.json"
    changed.write_text(json.dumps(data), encoding="utf-8")
    done = forms_line("read", original, "--case", changed)
    result = json.loads(done.out)
    assert "case-has-changed" in [problem["code"] for problem in result["problems"]]
    assert any("1970" in change["was"] for change in result["compared"]["changes"])


def test_another_file_is_not_what_was_sent(tmp_path: Path, forms_line) -> None:
    original = sent("check-notification", CHECK, "pdf", tmp_path)
    other = sent("check-notification", CHECK.parent / "minimal.json", "pdf", tmp_path)
    assert "is not the document that came back" in forms_line("read", original, "--sent", other).err
    assert forms_line("read", original, "--case", CHECK.parent / "minimal.json").code == 1


# ── Into a case ─────────────────────────────────────────────────────────────────────────────────────────────


def test_what_the_offender_told_becomes_part_of_a_case(tmp_path: Path, forms_line) -> None:
    original = sent("offender-information", OFFENDER, "docx", tmp_path)
    told = {
        "date_of_birth": "1988-03-14",
        "children": [{}, {}, {"name": "Nobody Knewof", "date_of_birth_or_age": "9"}],
        "other_adults": [{"name": "Ann Unheardof"}],
        "completed_on": "2026-11-21",
    }
    back, new = returned(original, told, "back.docx"), tmp_path / "new.json"
    before = OFFENDER.read_bytes()
    done = forms_line("read", back, "--merge", OFFENDER, "-o", new)
    assert done.code == 0, done.err
    notes = {(note["what"], note["pointer"]) for note in json.loads(done.out)["merged"]}
    case, old = json.loads(new.read_text(encoding="utf-8")), json.loads(before)
    last = len(old["children"])
    assert {("contradicts", "/offender/date_of_birth"), ("added", f"/children/{last}")} <= notes
    assert ("contradicts", "/adults") in notes
    assert OFFENDER.read_bytes() == before
    assert case["offender"] == old["offender"]
    assert case["children"][:last] == old["children"]
    child = case["children"][last]
    assert (child["told_by_offender"], child["age"]) == (True, 9)
    assert "not verified" in child["source"]
    account = case["offender_accounts"][-1]
    assert (account["taken_on"], account["answers"]["date_of_birth"]) == ("2026-11-21", "1988-03-14")
    assert forms_line("validate", new).code == 0
    assert "Unheardof" not in done.err

    again = forms_line("read", back, "--merge", OFFENDER, "-o", new)
    assert (again.code, "already" in again.err) == (4, True)
    twice = forms_line("read", back, "--merge", new, "-o", tmp_path / "third.json")
    assert (twice.code, "in the case already" in twice.err) == (1, True)
    assert not (tmp_path / "third.json").exists()


def test_a_reply_is_kept_with_its_outcome(tmp_path: Path, forms_line) -> None:
    original = sent("check-notification", CHECK, "pdf", tmp_path)
    answers = {"defendant_known": "cannot_say"}
    back, new = returned(original, answers, "back.pdf"), tmp_path / "new.json"
    done = forms_line("read", back, "--merge", CHECK, "-o", new, "--date", "2026-11-21")
    assert done.code == 0, done.err
    reply = json.loads(new.read_text(encoding="utf-8"))["replies"][-1]
    assert (reply["artefact"], reply["outcome"]) == ("check-notification", "contact_social_care")
    assert reply["received_on"] == "2026-11-21"


def test_a_form_of_another_case_is_not_merged(tmp_path: Path, forms_line) -> None:
    original = sent("check-notification", CHECK, "pdf", tmp_path)
    other = tmp_path / "other.json"
    other.write_text(json.dumps({"reference": "X999999"}), encoding="utf-8")
    done = forms_line("read", original, "--merge", other, "-o", tmp_path / "new.json")
    assert (done.code, "belongs to another case" in done.err) == (1, True)
    assert forms_line("read", original, "--merge", other).code == 2


def test_a_file_that_is_no_form(tmp_path: Path, forms_line) -> None:
    done = forms_line("read", CHECK)
    assert (done.code, done.out) == (1, "")
    assert "neither a Word document nor a PDF" in done.err
    assert forms_line("read", tmp_path / "nothing.pdf").code == 1


def test_an_answer_on_a_form_of_others_is_told_to_be_recorded_by_hand(tmp_path: Path, forms_line) -> None:
    case = tmp_path / "cases.jsonl"
    case.write_text(json.dumps(json.loads(CHECK.read_text("utf-8"))) + "\n", "utf-8")
    outbox, folder = tmp_path / "outbox", tmp_path / "replies"
    words = ("-o", outbox, "--workers", "0", "--format", "docx")
    assert forms_line("bulk", "check-notification", case, *words).code == 0
    folder.mkdir()
    theirs = SAMPLES / "boroughs" / "kestrelbrook-referral.docx"
    (folder / "theirs.docx").write_bytes(theirs.read_bytes())
    for file in (theirs, folder):
        done = forms_line("read", file, "--ledger", outbox)
        assert done.code == 1
        assert "recorded by hand: forms record … answered" in done.err
    assert "by hand" not in forms_line("read", theirs).err
