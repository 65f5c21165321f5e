"""The document's properties: `docProps/core.xml`, `app.xml` and `custom.xml` (ECMA-376 parts 1 and 2)."""

from __future__ import annotations

from functools import lru_cache

from msgspec import Struct

from forms.formats.word.escaping import attribute, escape
from forms.formats.word.opc import DECLARATION
from forms.foundation.patterns import pattern

CORE, APP, CUSTOM = "docProps/core.xml", "docProps/app.xml", "docProps/custom.xml"

_CUSTOM_SET = "{D5CDD505-2E9C-101B-9397-08002B2CF9AE}"
_TYPES = "http://schemas.openxmlformats.org/officeDocument/2006/docPropsVTypes"
_FORMAT = "http://schemas.openxmlformats.org/officeDocument/2006/"
_CREATED = pattern(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")

APP_XML = (
    f'{DECLARATION}<Properties xmlns="{_FORMAT}extended-properties">'
    "<Application>Microsoft Office Word</Application><DocSecurity>0</DocSecurity>"
    "<AppVersion>16.0000</AppVersion></Properties>"
).encode()


class Properties(Struct, frozen=True):
    """What a document says of itself; no person's name, and of the case only the document reference.

    `author` is the organisation. `created` is a moment as `2026-11-21T00:00:00Z`. `custom` are further
    properties by name, such as the artefact, the edition and the content digest.
    """

    title: str
    author: str
    subject: str
    created: str
    keywords: str = ""
    custom: tuple[tuple[str, str], ...] = ()
    language: str = "en-GB"

    def __post_init__(self) -> None:
        """Refuse what would make an invalid file.

        Raises:
            ValueError: `created` is no moment in UTC, or two custom properties have one name.
        """
        if not _CREATED.fullmatch(self.created):
            raise ValueError("created is not of the form 2026-11-21T00:00:00Z")
        if len({name.lower() for name, _ in self.custom}) != len(self.custom):
            raise ValueError("two custom properties have the same name")


def property_parts(properties: Properties) -> dict[str, bytes]:
    """Give the members that hold a document's properties (all but `APP`, which is always the same)."""
    return {CORE: _core(properties).encode(), CUSTOM: _custom(properties).encode()}


def _core(properties: Properties) -> str:
    moment = f'xsi:type="dcterms:W3CDTF">{properties.created}'
    author = escape(properties.author)
    return (
        f"{DECLARATION}<cp:coreProperties"
        ' xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties"'
        ' xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/"'
        ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
        f"<dc:title>{escape(properties.title)}</dc:title><dc:subject>{escape(properties.subject)}</dc:subject>"
        f"<dc:creator>{author}</dc:creator><cp:keywords>{escape(properties.keywords)}</cp:keywords>"
        f"<cp:lastModifiedBy>{author}</cp:lastModifiedBy>"
        f"<dcterms:created {moment}</dcterms:created><dcterms:modified {moment}</dcterms:modified>"
        f"<dc:language>{escape(properties.language)}</dc:language></cp:coreProperties>"
    )


def _custom(properties: Properties) -> str:
    items = "".join(
        f"{_opening(number, name)}{escape(value)}</vt:lpwstr></property>"
        for number, (name, value) in enumerate(properties.custom, 2)
    )
    return (
        f'{DECLARATION}<Properties xmlns="{_FORMAT}custom-properties" xmlns:vt="{_TYPES}">{items}</Properties>'
    )


@lru_cache(maxsize=256)
def _opening(number: int, name: str) -> str:
    return f'<property fmtid="{_CUSTOM_SET}" pid="{number}" name={attribute(name)}><vt:lpwstr>'
