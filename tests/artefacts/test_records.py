"""Papers about the work: both formats say the same, and every judge accepts them."""

from __future__ import annotations

import io
from datetime import date
from pathlib import Path

import page
import pikepdf
import pytest
from openxml_audit import OpenXmlValidator

import forms
from bulk_cases import AREAS, as_csv, rows
from docx_text import canonical_text
from forms.application.follow_up.month import Figures, Month
from forms.application.follow_up.monthly import monthly_report
from pdf_checks import structure_problems
from pdf_text import tree_text

SPACE = "\u00a0"


def a_month(names: list[str]) -> Month:
    """A month with figures that differ by authority; some have nothing of a kind."""
    by_name = {
        name: Figures(
            asked=index % 15,
            answered=index % 4,
            of_asked=index % 3,
            median_days=None if index % 4 == 0 else index + 0.5,
            chasers=index % 2,
            outstanding=index % 15 + 2,
            overdue=index % 3,
        )
        for index, name in enumerate(names)
    }
    found = by_name.values()
    whole = Figures(
        asked=sum(one.asked for one in found),
        answered=sum(one.answered for one in found),
        of_asked=0,
        median_days=4.0,
        outstanding=sum(one.outstanding for one in found),
        overdue=sum(one.overdue for one in found),
        not_sent=2,
    )
    return Month(2026, 11, date(2026, 11, 30), whole, by_name)


def judged(docx: bytes, pdf: bytes, folder: Path) -> None:
    (folder / "x.docx").write_bytes(docx)
    (folder / "x.pdf").write_bytes(pdf)
    assert [str(error) for error in OpenXmlValidator().validate(folder / "x.docx").errors] == []
    assert [
        failure.rule_id for failure in page.validate_pdf(str(folder / "x.pdf"), profile="ua1").failures
    ] == []
    assert structure_problems(pdf) == []
    assert tree_text(pdf) == canonical_text(docx)


@pytest.mark.parametrize("names", [[], [AREAS[0]], ["", *sorted(AREAS)]], ids=["none", "one", "all"])
def test_a_month_is_one_page_in_both_formats(names: list[str], tmp_path: Path) -> None:
    record = monthly_report(a_month(names), forms.open_catalogue(), date(2026, 12, 1))
    docx, pdf = record.docx(), record.pdf()
    judged(docx, pdf, tmp_path)
    text = canonical_text(docx)
    for name in filter(None, names):
        assert name in text
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        assert len(opened.pages) == 1


def test_a_quiet_month_says_so() -> None:
    quiet = Month(2026, 11, date(2026, 11, 30), Figures(), {})
    text = canonical_text(monthly_report(quiet, forms.open_catalogue(), date(2026, 12, 1)).docx())
    assert "In November 2026 nothing was asked, and nothing waits for an answer." in text
    assert "Nothing was asked, and nothing waits." in text


def test_bars_stand_in_proportion_and_nothing_is_too_small_to_be_seen() -> None:
    from forms.application.follow_up.monthly import _bar

    bar = _bar(Figures(answered=100, outstanding=51, overdue=1), 151)
    lengths = [len(str(getattr(bar, name))) for name in ("answered", "waiting", "overdue")]
    assert lengths == [23, 11, 1]
    assert str(_bar(Figures(), 10).overdue) == ""


def test_the_report_comes_by_command(tmp_path: Path, forms_line) -> None:
    source = as_csv(tmp_path / "cases.csv", list(rows(6)))
    outbox = tmp_path / "outbox"
    forms_line("bulk", "check-notification", str(source), "-o", str(outbox), "--date", "2026-11-03")
    unsent = len(list(outbox.glob("*/check-notification_*.pdf")))
    assert unsent > 6, "some go to two authorities"
    line = forms_line(
        "report", str(outbox), "--month", "2026-11", "--on", "2026-12-01", "-o", str(tmp_path / "reports")
    )
    assert line.code == 0, line.err
    assert sorted(path.name for path in (tmp_path / "reports").iterdir()) == [
        "monthly-report_2026-11.docx",
        "monthly-report_2026-11.pdf",
    ]
    assert f"Made by then and not sent: {unsent}." in canonical_text(
        (tmp_path / "reports" / "monthly-report_2026-11.docx").read_bytes()
    )
    line = forms_line("report", str(outbox), "--on", "2026-12-01")
    assert "Barnet" in line.out
    line = forms_line("report", str(outbox), "--on", "2026-12-01", "--json")
    assert f'"not_sent": {unsent}' in line.out
    assert forms_line("report", str(outbox), "--on", "2026-12-01", "--month", "2027-01").code == 2


def test_a_batch_has_a_covering_list_for_people(tmp_path: Path, forms_line) -> None:
    source = as_csv(tmp_path / "cases.csv", list(rows(6)))
    outbox = tmp_path / "outbox"
    words = ["bulk", "check-notification", str(source), "-o", str(outbox), "--date", "2026-11-03"]
    assert forms_line(*words).code == 0
    table = source.read_text("utf-8").replace("Invented Road", "Imaginary Road")
    source.write_text(table, "utf-8")
    assert forms_line(*words, "--reason", "Address corrected").code == 0
    for listed in sorted(outbox.glob("*/covering-list*_run-2.docx")):
        docx, pdf = listed.read_bytes(), listed.with_suffix(".pdf").read_bytes()
        judged(docx, pdf, tmp_path)
        text = canonical_text(docx)
        made = [path.name for path in listed.parent.glob("check-notification_*v2*.pdf")]
        made = made or [path.name for path in listed.parent.glob("check-notification_*.pdf")]
        assert any(name in text for name in made)
        assert "takes the place of version 1: Address corrected" in text
        assert "Children’s Social Care" in text
        assert "Social Care care" not in text
        assert "Example" not in text.replace("Example Civic Centre", ""), "no name of a person"
    assert list(outbox.glob("*/covering-list*_run-2.docx"))


def test_a_long_covering_list_comes_in_parts(tmp_path: Path, forms_line, monkeypatch) -> None:
    monkeypatch.setattr("forms.application.bulk.papers._LONGEST_LIST", 1)
    source = as_csv(tmp_path / "cases.csv", list(rows(8)))
    outbox = tmp_path / "outbox"
    assert (
        forms_line("bulk", "check-notification", str(source), "-o", str(outbox), "--date", "2026-11-03").code
        == 0
    )
    folders = [path for path in outbox.iterdir() if len(list(path.glob("check-notification_*.pdf"))) == 2]
    assert folders, "some authority gets two documents"
    for folder in folders:
        texts = [
            canonical_text((folder / f"covering-list_2026-11-03_run-1_{number}-of-2.docx").read_bytes())
            for number in (1, 2)
        ]
        assert all(f"part {number} of 2" in text for number, text in enumerate(texts, 1))
        for path in folder.glob("check-notification_*.pdf"):
            assert sum(path.name in text for text in texts) == 1
