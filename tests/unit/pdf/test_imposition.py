"""Pages on sheets: paper that is folded as the scheme says shows them in reading order."""

from __future__ import annotations

import pytest

from forms.formats.pdf.imposition import SCHEMES


def sides(name: str, pages: int) -> tuple[tuple[int, ...], ...]:
    return SCHEMES[name].arrange(pages)


@pytest.mark.parametrize("pages", range(1, 18))
def test_a_folded_booklet_reads_in_order(pages: int) -> None:
    fronts, backs = sides("booklet", pages)[::2], sides("booklet", pages)[1::2]
    assert len(fronts) == len(backs) == -(-pages // 4)
    first_half, second_half = [], []
    for (last, front), (inner_left, inner_right) in zip(fronts, backs, strict=True):
        # Turned over its short edge, a page lies behind the one at the same outer side of the fold.
        first_half += [front, inner_left]
        second_half = [inner_right, last, *second_half]
    read = first_half + second_half
    assert [page for page in read if page >= 0] == list(range(pages))
    assert all(page == -1 for page in read[pages:])


def test_a_leaflet_opens_to_its_inside() -> None:
    outside, inside = sides("three-panel", 6)
    assert outside == (4, 5, 0), "flap, back, front"
    assert inside == (1, 2, 3)


def test_panels_without_text_stay_empty() -> None:
    assert sides("three-panel", 4) == ((-1, -1, 0), (1, 2, 3))


def test_pages_are_as_large_as_the_folded_paper() -> None:
    assert SCHEMES["three-panel"].width * 3 == pytest.approx(841.89)
    assert SCHEMES["booklet"].width == pytest.approx(420.945)
