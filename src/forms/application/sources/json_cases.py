"""Cases as JSON: a folder of files, JSON Lines, or one array, read piece by piece."""

from __future__ import annotations

import codecs
import hashlib
import json
import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from forms.application.output import write_file
from forms.application.sources.returned import cannot_give_back, discard, keep
from forms.application.sources.rows import ADVICE_NAME, CHUNK, Returned, SourceRow, digest_of, unreadable
from forms.domain.case import MOST_BYTES
from forms.foundation.errors import InputError
from forms.foundation.problems import Place, Problem

_STRUCTURE = re.compile(rb'["\\\[\]{},]')


@dataclass(frozen=True, slots=True)
class JsonLines:
    """A file with one case in each line."""

    path: Path
    total: int
    notes: tuple[Problem, ...] = ()

    @property
    def name(self) -> str:
        """The file's name."""
        return self.path.name

    def fingerprint(self) -> str:
        """Give a digest of all that the source holds."""
        return digest_of(self.path)

    def rows(self) -> Iterator[SourceRow]:
        """Give the lines; empty ones and what we wrote in with rows given back are passed over."""
        for number, line in _lines(self.path):
            yield _row(number, f"line {number}", line, self.name)

    def give_back(self, folder: Path, stem: str) -> Returned:
        """Begin giving back rows."""
        return _ReturnedText(folder, f"{stem}.jsonl", b"", b"", b"")


@dataclass(frozen=True, slots=True)
class JsonArray:
    """A file with one JSON array of cases."""

    path: Path
    total: int
    notes: tuple[Problem, ...] = ()

    @property
    def name(self) -> str:
        """The file's name."""
        return self.path.name

    def fingerprint(self) -> str:
        """Give a digest of all that the source holds."""
        return digest_of(self.path)

    def rows(self) -> Iterator[SourceRow]:
        """Give the items of the array."""
        items = (item for item in _items(self.path) if not _is_advice_alone(item))
        for number, item in enumerate(items, 1):
            yield _row(number, f"case {number} of the list", item, self.name)

    def give_back(self, folder: Path, stem: str) -> Returned:
        """Begin giving back rows."""
        return _ReturnedText(folder, f"{stem}.json", b"[\n", b",\n", b"]\n")


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder with a file for each case."""

    path: Path
    total: int
    notes: tuple[Problem, ...] = ()

    @property
    def name(self) -> str:
        """The folder's name."""
        return self.path.name

    def fingerprint(self) -> str:
        """Give a digest of all that the source holds."""
        digest = hashlib.sha256()
        for path in _files(self.path):
            digest.update(f"{path.name}\0{digest_of(path)}\0".encode())
        return digest.hexdigest()

    def rows(self) -> Iterator[SourceRow]:
        """Give the files in the order of their names."""
        for number, path in enumerate(_files(self.path), 1):
            try:
                data = path.read_bytes() if path.stat().st_size <= MOST_BYTES else b" " * (MOST_BYTES + 1)
            except OSError as error:
                raise unreadable(path, error) from None
            yield SourceRow(number, f"file {path.name}", data, (path.name, data))

    def give_back(self, folder: Path, stem: str) -> Returned:
        """Begin giving back rows."""
        return _ReturnedFiles(folder / stem)


def open_json(path: Path) -> JsonLines | JsonArray | Folder:
    """Open a folder, a `.jsonl` file, or a `.json` file that holds an array or lines."""
    if path.is_dir():
        return Folder(path, sum(1 for _ in _files(path)))
    try:
        with path.open("rb") as stream:
            start = stream.read(CHUNK).removeprefix(codecs.BOM_UTF8).lstrip()[:1]
    except OSError as error:
        raise unreadable(path, error) from None
    if start == b"[":
        return JsonArray(path, sum(1 for _ in _items(path)))
    if path.suffix.lower() == ".json" and start == b"{" and _is_one_object(path):
        raise InputError.of(
            "one-case",
            "The file holds one case, not several",
            "Use `forms render`, or name the folder that the file is in",
            Place(path.name),
        )
    return JsonLines(path, sum(1 for _ in _lines(path)))


def _is_one_object(path: Path) -> bool:
    with path.open("rb") as stream:
        first = stream.readline(MOST_BYTES).removeprefix(codecs.BOM_UTF8)
        more = any(line.strip() for line in stream)
    try:
        json.loads(first)
    except ValueError:
        return True
    return not more


def _row(number: int, name: str, text: bytes, source: str) -> SourceRow:
    """Make a row of the JSON text of a case; what we added when it was given back is taken out."""
    if ADVICE_NAME.encode() in text:
        try:
            value = json.loads(text)
            if isinstance(value, dict) and value.pop(ADVICE_NAME, None) is not None:
                text = json.dumps(value, ensure_ascii=False).encode()
        except ValueError:
            pass  # what is wrong with it is told when the case is read
    return SourceRow(number, name, text, text)


def _lines(path: Path) -> Iterator[tuple[int, bytes]]:
    try:
        with path.open("rb") as stream:
            number = 0
            while line := stream.readline(MOST_BYTES + 2):
                number += 1
                if (
                    len(line) > MOST_BYTES
                ):  # the rest of the line is passed over, the piece is refused as too large
                    while (rest := stream.readline(CHUNK)) and not rest.endswith(b"\n"):
                        pass
                line = line.removeprefix(codecs.BOM_UTF8) if number == 1 else line
                if line.strip() and not _is_advice_alone(line):
                    yield number, line.strip()
    except OSError as error:
        raise unreadable(path, error) from None


def _is_advice_alone(line: bytes) -> bool:
    """Tell whether a line is what we said about the next one, which was no JSON."""
    if not line.lstrip().startswith(b'{"%s"' % ADVICE_NAME.encode()):
        return False
    try:
        return list(json.loads(line)) == [ADVICE_NAME]
    except ValueError:
        return False


def _files(folder: Path) -> Iterator[Path]:
    try:
        names = sorted(entry.name for entry in os.scandir(folder) if entry.is_file())
    except OSError as error:
        raise unreadable(folder, error) from None
    for name in names:
        if name.lower().endswith(".json") and not name.startswith("."):
            yield folder / name


def _items(path: Path) -> Iterator[bytes]:
    """Give the items of a JSON array as they stand in the file, without reading all of it at once."""
    try:
        with path.open("rb") as stream:
            yield from _array(stream, path.name)
    except OSError as error:
        raise unreadable(path, error) from None


def _array(stream: IO[bytes], name: str) -> Iterator[bytes]:
    item = bytearray()
    depth, quoted, escaped, ended = 0, False, False, False
    while chunk := stream.read(CHUNK):
        position = 0
        if ended and chunk.strip():
            break
        while position < len(chunk) and not ended:
            if escaped:
                item += chunk[position : position + 1]
                position, escaped = position + 1, False
                continue
            match = _STRUCTURE.search(chunk, position)
            end = match.start() if match else len(chunk)
            if depth:
                item += chunk[position:end]
            if match is None:
                break
            sign, position = match.group(), match.end()
            if sign == b"\\":
                escaped = quoted
            elif sign == b'"':
                quoted = not quoted
            elif not quoted and sign in b"[{":
                depth += 1
                if depth == 1:
                    continue
            elif not quoted and sign in b"]}":
                depth -= 1
            if depth == 0 or (depth == 1 and sign == b"," and not quoted):
                if item.strip():
                    yield bytes(item).strip()
                item.clear()
                ended = depth == 0
            elif depth:
                item += sign
            if len(item) > MOST_BYTES:
                raise InputError.of("too-large", "A case of the list is too large", "", Place(name))
        if ended and chunk[position:].strip():
            break
    if not ended:
        raise InputError.of(
            "malformed", "The list of cases has no end", "Look whether the file is complete", Place(name)
        )


class _ReturnedText:
    """Rows given back in one text file."""

    def __init__(self, folder: Path, name: str, opening: bytes, between: bytes, closing: bytes) -> None:
        self._path = folder / name
        self._part = folder / f".forms-{name}.part"
        self._marks = (opening, between, closing)
        self._stream: IO[bytes] | None = None

    def add(self, row: SourceRow, advice: Sequence[str]) -> None:
        """Take a row and what to fix in it."""
        opening, between, _ = self._marks
        try:
            if self._stream is None:
                self._part.parent.mkdir(parents=True, exist_ok=True)
                self._stream = os.fdopen(
                    os.open(self._part, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600), "wb"
                )
                self._stream.write(opening)
            else:
                self._stream.write(between)
            self._stream.write(self._text(row, advice))
        except OSError as error:
            raise cannot_give_back(self._path, error) from error

    def _text(self, row: SourceRow, advice: Sequence[str]) -> bytes:
        text = bytes(row.own) if isinstance(row.own, bytes) else b""
        try:
            value = json.loads(text)
        except ValueError:
            value = None
        if isinstance(value, dict):
            return json.dumps({ADVICE_NAME: list(advice), **value}, ensure_ascii=False).encode() + b"\n"
        alone = json.dumps({ADVICE_NAME: list(advice)}, ensure_ascii=False).encode() + b"\n"
        return alone + self._marks[1] + text + b"\n"

    def close(self) -> Path | None:
        """Write what was taken."""
        if self._stream is None:
            return None
        return keep(self._stream, self._part, self._path, self._marks[2])

    def drop(self) -> None:
        """Leave nothing behind."""
        if self._stream is not None:
            discard(self._stream, self._part)


class _ReturnedFiles:
    """Files given back as they were, each with what to fix beside it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._any = False

    def add(self, row: SourceRow, advice: Sequence[str]) -> None:
        """Take a file and what to fix in it."""
        assert isinstance(row.own, tuple)
        name, data = row.own
        write_file(self._folder, name, data)
        write_file(self._folder, f"{name}.what-to-fix.txt", "\n".join((*advice, "")).encode())
        self._any = True

    def close(self) -> Path | None:
        """Give the folder."""
        return self._folder if self._any else None

    def drop(self) -> None:
        """Leave what is there: the next run writes it again."""
