from __future__ import annotations

import pytest
from domain_kit import read_json

from forms.domain.case import Case
from forms.domain.routing import AREA_UNKNOWN_NOTE, load_authorities, route

AUTHORITIES = load_authorities(read_json("directories/local-authorities.json"))
HOME = {"lines": ["1 Sample Street"], "postcode": "SE1 0ZZ"}


def routed(children=None, urgent=False, offender=None, **more):
    offender = {"local_authority": "Southwark", "home_address": HOME} if offender is None else offender
    data = {
        "reference": "X1",
        "offender": offender,
        **({"children": children} if children is not None else {}),
        **more,
    }
    return route(Case(data, "case.json"), AUTHORITIES, urgent)


@pytest.mark.parametrize(
    ("area", "name"),
    [
        ("Hackney", "Hackney"),
        ("hackney council", "Hackney"),
        ("London Borough of Hackney", "Hackney"),
        ("LB Hackney", "Hackney"),
        ("Stoke Newington", "Hackney"),
        ("e09000012", "Hackney"),
        ("Barking & Dagenham", "Barking and Dagenham"),
        ("Royal Borough of Kensington and Chelsea", "Kensington and Chelsea"),
        ("Westminster City Council", "Westminster"),
        ("The City of London Corporation", "City of London"),
        ("City of London", "City of London"),
    ],
)
def test_an_area_is_found_by_name_old_name_or_code(area, name):
    found = AUTHORITIES.find(area)
    assert found is not None
    assert found.name == name


def test_all_boroughs_are_found_by_all_their_names():
    assert len(AUTHORITIES.by_code) == 33
    for authority in AUTHORITIES.by_code.values():
        for name in (authority.code, authority.name, authority.formal_name):
            assert AUTHORITIES.find(name) is authority


def test_one_document_per_area_with_only_its_children():
    found = routed(
        [
            {"local_authority": "Southwark"},
            {"local_authority": "Barnet"},
            {"address": {"as_above": True}},
            {"local_authority": "LB Barnet"},
        ]
    )
    assert [(way.authority.name, way.children, way.note) for way in found.routes] == [
        ("Southwark", (0, 2), ""),
        ("Barnet", (1, 3), ""),
    ]
    assert found.problems == ()
    assert found.routes[1].recipient["name"] == "London Borough of Barnet"
    assert found.routes[1].recipient["telephone"] == "020 7946 0304"
    assert found.routes[1].area == "Barnet"


def test_an_area_that_is_not_given_goes_to_the_subjects_and_says_so():
    found = routed([{"local_authority": {"not_known": "Not asked"}}, {"local_authority": "Barnet"}, {}])
    assert [(way.authority.name, way.children, way.note) for way in found.routes] == [
        ("Southwark", (0, 2), AREA_UNKNOWN_NOTE),
        ("Barnet", (1,), ""),
    ]
    assert [(problem.severity, problem.code, problem.place.pointer) for problem in found.problems] == [
        ("warning", "no-area", "/children/0/local_authority"),
        ("warning", "no-area", "/children/2/local_authority"),
    ]


def test_nobody_is_guessed_at_when_no_area_is_known():
    found = routed([{}], offender={})
    assert [(way.authority, way.children, dict(way.recipient), way.note) for way in found.routes] == [
        (None, (0,), {}, "")
    ]
    assert {problem.severity for problem in found.problems} == {"warning"}


def test_without_children_the_subjects_area_is_written_to():
    for children in (None, []):
        found = routed(children)
        assert [(way.authority.name, way.children) for way in found.routes] == [("Southwark", None)]


def test_a_name_that_the_directory_does_not_have_is_an_error_with_near_names():
    found = routed([{"local_authority": "Suthwark"}])
    problem = found.problems[0]
    assert (problem.severity, problem.code, problem.place.pointer) == (
        "error",
        "unknown-area",
        "/children/0/local_authority",
    )
    assert problem.hint == "Did you mean Southwark?"
    assert problem.place.label == "Children, 1st: Area (local authority)"
    assert "Suthwark" not in problem.message + problem.hint


def test_an_urgent_paper_goes_out_all_the_same():
    found = routed(
        [{"local_authority": "Kent"}, {"local_authority": "Surrey"}, {"local_authority": "Kent"}], urgent=True
    )
    assert [(dict(way.recipient), way.children) for way in found.routes] == [
        ({"name": "Kent"}, (0, 2)),
        ({"name": "Surrey"}, (1,)),
    ]
    assert {problem.severity for problem in found.problems} == {"warning"}
    assert {way.area for way in found.routes} == {""}, "no file name repeats what was typed"


def test_the_postcode_tells_which_team():
    east = {
        "local_authority": "Barking and Dagenham",
        "address": {"lines": ["1 Any Lane"], "postcode": "rm100zz"},
    }
    west = {
        "local_authority": "Barking and Dagenham",
        "address": {"lines": ["1 Any Lane"], "postcode": "IG11 0ZZ"},
    }
    found = routed([east, west])
    assert [(way.hub, way.children) for way in found.routes] == [
        ("east-barking-and-dagenham-hub", (0,)),
        ("barking-and-dagenham-hub", (1,)),
    ]
    assert found.problems == ()
    assert found.routes[0].area == "east-barking-and-dagenham-hub"
    unsure = routed([{"local_authority": "Barking and Dagenham"}])
    assert [problem.code for problem in unsure.problems] == ["team-not-certain"]
    assert unsure.routes[0].recipient["telephone"]


def test_a_fax_number_counts_only_when_verified():
    verified = {
        hub["id"]: isinstance(hub.get("fax_verified_on"), str)
        for authority in AUTHORITIES.by_code.values()
        for hub in authority.hubs
    }
    assert set(verified.values()) == {True, False}
    for authority in AUTHORITIES.by_code.values():
        for way in routed([{"local_authority": authority.code}]).routes:
            assert ("fax" in way.recipient) is (
                verified[way.hub] and "fax" in next(hub for hub in authority.hubs if hub["id"] == way.hub)
            )


def test_a_recipient_typed_in_the_case_is_taken():
    typed = {"local_authority": "Barnet", "person": {"given": "Bo"}, "email": "bo@example.org"}
    way = routed([{"local_authority": "Hackney"}], recipient=typed).routes[0]
    assert (way.authority.name, way.children) == ("Barnet", None)
    assert way.recipient["email"] == "bo@example.org"
    assert way.recipient["person"] == {"given": "Bo"}
    assert way.recipient["telephone"] == "020 7946 0304"
    other = routed(recipient={"local_authority": "Kent", "team": "Front Door"}).routes[0]
    assert dict(other.recipient) == {"name": "Kent", "team": "Front Door"}
    assert other.authority is None


def test_an_authority_without_a_team_and_one_run_by_another():
    directory = {
        "authorities": [
            {"code": "E00000001", "name": "Aton", "hubs": [{"team": "MASH"}]},
            {"code": "E00000002", "name": "Beton", "hubs": []},
            {"code": "E00000003", "name": "Ceton", "hubs": [], "children_services_by": "E00000001"},
        ]
    }
    children = [{"local_authority": "Ceton"}, {"local_authority": "Aton"}, {"local_authority": "Beton"}]
    found = route(Case({"children": children}), load_authorities(directory))
    assert [(way.authority.name, way.children) for way in found.routes] == [("Aton", (0, 1)), ("Beton", (2,))]
    assert [problem.code for problem in found.problems] == ["no-team"]
