from __future__ import annotations

import copy
import json

import pytest
from domain_kit import LIBRARY
from hypothesis import given, settings
from hypothesis import strategies as st

from forms.domain import audience as audience_module
from forms.domain.artefact import AudienceRule, Requirement
from forms.domain.audience import annex_rows, refusals, view
from forms.domain.case import Case, resolve
from forms.domain.marks import check_marks
from forms.domain.nodes import is_withheld

REPORT = "conference-report"


@pytest.fixture
def full():
    return json.loads((LIBRARY / "samples/conference-report/valid/full.json").read_text(encoding="utf-8"))


@pytest.fixture
def see(vocabulary, readers):
    def seen(data, reader, **more):
        return view(Case(data, "case.json"), vocabulary.case, readers[reader], **more)

    return seen


def restrict(data, path, *audiences, trace="say", reason="Because"):
    mark = {"path": path, "audiences": list(audiences), "reason": reason, "trace": trace}
    data.setdefault("restricted", []).append(mark)
    return data


def release(data, path, *audiences):
    mark = {"path": path, "audiences": list(audiences), "reason": "r", "by": "b", "on": "2026-11-21"}
    data.setdefault("released", []).append(mark)
    return data


def case_with(**more):
    return {"reference": "X123456", **more}


CHILD = {"id": "c1", "name": {"given": "Ama"}, "age": 9, "school": "Any School", "lives_with": "Her aunt"}


def test_closed_by_default_for_professionals_too(see):
    data = case_with(children=[CHILD], marac={"referred": True}, victims=[{"name": {"given": "Vee"}}])
    assert see(data, "social-care").data == data
    seen = see(data, "professionals")
    assert is_withheld(seen.data["children"][0]["school"])
    assert seen.data["children"][0]["lives_with"] == "Her aunt"
    assert "marac" not in seen.data, "that there is any MARAC content is itself closed"
    assert "victims" not in seen.data
    assert {removed.pointer: removed.why for removed in seen.withheld} == {
        "/children/0/school": "closed",
        "/marac": "closed",
        "/victims": "closed",
    }


def test_lay_readers_see_only_what_is_declared_and_no_trace(see):
    data = case_with(
        children=[CHILD, {"id": "c2", "school": "Any School"}], risk={"work": "None"}, adults=[{"health": "x"}]
    )
    seen = see(data, "offender")
    assert seen.data == {"reference": "X123456", "children": [{"name": {"given": "Ama"}, "age": 9}]}
    assert see(data, "partner").data == {}
    assert not any(removed.say for removed in seen.withheld)


def test_a_release_opens_its_place_and_nothing_closed_below(see):
    data = release(case_with(children=[CHILD]), "/children/0", "offender")
    seen = see(data, "offender").data["children"][0]
    assert seen["lives_with"] == "Her aunt"
    assert "school" not in seen
    data = release(data, "/children/0/school", "offender", "professionals")
    assert see(data, "offender").data["children"][0]["school"] == "Any School"
    assert see(data, "professionals").data["children"][0]["school"] == "Any School"
    assert "school" not in see(data, "parent").data["children"][0]


def test_a_release_inside_a_closed_subtree_opens_only_that(see):
    data = release(case_with(mappa={"is_mappa_case": True, "content": "x"}), "/mappa/content", "professionals")
    assert see(data, "professionals").data["mappa"] == {"is_mappa_case": True, "content": "x"}
    data = case_with(intelligence={"police_intelligence": "p", "borough_intelligence_check": {"result": "r"}})
    seen = see(release(data, "/intelligence/police_intelligence", "professionals"), "professionals")
    assert seen.data["intelligence"] == {"police_intelligence": "p"}
    assert [removed.pointer for removed in seen.withheld] == ["/intelligence/borough_intelligence_check"]


def test_a_restriction_wins_over_a_release(see):
    data = release(restrict(case_with(children=[CHILD]), "#c1", "offender"), "/children/0/school", "offender")
    assert "children" not in see(data, "offender").data


@pytest.mark.parametrize("trace", ["say", "silent"])
def test_professionals_are_told_or_not(see, trace):
    data = restrict(case_with(children=[CHILD, {"name": {"given": "Bo"}}]), "#c1", "professionals", trace=trace)
    children = see(data, "professionals").data["children"]
    assert len(children) == (2 if trace == "say" else 1)
    assert is_withheld(children[0]) is (trace == "say")
    offender = restrict(case_with(children=[CHILD, {"name": {"given": "Bo"}}]), "#c1", "offender", trace=trace)
    assert see(offender, "offender").data["children"] == [{"name": {"given": "Bo"}}]


def test_items_that_moved_up_know_where_they_stand(see):
    data = restrict(case_with(children=[CHILD, {"name": {"given": "Bo"}, "age": 7}]), "#c1", "offender")
    seen = see(data, "offender")
    assert seen.origin("/children/0/age") == "/children/1/age"
    assert seen.origin("/reference") == "/reference"


def test_a_row_goes_when_what_it_is_a_row_of_goes(see):
    data = case_with(children=[CHILD, {"name": {"given": "Bo"}, "age": 7}])
    assert see(restrict(data, "/children/0/name", "offender"), "offender").data["children"] == [
        {"name": {"given": "Bo"}, "age": 7}
    ]
    statement = {"text": "A secret.", "basis": "verified"}
    data = restrict(case_with(risk={"nature": statement}), "/risk/nature/text", "offender", "parent")
    assert "risk" not in see(data, "offender").data, "a basis alone would show that a statement is missing"


def test_a_child_who_never_had_a_name_stays(see):
    assert see(case_with(children=[{"expected_delivery": "2027-01"}]), "parent").data["children"] == [
        {"expected_delivery": "2027-01"}
    ]


def test_a_mark_inside_a_value_counts_for_the_whole_value(see):
    address = {"lines": ["1 Sample Street"], "postcode": "SE1 0ZZ"}
    data = restrict(
        case_with(offender={"home_address": address}), "/offender/home_address/postcode", "professionals"
    )
    assert is_withheld(see(data, "professionals").data["offender"]["home_address"])


def test_marks_may_name_one_person(see):
    data = case_with(adults=[{"name": {"given": "Bo"}}])
    restrict(data, "/adults/0", "parent:2", "parent:mum")
    assert see(data, "parent").data["adults"]
    assert see(data, "parent", person=("1", "dad")).data["adults"]
    assert "adults" not in see(data, "parent", person=("2", "other")).data
    assert "adults" not in see(data, "parent", person=("3", "mum")).data


def test_reasons_for_not_knowing_are_for_professionals(see):
    data = case_with(offender={"status": {"not_known": "His sister would not say"}})
    assert see(data, "professionals").data == data
    assert see(data, "offender").data["offender"]["status"] == {"not_known": ""}


def test_only_the_own_paper_and_never_the_marks(see, full):
    data = {**full, "papers": {**full["papers"], "referral": {"reason": "x"}}}
    for reader in ("social-care", "chair", "offender"):
        seen = see(data, reader, artefact=REPORT).data
        assert set(seen["papers"]) == {REPORT}
        assert not {"restricted", "released"} & set(seen)


def test_a_document_about_some_children_keeps_quiet_about_the_rest(see):
    data = case_with(children=[CHILD, {"name": {"given": "Bo"}}, {"name": {"given": "Cy"}}])
    seen = see(data, "social-care", only={"/children": (0, 2)})
    assert [child["name"]["given"] for child in seen.data["children"]] == ["Ama", "Cy"]
    assert seen.withheld == ()
    assert seen.origin("/children/1/name") == "/children/2/name"


def test_sources_show_lay_readers_only_what_is_released(see, full):
    assert see(full, "offender", artefact=REPORT).data["papers"][REPORT]["sources"] == {
        "interview": True,
        "case_records": True,
    }
    assert see(full, "parent", artefact=REPORT).data["papers"][REPORT]["sources"] == {"interview": True}
    full["released"] = []
    assert "sources" not in see(full, "offender", artefact=REPORT).data["papers"][REPORT]


def test_a_view_never_changes_the_case(see, full):
    before = json.dumps(full)
    for reader in ("professionals", "parent", "offender", "chair"):
        see(full, reader)
    assert json.dumps(full) == before


def test_the_annex_lists_what_others_may_not_see(vocabulary, readers, see, full):
    case = Case(full, "case.json")
    others = [see(full, name, artefact=REPORT) for name in ("professionals", "parent", "offender")]
    rows = annex_rows(case, vocabulary.case, readers["chair"], others)
    found = {str(row.label): row for row in rows}
    secret = found["Adults, 3rd: Additional information"]
    assert "drinks in the evenings" in str(secret.value)
    assert str(secret.reason) == "Told in confidence; Mrs Sampson may be at the meeting"
    assert str(secret.kept_from) == "Conference members, Parent or carer, Offender"
    assert "Debts to a private lender" in str(found["Risk: Known risk factors: Other risk factors"].value)
    assert "Children, 1st: Lives with" not in found, "what a parent merely isn't given is no secret"
    assert str(found["MARAC"].reason) == "Closed unless released"
    assert not any("Enforcement" in name for name in found), "what the chair may not see either"


def test_the_annex_leaves_out_what_the_chair_may_not_see(vocabulary, readers, see):
    data = case_with(
        adults=[{"name": {"given": "Bo"}, "health": "x", "age": 7}], enforcement={"stage": "before"}
    )
    restrict(data, "/adults/0/health", "chair")
    restrict(data, "/adults/0", "professionals")
    rows = annex_rows(Case(data), vocabulary.case, readers["chair"], [see(data, "professionals")])
    assert [str(row.label) for row in rows] == ["Adults, 1st"]
    assert "x" not in str(rows[0].value).split()
    assert "Age: 7" in str(rows[0].value)


def test_an_audience_is_refused_in_the_manifests_words(vocabulary, readers):
    rule = AudienceRule("offender", requires=(Requirement({"required": ["risk"]}, "Not cleared", "Record it"),))
    problem = refusals(rule, Case(case_with()), vocabulary, readers["offender"])[0]
    assert (problem.code, problem.message, problem.hint, problem.place.label) == (
        "audience-refused",
        "Not cleared",
        "Record it",
        "Offender",
    )
    assert refusals(rule, Case(case_with(risk={})), vocabulary, readers["offender"]) == ()


@pytest.mark.parametrize(
    ("path", "severity", "code"),
    [
        ("#c9", "error", "unknown-place"),
        ("/childern/0", "error", "unknown-place"),
        ("/children/7", "error", "unknown-place"),
        ("/children/0/shool", "error", "unknown-place"),
        ("/restricted/0", "error", "unknown-place"),
        ("/children/0/health", "warning", "nothing-restricted"),
        ("/children/0/school", None, None),
        ("#c1", None, None),
    ],
)
def test_a_restriction_that_leads_nowhere_is_an_error(vocabulary, path, severity, code):
    problems = check_marks(Case(restrict(case_with(children=[CHILD]), path, "offender")), vocabulary.case)
    assert [(problem.severity, problem.code) for problem in problems] == ([(severity, code)] if code else [])
    if code:
        assert problems[0].place.pointer == "/restricted/0/path"


def test_a_release_of_a_part_of_a_value_is_an_error(vocabulary):
    data = case_with(offender={"home_address": {"lines": ["1 Sample Street"]}})
    problems = check_marks(Case(release(data, "/offender/home_address/lines", "parent")), vocabulary.case)
    assert [problem.code for problem in problems] == ["inside-a-value"]


@pytest.mark.parametrize(
    ("name", "known"),
    [
        ("parent:1", True),
        ("parent:mum", True),
        ("parent", True),
        ("parent:2", False),
        ("parent:dad", False),
        ("parent:0", False),
    ],
)
def test_a_restriction_for_nobody_is_an_error(vocabulary, name, known):
    data = case_with(children=[CHILD], papers={REPORT: {"parents": [{"id": "mum"}]}})
    problems = check_marks(Case(restrict(data, "#c1", name)), vocabulary.case)
    assert [(problem.code, problem.place.pointer) for problem in problems] == (
        [] if known else [("unknown-reader", "/restricted/0/audiences/0")]
    )


def test_identifiers_are_each_for_one_thing(vocabulary):
    data = case_with(children=[CHILD], adults=[{"id": "c1"}], papers={REPORT: {"parents": [{"id": "c1"}]}})
    problems = check_marks(Case(data), vocabulary.case)
    assert [(problem.code, problem.place.pointer) for problem in problems] == [
        ("repeated-identifier", "/adults/0/id")
    ]


def test_an_identifier_marks_every_place_it_names(see):
    data = case_with(
        adults=[{"id": "a1", "name": {"given": "Bo"}}], papers={REPORT: {"parents": [{"id": "a1"}]}}
    )
    seen = see(restrict(data, "#a1", "professionals", trace="silent"), "professionals").data
    assert seen["adults"] == []
    assert resolve(seen, f"/papers/{REPORT}/parents") == []


LAYOUTS = st.fixed_dictionaries(
    {},
    optional={
        "reference": st.just("X123456"),
        "children": st.lists(
            st.fixed_dictionaries(
                {"name": st.sampled_from([{"given": "Ama"}, {"not_known": "would not say"}])},
                optional={
                    "id": st.sampled_from(["c1", "c2"]),
                    "age": st.sampled_from([9, "7 months", {"not_known": "x"}, {"not_applicable": True}]),
                    "address": st.just({"lines": ["1 Any Road"], "postcode": "ZZ1 1ZZ"}),
                    "school": st.sampled_from(["Any School", " "]),
                    "lives_with": st.sampled_from(["Her aunt", {"not_known": "x"}]),
                    "odd": st.just("not in the schema"),
                },
            ),
            max_size=3,
        ),
        "agencies": st.just([{"kind": "gp", "organisation": "Practice"}]),
        "marac": st.just({"referred": True}),
        "risk": st.just({"nature": {"text": "Risk", "basis": "seen", "odd": {"a": 1}}}),
        "practitioner": st.just({"name": {"given": "Jo"}, "line_manager": {"name": {"given": "Bo"}, "odd": 1}}),
        "sentence": st.just({"requirements": ["One", "Two"], "offences": [{"offence": "Theft"}, {}]}),
        "papers": st.just({REPORT: {"attended": True}, "other": {}}),
        "odd": st.just(3),
    },
)
PATHS = [
    *(
        "/children",
        "/children/0",
        "/children/1/school",
        "/children/0/name",
        "/children/0/address",
        "#c1",
        "/risk",
    ),
    *("/risk/nature/text", "/marac", "/agencies/0", "/sentence/requirements/1", "/reference"),
    *("/practitioner/line_manager", "/risk"),
]
MARKS = st.lists(st.tuples(st.sampled_from(["say", "silent", "release"]), st.sampled_from(PATHS)), max_size=3)
SOME = st.sampled_from(["professionals", "police", "offender", "parent", "school"])


@settings(max_examples=300, deadline=None)
@given(LAYOUTS, MARKS, SOME, st.booleans())
def test_what_no_mark_is_on_is_kept_as_place_by_place(vocabulary, readers, data, marks, reader, part):
    """The quick way through places of which the case says nothing is the long way."""
    case = Case(copy.deepcopy(data), "case.json")
    for kind, path in marks:
        if kind == "release":
            release(case.data, path, reader)
        else:
            restrict(case.data, path, reader, trace=kind)
    more = {"only": {"/children": (0, 2)}} if part else {}
    quick = view(case, vocabulary.case, readers[reader], REPORT, **more)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(audience_module._Engine, "_is_quiet", lambda engine, pointer: False)
        long = view(case, vocabulary.case, readers[reader], REPORT, **more)
    assert list(quick.data) == list(long.data)
    assert quick == long
