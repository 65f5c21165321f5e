"""Things to start from: an unfilled case, and a library of one's own."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from secrets import token_hex

from forms.application.catalogue import KEY, PROFILE, Catalogue, open_catalogue
from forms.application.library import Library, shipped_library
from forms.application.output import write_file
from forms.domain.nodes import Node
from forms.foundation.errors import OutputError
from forms.foundation.problems import Place, Problem

UNANSWERED = {"not_known": ""}
"""An answer still to be given: `forms validate` asks for the reason until it is replaced."""

KEY_BYTES = 32
OWN_FOLDERS = ("templates", "directories")


def new_case(artefact: str, catalogue: Catalogue | None = None) -> str:
    """Make an unfilled case (JSON text) with everything that a paper prints, and nothing else.

    The shape is that of the paper's full sample, the values are taken out: texts are empty and other answers
    are "not known" without a reason, so that `forms validate` names each place still to be filled in.

    Raises UsageError if there is no such paper.
    """
    catalogue = catalogue or open_catalogue()
    manifest = catalogue.artefact(artefact)
    sample = json.loads(catalogue.library.read(f"samples/{manifest.id}/valid/full.json"))
    sample = {key: value for key, value in sample.items() if key not in ("restricted", "released")}
    emptied = _emptied(catalogue.vocabulary.case, sample)
    return json.dumps(emptied, indent=2, ensure_ascii=False)


def _emptied(node: Node, value: object) -> object:
    """The same shape without its values; lists keep one item."""
    if node.kind == "array" and node.items is not None and isinstance(value, list):
        return [_emptied(node.items, item) for item in value[:1]]
    if node.kind == "object" and isinstance(value, Mapping):
        return {
            key: _emptied(below, item)
            for key, item in value.items()
            if (below := node.properties.get(key)) is not None and key != "id"
        }
    if node.prints == "name":
        return {"given": "", "family": ""}
    if node.prints == "address":
        return {"lines": [""], "postcode": ""}
    if node.unknown and node.prints != "text":
        return dict(UNANSWERED)
    return ""


def init_library(folder: Path) -> tuple[Path, ...]:
    """Make `folder` a library of one's own: profile, key, templates, directories; give its files.

    The key (`reference.key`) is random: it keeps issue numbers from being traced back to a case by trying.

    Raises OutputError where the folder holds something already or cannot be written.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise OutputError(
            Problem(
                "error",
                "folder-in-use",
                "There is something in this folder already",
                "Name a new folder, so that nothing of yours is overwritten",
                Place(str(folder)),
            )
        )
    library = Library((shipped_library(),))
    names = [name for own in OWN_FOLDERS for name in library.names(own, "**/*")]
    paths = [
        write_file(folder, PROFILE, library.read(f"samples/{PROFILE}")),
        write_file(folder, KEY, token_hex(KEY_BYTES).encode()),
    ]
    for name in names:
        target = folder / name
        paths.append(write_file(target.parent, target.name, library.read(name)))
    return tuple(paths)
