"""A Word template against its schemas: names, control tags, and what the PDF can show."""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from forms.application.catalogue import Catalogue
from forms.application.context import RECIPIENT
from forms.domain.artefact import AudienceRule, Manifest
from forms.domain.nodes import Node
from forms.domain.schema import PROFILE_SCHEMA
from forms.formats.word.lint import lint
from forms.formats.word.names import Names
from forms.formats.word.package import read
from forms.formats.word.unsupported import unsupported
from forms.foundation.problems import Place, Problem

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
STORIES = "word/document.xml"

DOCUMENT_NAMES: dict[str, Names] = dict.fromkeys(
    (
        "reference",
        "artefact",
        "title",
        "edition",
        "issued",
        "audience",
        "number",
        "marking",
        "draft",
        "blank",
        "identity",
    )
) | {"replaces": dict.fromkeys(("version", "issued", "reason"))}
ANNEX_NAMES: dict[str, Names] = dict.fromkeys(("label", "value", "reason", "kept_from"))
NAME_PARTS = ("title", "first", "given", "family")
BIRTH = "date_of_birth"


def check_template(
    catalogue: Catalogue, manifest: Manifest, source: str, house_source: str
) -> Iterator[Problem]:
    """Find what is wrong with one template of an artefact under one house file."""
    template = catalogue.library.read(source)
    house = catalogue.library.read(house_source)
    found = lint(
        template,
        house,
        names_of_template(catalogue, manifest, _rule_of(manifest, source)),
        header=manifest.header,
        source=source,
        house_source=house_source,
    )
    yield from found
    if any(problem.severity == "error" for problem in found):
        return
    body = read(template, source=source)[STORIES]
    yield from unsupported(body, source)
    yield from _tag_problems(catalogue, manifest, body, source)


def names_of_template(
    catalogue: Catalogue, manifest: Manifest, rule: AudienceRule | None = None
) -> dict[str, Names]:
    """The tree of names that a template's tags may use."""
    names = names_everywhere(catalogue, manifest)
    paper = names["paper"]
    if rule is not None and rule.annex and isinstance(paper, dict):
        names["paper"] = {**paper, "annex": [ANNEX_NAMES]}
    return names


def names_everywhere(catalogue: Catalogue, manifest: Manifest | None) -> dict[str, Names]:
    """The tree of names that expressions may use; `paper` is not there without a manifest."""
    vocabulary = catalogue.vocabulary
    recipient: dict[str, Names] = {name: _names_of_value(prints) for name, prints in RECIPIENT.items()}
    persons = {**dict.fromkeys(NAME_PARTS)}
    for audience in manifest.audiences if manifest else ():
        node = vocabulary.case.at([*audience.each.split("/")[1:], 0]) if audience.each else None
        if node is not None:
            persons = {**persons, **_parts_of(node)}
    names: dict[str, Names] = {
        "case": _parts_of(vocabulary.case),
        "profile": _parts_of(vocabulary.node(PROFILE_SCHEMA)),
        "recipient": {**recipient, "person": persons},
        "document": DOCUMENT_NAMES,
        "tick": None,
    }
    return {**names, "paper": _parts_of(vocabulary.parts[manifest.id])} if manifest else names


def _rule_of(manifest: Manifest, source: str) -> AudienceRule | None:
    """The audience that a template is for alone, if it is."""
    file_name = source.rpartition("/")[2]
    return next((rule for rule in manifest.audiences if rule.template == file_name), None)


def _names(node: Node) -> Names:
    if node.kind == "array":
        return [_names(node.items)] if node.items is not None else None
    if node.kind == "object":
        return _parts_of(node)
    return _names_of_value(node.prints) or (
        {name: _names(below) for name, below in node.properties.items()} or None
    )


def _parts_of(node: Node) -> dict[str, Names]:
    names = {name: _names(below) for name, below in node.properties.items()}
    if BIRTH in node.properties:
        names = {**names, "born": None, "age": None}
    return names


def _names_of_value(prints: str) -> Names:
    return dict.fromkeys(NAME_PARTS) if prints == "name" else None


def _tag_problems(catalogue: Catalogue, manifest: Manifest, body: bytes, source: str) -> Iterator[Problem]:
    """Controls that the reply's schema does not know; where there is no reply schema, nothing is compared."""
    if not manifest.reply_schema:
        return
    reply = catalogue.vocabulary.node(manifest.reply_schema)
    for tag in _tags(etree.fromstring(body)):
        if reply.at(_path(tag)) is None:
            yield Problem(
                "error",
                "unknown-control",
                f"The control {tag} is no property of {manifest.reply_schema}",
                "Give the control the JSON Pointer of its property as tag, without the leading stroke",
                Place(source, "", _title(body, tag)),
            )


def _tags(root: etree._Element) -> list[str]:
    """Tags of fillable controls; a repeating section names its rows' list, a tag in a loop has row numbers."""
    return [str(tag.get(f"{W}val")) for tag in root.iter(f"{W}tag") if tag.get(f"{W}val")]


def _path(tag: str) -> list[str | int]:
    """The path of a tag in the schema; a loop's number stands for any row."""
    return [0 if step.isdigit() or "{{" in step else step for step in tag.split("/")]


def _title(body: bytes, tag: str) -> str:
    root = etree.fromstring(body)
    for found in root.iter(f"{W}tag"):
        if found.get(f"{W}val") == tag and (parent := found.getparent()) is not None:
            alias = parent.find(f"{W}alias")
            return f"Control “{alias.get(f'{W}val')}”" if alias is not None else ""
    return ""
