"""Compiled templates in the user's cache: found when nothing changed, never when something is wrong."""

from __future__ import annotations

import errno
import marshal
import os
import stat
from pathlib import Path
from typing import Any

import pytest
from msgspec import msgpack

import forms
from forms.application.catalogue import Catalogue
from forms.application.library import open_library
from forms.application.storage import SUFFIX, TemplateStore, key_of, open_store
from forms.formats.word.stored import dump, load
from samples import ARTEFACTS, ISSUED, VALID

OPTIONS = forms.RenderOptions(formats=("docx",), issued=ISSUED)
SAMPLE = VALID[0]


def rendered(folder: Path) -> list[bytes]:
    """Render as a new process would."""
    catalogue = Catalogue(open_library(environment={}), store=TemplateStore(folder))
    product = forms.render(SAMPLE.case, SAMPLE.artefact, OPTIONS, catalogue)
    return [document.data for document in product.documents]


@pytest.mark.parametrize("artefact", ARTEFACTS)
def test_what_is_loaded_is_what_was_stored(artefact: str) -> None:
    catalogue = forms.open_catalogue()
    manifest = catalogue.artefact(artefact)
    data = dump(catalogue.template(manifest, manifest.editions[-1].template))
    assert content(dump(load(data))) == content(data)


def content(data: bytes) -> dict[str, Any]:
    """What is stored, the programs as code: the bytes that `marshal` writes depend on who else has a text."""
    stored: dict[str, Any] = msgpack.decode(data)
    for story in stored["stories"]:
        story["program"] = story["program"] and marshal.loads(story["program"])
    return stored


def test_a_stored_template_gives_the_same_bytes(tmp_path: Path) -> None:
    folder = tmp_path / "cache"
    first = rendered(folder)
    assert list(folder.glob(f"*{SUFFIX}"))
    assert rendered(folder) == first


@pytest.mark.parametrize("damage", [b"", b"x", None])
def test_a_damaged_entry_counts_as_absent(tmp_path: Path, damage: bytes | None) -> None:
    folder = tmp_path / "cache"
    first = rendered(folder)
    for entry in folder.glob(f"*{SUFFIX}"):
        data = entry.read_bytes()
        entry.write_bytes(data[:-1] if damage is None else damage)
    assert rendered(folder) == first
    assert all(len(entry.read_bytes()) > 100 for entry in folder.glob(f"*{SUFFIX}"))  # written anew


def test_an_entry_under_another_name_counts_as_absent(tmp_path: Path) -> None:
    folder = tmp_path / "cache"
    rendered(folder)
    entry = next(folder.glob(f"*{SUFFIX}"))
    entry.rename(folder / f"{'0' * 64}{SUFFIX}")
    assert TemplateStore(folder).get("0" * 64) is None


STORY = {"kind": "body", "name": "", "opening": "", "closing": "", "relationships": {}, "statics": []}
EMPTY = {"first_number": 1, "members": [b"", b"", 0]}


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{}",
        *map(
            msgpack.encode,
            (
                [],
                {},
                {**EMPTY, "members": 1, "stories": []},
                {**EMPTY, "stories": [STORY]},
                {**EMPTY, "stories": [{**STORY, "program": b"", "on_line": [], "source": ""}]},
                {**EMPTY, "stories": [{**STORY, "program": marshal.dumps("x"), "on_line": [], "source": ""}]},
            ),
        ),
    ],
)
def test_bytes_that_are_no_template_are_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match=r"not a stored template|truncated|malformed"):
        load(data)


@pytest.mark.skipif(os.name == "nt", reason="folders have no mode there")
def test_the_folder_is_the_users_alone(tmp_path: Path) -> None:
    folder = tmp_path / "cache"
    rendered(folder)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    key = next(folder.glob(f"*{SUFFIX}")).stem
    assert TemplateStore(folder).get(key) is not None
    folder.chmod(0o770)
    assert TemplateStore(folder).get(key) is None


@pytest.mark.skipif(os.name == "nt", reason="folders have no mode there")
def test_nothing_is_put_into_a_folder_that_others_may_write_to(tmp_path: Path) -> None:
    folder = tmp_path / "cache"
    folder.mkdir()
    folder.chmod(0o777)
    assert rendered(folder)
    assert not list(folder.iterdir())


def test_a_folder_that_cannot_be_made_stops_nothing(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert rendered(tmp_path / "file" / "cache")


def test_a_full_disk_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "no space left")

    catalogue = Catalogue(open_library(environment={}), store=TemplateStore(None))
    manifest = catalogue.artefact(SAMPLE.artefact)
    template = catalogue.template(manifest, manifest.editions[-1].template)
    folder = tmp_path / "cache"
    monkeypatch.setattr(os, "fsync", full)
    TemplateStore(folder).put("key", template)
    assert not list(folder.iterdir())


def test_each_thing_that_matters_changes_the_key() -> None:
    keys = {
        key_of(b"template", b"house", "form", "standard"),
        key_of(b"template2", b"house", "form", "standard"),
        key_of(b"template", b"house2", "form", "standard"),
        key_of(b"template", b"house", "letter", "standard"),
        key_of(b"template", b"house", "form", "large"),
        key_of(b"templateh", b"ouse", "form", "standard"),
    }
    assert len(keys) == 6


def test_the_folder_is_found(tmp_path: Path) -> None:
    catalogue = forms.open_catalogue()
    manifest = catalogue.artefact(SAMPLE.artefact)
    template = catalogue.template(manifest, manifest.editions[-1].template)
    for environment, expected in (
        ({"FORMS_CACHE": str(tmp_path / "a")}, tmp_path / "a"),
        ({"XDG_CACHE_HOME": str(tmp_path / "b"), "LOCALAPPDATA": str(tmp_path / "b")}, tmp_path / "b"),
    ):
        open_store(environment).put("key", template)
        assert list(expected.rglob(f"key{SUFFIX}"))
    open_store({"FORMS_CACHE": "off", "HOME": str(tmp_path / "c")}).put("key", template)
    assert not (tmp_path / "c").exists()
