"""What can be filled in in a Word file that someone else designed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from lxml import etree

from forms.formats.fillable import Survey
from forms.formats.word import opc, package
from forms.formats.word.control_reader import guarded
from forms.formats.word.sections import sections
from forms.formats.word.spots import has_places, is_free, spots
from forms.formats.word.spots_inline import FF_DATA, LOCKED, Spot
from forms.formats.word.wordml import BODY, SDT, SDT_PR, child_value, qn
from forms.foundation.errors import InputError
from forms.foundation.problems import Place

TEMPLATE_LINK = frozenset({"attachedTemplate"})
"""Links to outside files that a form of others may have: Word's memory of the template it was made from."""

_DOCUMENT = qn("w:document")
_SIGNATURES = "_xmlsignatures/"
_ON = ("1", "true", "on")


@dataclass(frozen=True, slots=True)
class Opened:
    """A form, read: its parts, the main one and its tree, the places, what is to be known about it.

    `protection` is how the document is protected ("" if it isn't): `forms`, `readOnly`, `comments` or
    `trackedChanges` (ECMA-376 part 1, 17.15.1.29); `signed`, that it has a digital signature; `elsewhere`, that
    there seems to be something to fill in where nothing is looked for: headers, footers, text boxes.
    """

    members: Mapping[str, bytes]
    main: str
    root: etree._Element
    spots: tuple[Spot, ...]
    protection: str = ""
    signed: bool = False
    elsewhere: bool = False

    @property
    def survey(self) -> Survey:
        """What there is to fill in."""
        places = tuple(spot.place for spot in self.spots)
        return Survey("docx", places, tuple(self._notes()))

    @property
    def survey_with_headings(self) -> Survey:
        """What there is to fill in, each place with the headings that it stands under."""
        body = self.root.find(BODY)
        plain = self.survey
        if body is None:
            return plain
        over = sections(body, [spot.at for spot in self.spots], [place.label for place in plain.places])
        places = (replace(place, section=words) for place, words in zip(plain.places, over, strict=True))
        return replace(plain, places=tuple(places))

    def _notes(self) -> list[tuple[str, str]]:
        notes: list[tuple[str, str]] = []
        if not self.spots:
            notes.append(("nothing-to-fill-in", "Nothing in the document looks as if it were to be filled in"))
        elif not any(spot.at.tag in (SDT, FF_DATA) for spot in self.spots):
            notes.append(("plain-form", "The form has no fields: its places are told by their look"))
        if self.protection == "forms":
            notes.append(("protected", "The form is protected: only its fields can be filled in"))
        elif self.protection:
            notes.append(("protected", "The form is protected against changes and cannot be filled in"))
        if self.elsewhere:
            words = "There are places in the header, the footer or a text box: fill these in by hand"
            notes.append(("places-elsewhere", words))
        if self.signed:
            notes.append(("signed", "The form has a digital signature, which filling it in would break"))
        return notes


def inspect(data: bytes, source: str) -> Survey:
    """List what can be filled in in a `.docx`.

    Args:
        data: The file.
        source: Its name, for problems.

    Raises:
        InputError: The file cannot be read; see `control_reader.read_document`.
    """
    return open_form(data, source).survey_with_headings


def open_form(data: bytes, source: str) -> Opened:
    """Read a form of others with all its places; raises as `inspect` does."""
    return guarded(lambda: _open(data, source), source)


def _open(data: bytes, source: str) -> Opened:
    members = package.read(data, source=source, refuse=InputError, links=TEMPLATE_LINK)
    main = package.main_document(members, source=source, refuse=InputError)
    root = opc.parse(members[main], main, source, InputError)
    if root.tag != _DOCUMENT:
        hint = "Save it in Word as “Word Document (*.docx)”, not as “Strict Open XML Document”"
        raise InputError.of(
            "not-a-docx", "The file is of a kind that hardly any program reads", hint, Place(source)
        )
    body = root.find(BODY)
    found = () if body is None else spots(body)
    protection = _protection(members, main, source)
    if body is not None:
        found = tuple(
            spot
            if _may_be_filled(spot, body, protection)
            else replace(spot, place=replace(spot.place, read_only=True))
            for spot in found
        )
    signed = any(name.startswith(_SIGNATURES) for name in members)
    elsewhere = any(has_places(story) for story in _beside(members, main, root, source))
    return Opened(members, main, root, found, protection, signed, elsewhere)


def _beside(
    members: Mapping[str, bytes], main: str, root: etree._Element, source: str
) -> Iterator[etree._Element]:
    """Give what stands outside the body's own text: headers, footers, and text boxes."""
    for link in _links(members, main, source):
        part = opc.resolve(main, link.target)
        if link.kind in ("header", "footer") and not link.external and part in members:
            yield opc.parse(members[part], part, source, InputError)
    yield from root.iter(qn("w:txbxContent"))


def _may_be_filled(spot: Spot, body: etree._Element, protection: str) -> bool:
    """Tell whether a person could fill in a place of a protected document, or inside a locked control."""
    is_field = spot.at.tag in (SDT, FF_DATA)
    for step in spot.at.iterancestors(SDT):
        properties = step.find(SDT_PR)
        if child_value(properties, "w:lock") in LOCKED:
            return False
        if properties is not None and properties.find(qn("w:group")) is not None:
            return is_field  # what is grouped can be changed in its fields only (17.5.2.16)
    return not protection or (protection == "forms" and (is_field or is_free(spot, body)))


def _protection(members: Mapping[str, bytes], main: str, source: str) -> str:
    """Give how a document is protected, "" if it isn't."""
    for link in _links(members, main, source):
        part = opc.resolve(main, link.target)
        if link.kind != "settings" or link.external or part not in members:
            continue
        found = opc.parse(members[part], part, source, InputError).find(qn("w:documentProtection"))
        if found is not None and str(found.get(qn("w:enforcement"), "0")) in _ON:
            edit = str(found.get(qn("w:edit"), "none"))
            return "" if edit == "none" else edit
    return ""


def _links(members: Mapping[str, bytes], main: str, source: str) -> Iterable[opc.Relationship]:
    name = opc.relationships_name(main)
    return opc.read_relationships(members.get(name), name, source, InputError).values()
