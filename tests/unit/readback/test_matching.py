"""Placing controls whose tags are gone: by title, by order, or not at all."""

from __future__ import annotations

from forms.application.readback_match import match
from forms.formats.returned import Control

YES = (("yes", "Yes"), ("no", "No"))
FORM = (
    Control("name", "Name", "text", label="Name"),
    Control("known", "Known?", "choice", options=YES, label="Known?"),
    Control("people/0/name", "Name of person", "text", section="People"),
    Control("people/0/born", "Born", "date"),
    Control("people/1/name", "Name of person", "text", section="People"),
    Control("people/1/born", "Born", "date"),
    Control("one", "One", "text"),
    Control("two", "Two", "text"),
)


def untagged(kind: str, text: str = "", title: str = "", label: str = "") -> Control:
    return Control("", title, kind, text, label, options=YES if kind == "choice" else ())  # type: ignore[arg-type]


def paths(*controls: Control) -> list[str]:
    return ["/".join(found.path) for found in match(controls, FORM).matches]


def test_rows_repeat_as_often_as_they_do() -> None:
    row = (untagged("text", title="Name of person"), untagged("date"))
    controls = (
        untagged("text", title="Name"),
        untagged("choice"),
        *row,
        *row,
        *row,
        untagged("text"),
        untagged("text"),
    )
    found = match(controls, FORM)
    assert paths(*controls)[2:] == [
        *("people/0/name", "people/0/born", "people/1/name", "people/1/born", "people/2/name", "people/2/born"),
        *("one", "two"),
    ]
    assert [each.way for each in found.matches][:3] == ["title", "order", "title"]
    assert not found.unknown
    assert not found.ambiguous
    assert not found.missing


def test_a_section_title_on_its_first_control_is_known() -> None:
    controls = (untagged("text"), untagged("choice"), untagged("text", title="People"), untagged("date"))
    assert paths(*controls, untagged("text"), untagged("text"))[2] == "people/0/name"


def test_no_rows_at_all() -> None:
    assert paths(untagged("text"), untagged("choice"), untagged("text"), untagged("text"))[2:] == ["one", "two"]


def test_one_of_two_alike_is_not_guessed() -> None:
    found = match((untagged("text", label="Name"), untagged("choice"), untagged("text", "who?")), FORM)
    assert [names for _, names in found.ambiguous] == [("one", "two")]
    assert {"one", "two"} <= set(found.missing)


def test_a_title_settles_it() -> None:
    found = match((untagged("text", label="Name"), untagged("choice"), untagged("text", title="Two")), FORM)
    assert ["/".join(each.path) for each in found.matches] == ["name", "known", "two"]
    assert found.missing == ("one",)


def test_a_kind_that_fits_nowhere_is_left_out() -> None:
    box = Control("", "", "checkbox", ticked=True)
    controls = (untagged("text"), untagged("choice"), box, untagged("text"), untagged("text"))
    assert match(controls, FORM).unknown == (box,)


def test_tags_go_before_order_and_copied_rows_count() -> None:
    controls = (
        Control("two", "", "text"),
        Control("people/1/name", "", "text", "second, moved up", row="item 2"),
        Control("people/1/name", "", "text", "copied with its tag", row="item 9"),
        Control("people/0/born", "", "date", row="item 9"),
        Control("stranger", "", "text"),
    )
    found = match(controls, FORM)
    names = ["/".join(each.path) for each in found.matches]
    assert names == ["two", "people/0/name", "people/1/name", "people/1/born"]
    assert [control.tag for control in found.unknown] == ["stranger"]
    assert found.missing == ("name", "known", "one")


def test_names_that_a_program_made_up_are_not_ours() -> None:
    kinds = ("text", "choice", "text", "text")
    controls = [Control(f"Field{number}", "", kind) for number, kind in enumerate(kinds)]  # type: ignore[arg-type]
    assert paths(*controls) == ["name", "known", "one", "two"]
