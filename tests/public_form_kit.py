"""Fills a form that someone else made in each of its fields, and finds out whether that worked."""

from __future__ import annotations

import io
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import pikepdf
import pypdfium2
from PIL import Image, ImageChops

import forms
from forms.formats.fillable import Fillable
from forms.formats.filling import Entry
from forms.formats.pdf.filling import prepare, read_back
from forms.formats.pdf.fonts import FontBook
from forms.foundation.errors import InputError

SCALE = 1.5
MARGIN = 3
HIDDEN = 1 << 1 | 1 << 5
CLOSED = ("signature", "button", "password", "file", "picture")


Boxes = list[tuple[int, tuple[int, int, int, int]]]
"""Where a field is in the page images: page, and box in pixels."""


@dataclass
class Result:
    """What came of one form; `seen` counts the fields whose place in the page image changed."""

    refused: str = ""
    message: str = ""
    places: int = 0
    closed: int = 0
    filled: int = 0
    read_back: int = 0
    read_by_pikepdf: int = 0
    seen: str = ""
    continued: int = 0
    faults: list[str] = field(default_factory=list)
    data: bytes = b""


@lru_cache(maxsize=1)
def fonts() -> FontBook:
    """The library's fonts."""
    return forms.open_catalogue().fonts


def is_closed(place: Fillable) -> bool:
    """Whether there is nothing to fill in, or nothing to choose from."""
    return place.read_only or place.kind in CLOSED or (place.kind in {"choice", "list"} and not place.options)


def value_for(place: Fillable, number: int, before: Entry | None) -> Entry | None:
    """Something plausible that is not there yet; None for what isn't filled in."""
    if is_closed(place):
        return None
    codes = [code for code, _ in place.options]
    if place.kind == "checkbox" and len(codes) < 2:
        return before is not True
    if place.kind in {"checkbox", "radio", "choice", "list"} or (place.kind == "combo" and codes):
        free = [code for code in codes if (code.strip() or place.kind == "radio") and (code,) != before]
        return (free[-1],) if free else None
    if place.kind == "comb":
        return f"{number:0{place.longest or 4}d}"[-(place.longest or 4) :]
    if place.kind == "multiline" and not place.longest:
        return f"Zoë {number} lives with Łukasz.\nShe is 7 & well."
    if place.kind == "date":
        return f"{number % 28 + 1:02d}/11/2026"
    text = f"Łódź {number}"
    return str(number)[-place.longest :] if place.longest and place.longest < len(text) else text


def try_form(file: Path, images: Path | None = None) -> Result:
    """Fill every field, read it back twice, and look at the pages; page images go to `images`."""
    data = file.read_bytes()
    result = Result()
    try:
        form = prepare(data, file.name)
        before = read_back(data, file.name)
    except InputError as error:
        result.refused = error.problems[0].code
        result.message = f"{error.problems[0].message} | {error.problems[0].hint}"
        return result
    result.places = len(form.survey.places)
    result.closed = sum(is_closed(place) for place in form.survey.places)
    entries: dict[str, Entry] = {}
    for number, place in enumerate(form.survey.places, 11):
        value = value_for(place, number, before.get(place.name))
        if value is not None:
            entries[place.name] = value
    try:
        filled = form.fill(entries, fonts())
    except InputError as error:
        result.faults += [f"{p.code}: {p.message} ({p.place})" for p in error.problems]
        return result
    result.data, result.filled, result.continued = filled.data, len(entries), len(filled.continued)
    continued = {each.name for each in filled.continued}
    after = read_back(filled.data, file.name)
    for name, value in entries.items():
        if name in continued or after.get(name) == value:
            result.read_back += 1
        else:
            result.faults.append(f"{name}: read back {after.get(name)!r} for {value!r}")
    check_with_pikepdf(
        result, data, filled.data, {n: v for n, v in entries.items() if n not in continued}, continued
    )
    put = {name: value for name, value in entries.items() if value is not False}
    boxes = boxes_of(filled.data, put)
    look(result, data, filled.data, boxes, file.stem, images)
    flat = form.fill(entries, fonts(), flatten=True).data
    with pikepdf.open(io.BytesIO(flat)) as pdf:
        if widgets(pdf):
            result.faults.append("flattened, it still has fields")
    look(result, data, flat, boxes, f"{file.stem}-flat", images)
    check_untouched(result, data, filled.data, "filled")
    check_untouched(result, data, flat, "flattened")
    check_hidden(result, filled.data, flat, boxes_of(filled.data, entries, hidden=True))
    return result


def widgets(pdf: pikepdf.Pdf) -> dict[str, list[Any]]:
    """All widgets by their field's full name."""
    found: dict[str, list[Any]] = {}

    def walk(node: Any, above: str, depth: int) -> None:
        own = str(node.T) if "/T" in node else ""
        name = f"{above}.{own}" if above and own else above or own
        kids = [kid for kid in node.get("/Kids", []) if isinstance(kid, pikepdf.Dictionary)]
        for kid in kids if depth < 40 else []:
            walk(kid, name, depth + 1)
        if not kids and node.get("/Subtype") == "/Widget":
            found.setdefault(name, []).append(node)

    form = pdf.Root.get("/AcroForm")
    for top in form.get("/Fields", []) if form is not None else []:
        walk(top, full_name(top.Parent) if "/Parent" in top else "", 0)
    return found


def full_name(node: Any) -> str:
    """The names from the top to the field, as its parents say."""
    parts = []
    for _ in range(40):
        if "/T" in node:
            parts.append(str(node.T))
        if "/Parent" not in node:
            break
        node = node.Parent
    return ".".join(reversed(parts))


def inherited(node: Any, key: str) -> Any:
    """An entry of the field or of one above it."""
    for _ in range(40):
        if key in node:
            return node[key]
        if "/Parent" not in node:
            return None
        node = node.Parent
    return None


def holds(nodes: list[Any], value: Entry) -> bool:
    """Whether the field has the value, as a program that knows nothing of ours reads it."""
    kept = inherited(nodes[0], "/V")
    if isinstance(value, bool):
        states = [str(node.get("/AS", "/Off")) for node in nodes]
        return (str(kept) not in {"/Off", "None"}) == value and any(s != "/Off" for s in states) == value
    if inherited(nodes[0], "/FT") == "/Btn":
        return any(str(node.get("/AS", "/Off")) != "/Off" for node in nodes)
    if isinstance(value, str):
        return str(kept).replace("\r\n", "\n").replace("\r", "\n") == value
    listed = [str(item) for item in kept] if isinstance(kept, pikepdf.Array) else [str(kept)]
    return listed == [str(code) for code in value]


def check_with_pikepdf(
    result: Result, blank: bytes, data: bytes, entries: Mapping[str, Entry], continued: set[str]
) -> None:
    """Read every value with pikepdf, which also says whether the file is as sound as it was."""
    with pikepdf.open(io.BytesIO(blank)) as pdf:
        widgets(pdf)
        known = {str(warning)[-60:] for warning in pdf.get_warnings()}
    with pikepdf.open(io.BytesIO(data)) as pdf:
        found = widgets(pdf)
        for name, value in entries.items():
            nodes = found.get(name)
            if nodes and holds(nodes, value):
                result.read_by_pikepdf += 1
            else:
                result.faults.append(f"{name}: pikepdf doesn't read {value!r}")
        result.read_by_pikepdf += len(continued)
        for warning in pdf.get_warnings():
            told = str(warning)[-60:]
            if told not in known:
                result.faults.append(f"pikepdf warns: {told}")


def page_images(data: bytes, *, poppler: bool) -> Iterator[Image.Image]:
    """All pages, drawn by PDFium or by Poppler."""
    if not poppler:
        with pypdfium2.PdfDocument(data) as document:
            document.init_forms()
            for page in document:
                yield page.render(scale=SCALE).to_pil().convert("L")
        return
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "form.pdf").write_bytes(data)
        command = ["pdftoppm", "-r", str(72 * SCALE), "-gray", "-cropbox", "form.pdf", "page"]
        subprocess.run(command, cwd=folder, check=True, capture_output=True, timeout=120)
        for image in sorted(Path(folder).glob("page*.pgm")):
            with Image.open(image) as opened:
                yield opened.copy()


def look(
    result: Result, blank: bytes, filled: bytes, boxes: Mapping[str, Boxes], stem: str, images: Path | None
) -> None:
    """Count the fields whose part of a page image changed, drawn by each program there is."""
    told = []
    for poppler in (False, True) if shutil.which("pdftoppm") else (False,):
        before, after = list(page_images(blank, poppler=poppler)), list(page_images(filled, poppler=poppler))
        program = "Poppler" if poppler else "PDFium"
        if images is not None:
            images.mkdir(parents=True, exist_ok=True)
            for number, image in enumerate(after, 1):
                image.save(images / f"{stem}-{program.lower()}-{number}.png")
        missing = [
            name
            for name, parts in boxes.items()
            if not any(differs(before[page], after[page], box) for page, box in parts)
        ]
        told.append(f"{len(boxes) - len(missing)}/{len(boxes)}")
        if missing:
            some = ", ".join(missing[:4])
            result.faults.append(f"{stem}: not seen with {program}: {some}, {len(missing)} in all")
    result.seen = ", ".join(told)


def differs(before: Image.Image, after: Image.Image, box: tuple[int, int, int, int]) -> bool:
    """Whether the part of the page changed."""
    return ImageChops.difference(before.crop(box), after.crop(box)).getbbox() is not None


def check_hidden(result: Result, filled: bytes, flat: bytes, boxes: Mapping[str, Boxes]) -> None:
    """What the form hides, a flattened form hides too."""
    before, after = list(page_images(filled, poppler=False)), list(page_images(flat, poppler=False))
    for name, parts in boxes.items():
        if any(differs(before[page], after[page], box) for page, box in parts):
            result.faults.append(f"{name}: hidden, but seen when flattened")


def check_untouched(result: Result, blank: bytes, filled: bytes, how: str) -> None:
    """Beside its fields, the form looks as it did."""
    with pikepdf.open(io.BytesIO(blank)) as pdf:
        parts = [part for boxes in boxes_of(blank, dict.fromkeys(widgets(pdf), "")).values() for part in boxes]
    for number, (before, after) in enumerate(
        zip(page_images(blank, poppler=False), page_images(filled, poppler=False), strict=True)
    ):
        for page, (left, top, right, foot) in parts:
            if page == number:
                box = left - MARGIN, top - MARGIN, right + MARGIN, foot + MARGIN
                before.paste(0, box)
                after.paste(0, box)
        if ImageChops.difference(before, after).getbbox() is not None:
            result.faults.append(f"{how}, page {number + 1} looks different beside its fields")


def boxes_of(data: bytes, entries: Mapping[str, Entry], *, hidden: bool = False) -> dict[str, Boxes]:
    """Where each filled field is that shows, or is hidden; tiny ones left out."""
    found: dict[str, Boxes] = {}
    with pikepdf.open(io.BytesIO(data)) as pdf:
        pages = {}
        for number, page in enumerate(pdf.pages):
            for item in page.obj.get("/Annots", []):
                pages[item.objgen] = number
        for name, nodes in widgets(pdf).items():
            for node in nodes if name in entries else []:
                if bool(int(node.get("/F", 0)) & HIDDEN) != hidden or node.objgen not in pages:
                    continue
                box = pixels(pdf.pages[pages[node.objgen]], [float(n) for n in node.Rect])
                if box[2] - box[0] > 2 and box[3] - box[1] > 2:
                    found.setdefault(name, []).append((pages[node.objgen], box))
    return found


def pixels(page: pikepdf.Page, rect: list[float]) -> tuple[int, int, int, int]:
    """A rectangle of the page's space in the page's image."""
    frame = [float(n) for n in page.cropbox]
    left, foot = min(frame[0], frame[2]), min(frame[1], frame[3])
    wide, high = abs(frame[2] - frame[0]), abs(frame[3] - frame[1])
    xs, ys = sorted((rect[0] - left, rect[2] - left)), sorted((rect[1] - foot, rect[3] - foot))
    turned = int(page.obj.get("/Rotate", 0)) % 360
    if turned == 90:
        box = ys[0], xs[0], ys[1], xs[1]
    elif turned == 180:
        box = wide - xs[1], ys[0], wide - xs[0], ys[1]
    elif turned == 270:
        box = high - ys[1], wide - xs[1], high - ys[0], wide - xs[0]
    else:
        box = xs[0], high - ys[1], xs[1], high - ys[0]
    left_px, top_px, right_px, foot_px = (value * SCALE for value in box)
    return int(left_px), int(top_px), int(right_px) + 1, int(foot_px) + 1
