"""Opening a source of cases, whatever it is."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from forms.application.catalogue import Catalogue, read_input
from forms.application.sources.delimited import open_delimited
from forms.application.sources.headings import HeadingMap, Headings, read_mapping
from forms.application.sources.json_cases import open_json
from forms.application.sources.rows import Source
from forms.application.sources.tables import File, TableSource
from forms.domain.case import parse_object
from forms.foundation.errors import InputError, UsageError
from forms.foundation.problems import Place, errors_in

JSON = (".json", ".jsonl", ".ndjson")
DELIMITED = (".csv", ".tsv", ".txt")
WORKBOOKS = (".xlsx", ".xlsm")
MAPPING_SCHEMA = "bulk-mapping.schema.json"


def open_source(path: Path, catalogue: Catalogue, mapping: Path | None = None) -> Source:
    """Open a folder of cases, JSON Lines, a JSON array, a CSV file or an Excel workbook.

    Args:
        path: The folder or file; its ending tells what it is.
        catalogue: The library, for the vocabulary and the synonyms of headings.
        mapping: A file that says what a table's headings mean (`schemas/bulk-mapping.schema.json`).

    Raises:
        InputError: It cannot be read, or its headings are not understood; with every problem of them.
        UsageError: It is none of these kinds.
    """
    suffix = path.suffix.lower()
    if path.is_dir() or suffix in JSON:
        return open_json(path)
    if suffix not in (*DELIMITED, *WORKBOOKS):
        raise UsageError.of(
            "unknown-source",
            "It cannot be told what kind of file the cases are in",
            "Give a folder, or a file that ends in .jsonl, .json, .csv or .xlsx",
            Place(path.name),
        )
    file: File
    if suffix in DELIMITED:
        file = open_delimited(path)
    else:
        from forms.application.sources.workbook import open_workbook  # here, as openpyxl takes its time

        file = open_workbook(path)
    return TableSource(file, headings_of(catalogue, _mapping(mapping, catalogue)))


def headings_of(catalogue: Catalogue, mapping: HeadingMap | None = None) -> Headings:
    """Give what knows the meaning of headings, for a library."""
    synonyms: Mapping[str, Any] = catalogue.directory("synonyms")
    return Headings(catalogue.vocabulary.case, synonyms, mapping or HeadingMap())


def _mapping(path: Path | None, catalogue: Catalogue) -> HeadingMap:
    if path is None:
        return HeadingMap()
    data = parse_object(read_input(path), path.name)
    if errors := errors_in(catalogue.vocabulary.check_data(MAPPING_SCHEMA, data, path.name)):
        raise InputError(*errors)
    return read_mapping(data)
