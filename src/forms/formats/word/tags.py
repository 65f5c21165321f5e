"""Jinja tags in a template's XML: found, checked, and kept apart from the XML while it is worked on.

While a part is a tree, each tag is a *token*: its number between two characters that no document uses. So
the tree can be changed freely and the tags, whose text may hold `<` or quotes, come back untouched.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache

from jinja2 import Environment, TemplateSyntaxError, nodes
from lxml import etree
from msgspec import Struct, field
from msgspec.structs import replace

from forms.formats.word.escaping import unescape
from forms.formats.word.places import Spot, walk
from forms.formats.word.printed import about_printed_test, printed_tests
from forms.formats.word.tag import Kind, Tag
from forms.formats.word.wordml import TBL, TR, P, T, paragraph_text, qn
from forms.foundation.patterns import pattern
from forms.foundation.problems import Place, Problem

OPEN, CLOSE = "\ufdd0", "\ufdd1"
TOKEN = pattern(f"{OPEN}(\\d+){CLOSE}")

_TAG = pattern(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}", re.S)
_LOOSE = pattern(r"\{\{|\}\}|\{%|%\}|\{#|#\}")

_TEXT_ELEMENTS = frozenset({T, qn("w:instrText"), qn("a:t")})

_KINDS: dict[str, Kind] = {"{{": "expression", "{%": "statement", "{#": "comment"}
_BLOCKS = {"if": "endif", "for": "endfor", "with": "endwith"}
_MIDDLE = {"elif": ("if",), "else": ("if", "for")}
_STATEMENTS = frozenset({*_BLOCKS, *_BLOCKS.values(), *_MIDDLE, "set"})

_WHOLE = pattern(r"\{[%#](p|tr) ")
_FORBIDDEN = (
    (pattern(r"\{[{%#]-|-[}%#]\}"), "a minus sign that joins paragraphs", "Take the minus sign out"),
    (pattern(r"\{[{%#]tc\b"), "a column tag", "Write the table's columns out, or use rows"),
    (pattern(r"\{[{%]r\s"), "a run tag", "Use the tag without the r"),
    (pattern(r"\{\{(p|tr)\s"), "a tag for a subdocument", "Put the text into the template"),
    (
        pattern(r"\{%\s*(colspan|cellbg|vm|hm)\b"),
        "a tag that changes table cells",
        "Lay the table out in Word",
    ),
)


class TagList(Struct):
    """The tags of one part by number; grows while controls are compiled."""

    tags: list[Tag] = field(default_factory=list)

    def add(self, kind: Kind, code: str, like: Tag | None = None) -> str:
        """Add a tag of our own that answers, in messages, for the author's tag `like`; give its token."""
        shown, words = (like.shown, like.words) if like else ("", "")
        self.tags.append(Tag(kind, code, shown, words))
        return f"{OPEN}{len(self.tags) - 1}{CLOSE}"

    def in_text(self, text: str | None) -> list[Tag]:
        """Give the tags whose tokens stand in a text, in order."""
        return [self.tags[int(match[1])] for match in TOKEN.finditer(text or "")]

    def shown(self, text: str) -> str:
        """Give a text with the tags in place of their tokens."""
        return TOKEN.sub(lambda match: self.tags[int(match[1])].shown, text)


def protect(xml: str) -> tuple[str, TagList]:
    """Replace every tag in a part's XML by a token."""
    tags = TagList()

    def token(match: re.Match[str]) -> str:
        shown = unescape(match[0])
        tags.tags.append(Tag(_KINDS[shown[:2]], " ".join(shown[2:-2].split()), shown))
        return f"{OPEN}{len(tags.tags) - 1}{CLOSE}"

    return _TAG.sub(token, xml), tags


def locate(root: etree._Element, tags: TagList) -> None:
    """Note for every tag where it stands, and whether in an attribute or other place without line breaks."""
    for spot in walk(root, tags.shown):
        for match in TOKEN.finditer(spot.text):
            number = int(match[1])
            text = etree.QName(spot.element).localname == "t" and not spot.attribute and not spot.tail
            tags.tags[number] = replace(tags.tags[number], words=spot.words, in_attribute=not text)


# ── Checking ────────────────────────────────────────────────────────────────────────────────────────────────


def scan(root: etree._Element, source: str) -> list[Problem]:
    """Find tags, in a part as Word saved it, that are broken or that no template of ours may hold."""
    problems: list[Problem] = []
    seen: set[etree._Element] = set()
    for spot in walk(root):
        place = Place(source, "", spot.words)
        if spot.attribute:
            problems += _scan_text(spot.text, place)
            continue
        paragraph = next(
            (step for step in (spot.element, *spot.element.iterancestors()) if step.tag == P), None
        )
        if paragraph is None or paragraph in seen:
            continue
        seen.add(paragraph)
        text = paragraph_text(paragraph)
        problems += _scan_text(text, place)
        problems += _scan_whole(paragraph, text, place)
    return problems


def _scan_text(text: str, place: Place) -> list[Problem]:
    problems: list[Problem] = []
    for match in _TAG.finditer(text):
        tag = match[0]
        for kind, what, hint in _FORBIDDEN:
            if kind.search(tag):
                problems.append(
                    Problem("error", "forbidden-tag", f"{tag} is {what}, which is not supported", hint, place)
                )
                break
    if loose := _LOOSE.search(_TAG.sub("", text)):
        message = f"A tag is not complete: {loose[0]} stands alone"
        problems.append(
            Problem("error", "template-syntax", message, "Close every {{ with }} and every {% with %}", place)
        )
    if OPEN in text or CLOSE in text:
        problems.append(
            Problem("error", "template-syntax", "The text holds a character that no text may hold", "", place)
        )
    return problems


def _scan_whole(paragraph: etree._Element, text: str, place: Place) -> list[Problem]:
    """Check that a paragraph or row tag is alone: docxtpl would drop whatever stands beside it."""
    found = _WHOLE.search(text)
    if found is None:
        return []
    tag = next((match[0] for match in _TAG.finditer(text) if _WHOLE.match(match[0])), found[0])
    around, beside = "paragraph", text
    if found[1] == "tr":
        row = next((step for step in paragraph.iterancestors() if step.tag == TR), None)
        if row is None or next((step for step in row.iterancestors() if step.tag == TBL), None) is None:
            return [Problem("error", "forbidden-tag", f"{tag} stands outside a table", "Use {%p here", place)]
        around, beside = "row", "".join(paragraph_text(each) for each in row.iter(P))
    if beside.strip() == tag:
        return []
    message = f"{tag} shares its {around} with other text, which would be lost"
    return [Problem("error", "tag-not-alone", message, f"Give the tag a {around} of its own", place)]


def check(root: etree._Element, tags: TagList, environment: Environment, source: str) -> list[Problem]:
    """Find statements that are not allowed, tags that Jinja can't read, and blocks without beginning or end."""
    problems: list[Problem] = []
    open_blocks: list[_Opened] = []

    def add(code: str, message: str, hint: str, tag: Tag) -> None:
        problems.append(Problem("error", code, message, hint, Place(source, "", tag.words)))

    for tag, path in ((tag, _path(spot)) for spot in walk(root) for tag in tags.in_text(spot.text)):
        if tag.kind == "statement" and tag.keyword not in _STATEMENTS:
            add(
                "forbidden-tag",
                f"{tag.shown} is not a tag that templates may hold",
                "Use if, for, with or set",
                tag,
            )
        elif (fault := _syntax_fault(tag, environment)) is not None:
            add("template-syntax", f"{tag.shown} cannot be read: {fault}", "", tag)
        elif tag.kind == "statement":
            _check_block(_Opened(tag, path), open_blocks, add)
        elif tag.kind == "expression" and not tag.in_attribute and path[-1] not in _TEXT_ELEMENTS:
            add("forbidden-tag", f"{tag.shown} stands where no text may stand", "Put it into a paragraph", tag)
    for opened in open_blocks:
        tag = opened.tag
        add("template-syntax", f"{tag.shown} is never closed", f"Add {{% {_BLOCKS[tag.keyword]} %}}", tag)
    return problems


class _Opened(Struct, frozen=True):
    """A statement and the names of the elements around it."""

    tag: Tag
    path: tuple[str, ...]


def _path(spot: Spot) -> tuple[str, ...]:
    steps = [str(step.tag) for step in spot.element.iterancestors()][::-1]
    if not spot.tail:
        steps.append(str(spot.element.tag))
    return (*steps, spot.attribute) if spot.attribute else tuple(steps)


def _check_block(here: _Opened, open_blocks: list[_Opened], add: Callable[[str, str, str, Tag], None]) -> None:
    tag, keyword = here.tag, here.tag.keyword
    around = open_blocks[-1] if open_blocks else None
    if keyword in _BLOCKS:
        open_blocks.append(here)
    elif keyword in _MIDDLE and (around is None or around.tag.keyword not in _MIDDLE[keyword]):
        add("template-syntax", f"{tag.shown} stands in no block that it could divide", "", tag)
    elif keyword in _BLOCKS.values() and (around is None or _BLOCKS[around.tag.keyword] != keyword):
        add("template-syntax", f"{tag.shown} closes nothing that is open here", "", tag)
    elif around is not None and keyword != "set":
        if around.path != here.path:
            hint = "Use {%p or {%tr for both, or put both into running text"
            add("template-syntax", f"{tag.shown} stands on another level than {around.tag.shown}", hint, tag)
        if keyword in _BLOCKS.values():
            open_blocks.pop()


def _syntax_fault(tag: Tag, environment: Environment) -> str | None:
    """Give Jinja's complaint about one tag alone, or None. The complaint quotes the template only."""
    if tag.kind == "comment":
        return None
    return _fault_in(tag.kind, tag.code, environment)


@lru_cache(maxsize=4096)
def _fault_in(kind: Kind, code: str, environment: Environment) -> str | None:
    tag = Tag(kind, code, "")
    source = f"{{{{ {tag.code} }}}}" if tag.kind == "expression" else f"{{% {tag.code} %}}"
    if tag.keyword in _BLOCKS:
        source = f"{source}{{% {_BLOCKS[tag.keyword]} %}}"
    elif tag.keyword in _MIDDLE:
        source = f"{{% if true %}}{source}{{% endif %}}"
    elif tag.keyword in _BLOCKS.values():
        return None if tag.code == tag.keyword else "it holds more than its name"
    try:
        tree = environment.parse(source)
    except TemplateSyntaxError as error:
        return error.message or "its syntax is wrong"
    if printed := next(printed_tests(tree), ""):
        message, hint = about_printed_test(printed)
        return f"it {message}. {hint}"
    if any(loop.recursive for loop in tree.find_all(nodes.For)):
        return "a loop cannot call itself"
    for used in tree.find_all(nodes.Filter):
        if used.name not in environment.filters:
            return f"there is no filter ‘{used.name}’"
    for asked in tree.find_all(nodes.Test):
        if asked.name not in environment.tests:
            return f"there is no test ‘{asked.name}’"
    names = [used.name for used in tree.find_all(nodes.Filter)] + [
        asked.name for asked in tree.find_all(nodes.Test)
    ]
    names += [named.name for named in tree.find_all(nodes.Name)]
    private = [name for name in names if name.startswith("_")]
    return f"the name ‘{private[0]}’ begins with an underscore" if private else None


# ── Back to Jinja ───────────────────────────────────────────────────────────────────────────────────────────


def assemble(xml: str, tags: TagList) -> tuple[str, tuple[Tag, ...]]:
    """Put the tags back in: give Jinja's source, and the tag on each of its lines (from the second on).

    Every tag brings exactly one line break, inside its own delimiters, and the XML none, so that the line of
    an error names the tag.
    """
    on_line: list[Tag] = []
    parts: list[str] = []
    position = 0
    for match in TOKEN.finditer(xml):
        parts.append(xml[position : match.start()].replace("\n", "&#10;"))
        position = match.end()
        tag = tags.tags[int(match[1])]
        if tag.kind == "comment":
            continue
        on_line.append(tag)
        if tag.kind == "statement":
            parts.append(f"{{%\n{tag.code} %}}")
        elif tag.in_attribute:
            parts.append(f"{{{{\n({tag.code})|_flat }}}}")
        else:
            parts.append(f"{{{{\n{tag.code} }}}}")
    parts.append(xml[position:].replace("\n", "&#10;"))
    return "".join(parts), tuple(on_line)
