"""What a PDF's pages show, whatever operators say it: each string, line and area, where, and its tag."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

import pikepdf

_SHOWN = ("Tj", "TJ")
_KINDS = {"text": 0, "picture": 1, "line": 2, "area": 3}


def drawn(pdf: bytes) -> list[list[tuple[Any, ...]]]:
    """Give for each page what is drawn: its marked content, what it is, how and where.

    Texts, pictures, strokes and areas come each for themselves, in their order.
    """
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        return [sorted(_page(page), key=lambda item: _KINDS[item[0]]) for page in opened.pages]


def _page(page: pikepdf.Page) -> Iterator[tuple[Any, ...]]:
    marks: list[str] = []
    states: list[dict[str, Any]] = []
    state: dict[str, Any] = {
        "rg": (0.0,) * 3,
        "RG": (0.0,) * 3,
        "w": 1.0,
        "d": "",
        "Tf": None,
        "at": (0.0, 0.0),
    }
    line = point = (0.0, 0.0)
    for operands, op in pikepdf.parse_content_stream(page):
        kind = str(op)
        numbers = [float(one) for one in operands if not isinstance(one, pikepdf.Object)]
        if kind == "q":
            states.append(dict(state))
        elif kind == "Q":
            state = states.pop()
        elif kind == "cm":
            state["at"] = (state["at"][0] + numbers[4], state["at"][1] + numbers[5])
            state["scale"] = numbers[:4]
        elif kind in ("BDC", "BMC"):
            inside = operands[1] if len(operands) > 1 else {}
            marks.append(f"{operands[0]} {inside.get('/MCID', '')}")
        elif kind == "EMC":
            marks.pop()
        elif kind in ("rg", "RG", "w"):
            state[kind] = tuple(numbers)
        elif kind == "d":
            state["d"] = str([*operands[0]])
        elif kind == "Tf":
            state["Tf"] = (str(operands[0]), float(operands[1]))
        elif kind == "BT":
            line = (0.0, 0.0)
        elif kind == "Td":
            line = (line[0] + numbers[0], line[1] + numbers[1])
        elif kind == "Tm":
            line = (numbers[4], numbers[5])
        elif kind in _SHOWN:
            text = (
                operands[0]
                if kind == "Tj"
                else b"".join(bytes(part) for part in operands[0] if isinstance(part, pikepdf.String))
            )
            if bytes(text):
                yield ("text", *marks, bytes(text), state["Tf"], state["rg"], *_moved(line, state))
        elif kind == "m":
            point = (numbers[0], numbers[1])
        elif kind == "l":
            ends = (*_moved(point, state), *_moved((numbers[0], numbers[1]), state))
            yield ("line", *marks, state["RG"], state["w"], state["d"], *ends)
        elif kind == "re":
            yield ("area", *marks, state["rg"], *_moved((numbers[0], numbers[1]), state), *numbers[2:])
        elif kind == "Do":
            yield ("picture", *marks, str(operands[0]), *state["at"], *state["scale"])


def _moved(point: tuple[float, float], state: dict[str, Any]) -> tuple[float, float]:
    return (point[0] + state["at"][0], point[1] + state["at"][1])


def differences(first: list[list[tuple[Any, ...]]], second: list[list[tuple[Any, ...]]]) -> list[object]:
    """What one file shows and not the other, but for hundredths of a point."""
    if [len(page) for page in first] != [len(page) for page in second]:
        return [[len(page) for page in first], [len(page) for page in second]]
    return [
        (one, other)
        for pages in zip(first, second, strict=True)
        for one, other in zip(*pages, strict=True)
        if not _alike(one, other)
    ]


def _alike(one: tuple[Any, ...], other: tuple[Any, ...]) -> bool:
    return len(one) == len(other) and all(
        abs(a - b) < 0.025 if isinstance(a, float) and isinstance(b, float) else a == b
        for a, b in zip(one, other, strict=True)
    )
