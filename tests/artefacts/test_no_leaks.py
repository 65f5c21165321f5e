"""What a reader may not have is nowhere in what that reader gets: no member, stream, property or name."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator

import pikepdf
import pytest

import forms
from docx_text import everything, fold
from forms.application.copies import addressee, plan
from forms.domain.audience import View, leaves, view
from forms.domain.case import strings
from forms.domain.nodes import Node, walk
from forms.domain.presentation import Style, printed
from pdf_text import page_texts, tree_text
from samples import ISSUED, VALID, Sample, made, pairs

LEAST_LETTERS = 6


def views(sample: Sample) -> list[tuple[View, str]]:
    """The view behind each document of a sample, and the address on it, in the order of the documents."""
    catalogue = forms.open_catalogue()
    manifest = catalogue.artefact(sample.artefact)
    root = catalogue.vocabulary.case
    copies = plan(sample.case, manifest, (), catalogue).copies
    found = []
    for copy in copies:
        only = {"/children": copy.route.children} if copy.route.children is not None else None
        seen = view(sample.case, root, copy.reader, sample.artefact, copy.names, only)
        found.append((seen, " ".join(text for _, text in strings(addressee(copy, seen, catalogue)))))
    return found


def forbidden(seen: View, address: str) -> Iterator[str]:
    """Printed and raw texts of what was removed, but for what the reader sees anyway."""
    root = forms.open_catalogue().vocabulary.case
    shown = [text for _, node, value in walk(root, seen.data) for text in forms_of(node, value)]
    visible = fold(" ".join([address, *shown, *(text for _, text in strings(seen.data))])).casefold()
    for removed in seen.withheld:
        for node, pointer, value in leaves(removed.node, removed.value, removed.pointer):
            if pointer.endswith("/id"):
                continue  # the case's own labels for its parts
            for text in forms_of(node, value):
                if len(text) >= LEAST_LETTERS and text.casefold() not in visible:
                    yield text


def forms_of(node: Node, value: object) -> Iterator[str]:
    if node.kind != "value" or node.prints in ("words", "yes_no", "number", "time"):
        return
    for line in printed(value, node, Style(on=ISSUED)).splitlines():
        yield fold(line)
    yield from (fold(text) for _, text in strings(value) if node.prints == "name" or text[:1].isdigit())


def everything_in_pdf(data: bytes) -> str:
    """Text in tree order and page by page, metadata, and every string and stream of every object."""
    parts = [tree_text(data), *page_texts(data)]
    with pikepdf.open(io.BytesIO(data)) as pdf:
        for item in pdf.objects:
            if isinstance(item, pikepdf.Stream):
                parts.append(item.read_bytes().decode("latin-1"))
            parts.append(repr(item) if not isinstance(item, pikepdf.Stream) else repr(dict(item)))
    return "\n".join(parts)


@pytest.mark.parametrize("sample", VALID, ids=str)
def test_no_document_holds_what_its_reader_may_not_have(sample: Sample) -> None:
    annexes = {rule.reader for rule in forms.open_catalogue().artefact(sample.artefact).audiences if rule.annex}
    for (seen, address), (word, print_out) in zip(views(sample), pairs(made(sample)), strict=True):
        if word.identity.reader in annexes:
            continue
        inside = everything(word.data).casefold() + fold(everything_in_pdf(print_out.data)).casefold()
        inside += word.name.casefold() + print_out.name.casefold()
        own_words = everything_fixed(sample.artefact, word.identity.reader)
        for text in forbidden(seen, address):
            assert text.casefold() not in inside or text.casefold() in own_words, (
                f"{word.name} holds a value that {word.identity.reader} may not have"
            )


def everything_fixed(artefact: str, reader: str) -> str:
    """The template's own words: a blank form for the same reader."""
    stem = re.sub(r"-\d+$", "", reader)
    options = forms.RenderOptions(issued=ISSUED, blank=True, formats=("docx",), audiences=(stem,))
    product = forms.render(forms.empty_case(), artefact, options)
    return " ".join(everything(document.data).casefold() for document in product.documents)


@pytest.mark.parametrize("sample", VALID, ids=str)
def test_lay_copies_show_no_trace(sample: Sample) -> None:
    for (seen, _), (word, print_out) in zip(views(sample), pairs(made(sample)), strict=True):
        if seen.reader.lay:
            text = (everything(word.data) + everything_in_pdf(print_out.data)).casefold()
            said = " ".join(text for _, text in strings(seen.data)).casefold()
            for trace in ("withheld", "annex", "chair only"):
                assert trace not in text or trace in said


def test_the_search_would_find_a_leak() -> None:
    """The test itself is tested: a document holds what its own reader may have."""
    sample = next(sample for sample in VALID if str(sample) == "conference-report/full")
    lay = next(seen for seen, _ in views(sample) if seen.reader.name == "offender")
    texts = list(forbidden(lay, ""))
    assert len(texts) > 20
    professionals = pairs(made(sample))[0][0]
    assert any(text.casefold() in everything(professionals.data).casefold() for text in texts)
