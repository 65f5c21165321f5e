"""What no validator sees in a tagged PDF: that tree, content, annotations and fields agree with each other."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Iterator

import pikepdf

from pdf_text import kids_of, read_content

_PARENTS = {
    "LI": {"L"},
    "Lbl": {"LI"},
    "LBody": {"LI"},
    "TR": {"Table", "THead", "TBody"},
    "TH": {"TR"},
    "TD": {"TR"},
    "Document": {"StructTreeRoot"},
}
_ROLES = {"Document", "P", "H1", "H2", "H3", "H4", "H5", "H6", "L", "LI", "Lbl", "LBody"}
_ROLES |= {"Table", "TR", "TH", "TD", "Link", "Figure", "Form", "Span", "Caption", "Div", "Sect", "Note"}


def structure_problems(pdf: bytes) -> list[str]:
    """Everything that is wrong; an empty list is good."""
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        return [*_catalog(opened), *_Checker(opened).problems(), *_fields(opened), *_fonts(opened, pdf)]


def _catalog(pdf: pikepdf.Pdf) -> Iterator[str]:
    root = pdf.Root
    if not str(root.get("/Lang", "")):
        yield "the document has no language"
    if not root.get("/MarkInfo", {}).get("/Marked", False):
        yield "the document is not marked"
    if not root.get("/ViewerPreferences", {}).get("/DisplayDocTitle", False):
        yield "the title is not shown"
    if b"pdfuaid:part" not in root.Metadata.read_bytes():
        yield "the metadata don't say PDF/UA"
    if not str(pdf.docinfo.get("/Title", "")):
        yield "there is no title"


class _Checker:
    """Compares the tree with the pages."""

    def __init__(self, pdf: pikepdf.Pdf) -> None:
        self.pdf = pdf
        self.found: list[str] = []
        self.owners: dict[tuple[tuple[int, int], int], tuple[int, int]] = {}
        self.objects: dict[tuple[int, int], tuple[int, int]] = {}
        self.order: list[tuple[int, int]] = []

    def problems(self) -> list[str]:
        tree = self.pdf.Root.StructTreeRoot
        for kid in kids_of(tree):
            self._walk(kid, tree, "StructTreeRoot")
        parents = dict(_numbers(tree.ParentTree))
        used: Counter[int] = Counter()
        for index, page in enumerate(self.pdf.pages, 1):
            self._page(index, page, parents, used)
        for key, count in used.items():
            if count > 1:
                self.found.append(f"StructParent {key} is used {count} times")
        for key in parents.keys() - used.keys():
            self.found.append(f"the parent tree has an entry {key} of nothing")
        return self.found

    def _walk(self, node: pikepdf.Dictionary, parent: pikepdf.Dictionary, above: str) -> None:
        role = str(node.S)[1:]
        if role not in _ROLES:
            self.found.append(f"{role} is no standard structure type")
        if node.P.objgen != parent.objgen:
            self.found.append(f"{role} names another parent than the one that holds it")
        if role in _PARENTS and above not in _PARENTS[role]:
            self.found.append(f"{role} in {above}")
        if role == "L" and above not in ("Document", "LBody", "LI", "TD", "TH", "Div", "Sect"):
            self.found.append(f"L in {above}")
        self._attributes(node, role)
        kids = list(kids_of(node))
        if not kids and role not in ("TD", "TH", "Document"):
            self.found.append(f"an empty {role}")
        for kid in kids:
            if isinstance(kid, int):
                self._own(node, node.Pg, kid)
            elif kid.get("/Type") == "/MCR":
                self._own(node, kid.get("/Pg", node.get("/Pg")), int(kid.MCID))
            elif kid.get("/Type") == "/OBJR":
                if kid.Obj.objgen in self.objects:
                    self.found.append("an annotation stands in the tree twice")
                self.objects[kid.Obj.objgen] = node.objgen
                self.order.append(kid.Obj.objgen)
            else:
                self._walk(kid, node, role)

    def _attributes(self, node: pikepdf.Dictionary, role: str) -> None:
        attributes = node.get("/A", {})
        if role == "TH" and "/Scope" not in attributes:
            self.found.append("a TH without Scope")
        if role == "L" and "/ListNumbering" not in attributes:
            self.found.append("an L without ListNumbering")
        if role == "Figure" and not (str(node.get("/Alt", "")) and "/BBox" in attributes):
            self.found.append("a Figure without Alt or BBox")
        objects = [k for k in kids_of(node) if not isinstance(k, int) and k.get("/Type") == "/OBJR"]
        if role == "Form" and len(objects) != 1:
            self.found.append(f"a Form with {len(objects)} widgets")
        if role == "Link" and not objects:
            self.found.append("a Link without annotation")

    def _own(self, node: pikepdf.Dictionary, page: pikepdf.Dictionary, mcid: int) -> None:
        if (page.objgen, mcid) in self.owners:
            self.found.append(f"marked content {mcid} stands in the tree twice")
        self.owners[page.objgen, mcid] = node.objgen

    def _page(
        self, index: int, page: pikepdf.Page, parents: dict[int, pikepdf.Object], used: Counter[int]
    ) -> None:
        content = read_content(page)
        where = f"page {index}: "
        self.found += [where + fault for fault in content.faults]
        if str(page.obj.get("/Tabs", "")) != "/S":
            self.found.append(where + "the tab order is not the structure's")
        if "/StructParents" not in page.obj:
            self.found.append(where + "no StructParents")
            return
        if content.mcids != list(range(len(content.mcids))):
            self.found.append(where + "marked contents are not numbered in order")
        used[int(page.obj.StructParents)] += 1
        listed = [entry.objgen for entry in parents[int(page.obj.StructParents)]]
        wanted = [self.owners.get((page.obj.objgen, mcid)) for mcid in content.mcids]
        self.found += [where + f"marked content {m} is not in the tree" for m, o in enumerate(wanted) if not o]
        if listed != wanted:
            self.found.append(where + "the parent tree says otherwise than the tree")
        in_tree = sum(1 for own, _ in self.owners if own == page.obj.objgen)
        if in_tree != len(content.mcids):
            self.found.append(where + f"the tree has {in_tree} marked contents, the page {len(content.mcids)}")
        annotations = list(page.obj.get("/Annots", []))
        for annotation in annotations:
            self._annotation(where, annotation, parents, used)
        here = {annotation.objgen for annotation in annotations}
        if [at for at in self.order if at in here] != [a.objgen for a in annotations]:
            self.found.append(where + "annotations are not in reading order")

    def _annotation(
        self,
        where: str,
        annotation: pikepdf.Dictionary,
        parents: dict[int, pikepdf.Object],
        used: Counter[int],
    ) -> None:
        owner = self.objects.get(annotation.objgen)
        if owner is None:
            self.found.append(where + "an annotation is not in the tree")
            return
        key = int(annotation.StructParent)
        used[key] += 1
        if parents[key].objgen != owner:
            self.found.append(where + "the parent tree says otherwise than an annotation's element")
        if annotation.Subtype == "/Link" and not str(annotation.get("/Contents", "")):
            self.found.append(where + "a link without Contents")
        if annotation.Subtype == "/Link" and not ("/A" in annotation or "/Dest" in annotation):
            self.found.append(where + "a link that leads nowhere")


def _numbers(node: pikepdf.Dictionary) -> Iterator[tuple[int, pikepdf.Object]]:
    """The entries of a number tree."""
    entries = list(node.get("/Nums", []))
    yield from zip(map(int, entries[::2]), entries[1::2], strict=True)
    for kid in node.get("/Kids", []):
        yield from _numbers(kid)


def _fields(pdf: pikepdf.Pdf) -> Iterator[str]:
    widgets = [
        annotation
        for page in pdf.pages
        for annotation in page.obj.get("/Annots", [])
        if annotation.Subtype == "/Widget"
    ]
    form = pdf.Root.get("/AcroForm")
    if form is None:
        yield from ["there are widgets, but no form"] if widgets else []
        return
    roots = list(form.Fields)
    listed = [kid for root in roots for kid in root.get("/Kids", [root])]
    if sorted(w.objgen for w in widgets) != sorted(w.objgen for w in listed):
        yield "the form's fields are not the pages' widgets"
    names = [str(root.T) for root in roots]
    yield from (f"two fields are called {name}" for name, count in Counter(names).items() if count > 1)
    yield from (f"{root.T} has no tooltip" for root in roots if not str(root.get("/TU", "")))
    yield from (f"{name} is no flat name" for name in names if "." in name)
    for widget in widgets:
        owner = widget if "/FT" in widget else widget.Parent
        if "/N" not in widget.get("/AP", {}):
            yield f"{owner.T} has no appearance"
        if owner.FT in ("/Tx", "/Ch") and str(owner.DA).split()[0][1:] not in _keys(form.DR.Font):
            yield f"{owner.T} is typed in a font that is not there"
        if "/AA" in owner or "/A" in widget:
            yield f"{owner.T} has a script"
    if form.get("/NeedAppearances", False):
        yield "appearances are left to the reader"


def _keys(dictionary: pikepdf.Dictionary) -> set[str]:
    return {key[1:] for key in dictionary.keys()}  # noqa: SIM118 - not a dict


def _fonts(pdf: pikepdf.Pdf, data: bytes) -> Iterator[str]:
    for item in pdf.objects:
        if not isinstance(item, pikepdf.Dictionary) or item.get("/Type") != "/Font":
            continue
        if "Helvetica" in str(item.get("/BaseFont", "")):
            yield "Helvetica is named"
        if item.Subtype != "/Type0" and "/FontFile2" not in item.get("/FontDescriptor", {}):
            yield f"{item.get('/BaseFont')} is not embedded"
    if b"Helvetica" in data:
        yield "Helvetica is named"
