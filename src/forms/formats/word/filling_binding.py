"""The data that content controls are bound to (17.5.2.6): Word shows that, whatever the control itself says."""

from __future__ import annotations

import re
from collections.abc import Mapping
from posixpath import dirname

from lxml import etree

from forms.formats.filling import Entry
from forms.formats.word import opc
from forms.formats.word.filling_text import normal
from forms.formats.word.spots_inline import Spot
from forms.formats.word.wordml import SDT_PR, qn, remove
from forms.foundation.errors import FormsError, InputError

_BINDINGS = (qn("w:dataBinding"), qn("w15:dataBinding"))
_ITEM_ID = "{http://schemas.openxmlformats.org/officeDocument/2006/customXml}itemID"
_PREFIXES = re.compile(r"""xmlns:([\w.-]+)\s*=\s*(?:"([^"]*)"|'([^']*)')""")


class Stores:
    """The custom XML parts of a form; `changed` are those that an entry was written into, by name."""

    def __init__(self, members: Mapping[str, bytes], main: str) -> None:
        """Take the form's parts and the name of its main one."""
        self._members, self._main = members, main
        self._roots: dict[str, tuple[str, etree._Element]] | None = None
        self._touched: set[str] = set()

    @property
    def changed(self) -> dict[str, bytes]:
        """The parts that were written into."""
        if self._roots is None:
            return {}
        return {
            name: etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)
            for name, root in self._roots.values()
            if name in self._touched
        }

    def update(self, spot: Spot, entry: Entry) -> None:
        """Write an entry where the control's data is; untie the control where that cannot be done.

        A control that is tied to the document's own properties (title, author, …) is untied too: these are to
        hold nothing of a case.
        """
        properties = spot.at.find(SDT_PR)
        bindings = [] if properties is None else [child for child in properties if child.tag in _BINDINGS]
        for binding in bindings:
            if not self._write(binding, _stored(spot, entry)):
                remove(binding)

    def _write(self, binding: etree._Element, value: str) -> bool:
        store = self._stores().get(str(binding.get(qn("w:storeItemID"), "")).upper())
        if store is None:
            return False
        name, root = store
        mappings = str(binding.get(qn("w:prefixMappings"), ""))
        prefixes = {found[1]: found[2] or found[3] for found in _PREFIXES.finditer(mappings)}
        try:
            nodes = root.getroottree().xpath(str(binding.get(qn("w:xpath"), "")), namespaces=prefixes or None)
        except etree.XPathError:
            return False
        if not isinstance(nodes, list) or not nodes:
            return False
        node = nodes[0]
        if not isinstance(node, etree._Element) or len(node):
            return False
        node.text = value
        self._touched.add(name)
        return True

    def _stores(self) -> dict[str, tuple[str, etree._Element]]:
        """Give the stores by their identifier, read when first wanted."""
        if self._roots is None:
            self._roots = {}
            for name in self._members:
                if re.search(r"(^|/)customXml/itemProps\d*\.xml$", name):
                    self._add(name)
        return self._roots

    def _add(self, properties: str) -> None:
        """Read the store that a part of properties belongs to (15.2.5, 15.2.6)."""
        assert self._roots is not None, "called where it is made"
        item = f"{dirname(properties)}/item{properties.rpartition('itemProps')[2]}"
        if item not in self._members:
            return
        try:
            number = str(opc.parse(self._members[properties], properties, "", InputError).get(_ITEM_ID, ""))
            self._roots[number.upper()] = (item, opc.parse(self._members[item], item, "", InputError))
        except FormsError:
            return  # a store that cannot be read holds no control's data: such controls are untied


def _stored(spot: Spot, entry: Entry) -> str:
    """Give a value as a store has it: a date by `w:fullDate`, a choice by its code, a box as true or false."""
    if isinstance(entry, bool):
        return "true" if entry else "false"
    text = normal(", ".join(map(str, entry)) if isinstance(entry, tuple) else entry)
    date = spot.at.find(f"{SDT_PR}/{qn('w:date')}")
    if date is not None:
        return str(date.get(qn("w:fullDate"), text))
    return next((code for code, words in spot.place.options if text in (code, words)), text)
