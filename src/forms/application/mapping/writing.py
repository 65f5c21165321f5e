"""A drafted mapping as a file: TOML, with the confidence and reason of each guess for a person to read."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from forms.application.catalogue import Catalogue, open_catalogue
from forms.application.mapping.drafting import Matcher
from forms.application.mapping.expressions import DATE, LISTS, Surroundings, Written, path_of, written
from forms.application.mapping.guesses import SURE, Draft, Guess
from forms.application.mapping.model import READER
from forms.application.readback import file_bytes
from forms.application.survey import inspect_form
from forms.formats.fillable import Survey

_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
_HEAD = """\
# What of a case goes into which place of this form. Drafted by `forms map`: look at each place.
# The figure is how sure the draft is, from 0 to 1; from {sure} on it was only copied from what the form says.
# Delete `unchecked = true` where you have looked; write `skip = "why"` for a place that stays empty.
# Then run `forms lint` on this file.
"""


@dataclass(frozen=True, slots=True)
class DraftedMapping:
    """A draft: the mapping file's text, what was found for each place, and the form's places."""

    text: str
    drafts: tuple[Draft, ...]
    survey: Survey
    entries: Mapping[str, Written | None]

    @property
    def sure(self) -> int:
        """How many places are taken as right."""
        return sum(draft.sure and draft.what != "skip" for draft in self.drafts)

    @property
    def likely(self) -> int:
        """How many places have a guess that a person must look at."""
        return sum(not draft.sure and draft.what not in ("skip", "open") for draft in self.drafts)

    @property
    def left(self) -> tuple[Draft, ...]:
        """The places that nothing was found for."""
        return tuple(draft for draft in self.drafts if draft.what == "open")

    def as_json(self) -> dict[str, object]:
        """What `forms map --json` prints."""
        return {"places": [_as_json(draft, self.entries[draft.place.name]) for draft in self.drafts]}


def draft_mapping(
    form: Path | bytes,
    catalogue: Catalogue | None = None,
    *,
    name: str = "",
    artefact: str = "referral",
    reader: str = READER,
    authority: str = "",
    title: str = "",
) -> DraftedMapping:
    """Draft a mapping of a form that someone else designed.

    Args:
        form: The blank form, DOCX or PDF.
        catalogue: The library; the program's own if not given.
        name: What to call the form in problems.
        artefact: The paper of ours that the form stands in for; "" for none.
        reader: Whose view of the case is to fill it.
        authority: Whose form it is, or "".
        title: The form's title; the file's name if not given.

    Raises:
        InputError: The form cannot be read.
        UsageError: There is no such paper.
    """
    catalogue = catalogue or open_catalogue()
    data, source = file_bytes(form, name)
    survey = inspect_form(data, source)
    matcher = Matcher(catalogue, artefact)
    drafts = matcher.drafts(survey)
    around = Surroundings.of(drafts)
    codes = matcher.codes()
    entries = {draft.place.name: written(draft, codes, around) for draft in drafts}
    top = {"artefact": artefact, "authority": authority, "reader": reader, "date": DATE}
    pages = [int(found[1]) for place in survey.places if (found := re.fullmatch(r"page (\d+)", place.where))]
    about: dict[str, object] = {
        "title": title or Path(source).stem,
        "format": survey.format,
        "sha256": hashlib.sha256(data).hexdigest(),
    }
    if pages:
        about["pages"] = max(pages)
    lines = [_HEAD.format(sure=SURE), *(_pair(key, value) for key, value in top.items() if value), "", "[form]"]
    lines += [_pair(key, value) for key, value in about.items()]
    section = ""
    used = json.dumps(
        [[*entry.keys.values(), *entry.columns] for entry in entries.values() if entry], default=str
    )
    if any(f"{name}[" in used or f"{name} " in used or f'{name}"' in used for name in LISTS):
        lines += ["", "# The children whom it is about, and those who only live there too", "[lists]"]
        lines += [f"{name} = '{expression}'" for name, expression in LISTS.items()]
    lines += ["", "[places]"]
    for draft in drafts:
        if draft.place.section != section:
            section = draft.place.section
            lines += ["", f"# ── {_comment(section)} ──"] if section else [""]
        lines += ["", *_place(draft, entries[draft.place.name])]
    return DraftedMapping("\n".join(lines) + "\n", drafts, survey, entries)


def _place(draft: Draft, entry: Written | None) -> Iterator[str]:
    place = draft.place
    label = _comment(place.label) or "(no label found)"
    yield f"# {label}" + (f" ({_comment(place.where)})" if place.where != place.name else "")
    mark = "# " if entry is None else ""
    if draft.what != "skip":
        yield from (f"# {line}" for line in _said(draft))
    yield f"{mark}[places.{json.dumps(place.name, ensure_ascii=False)}]"
    if entry is None:
        yield "# value = " + _string(_first(draft))
        return
    for key, value in entry.keys.items():
        yield _pair(key, value)
    if entry.columns:
        yield "columns = ["
        yield from (f"  {_inline(column)}," for column in entry.columns)
        yield "]"
    if draft.what != "skip" and (not draft.sure or None in draft.columns):
        yield "unchecked = true"


def _first(draft: Draft) -> str:
    if not draft.others:
        return "{{ case. … }}"
    guess = draft.others[0]
    return f"{{{{ {path_of(guess.target, guess.item)} }}}}"


def _said(draft: Draft) -> Iterator[str]:
    """Give what the draft says of a place, in words."""
    if draft.what == "each":
        for head, guess in zip(draft.place.columns, draft.columns, strict=True):
            yield f"{_comment(head)}: {_confidence(guess)}" if guess else f"{_comment(head)}: nothing found"
        return
    if draft.best:
        yield _confidence(draft.best)
    near = [f"{guess.pointer} ({guess.confidence:.2f})" for guess in draft.others]
    if draft.what == "open":
        yield f"Not placed. Nearest: {', '.join(near)}" if near else "Not placed, and nothing is near"
    elif near and not draft.sure:
        yield f"Or: {', '.join(near)}"


def _confidence(guess: Guess) -> str:
    return f"{guess.confidence:.2f} {_comment(guess.reason)}"


def _as_json(draft: Draft, entry: Written | None) -> dict[str, object]:
    place = draft.place
    made: dict[str, object] = {
        "name": place.name,
        "label": place.label,
        "section": place.section,
        "what": draft.what,
        "confidence": draft.confidence,
        "sure": draft.sure,
        "reason": draft.best.reason if draft.best else draft.why,
        "paths": list(draft.best.pointers) if draft.best else [],
        "entry": None
        if entry is None
        else {**entry.keys, **({"columns": list(entry.columns)} if entry.columns else {})},
        "nearest": [{"path": guess.pointer, "confidence": guess.confidence} for guess in draft.others],
    }
    if draft.what == "each":
        made["columns"] = [
            {"path": guess.pointer, "confidence": guess.confidence, "reason": guess.reason} if guess else None
            for guess in draft.columns
        ]
    return made


# ── TOML ────────────────────────────────────────────────────────────────────────────────────────────────────


def _pair(key: str, value: object) -> str:
    return f"{key} = {_value(value)}"


def _value(value: object) -> str:
    if isinstance(value, Mapping):
        return _inline(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, int) else _string(str(value))


def _inline(values: Mapping[str, object]) -> str:
    pairs = (f"{_key(key)} = {_value(value)}" for key, value in values.items())
    return f"{{ {', '.join(pairs)} }}"


def _key(key: str) -> str:
    return key if re.fullmatch(r"[A-Za-z0-9_-]+", key) else json.dumps(key, ensure_ascii=False)


def _string(text: str) -> str:
    """Write a TOML string: literal where that spares escapes (TOML 1.0, String)."""
    if '"' in text and "'" not in text and not _CONTROL.search(text):
        return f"'{text}'"
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _comment(text: str) -> str:
    return _CONTROL.sub(" ", text)
