"""The catalogue: a library's artefacts, vocabulary, profile and directories, read and compiled once.

Everything that does not depend on a case is made here when it is first wanted, and kept.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cached_property, lru_cache
from importlib.util import find_spec
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from forms.application.library import Library, open_library
from forms.application.storage import TemplateStore, key_of, open_store
from forms.domain.artefact import Header, Manifest, parse_manifest
from forms.domain.audience import Reader, load_readers
from forms.domain.case import is_plain_name, parse_object
from forms.domain.digest import file_digest
from forms.domain.normal import ASCII_TEXT
from forms.domain.routing import Authorities, load_authorities
from forms.domain.schema import PROFILE_SCHEMA, Vocabulary
from forms.formats.word.compiled import CompiledTemplate, PrintSize
from forms.foundation.errors import ArtefactError, InputError, UsageError
from forms.foundation.problems import Place, Problem, errors_in

if TYPE_CHECKING:
    from forms.application.mapping import FormMapping
    from forms.domain.deadlines import Rule
    from forms.domain.own_form import OwnForm
    from forms.formats.pdf.fonts import FontBook

MANIFEST = "artefact.toml"
OWN_FORM = "own-form.toml"
MANIFEST_SCHEMA = "manifest.schema.json"
CHINESE = "forms_chinese"
PROFILE = "profile.json"
KEY = "reference.key"
HOUSES: Mapping[PrintSize, str] = {
    "standard": "house.docx",
    "clear": "house-clear.docx",
    "large": "house-large.docx",
}
"""The house file of each size of print."""


class Catalogue:
    """The artefacts of a library and what they are made with; make one and keep it."""

    def __init__(
        self, library: Library, profile: Path | None = None, store: TemplateStore | None = None
    ) -> None:
        """Take the library's folders, the file of the profile, and what keeps compiled templates."""
        self._store = store or TemplateStore(None)
        self.library = library
        self._profile_file = profile
        self._templates: dict[tuple[str, str, PrintSize], CompiledTemplate] = {}
        self._digests: dict[str, str] = {}
        self._known: dict[str, Manifest] = {}

    @cached_property
    def vocabulary(self) -> Vocabulary:
        """All schemas, compiled."""
        names = self.library.names("schemas", "*.schema.json")
        return Vocabulary({PurePosixPath(name).name: self._json(name) for name in names})

    @cached_property
    def artefacts(self) -> Mapping[str, Manifest]:
        """Every artefact's manifest, by id, sorted."""
        names = self.library.names("templates", f"*/{MANIFEST}")
        found = (parse_manifest(self.library.read(name), name, self.vocabulary) for name in names)
        return {manifest.id: manifest for manifest in found}

    @cached_property
    def own_forms(self) -> Mapping[str, OwnForm]:
        """Every form of an authority that stands in for a paper of ours, by id, sorted."""
        from forms.domain.own_form import parse_own_form  # here, as most libraries have none

        names = self.library.names("templates", f"*/{OWN_FORM}")
        found = (parse_own_form(self.library.read(name), name, self.vocabulary) for name in names)
        return {form.id: form for form in found}

    @cached_property
    def mappings(self) -> dict[str, FormMapping]:
        """The mappings of authorities' forms that were read, by file name; `own_forms` puts them there."""
        return {}

    def artefact(self, name: str) -> Manifest:
        """The manifest of an artefact; raises UsageError, naming near ones, where there is none."""
        if name not in self._known and is_plain_name(name):
            source = f"templates/{name}/{MANIFEST}"
            if self.library.find(source):
                manifest = parse_manifest(self.library.read(source), source, self.vocabulary)
                self._known[manifest.id] = manifest
        if name in self._known:
            return self._known[name]
        if name in self.artefacts:
            return self.artefacts[name]
        from difflib import get_close_matches  # only for who mistyped

        near = get_close_matches(name, self.artefacts)
        hint = f"Did you mean {' or '.join(near)}?" if near else "See `forms list` for the papers there are"
        raise UsageError(Problem("error", "unknown-artefact", "There is no paper of that name", hint))

    @cached_property
    def profile(self) -> Mapping[str, Any]:
        """The organisation's profile, checked."""
        if self._profile_file is not None:
            source = self._profile_file.name
            data = read_input(self._profile_file)
        else:
            source = PROFILE if self.library.find(PROFILE) else f"samples/{PROFILE}"
            data = self.library.read(source)
        profile = parse_object(data, source)
        if errors := errors_in(self.vocabulary.check_data(PROFILE_SCHEMA, profile, source)):
            raise InputError(*errors)
        return profile

    @cached_property
    def key(self) -> bytes:
        """The secret that references and issue numbers are derived with; none in the program's own library."""
        return self.library.read(KEY).strip() if self.library.find(KEY) else b""

    def directory(self, name: str) -> Mapping[str, Any]:
        """A directory of the library, e.g. `local-authorities`, checked against its schema once."""
        if name not in self._directories:
            source = f"directories/{name}.json"
            data = self._json(source)
            if errors := errors_in(self.vocabulary.check_data(f"{name}.schema.json", data, source)):
                raise ArtefactError(*errors)
            self._directories[name] = data
        return self._directories[name]

    @cached_property
    def _directories(self) -> dict[str, Mapping[str, Any]]:
        return {}

    @cached_property
    def readers(self) -> Mapping[str, Reader]:
        """The readers that papers are made for, by name."""
        return load_readers(self.directory("audiences"))

    @cached_property
    def authorities(self) -> Authorities:
        """The local authorities, ready to be asked."""
        return load_authorities(self.directory("local-authorities"))

    @cached_property
    def deadline_rules(self) -> Mapping[str, Rule]:
        """The rules of deadlines, as the profile changes them."""
        from forms.domain.deadlines import load_rules  # here, as few papers have deadlines

        return load_rules(self.directory("deadlines"), self.profile.get("deadlines"))

    def undrawable(self, others: frozenset[str]) -> bool:
        """Tell whether one of these characters, or of `ASCII_TEXT`, is in no font.

        The fonts are asked about each character only once.
        """
        new = others - self._drawable if self._drawable else others.union(ASCII_TEXT)
        if new and self.fonts.uncovered("".join(new)):
            return True
        self._drawable.update(new)
        return False

    @cached_property
    def _drawable(self) -> set[str]:
        """The characters that are known to be in a font."""
        return set()

    @cached_property
    def fonts(self) -> FontBook:
        """The fonts that PDFs are drawn with."""
        from forms.formats.pdf.fonts import FontBook  # here, as few commands draw

        return FontBook.load(self.font_folder, *self._further_fonts())

    @property
    def font_folder(self) -> Path:
        """The folder of the program's own fonts."""
        return self.library.folders[-1] / "fonts"

    def _further_fonts(self) -> list[Path]:
        """Folders of further fonts: a force's own, and the optional package with Chinese."""
        folders = [folder / "fonts" for folder in self.library.folders[:-1]]
        extra = find_spec(CHINESE)
        if extra is not None and extra.origin:
            folders.append(Path(extra.origin).parent)
        return [folder for folder in folders if folder.is_dir()]

    def required_fields(self, manifest: Manifest) -> tuple[str, ...]:
        """Names of the fields that a reply must fill in: `x-required` in the reply's schema."""
        schema = self.vocabulary.schemas.get(manifest.reply_schema, {}) if manifest.reply_schema else {}
        properties: Mapping[str, Any] = schema.get("properties", {})
        return tuple(name for name, own in properties.items() if own.get("x-required"))

    def template(self, manifest: Manifest, file_name: str, size: PrintSize = "standard") -> CompiledTemplate:
        """An artefact's Word template under the house style, compiled when first wanted."""
        key = (manifest.id, file_name, size)
        if key not in self._templates:
            template = self.library.read(f"templates/{manifest.id}/{file_name}")
            house = self.library.read(f"templates/{HOUSES[size]}")
            names = (manifest.header, f"templates/{manifest.id}/{file_name}", HOUSES[size])
            self._templates[key] = self._compiled(template, house, names, size)
        return self._templates[key]

    def plain_template(self, name: str, header: Header) -> CompiledTemplate:
        """A Word template that belongs to no artefact, such as `continuation-sheet.docx`."""
        key: tuple[str, str, PrintSize] = ("", name, "standard")
        if key not in self._templates:
            house = HOUSES["standard"]
            data = self.library.read(f"templates/{name}"), self.library.read(f"templates/{house}")
            self._templates[key] = self._compiled(*data, (header, f"templates/{name}", house), "standard")
        return self._templates[key]

    def _compiled(
        self, template: bytes, house: bytes, names: tuple[str, str, str], size: PrintSize
    ) -> CompiledTemplate:
        """Compile a template, or take it from the store; `names` are the header kind and the files' names."""
        header, source, house_source = names
        entry = key_of(template, house, *names, size)
        found = self._store.get(entry)
        if found is None:
            from forms.formats.word.template import compile_template  # takes long to import

            found = compile_template(
                template, house, header=header, source=source, house_source=house_source, size=size
            )
            self._store.put(entry, found)
        return found

    def digests(self, manifest: Manifest, file_name: str, size: PrintSize = "standard") -> tuple[str, str]:
        """The SHA-256 of an artefact's template and of the house file, in hexadecimal."""
        names = (f"templates/{manifest.id}/{file_name}", f"templates/{HOUSES[size]}")
        for name in names:
            if name not in self._digests:
                self._digests[name] = file_digest(self.library.read(name))
        return self._digests[names[0]], self._digests[names[1]]

    def _json(self, name: str) -> dict[str, Any]:
        """A JSON file of the library; raises ArtefactError where it is not JSON."""
        try:
            value = json.loads(self.library.read(name))
        except ValueError:
            raise ArtefactError(
                Problem("error", "malformed-json", "The file is not JSON", "Correct it", Place(name))
            ) from None
        if not isinstance(value, dict):
            raise ArtefactError(
                Problem("error", "not-an-object", "The file is not one JSON object", "Correct it", Place(name))
            )
        return value


@lru_cache(maxsize=8)
def open_catalogue(
    library: Path | None = None, profile: Path | None = None, *, remember: bool = False
) -> Catalogue:
    """Open a library: `library` or `FORMS_LIBRARY` first, the program's own behind it.

    Args:
        library: A folder of one's own (see `forms init`).
        profile: A file with the organisation's profile; the library's own if not given.
        remember: Keep compiled templates for later processes in the user's cache folder.

    Raises:
        UsageError: If the folder is not there.
    """
    return Catalogue(open_library(library), profile, open_store() if remember else None)


def read_input(path: Path) -> bytes:
    """The bytes of a file that a user named; raises InputError where it cannot be read."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise InputError(
            Problem(
                "error",
                "cannot-read",
                "The file cannot be read",
                f"Check its name and your rights ({error.strerror or 'unknown reason'})",
                Place(str(path)),
            )
        ) from None
