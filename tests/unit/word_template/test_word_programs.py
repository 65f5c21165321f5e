"""The programs of templates: they give what Jinja's own programs give, and need no Jinja to run."""

import subprocess
import sys

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from jinja2 import UndefinedError
from jinja2.exceptions import SecurityError
from markupsafe import Markup

from forms.domain.nodes import Node
from forms.domain.presentation import Style, complete
from forms.formats.word.environment import TemplateEnvironment
from forms.formats.word.generator import write_program
from forms.formats.word.program import FINDERS, Program, compiled
from forms.formats.word.slots import VALUE
from forms.formats.word.slots import WHOLE as WHOLE_BLOCK
from forms.formats.word.values import ValueRefusedError, escape_flat, escape_text, full_date

TEXT = Node("Text", absent="none")
CHILD = Node(
    "Child",
    kind="object",
    properties={
        "name": Node(
            "Name", prints="name", properties={"given": Node("Given name", absent=""), "family": Node("Family")}
        ),
        "date_of_birth": Node("Born", prints="part_date"),
        "age": Node("Age", prints="number"),
        "seen": Node("Seen", prints="yes_no", absent=""),
        "notes": TEXT,
    },
)
CASE = Node(
    "Case",
    kind="object",
    properties={
        "reference": TEXT,
        "made": Node("Made", prints="date"),
        "kind": Node("Kind", prints="words", words={"a": "First & last", "b": "<Second>"}),
        "count": Node("Count", prints="number"),
        "risk": Node("Risk", kind="object", properties={"nature": TEXT, "basis": TEXT}),
        "children": Node("Children", kind="array", items=CHILD),
        "points": Node("Points", kind="array", items=TEXT),
    },
)
TEXTS = st.sampled_from(
    ["", " ", "plain", "a & b", "<w:p>", 'say "so"', "one\ntwo\r\nthree", "a\tb", "Zoë–’", "日本"]
)
UNKNOWN = st.sampled_from([{"not_known": "why <not>"}, {"not_applicable": True}, {"withheld": True}])


def part(values: st.SearchStrategy[object]) -> st.SearchStrategy[object]:
    return st.none() | values | UNKNOWN


CHILDREN = st.fixed_dictionaries(
    {},
    optional={
        "name": part(st.fixed_dictionaries({}, optional={"given": TEXTS, "family": TEXTS})),
        "date_of_birth": part(st.sampled_from(["2015-05-03", "2015", {"about": "2014-06"}])),
        "age": part(st.integers(0, 20)),
        "seen": part(st.booleans()),
        "notes": part(TEXTS),
    },
)
CASES = st.fixed_dictionaries(
    {},
    optional={
        "reference": part(TEXTS),
        "made": part(st.sampled_from(["2026-11-22", "no date"])),
        "kind": part(st.sampled_from("abc")),
        "count": part(st.integers(0, 20000)),
        "risk": part(st.fixed_dictionaries({}, optional={"nature": part(TEXTS), "basis": part(TEXTS)})),
        "children": part(st.lists(part(CHILDREN), max_size=3)),
        "points": part(st.lists(part(TEXTS), max_size=3)),
    },
)

PLACES = (
    *(
        "case.reference",
        "case.made",
        "case.kind",
        "case.count",
        "case.risk",
        "case.risk.nature",
        "case.children",
    ),
    *(
        "case.points",
        "case.points.lines",
        "case.points.words",
        "case.risk.nature.given",
        "case.kind.code",
        "paper",
    ),
    *("case.made.iso", "case.reference.label", "item", "item.name", "item.name.first", "item.name.family"),
    *("item.date_of_birth", "item.born", "item.age", "item.seen", "item.notes", "item.state", "case.nothing"),
    *(
        "missing",
        "missing.more",
        "case.__class__",
        "case._node",
        "case.reference.upper",
        "word",
        "word.upper()",
    ),
    *(
        "item['name']",
        "case.children[0]",
        "case.children[0].name",
        "case.children[7]",
        "word[1:3]",
        "item.nothing",
    ),
)
EXPRESSIONS = st.sampled_from(PLACES)
LOOPS = st.sampled_from(
    [
        *("index", "index0", "revindex", "revindex0", "first", "last", "length", "nothing", "_items"),
        *(
            "previtem.name",
            "nextitem.name",
            "cycle('a', 'b')",
            "cycle()",
            "changed(item)",
            "changed(item.seen)",
            "depth",
            "depth0",
        ),
    ]
)
WHOLE = st.one_of(
    EXPRESSIONS,
    EXPRESSIONS.map("{} | upper".format),
    EXPRESSIONS.map("{} | length".format),
    EXPRESSIONS.map("{} | list | join(', ')".format),
    EXPRESSIONS.map("{} | list | length".format),
    EXPRESSIONS.map("{} | select | list | count".format),
    EXPRESSIONS.map("[{}, word, 'a'] | select | join('; ')".format),
    EXPRESSIONS.map("[{}, 'b'] | select('eq', 'b') | join".format),
    EXPRESSIONS.map("{} | join(' & ', attribute='notes')".format),
    EXPRESSIONS.map("{} | join(d=' & ')".format),
    EXPRESSIONS.map("{} | selectattr('name') | list | length".format),
    EXPRESSIONS.map("{} | selectattr('name.given') | list".format),
    EXPRESSIONS.map("{} | selectattr('seen', 'eq', True) | map(attribute='notes') | list | join".format),
    EXPRESSIONS.map("{} | map(attribute='__class__') | list | length".format),
    EXPRESSIONS.map("{} | map(attribute='name', default='x') | join(',')".format),
    EXPRESSIONS.map("{} | map('upper') | join(',')".format),
    EXPRESSIONS.map("word in ({} | map(attribute='notes') | list)".format),
    LOOPS.map("loop.{}".format),
    EXPRESSIONS.map("{} | selectattr('seen') | map(attribute='name') | join(' and ')".format),
    EXPRESSIONS.map("tick({})".format),
    EXPRESSIONS.map("{} == 'a'".format),
    EXPRESSIONS.map("{} is _filled".format),
    EXPRESSIONS.map("({})|_flat".format),
    EXPRESSIONS.map("{}|_full_date".format),
    st.tuples(EXPRESSIONS, EXPRESSIONS).map(lambda two: f"{two[0]} ~ ' & ' ~ {two[1]}"),
    st.tuples(EXPRESSIONS, EXPRESSIONS).map(lambda two: f"{two[0]} if {two[1]} else 'no < yes'"),
    st.tuples(EXPRESSIONS, EXPRESSIONS).map(lambda two: f"{two[0]} if {two[1]}"),
    st.tuples(EXPRESSIONS, EXPRESSIONS).map(lambda two: f"not {two[0]} or {two[1]}.given"),
    st.sampled_from(["'a & b'", "1 + 2", "none", "loop.index", "loop.last", "loop.cycle('a', 'b')", "[1, 2]"]),
)


def statements(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    bodies = st.lists(inner, max_size=3).map("".join)
    return st.one_of(
        st.tuples(WHOLE, bodies).map(lambda two: f"{{% if ({two[0]}) %}}{two[1]}{{% endif %}}"),
        st.tuples(WHOLE, bodies, bodies).map(
            lambda three: (
                f"{{% if ({three[0]}) %}}{three[1]}{{% elif paper %}}x{{% else %}}{three[2]}{{% endif %}}"
            )
        ),
        bodies.map(lambda body: f"{{% for item in case.children %}}{body}{{% else %}}nobody{{% endfor %}}"),
        bodies.map(lambda body: f"{{% for item in case.children if item.seen %}}{body}{{% endfor %}}"),
        bodies.map(lambda body: f"{{% for word in ('b', 'a') | sort %}}{body}{{% endfor %}}"),
        st.tuples(EXPRESSIONS, bodies).map(lambda two: f"{{% with item = {two[0]} %}}{two[1]}{{% endwith %}}"),
        st.tuples(WHOLE, bodies).map(lambda two: f"{{% set word = ({two[0]}) %}}{two[1]}"),
    )


PRINTED = st.one_of(
    WHOLE.map(lambda code: f"{VALUE}{{{{ {code} }}}}{VALUE}"),
    WHOLE.map(lambda code: f'<w:x w:y="{{{{ ({code})|_flat }}}}"/>'),
    st.sampled_from(["<w:p>", "</w:p>", "Text & ‘so’", "\x00<w:tbl>", "\x00\x017\x00<w:p/>", "'\\"]),
)
SOURCES = st.lists(st.recursive(PRINTED, statements, max_leaves=12), min_size=1, max_size=5).map("".join)


STOCK = TemplateEnvironment()
"""Jinja's own programs must be told that what a filter gives is XML; ours know."""
STOCK.filters |= {
    "_flat": lambda value: Markup(escape_flat(value)),
    "_full_date": lambda value: Markup(full_date(value)),
}


def jinjas(source: str, context: dict[str, object]) -> str:
    """What Jinja's own program gives, block by block."""
    return STOCK.from_string(source).render(context)


def program_of(source: str) -> Program:
    return Program(compiled(write_program(source)))


def ours(program: Program, context: dict[str, object]) -> str:
    """The same text from the entries of our program, which leaves out what stands before the first block."""
    texts = [f"\x01{entry}" if isinstance(entry, int) else "".join(entry) for entry in program.run(context)]
    return "".join(f"\x00{text}" for text in texts).replace(WHOLE_BLOCK, "")


def outcome(function, *given):
    try:
        return function(*given)
    except (UndefinedError, SecurityError) as error:
        return type(error)
    except Exception as error:
        return type(error)


@settings(max_examples=300, deadline=None)
@example(source="{{ ('a & b')|_flat }}{{ 'a & b' }}", case={}, blank=False)
@given(source=SOURCES, case=CASES, blank=st.booleans())
def test_a_program_gives_what_jinja_gives(source: str, case: dict[str, object], blank: bool) -> None:
    source = f"\x00{source}"

    def context() -> dict[str, object]:
        style = Style(blank=blank)
        return {"case": complete(case, CASE, style), "paper": complete({}, CHILD, style), "word": "so & so"}

    stock, own = outcome(jinjas, source, context()), outcome(ours, program_of(source), context())
    assert own == stock


@pytest.mark.parametrize(
    "text", ["", "plain", "a & b", "one\ntwo\r\nthree\rfour", "\tx", 'say "so"', "Zoë\n日本"]
)
def test_a_value_is_written_in_one_way(text: str) -> None:
    program = program_of(
        f"\x00{VALUE}{{{{ case.reference }}}}{VALUE}<x>{VALUE}{{{{ '<' ~ case.reference }}}}{VALUE}"
    )
    case = complete({"reference": text}, CASE)
    [pieces] = program.run({"case": case})
    assert pieces[1] == escape_text(case.reference)
    assert pieces[2:] == [f"{VALUE}<x>{VALUE}", escape_text(f"<{case.reference}"), VALUE, ""]


@pytest.mark.parametrize(
    "code",
    [
        "things | join(d=', ')",
        "things | join(d=', ', attribute='name')",
        "things | join(', ', 'name')",
        "things | join(attribute=0)",
        "things | join(none)",
        "things | join(1, 2, 3)",
        "things | map(attribute='name', default='x') | join",
        "things | map('upper') | join(d='-')",
        "things | selectattr('name', 'eq', 'a') | list | length",
        "things | selectattr(attr='name') | list | length",
        "things | select(none) | list",
        "[1, 2] | select('odd')",  # of constants alone: not worked out before there is a document
        "'ab' | map('upper')",
        "'ab' | selectattr('name') | list | length",
        "call(called=1)",
        "call(names=1, called=2)",
        "gone(names=1)",
    ],
)
def test_arguments_are_taken_as_jinja_takes_them(code: str) -> None:
    class Thing:
        name = "a"

        def __str__(self) -> str:
            return "thing & so"

    def call(**given: object) -> str:
        return str(sorted(given))

    source, context = f"\x00{VALUE}{{{{ {code} }}}}{VALUE}", {"things": [Thing(), Thing()], "call": call}
    stock, own = outcome(jinjas, source, context), outcome(ours, program_of(source), context)
    assert own == stock


def test_a_loop_prints_as_jinja_s() -> None:
    source = f"\x00{{% for x in 'ab' %}}{VALUE}{{{{ loop }}}}{VALUE}{{% endfor %}}"
    assert ours(program_of(source), {}) == jinjas(source, {})


@pytest.mark.parametrize(
    "char", [r"\x00", r"\x01", r"\x00\x017", VALUE, r"\x04", r"\x1f", r"\ufdd0", r"\ud800"]
)
def test_what_xml_forbids_is_refused_in_a_constant_too(char: str) -> None:
    program = program_of(f"\x00<w:p>{VALUE}{{{{ 'a{char}b' }}}}{VALUE}</w:p>")
    with pytest.raises(ValueRefusedError):
        program.run({})


def test_pieces_are_by_turns_the_template_s_own_and_values() -> None:
    source = f"\x00<a>{VALUE}{{{{ case.reference }}}}{VALUE}</a>{{% if case.kind %}}<b/>{{% endif %}}\x00\x013"
    program = program_of(source)
    first, last = (program.run({"case": complete({"reference": text, "kind": "a"}, CASE)}) for text in "xy")
    assert first == [[f"<a>{VALUE}", "x", f"{VALUE}</a>", "", "<b/>", ""], 3]
    assert last == [[f"<a>{VALUE}", "y", f"{VALUE}</a>", "", "<b/>", ""], 3]
    assert all(one is other for one, other in zip(first[0][::2], last[0][::2], strict=True))


def test_a_value_without_a_mark_is_no_text_of_the_template_s() -> None:
    program = program_of('\x00<a b="{{ case.reference }}" c="{{ case.kind|_checked }}"/>')
    [pieces] = program.run({"case": complete({"reference": "x", "kind": "☒"}, CASE)})
    assert pieces == ['<a b="' + WHOLE_BLOCK, "x", '" c="', "", "1", "", '"/>', ""]


def test_what_is_asked_for_again_and_again_is_read_once() -> None:
    class Counted:
        def __init__(self) -> None:
            self.asked: list[str] = []

        def __getattr__(self, name: str) -> str:
            self.asked.append(name)
            return name

    counted = Counted()
    source = (
        "\x00{% for x in 'ab' if case.kind %}{% if case.kind == 'kind' and x %}{{ case.kind }}{% endif %}"
        "{% with kind = (case.kind) %}{{ kind }}{% endwith %}{% endfor %}{% set paper = case %}{{ paper.kind }}"
    )
    [pieces] = program_of(source).run({"case": counted})
    assert "".join(pieces[1::2]) == "kind" * 5
    assert counted.asked == ["kind"] * 6  # for each of the loop, once for all conditions, for each that prints


def test_a_class_with_attributes_of_its_own_is_asked_for_them() -> None:
    class Both:
        own = "own"

        def __getattr__(self, name: str) -> str:
            return f"made {name}"

    class Slots:
        __slots__ = ("given",)

        def __getattr__(self, name: str) -> str:
            return f"made {name}"

    slots = Slots()
    slots.given = "given"
    assert [FINDERS[type(one)] for one in (Both(), slots, "text")] == [getattr, getattr, None]
    assert FINDERS[type(complete({}, CASE))] is not getattr


SCRIPT = """
import sys
from forms.formats.word.program import Program, compiled
from forms.domain.nodes import Node
from forms.domain.presentation import complete
points = Node("", kind="array", items=Node(""))
case = Node("Case", kind="object", properties={"points": points, "kind": Node("")})
context = {"case": complete({"points": ["a", "b"], "kind": "c"}, case)}
print(Program(compiled(sys.stdin.read())).run(context), "jinja2" in sys.modules, "markupsafe" in sys.modules)
"""


def test_what_most_templates_have_needs_no_jinja() -> None:
    source = (
        "\x00{% for point in case.points %}{{ point }}{% if point == 'a' and case.kind.given %}-{% endif %}"
        "{% endfor %}{% with x = (case.kind) %}{{ tick(x) }}{{ (x)|_flat }}{% endwith %}"
    )
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT], input=write_program(source), capture_output=True, text=True, check=True
    )
    pieces = [WHOLE_BLOCK, "a", "-", "", WHOLE_BLOCK, "b", WHOLE_BLOCK, "☒", WHOLE_BLOCK, "c"]
    assert done.stdout.strip() == f"{[pieces]} False False"
