"""What stands in a control becomes a value of the reply, or a problem that says why not."""

from __future__ import annotations

from dataclasses import replace

from jsonschema import Draft202012Validator

from forms import open_catalogue
from forms.application.readback_match import Match
from forms.application.readback_values import Answers, answers
from forms.domain.case import steps
from forms.formats.returned import Control

ROOT = open_catalogue().vocabulary.node("check-notification-reply.schema.json")
TEXT, DATE = Control("", "", "text"), Control("", "", "date")
CHOICE = Control("", "", "choice", options=(("yes", "Yes"), ("no", "No"), ("in_part", "In part")))
BOX = Control("", "", "checkbox", ticked=True)


def read(*found: tuple[str, Control], form: tuple[Control, ...] = ()) -> Answers:
    return answers(tuple(Match(tuple(at.split("/")), one, "tag") for at, one in found), form, ROOT, "f")


def codes(given: Answers) -> list[str]:
    return [problem.code for problem in given.problems]


def test_dates_as_people_write_them() -> None:
    for text in ("24 November 2026", "24/11/2026", "24.11.2026", "2026-11-24"):
        assert read(("date", replace(DATE, text=text))).reply == {"date": "2026-11-24"}


def test_a_date_that_is_none_is_kept_beside_the_reply() -> None:
    given = read(("date", replace(DATE, text="soon")))
    assert (given.reply, given.unread, codes(given)) == ({}, {"/date": "soon"}, ["unreadable-answer"])
    assert "soon" not in given.problems[0].message + given.problems[0].hint


def test_what_a_date_shows_goes_before_what_it_stores() -> None:
    given = read(("date", replace(DATE, text="24 November 2026", stored="2026-11-25")))
    assert (given.reply, codes(given)) == ({"date": "2026-11-24"}, ["date-differs"])


def test_choices_by_words_and_by_code() -> None:
    for text in ("In part", "in_part", "IN PART"):
        assert read(("offender_may_be_told", replace(CHOICE, text=text))).reply == {
            "offender_may_be_told": "in_part"
        }
    assert codes(read(("offender_may_be_told", replace(CHOICE, text="perhaps")))) == ["unknown-choice"]


def test_a_box_that_shows_one_thing_and_stores_another() -> None:
    given = read(("nature_of_contact/section_17", replace(BOX, stored="0")))
    assert given.reply == {"nature_of_contact": {"section_17": True}}
    assert codes(given) == ["box-differs"]


def test_a_prompt_is_no_answer_and_empty_rows_go() -> None:
    form = (replace(TEXT, tag="social_workers/0/name", prompt="Click to enter text"),)
    given = read(
        ("social_workers/0/name", replace(TEXT, text="Click to enter text")),
        ("social_workers/1/name", replace(TEXT, text="  Ann Example ")),
        form=form,
    )
    assert given.reply == {"social_workers": [{"name": "Ann Example"}]}


def test_one_field_with_two_answers() -> None:
    given = read(("sent_by", replace(TEXT, text="A")), ("sent_by", replace(TEXT, text="B")))
    assert codes(given) == ["two-answers"]


def test_choices_that_are_not_the_forms_own_are_no_answer() -> None:
    turned = replace(CHOICE, options=(("yes", "No"), ("no", "Yes"), ("in_part", "In part")), text="No")
    made = replace(CHOICE, tag="offender_may_be_told")
    given = read(("offender_may_be_told", turned), form=(made,))
    assert codes(given) == ["choices-changed"]
    assert given.reply == {"offender_may_be_told": "no"}


def test_outcomes_and_places_of_replies_are_in_the_case() -> None:
    catalogue = open_catalogue()
    for manifest in catalogue.artefacts.values():
        rule = manifest.returned
        if rule is None:
            continue
        entry = catalogue.vocabulary.case.at((rule.list.removeprefix("/"), 0))
        assert entry is not None
        assert {rule.answers, *filter(None, (rule.received, rule.outcome)), *rule.fixed} <= set(
            entry.properties
        )
        if rule.outcome:
            assert {each.id for each in manifest.outcomes} == set(entry.properties[rule.outcome].options)


def test_checks_speak_of_places_that_are_there() -> None:
    vocabulary = open_catalogue().vocabulary
    checks = [
        (name, check) for name, schema in vocabulary.schemas.items() for check in schema.get("x-checks", ())
    ]
    assert len(checks) > 15
    for name, check in checks:
        assert vocabulary.node(name).at(steps(check["at"])) is not None, check["at"]
        Draft202012Validator.check_schema(check["when"])
