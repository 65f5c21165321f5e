from __future__ import annotations

import json

import pytest
from domain_kit import LIBRARY, read_json
from hypothesis import given, settings
from hypothesis import strategies as st

from forms.domain import leaks as leaks_module
from forms.domain import needles as needles_module
from forms.domain import normal as normal_module
from forms.domain import wording
from forms.domain.audience import load_readers, view
from forms.domain.case import Case, resolve, texts
from forms.domain.leaks import leaks
from forms.domain.marks import MACHINERY
from forms.domain.nodes import is_withheld
from forms.domain.normal import ASCII_TEXT, characters, normal, padded, words_of

READERS = load_readers(read_json("directories/audiences.json"))
SECRET = {
    "id": "secret",
    "name": {"title": "Ms", "given": "Thandeka Rose", "family": "O’Brien-Quill"},
    "address": {"lines": ["Heron House", "14 Larkspur Road", "Camden Town", "London"], "postcode": "NW1 0ZZ"},
    "telephone": "07700 900166",
    "date_of_birth": "1992-12-01",
}
HIDE = [
    {"path": "#secret", "audiences": ["professionals", "offender", "parent"], "reason": "r", "trace": "silent"}
]


def found(vocabulary, text, reader="professionals", **more):
    data = {
        "reference": "X123456",
        "adults": [SECRET],
        "restricted": HIDE,
        "risk": {"nature": {"text": text}},
        **more,
    }
    seen = view(Case(data, "case.json"), vocabulary.case, READERS[reader])
    return leaks(seen, vocabulary.case, "case.json")


def errors(vocabulary, text, **more):
    return [problem for problem in found(vocabulary, text, **more) if problem.severity == "error"]


@pytest.mark.parametrize(
    "text",
    [
        "She is called Thandeka now.",
        "THANDEKA O'BRIEN-QUILL rang.",
        "I spoke to Ms O’Brien-Quill’s sister.",
        "Mrs Quill was there.",
        "thandeka rang",
        "He asked Rose about it.",
        "She now lives at 14  Larkspur\nRoad.",
        "Seen at Heron House.",
        "His new area is nw10zz.",
        "Her number is 07700-900 166.",
        "Ring +44 7700 900166.",
        "Born on 1 December 1992.",
        "Born 01/12/1992.",
        "Born 1.12.92.",
        "Born 1st Dec 1992.",
        "Born December 1, 1992.",
        "Born 1992-12-01.",
        "Th\u00adandeka came, with her zero\u200bwidth name: Than\u200bdeka.",
    ],
)
def test_a_text_that_repeats_what_was_removed_is_refused(vocabulary, text):
    for reader in ("professionals", "offender", "parent"):
        problems = errors(vocabulary, text, reader=reader)
        assert problems, reader
        assert {problem.code for problem in problems} == {"restricted-value-repeated"}
        assert {problem.place.pointer for problem in problems} == {"/risk/nature/text"}
        assert problems[0].place.label == "Risk: The nature of the risk: Statement"
        told = problems[0].message + problems[0].hint
        assert not any(part in told.casefold() for part in ("thandeka", "quill", "larkspur", "900166", "1992"))


@pytest.mark.parametrize(
    "text",
    [
        "He likes roses, and a rose bush.",
        "They met in Camden Town, London.",
        "Number 14 came up; the road is long.",
        "Rose Street is near.",
        "The Larkspur estate.",
        "On 2 December 1992 he left school.",
        "December was cold. 1992 was long ago.",
        "Ring 07700 900167.",
        "Quillings are feathers.",
    ],
)
def test_chance_is_no_repetition(vocabulary, text):
    for reader in ("professionals", "offender", "parent"):
        assert found(vocabulary, text, reader=reader) == ()


@pytest.mark.parametrize("written", ["01/12/1992", "1 Dec 1992", "1 December 1992", " 1992-12-01"])
def test_a_date_that_no_format_holds_to_iso_is_found_too(vocabulary, written):
    """A force's own schema may print a text as a date without asking for its format."""
    person = {**SECRET, "date_of_birth": written}
    for text in ("Born 1992-12-01.", "Born on 1 December 1992.", "Born 1.12.92."):
        assert errors(vocabulary, text, adults=[person]), text
    assert not errors(vocabulary, "Born 2 December 1992.", adults=[person])


def test_what_the_reader_sees_anyway_is_no_secret(vocabulary):
    offender = {
        "name": {"given": "Sam", "family": "O’Brien-Quill"},
        "home_address": SECRET["address"],
        "telephone": "07700900166",
    }
    text = "Mr O’Brien-Quill lives at 14 Larkspur Road, NW1 0ZZ; ring 07700 900166."
    assert found(vocabulary, text, offender=offender, reader="offender") == ()
    assert errors(vocabulary, "Thandeka lives there, too.", offender=offender, reader="offender")


@pytest.mark.parametrize("seen", ["020 7946 0123 ext 4", "020 7946 0123", "+44 (0)20 7946 0123"])
def test_a_number_that_the_reader_sees_is_no_secret(vocabulary, seen):
    hide = {**SECRET, "telephone": "020 7946 0123"}
    for data in ({"practitioner": {"telephone": seen}}, {"sentence": {"court": seen.removesuffix(" ext 4")}}):
        assert found(vocabulary, "Ring 020 7946 0123.", adults=[hide], **data) == ()


def test_a_first_word_of_a_sentence_is_no_name(vocabulary):
    hide = {**SECRET, "name": {"given": "Will", "family": "May"}}
    for text in ("Will they come? May they?", "He left on 3 May 2026.", "Who will; who may?", "• Will he come"):
        assert found(vocabulary, text, adults=[hide]) == ()
    assert errors(vocabulary, "Then Will came.", adults=[hide])
    assert errors(vocabulary, "He met Ms May there.", adults=[hide])


def test_texts_count_when_they_say_something(vocabulary):
    def school(name, text):
        child = {"name": {"given": "Ama"}, "school": name}
        return found(vocabulary, text, adults=[], restricted=[], children=[child])

    assert (
        school("Oakfield Primary School", "She goes to Oakfield Primary School on foot.")[0].severity == "error"
    )
    assert school("Oakfield", "She likes Oakfield.")[0].code == "restricted-value-perhaps-repeated"
    assert school("Primary school", "She likes primary school.") == ()
    assert school("Ama", "Ama is well.") == ()


def test_a_sentence_copied_out_of_a_longer_text_is_found(vocabulary):
    secret = "He was seen twice. One report, not confirmed, that he keeps a knife in the car. No more."
    text = "It is said: one report, not confirmed, that he keeps a knife in the car!"
    assert errors(vocabulary, text, adults=[], restricted=[], intelligence={"police_intelligence": secret})


def test_everyday_phrases_that_a_lay_reader_merely_is_not_given_stop_nothing(vocabulary):
    child = {"name": {"given": "Ama"}, "lives_with": "Her mother", "ethnicity": "Not stated"}
    more = {"adults": [], "restricted": [], "children": [child]}
    assert found(vocabulary, "Ama lives with her mother.", reader="offender", **more) == ()
    child["lives_with"] = "Her aunt in the blue caravan"
    assert errors(vocabulary, "She stays with her aunt in the blue caravan.", reader="offender", **more)


def test_reasons_for_not_knowing_are_searched_too(vocabulary):
    data = {"children": [{"name": {"not_known": "Thandeka would not say"}}]}
    assert [problem.place.pointer for problem in errors(vocabulary, "x", **data)] == [
        "/children/0/name/not_known"
    ]


def test_places_are_those_of_the_full_case(vocabulary):
    children = [
        {"id": "gone", "name": {"given": "Bo"}},
        {"name": {"given": "Cy"}, "contact": "Through Thandeka"},
    ]
    restricted = [*HIDE, {"path": "#gone", "audiences": ["offender"], "reason": "r"}]
    problems = errors(vocabulary, "x", children=children, restricted=restricted, reader="offender")
    assert [problem.place.pointer for problem in problems] == ["/children/1/contact"]
    assert problems[0].place.label == "Children, 2nd: Contact with the offender"


def test_a_child_whom_the_document_is_not_about_is_no_secret_but_its_school_is(vocabulary):
    children = [{"name": {"given": "Ama"}}, {"name": {"given": "Bo"}, "school": "Oakfield Primary School"}]
    agencies = [{"involved_with": "Bo"}]

    def problems(text):
        data = {
            "reference": "X1",
            "children": children,
            "agencies": agencies,
            "risk": {"nature": {"text": text}},
        }
        seen = view(Case(data), vocabulary.case, READERS["professionals"], only={"/children": (0,)})
        assert seen.data["children"] == [children[0]]
        return leaks(seen, vocabulary.case)

    assert problems("Ama plays with Bo.") == ()
    assert [problem.severity for problem in problems("Bo goes to Oakfield Primary School.")] == ["error"]


@given(st.text())
def test_normal_form_is_stable(text):
    assert normal(normal(text)) == normal(text)


@given(st.dates().filter(lambda day: day.year >= 1900))
def test_every_form_of_a_date_is_found(vocabulary, day):
    hide = {"id": "secret", "date_of_birth": day.isoformat()}
    for form in wording.date_forms(day.isoformat()):
        short = form.endswith(f"{day.year % 100:02}") and not form.endswith(f"{day.year}")
        if not short or 1950 <= day.year < 2050:
            assert errors(vocabulary, f"It was {form}, then.", adults=[hide]), form


# What stands in a property of each kind, and how a text would repeat it.
MARKERS = {
    "text": ("Zqxmarker wvy text", "zqxmarker wvy text"),
    "name": ({"given": "Zqxmarker", "family": "Wvymarker"}, "Zqxmarker Wvymarker"),
    "address": ({"lines": ["77 Zqxmarker Road", "London"], "postcode": "ZZ9 9ZZ"}, "77 zqxmarker road"),
    "telephone": ("07700 900987", "07700900987"),
    "date": ("1987-06-05", "5 June 1987"),
    "part_date": ("1987-06-05", "5 June 1987"),
    "date_time": ("1987-06-05T12:34", ""),
    "time": ("12:34", ""),
    "yes_no": (True, ""),
    "number": (98765, ""),
}


def restrictable(node, path=()):
    """Give every property that holds one value: (path with * for list items, node)."""
    if node.kind == "value" and path[-1] != "id":
        yield path, node
    elif node.kind == "array":
        yield from restrictable(node.items, (*path, "*"))
    else:
        for key, below in node.properties.items():
            if path or key not in MACHINERY:
                yield from restrictable(below, (*path, key))


def put(path, value):
    """Give a case that holds a value at a path, and the value's pointer."""
    data = {}
    target, steps = data, []
    for part, after in zip(path, (*path[1:], None), strict=True):
        below = value if after is None else [] if after == "*" else {}
        if part == "*":
            target.append(below)
            steps.append("0")
        else:
            target[part] = below
            steps.append(part)
        target = below
    return data, "/" + "/".join(steps)


def marker_of(node):
    if node.prints == "words":
        return node.options[0] if node.options else next(iter(node.words), "x"), ""
    return MARKERS[node.prints]


@pytest.mark.parametrize("reader", list(READERS))
def test_no_restricted_property_reaches_the_reader(vocabulary, reader):
    """Each property in turn: restricted, it is gone from the view, whatever else declares it."""
    tried = 0
    for path, node in restrictable(vocabulary.case):
        value, _ = marker_of(node)
        data, pointer = put(path, value)
        for trace in ("say", "silent"):
            data["restricted"] = [{"path": pointer, "audiences": [reader], "reason": "r", "trace": trace}]
            seen = view(Case(data), vocabulary.case, READERS[reader])
            kept = resolve(seen.data, pointer)
            assert kept is None or is_withheld(kept), pointer
            assert value is True or json.dumps(value) not in json.dumps(seen.data), pointer
            if READERS[reader].lay:
                assert seen.data == {}, f"{pointer} leaves a trace"
        tried += 1
    assert tried > 300


@pytest.mark.parametrize("reader", list(READERS))
def test_every_property_is_seen_by_whom_the_schema_says_and_nobody_else(vocabulary, reader):
    for path, node in restrictable(vocabulary.case):
        value, _ = marker_of(node)
        data, pointer = put(path, value)
        closed = any(
            above.audiences is not None and reader not in above.audiences
            for above in (vocabulary.case.at(_parts(path[:length])) for length in range(len(path) + 1))
        )
        allowed = not closed and (reader in node.lay if READERS[reader].lay else True)
        seen = view(Case(data), vocabulary.case, READERS[reader]).data
        assert (resolve(seen, pointer) == value) is allowed, (pointer, reader)


def _parts(path):
    return [part if part != "*" else "0" for part in path]


TEXTS = {
    "professionals": ("risk", "nature", "text"),
    "parent": ("risk", "nature", "text"),
    "offender": ("risk", "nature", "text"),
    "chair": ("risk", "nature", "text"),
    "partner": ("papers", "family-pack", "officer_words"),
}


@pytest.mark.parametrize("reader", list(TEXTS))
def test_every_restricted_property_is_found_when_a_text_repeats_it(vocabulary, reader):
    where = TEXTS[reader]
    for path, node in restrictable(vocabulary.case):
        value, words = marker_of(node)
        if not words or path[: len(where) - 1] == where[: len(where) - 1]:
            continue
        data, pointer = put(path, value)
        text, place = put(where, f"It was said that {words}, and more.")
        merged = {**text, **data}
        for top in set(text) & set(data):
            merged[top] = {**text[top], **data[top]}
        merged["restricted"] = [{"path": pointer, "audiences": [reader], "reason": "r"}]
        seen = view(Case(merged), vocabulary.case, READERS[reader])
        problems = leaks(seen, vocabulary.case)
        assert [(problem.code, problem.place.pointer) for problem in problems] == [
            ("restricted-value-repeated", place)
        ], pointer


def test_no_sample_repeats_what_its_readers_may_not_have(vocabulary):
    """Also guards against a search so strict that honest papers are refused."""
    for path in sorted((LIBRARY / "samples").glob("*/valid/*.json")):
        case = Case(json.loads(path.read_text(encoding="utf-8")), path.name)
        for reader in ("professionals", "parent", "offender", "chair", "social-care"):
            if path.parts[-3] == "conference-report":
                seen = view(case, vocabulary.case, READERS[reader], "conference-report")
                assert [
                    problem for problem in leaks(seen, vocabulary.case) if problem.severity == "error"
                ] == []


# Pieces of texts and values that are hard to tell apart: what is removed, written in many ways, cut and glued.
PIECES = """
    Thandeka|THANDEKA|O’Brien-Quill|O'Brien|Brien|Quill’s|quill|Rose|rose|Will|will|May|Zoë|zoe|Łukasz|Æsa|æsa
    14|Larkspur|Road|Heron|House|Street|NW1|0ZZ|NW1 0ZZ|nw10zz|0zz|school|Oakfield|Primary
    07700 900166|+44 (0)7700 900166|900166|(0)|0|(0|07700|+44|020 7946 0123|7946|0123
    1992-12-01|1 December 1992|01/12/92|1.12.1992|Dec 1st, 1992|December|1992|12|1|01|92
    ١٩٩٢|１|²|½|১২|'s|'|’|-|.|,|!|_|£|/|é|日本|He was seen near the old mill
"""
TEXT = (
    st.lists(
        st.sampled_from(
            [piece.strip() for line in PIECES.split("\n") for piece in line.split("|") if piece.strip()]
        )
        | st.sampled_from(" \n\u00ad\u200b\u0301")
        | st.just(" "),
        max_size=12,
    )
    .map("".join)
    .filter(str.strip)
)
NAME = st.fixed_dictionaries({}, optional={"given": TEXT, "family": TEXT})
ADDRESS = st.fixed_dictionaries({"lines": st.lists(TEXT, min_size=1, max_size=2)}, optional={"postcode": TEXT})
PERSON = st.fixed_dictionaries(
    {"id": st.just("one")},
    optional={
        "name": NAME | st.fixed_dictionaries({"not_known": TEXT}),
        "address": ADDRESS,
        "telephone": TEXT,
        "date_of_birth": st.sampled_from(["1992-12-01", "1992-12", "1992-12-10", "2019-01-02"])
        | st.sampled_from(["01/12/1992", "1 December 1992", "2 Jan 2019"]),
        "relationship": TEXT,
        "health": TEXT,
        "additional_information": TEXT,
    },
)
CASES = st.fixed_dictionaries(
    {
        "adults": st.tuples(PERSON).map(list),
        "risk": st.fixed_dictionaries({"nature": st.fixed_dictionaries({"text": TEXT})}),
    },
    optional={
        "children": st.lists(PERSON.map(lambda child: {**child, "id": "two"}), max_size=1),
        "offender": st.fixed_dictionaries(
            {}, optional={"name": NAME, "home_address": ADDRESS, "telephone": TEXT}
        ),
        "sentence": st.fixed_dictionaries({"requirements": st.lists(TEXT, max_size=2), "court": TEXT}),
    },
)


@settings(max_examples=400, deadline=None)
@given(CASES, st.sampled_from(["professionals", "offender", "parent", "police"]), st.booleans(), st.booleans())
def test_the_quick_search_finds_what_the_thorough_one_finds(vocabulary, data, reader, together, many):
    """A haystack may hold what is not found, but never lacks what is."""
    case = Case({**data, "restricted": [{**HIDE[0], "audiences": [reader]}]})
    seen = view(case, vocabulary.case, READERS[reader])
    readings = leaks_module.Readings(texts(case.data) if together else ())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(needles_module, "_FEW", 0 if many else 24)
        quick = leaks(seen, vocabulary.case, readings=readings)
        patch.setattr(leaks_module.Haystack, "may_hold", lambda haystack, key: True)
        thorough = leaks(seen, vocabulary.case)
    assert quick == thorough


@given(st.lists(st.one_of(TEXT, st.text(max_size=9)), max_size=4), st.text(max_size=9))
def test_characters_that_are_told_wrongly_change_nothing(made, told):
    assert [reading.split() for reading in padded(made, told)] == [words_of(text) for text in made]


@given(st.lists(st.one_of(TEXT, st.text(max_size=9)), max_size=4), st.integers(0, 2))
def test_texts_read_together_are_read_as_each_alone(made, noughts):
    made += ["a\0b"] * noughts
    alone = [words_of(text) for text in made]
    assert [text.split() for text in padded(made)] == alone
    assert [text.split() for text in padded(made, characters("".join(made)) | set("é日"))] == alone


@given(st.text(st.characters(min_codepoint=0x20, max_codepoint=0x2FF) | st.sampled_from("’…–'s "), max_size=12))
def test_letters_of_europe_read_together_are_read_as_each_alone(text):
    assert padded([text])[0].split() == words_of(text)


@given(st.text(st.characters(exclude_categories=("Cs",)), max_size=9))
def test_characters_beside_ascii(text):
    assert characters(text) == set(text) - set(ASCII_TEXT)


@given(st.text(st.characters(max_codepoint=0x2FFF, exclude_categories=("Cs",)), max_size=12))
def test_letters_folded_one_by_one_are_folded_as_in_the_whole_text(text):
    """The quick way for Latin letters gives what the thorough one gives."""
    plain = normal_module._WESTERN.sub(normal_module._western, text)
    if plain.isascii():
        assert plain.casefold() == normal_module._fold(text).casefold()
