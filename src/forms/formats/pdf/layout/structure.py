"""The structure elements of one block, as they are found while it is laid out."""

from __future__ import annotations

from forms.formats.pdf.display import ARTIFACT, Element, FixedElements


class Structure:
    """A growing tree of elements. With `artifact` nothing is added: headers and footers aren't read aloud.

    `lasting`: what is laid out into it comes again in other documents. `numbered`: page numbers are to be put
    into it.
    """

    def __init__(self, language: str, *, artifact: bool = False, lasting: bool = False, first: int = 0) -> None:
        """Begin empty; `language` is the document's, `first` the index of the first element."""
        self.language = language
        self.lasting = lasting
        self.numbered = False
        self.artifact = artifact
        self._first = first
        self._elements: list[Element] = []
        self._open_span: tuple[int, str, int] = (ARTIFACT, "", ARTIFACT)

    @property
    def elements(self) -> tuple[Element, ...]:
        """The elements so far, parents before children."""
        return FixedElements(self._elements) if self.lasting else tuple(self._elements)

    def add(
        self,
        role: str,
        parent: int = -1,
        *,
        language: str = "",
        alternative: str = "",
        attributes: tuple[tuple[str, str | int], ...] = (),
    ) -> int:
        """Add an element and give its index."""
        if self.artifact:
            return ARTIFACT
        self._elements.append(Element(role, parent, language, alternative, attributes))
        return self._first + len(self._elements) - 1

    def span(self, parent: int, language: str) -> int:
        """Give a `Span` for text in a language; the one just opened goes on if nothing came between."""
        if self.artifact:
            return ARTIFACT
        known_parent, known_language, index = self._open_span
        if (known_parent, known_language) == (parent, language) and index == self._first + len(
            self._elements
        ) - 1:
            return index
        index = self.add("Span", parent, language=language)
        self._open_span = (parent, language, index)
        return index

    def end_span(self) -> None:
        """Say that text came that is in no `Span`: the next one is another, or the order would be lost."""
        self._open_span = (ARTIFACT, "", ARTIFACT)
