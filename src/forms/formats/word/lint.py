"""What is wrong with a template, found before any document is made from it.

Everything that would stop a template from compiling is here too; beyond that, what would compile but go
wrong in print or in a reply: styles the house file does not have, sizes set by hand (large print would not
reach them), names the schema does not have, controls that a reply could not be read from.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from jinja2 import TemplateSyntaxError
from lxml import etree

from forms.formats.word.controls import CHECKBOX, SECTION, compile_controls, value_kind
from forms.formats.word.environment import ENVIRONMENT
from forms.formats.word.house import House, read_house
from forms.formats.word.names import Names, check_names
from forms.formats.word.parsed import ParsedPart, parse_template
from forms.formats.word.places import walk
from forms.formats.word.tags import TOKEN, assemble
from forms.formats.word.wordml import SDT, SDT_CONTENT, SDT_PR, VAL, T, child_value, qn
from forms.foundation.errors import ArtefactError
from forms.foundation.problems import Place, Problem

LONGEST_TAG = 64

_STYLE_REFERENCES = {qn("w:pStyle"), qn("w:rStyle"), qn("w:tblStyle")}
_SIZES = {qn("w:sz"), qn("w:szCs")}
_RUN_PROPERTIES = qn("w:rPr")
_ONLY_ONCE = {qn("w:drawing"): "picture", qn("w:pict"): "picture", qn("w:bookmarkStart"): "bookmark"}
_SAFE_TAG = re.compile(r"[A-Za-z0-9_-]+(/[A-Za-z0-9_-]+)*")


def lint(
    template: bytes,
    house: bytes,
    names: Mapping[str, Names] | None = None,
    *,
    header: str = "form",
    source: str = "template",
    house_source: str = "house.docx",
) -> tuple[Problem, ...]:
    """Find everything that is wrong with a template.

    Args:
        template: The `.docx` with tags.
        house: The house file.
        names: The names that tags may use (see `forms.formats.word.names`), or None to leave them unchecked.
        header: Which of the house's headers and footers the template has; they are checked with it.
        source: The template's name, for problems.
        house_source: The house file's name, for problems.

    Returns:
        Errors and warnings in the order of the document, part by part.
    """
    try:
        style = read_house(house, header, house_source)
        parsed = parse_template(template, style, source, house_source)
    except ArtefactError as error:
        return error.problems
    problems = list(parsed.problems)
    for part in parsed.parts:
        problems += _lint_tree(part, style)
        problems += _ControlLint(part).run()
        if names is not None and not parsed.problems:
            problems += _lint_names(part, names)
        # Last, because it works on the tree itself.
        problems += compile_controls(part.root, part.tags, style.styles, part.source)
    return tuple(problems)


def _lint_tree(part: ParsedPart, house: House) -> list[Problem]:
    """Find styles the house lacks, sizes set by hand, and what a loop must not repeat."""
    problems: list[Problem] = []
    depth = 0
    for spot in walk(part.root, part.tags.shown):
        for tag in part.tags.in_text(spot.text):
            depth += {"for": 1, "endfor": -1}.get(tag.keyword, 0)
        if spot.text:
            continue
        place = Place(part.source, "", spot.words)
        item = spot.element
        if item.tag in _STYLE_REFERENCES and item.get(VAL) not in house.styles:
            message = f"The style ‘{item.get(VAL)}’ is not in the house file"
            problems.append(Problem("error", "unknown-style", message, "Use a style of the house file", place))
        elif item.tag in _SIZES and _is_run_property(item):
            hint = "Use a style of the house file, so that large print reaches the text"
            problems.append(Problem("warning", "direct-size", "A text has its size set by hand", hint, place))
        elif item.tag in _ONLY_ONCE and depth:
            what = _ONLY_ONCE[str(item.tag)]
            message = f"A {what} stands in a loop, which is not supported"
            problems.append(Problem("error", f"{what}-in-loop", message, "Move it out of the loop", place))
    return list(dict.fromkeys(problems))


def _is_run_property(item: etree._Element) -> bool:
    parent = item.getparent()
    return parent is not None and parent.tag == _RUN_PROPERTIES


def _lint_names(part: ParsedPart, names: Mapping[str, Names]) -> list[Problem]:
    source, on_line = assemble(etree.tostring(part.root, encoding="unicode"), part.tags)
    try:
        tree = ENVIRONMENT.parse(source)
    except TemplateSyntaxError as error:
        tag = on_line[min(max(error.lineno - 2, 0), len(on_line) - 1)]
        message = f"{tag.shown} cannot be read: {error.message}"
        return [Problem("error", "template-syntax", message, "", Place(part.source, "", tag.words))]
    return check_names(tree, names, on_line, part.source)


@dataclass(slots=True)
class _ControlLint:
    """Checks the controls of one part; `branches` are the conditions around the walk, as (number, branch)."""

    part: ParsedPart
    problems: list[Problem] = field(default_factory=list)
    branches: list[tuple[str, int, int]] = field(default_factory=list)
    seen: dict[str, list[list[tuple[str, int, int]]]] = field(default_factory=dict)
    blocks: int = 0

    def run(self) -> list[Problem]:
        for spot in walk(self.part.root, self.part.tags.shown):
            for tag in self.part.tags.in_text(spot.text):
                self._step(tag.keyword)
            if not spot.text and spot.element.tag == SDT:
                self._control(spot.element, Place(self.part.source, "", spot.words))
        return self.problems

    def _step(self, keyword: str) -> None:
        if keyword in ("if", "for"):
            self.blocks += 1
            self.branches.append((keyword, self.blocks, 0))
        elif keyword in ("elif", "else") and self.branches:
            kind, number, branch = self.branches[-1]
            self.branches[-1] = (kind, number, branch + 1)
        elif keyword in ("endif", "endfor") and self.branches:
            self.branches.pop()

    def _control(self, control: etree._Element, place: Place) -> None:
        properties = control.find(SDT_PR)
        kind = value_kind(properties)
        if properties is None or kind is None:
            return
        tag = child_value(properties, "w:tag")
        shown = self.part.tags.shown(tag)
        title = child_value(properties, "w:alias")
        if not tag:
            self._add(
                "control-tag", "A control has no tag", "Give it the reply property's path as its tag", place
            )
        else:
            self._check_tag(tag, shown, place)
        if not title:
            name = f"The control ‘{shown}’" if tag else "A control"
            self._add("control-title", f"{name} has no title", "Give it the question as its title", place)
        if kind not in (SECTION, CHECKBOX):
            self._check_content(control, f"The control ‘{shown}’", place)

    def _check_tag(self, tag: str, shown: str, place: Place) -> None:
        plain = TOKEN.sub("00", tag)
        if len(plain) > LONGEST_TAG:
            message = f"The control's tag ‘{shown}’ is longer than {LONGEST_TAG} characters"
            self._add("control-tag", message, "Shorten the property's path", place)
        if not _SAFE_TAG.fullmatch(plain):
            message = f"The control's tag ‘{shown}’ is no path of properties"
            self._add("control-tag", message, "Use letters, digits, _ and -, with / between the parts", place)
        looped = any(kind == "for" and branch == 0 for kind, _, branch in self.branches)
        if looped and not TOKEN.search(tag):
            message = f"The control ‘{shown}’ is repeated by a loop under one tag"
            self._add("control-tag", message, "Put {{ loop.index0 }} into its tag", place)
        if any(not _exclusive(self.branches, other) for other in self.seen.get(shown, [])):
            self._add("control-tag", f"Two controls have the tag ‘{shown}’", "Give each its own", place)
        self.seen.setdefault(shown, []).append(list(self.branches))

    def _check_content(self, control: etree._Element, name: str, place: Place) -> None:
        content = control.find(SDT_CONTENT)
        if content is None or next(content.iter(SDT), None) is not None:
            return
        found = [tag for spot in walk(content) for tag in self.part.tags.in_text(spot.text)]
        text = "".join(each.text or "" for each in content.iter(T)).strip()
        alone = len(found) == 1 and found[0].kind == "expression" and not TOKEN.sub("", text)
        if found and not alone:
            self._add("control-content", f"{name} holds more than one tag", "Write one {{ … }} into it", place)

    def _add(self, code: str, message: str, hint: str, place: Place) -> None:
        self.problems.append(Problem("error", code, message, hint, place))


def _exclusive(one: list[tuple[str, int, int]], other: list[tuple[str, int, int]]) -> bool:
    """Whether two places stand in different branches of one condition, so that only one of them is printed."""
    branch_of = {number: branch for _, number, branch in one}
    return any(branch_of.get(number, branch) != branch for _, number, branch in other)
