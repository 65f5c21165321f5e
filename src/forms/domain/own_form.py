"""The manifest of a local authority's own form: which paper of ours it stands in for, in which editions.

Procedure 2.d: a referral is made on "the local authority's own form". The directory of authorities says which
of them want one, this manifest says what it is.
"""

from __future__ import annotations

import tomllib
from datetime import date
from pathlib import PurePosixPath

from msgspec import Struct

from forms.domain.artefact import as_json_values
from forms.domain.schema import Vocabulary
from forms.foundation.errors import ArtefactError
from forms.foundation.problems import Place, Problem, errors_in

OWN_FORM_SCHEMA = "own-form.schema.json"


class FormEdition(Struct, frozen=True):
    """An edition: `form` is the blank file's name in the library, `mapping` that of what goes where.

    `sha256` is the blank file's, in hexadecimal; `get_from` says where it is to be had, if it isn't there.
    """

    id: str
    starts: date
    form: str
    sha256: str
    mapping: str
    get_from: str = ""

    @property
    def format(self) -> str:
        """`docx` or `pdf`."""
        return self.form.rpartition(".")[2]


class OwnForm(Struct, frozen=True):
    """A form of an authority (`authority` is its ONS code) that stands in for our `artefact`."""

    id: str
    title: str
    authority: str
    artefact: str
    editions: tuple[FormEdition, ...]
    source: str = ""

    def edition_on(self, day: date) -> FormEdition | None:
        """Give the edition in force on a day: the last whose date is not later; None before the first."""
        in_force = [edition for edition in self.editions if edition.starts <= day]
        return in_force[-1] if in_force else None


def parse_own_form(data: bytes, source: str, vocabulary: Vocabulary) -> OwnForm:
    """Read a manifest of an authority's form.

    Args:
        data: The TOML file.
        source: Its name in the library (`templates/kestrelbrook-referral/own-form.toml`).
        vocabulary: The library's schemas, `own-form.schema.json` among them.

    Raises:
        ArtefactError: With every problem found.
    """
    try:
        raw = as_json_values(tomllib.loads(data.decode("utf-8-sig")))
    except UnicodeDecodeError:
        raise _broken(source, "not-utf-8", "The manifest is not UTF-8 text", "Save it as UTF-8") from None
    except tomllib.TOMLDecodeError as error:
        raise _broken(source, "malformed", f"The manifest is not TOML: {error}", "Correct it there") from None
    if problems := errors_in(vocabulary.check_data(OWN_FORM_SCHEMA, raw, source)):
        raise ArtefactError(*problems)
    assert isinstance(raw, dict), "the schema asks for an object"
    folder = PurePosixPath(source).parent
    if folder.name != raw["id"]:
        raise _broken(source, "wrong-folder", "The identifier is not the folder's name", "Correct the manifest")
    if raw["artefact"] not in vocabulary.parts:
        raise _broken(source, "unknown-artefact", "There is no paper of that name", "See `forms list`")
    editions = (
        FormEdition(
            item["id"],
            date.fromisoformat(item["from"]),
            item["form"],
            item["sha256"],
            str(folder / item["mapping"]),
            item.get("get_from", ""),
        )
        for item in raw["editions"]
    )
    ordered = tuple(sorted(editions, key=lambda edition: edition.starts))
    return OwnForm(raw["id"], raw["title"], raw["authority"], raw["artefact"], ordered, source)


def _broken(source: str, code: str, message: str, hint: str) -> ArtefactError:
    return ArtefactError(Problem("error", code, message, hint, Place(source)))
