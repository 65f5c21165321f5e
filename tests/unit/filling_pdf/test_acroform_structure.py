"""Structure trees of other makers, borders, and that no value stays behind."""

from __future__ import annotations

import gc
import io
from types import FunctionType, ModuleType
from typing import Any

import pikepdf
import pytest
from acroform_kit import Form, book, every_kind, ink
from pikepdf import Array, Dictionary, Name, String

from form_fillers import blank
from forms.formats.filling import Entry
from forms.formats.pdf.filling import append_pages, prepare


def tagged(*, kids: bool, several: bool, direct: bool) -> Form:
    """Two tagged fields: a parent tree of leaves or in one piece, elements with one kid or with several."""
    made = Form()
    pdf = made.pdf
    page = pdf.pages[0].obj
    page.StructParents = 0
    page.Contents = pdf.make_stream(b"/P <</MCID 0>> BDC EMC")
    root = pdf.make_indirect(Dictionary(Type=Name.StructTreeRoot, RoleMap=Dictionary(Feld=Name.Form)))
    paragraph = pdf.make_indirect(Dictionary(S=Name.P, P=root, Pg=page, K=0))
    elements = [paragraph]
    pairs: list[Any] = [0, Array([paragraph])]
    for index, name in enumerate(("first", "second")):
        field = made.text(name, StructParent=index + 1)
        element = pdf.make_indirect(Dictionary(S=Name.Form, P=root, Pg=page))
        reference = Dictionary(Type=Name.OBJR, Obj=field, Pg=page)
        element.K = Array([reference]) if several else reference
        elements.append(element)
        pairs += [index + 1, element]
    nums = Array(pairs)
    leaf = Dictionary(Limits=Array([0, 2]), Nums=nums if direct else pdf.make_indirect(nums))
    tree = Dictionary(Kids=Array([pdf.make_indirect(leaf)])) if kids else Dictionary(Nums=leaf.Nums)
    root.ParentTree = tree if direct else pdf.make_indirect(tree)
    root.K = Array(elements)
    pdf.Root.StructTreeRoot = root
    pdf.Root.MarkInfo = Dictionary(Marked=True)
    return made


SHAPES = [(True, True, False), (True, False, True), (False, True, True), (False, False, False)]


def parents(tree: pikepdf.Object) -> dict[int, pikepdf.Object]:
    """All entries of a number tree."""
    nums = list(tree.get("/Nums", []))
    found = dict(zip(map(int, nums[::2]), nums[1::2], strict=True))
    for kid in tree.get("/Kids", []):
        found |= parents(kid)
    return found


@pytest.mark.parametrize(("kids", "several", "direct"), SHAPES)
def test_flat_fields_keep_their_elements(kids: bool, several: bool, direct: bool) -> None:
    data = tagged(kids=kids, several=several, direct=direct).data()
    flat = prepare(data, "form.pdf").fill({"first": "a", "second": "b"}, book(), flatten=True).data
    with pikepdf.open(io.BytesIO(flat)) as pdf:
        found = parents(pdf.Root.StructTreeRoot.ParentTree)
        assert list(found) == [0]
        assert len(found[0]) == 3
        for number, element in enumerate(found[0]):
            kid = element.K[0] if isinstance(element.K, pikepdf.Array) else element.K
            assert int(kid.MCID if isinstance(kid, pikepdf.Dictionary) else kid) == number
        content = b"".join(part.read_bytes() for part in pdf.pages[0].obj.Contents)
        for number in (1, 2):
            assert b"/Span<</MCID %d>>BDC" % number in content


@pytest.mark.parametrize(("kids", "several", "direct"), SHAPES)
def test_a_sheet_joins_any_tree(kids: bool, several: bool, direct: bool) -> None:
    data = tagged(kids=kids, several=several, direct=direct).data()
    filled = prepare(data, "form.pdf").fill({"first": "a"}, book()).data
    whole = append_pages(filled, blank("offender-leaflet", "pdf"))
    with pikepdf.open(io.BytesIO(whole)) as pdf:
        found = parents(pdf.Root.StructTreeRoot.ParentTree)
        for page in pdf.pages:
            assert int(page.obj.StructParents) in found
        assert len({int(page.obj.StructParents) for page in pdf.pages}) == len(pdf.pages)
        assert [int(field.StructParent) for field in pdf.Root.AcroForm.Fields] == [1, 2]
        last = pdf.pages[-1].obj
        assert all(
            element.Pg.objgen == last.objgen for element in found[int(last.StructParents)] if "/Pg" in element
        )
        assert "/Feld" in pdf.Root.StructTreeRoot.RoleMap
        assert len(pdf.Root.StructTreeRoot.K) > 3


def test_widgets_outside_the_tree_are_flattened_untagged() -> None:
    made = tagged(kids=False, several=False, direct=False)
    made.text("third")
    flat = prepare(made.data(), "form.pdf").fill({"third": "MMMM"}, book(), flatten=True).data
    assert ink(flat) > 50


@pytest.mark.parametrize("kind", ["S", "D", "B", "I", "U"])
def test_borders_and_backgrounds(kind: str) -> None:
    made = Form()
    looks = Dictionary(BC=Array([0, 0, 0]), BG=Array([0, 0.3, 0.9, 0.1]))
    made.text("name", height=24, MK=looks, BS=Dictionary(W=2, S=Name(f"/{kind}"), D=Array([4, 2])))
    data = prepare(made.data(), "form.pdf").fill({"name": "x"}, book()).data
    assert ink(data, 0, (50, 776, 250, 778)) > 100
    assert (ink(data, 0, (50, 798, 250, 800)) > 100) == (kind != "U")
    look = _look(data)
    assert (b"[4 2] 0 d" in look) == (kind == "D")


def _look(data: bytes) -> bytes:
    with pikepdf.open(io.BytesIO(data)) as pdf:
        look: bytes = pdf.Root.AcroForm.Fields[0].AP.N.read_bytes()
    return look


def test_round_buttons_are_round() -> None:
    made = Form()
    looks = Dictionary(BC=Array([0]), BG=Array([0.9]), CA=String("l"))
    kids = [made.widget(width=20, height=20, MK=looks, AS=Name(f"/{state}")) for state in ("a", "b")]
    made.parent("pick", kids, FT=Name.Btn, Ff=1 << 15)
    data = prepare(made.data(), "form.pdf").fill_checked({"pick": ("a",)}, book()).data
    assert ink(data, 0, (50, 780, 70, 800)) > ink(data, 0, (50, 750, 70, 770)) > 50
    assert ink(data, 0, (50, 780, 52, 782)) == 0


SECRET = "Featherstonehaugh"


@pytest.mark.parametrize("text", [f"Ambrose {SECRET}", f"{SECRET} علي", f"{SECRET} রহমান", f"{SECRET} Łódź"])
@pytest.mark.parametrize("flatten", [False, True])
def test_no_value_stays_behind(text: str, flatten: bool) -> None:
    form = prepare(every_kind(), "form.pdf")
    entries: dict[str, Entry] = {
        "text": text,
        "lines": f"{text}\n{text}",
        "combo": text,
        "limited": SECRET[:12],
    }
    form.fill_checked(entries, book(), flatten=flatten)
    del entries
    held = [item for item in reachable(form, book()) if SECRET[:12] in item]
    assert held == []


def reachable(*roots: object) -> list[str]:
    """All texts that can be come at from some objects, bytes as Latin-1; code is passed over."""
    seen: set[int] = set()
    waiting: list[object] = list(roots)
    texts = []
    while waiting:
        item = waiting.pop()
        if id(item) in seen or isinstance(item, type | ModuleType | FunctionType):
            continue
        seen.add(id(item))
        if isinstance(item, str | bytes):
            texts.append(item if isinstance(item, str) else item.decode("latin-1"))
        else:
            waiting += gc.get_referents(item)
    return texts
