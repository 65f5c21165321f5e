"""What was made of an instance, remembered as long as the instance lives.

Layout keeps the blocks that are the same in every document: an instance that is met again in another document
is one of those, and from then on what was drawn of it is kept. All other instances go with their document, and
so does what was made of them: no case's words stay.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Generic, TypeVar
from weakref import ref

from forms.formats.pdf.display import Instance, Op

Drawn = TypeVar("Drawn")
Bones = TypeVar("Bones")

_MOST = 200
"""Fragments remembered of one instance (the rows of a table)."""


class Memory(Generic[Drawn, Bones]):
    """What is remembered of one instance. `roles` are its elements' roles.

    `has_labels` and `has_lists` say whether there are `Lbl` and `L` among them. `lasting` says that it was met
    before. `bones` is what the structure tree keeps, by the owners of the marked contents.
    """

    __slots__ = ("_drawn", "_instance", "bones", "has_labels", "has_lists", "lasting", "roles")

    def __init__(self, instance: ref[Instance], roles: tuple[str, ...]) -> None:
        """Start with nothing; a weak reference keeps nothing alive."""
        self._instance = instance
        self.roles = roles
        self.has_labels = "Lbl" in roles
        self.has_lists = "L" in roles
        self.lasting = False
        self._drawn: dict[int, tuple[Sequence[Op], Drawn | None]] = {}
        self.bones: dict[tuple[int, ...], Bones] = {}

    def is_of(self, instance: Instance) -> bool:
        """Say whether this is about `instance` itself."""
        return self._instance() is instance

    def drawn(self, ops: Sequence[Op]) -> Drawn | None:
        """Give what was made of these very operations."""
        found = self._drawn.get(id(ops))
        return None if found is None else found[1]

    def met(self, ops: Sequence[Op]) -> bool:
        """Say whether these very operations were met before; from now on they are."""
        key = id(ops)
        if key in self._drawn:
            return True
        if len(self._drawn) >= _MOST:
            self._drawn.clear()
        self._drawn[key] = (ops, None)
        return False

    def keep(self, ops: Sequence[Op], drawn: Drawn) -> None:
        """Remember what was made of operations that were met."""
        self._drawn[id(ops)] = (ops, drawn)


class Memories(Generic[Drawn, Bones]):
    """The memories of all instances that live."""

    def __init__(self) -> None:
        """Start with nothing."""
        self._known: dict[int, Memory[Drawn, Bones]] = {}

    def of(self, instance: Instance) -> Memory[Drawn, Bones]:
        """Give the memory of an instance, new if there is none; asked once for a document."""
        key = id(instance)
        known = self._known.get(key)
        if known is None or not known.is_of(instance):
            roles = tuple([element.role for element in instance.elements])
            forget = self._known.pop
            known = self._known[key] = Memory(ref(instance, lambda _: forget(key, None)), roles)
        else:
            known.lasting = True
        return known

    def __len__(self) -> int:
        return len(self._known)
