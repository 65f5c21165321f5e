"""What `loop` is in a template's `for`: as Jinja has it, without importing Jinja."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator


class Loop:
    """The items of a `for`, each with this; `index0` is the number of the present one."""

    def __init__(self, items: Iterable[object], undefined: Callable[[str], object]) -> None:
        """Take the items, and what makes the item before the first and after the last."""
        self._items = list(items)
        self._undefined = undefined
        self._seen: tuple[object, ...] | None = None
        self.index0 = -1
        self.depth0, self.depth = 0, 1  # deeper ones are of loops that call themselves, which is not allowed
        self.length = len(self._items)

    def __iter__(self) -> Iterator[tuple[object, Loop]]:
        for number, item in enumerate(self._items):
            self.index0 = number
            yield item, self

    def __len__(self) -> int:
        return self.length

    def __repr__(self) -> str:
        return f"<LoopContext {self.index}/{self.length}>"  # an author's mistake; never an address in memory

    @property
    def index(self) -> int:
        """The number of the present item, the first being 1."""
        return self.index0 + 1

    @property
    def revindex(self) -> int:
        """How many items there are from the present one on, itself among them."""
        return self.length - self.index0

    @property
    def revindex0(self) -> int:
        """How many items come after the present one."""
        return self.length - self.index

    @property
    def first(self) -> bool:
        """Whether the present item is the first."""
        return self.index0 == 0

    @property
    def last(self) -> bool:
        """Whether the present item is the last."""
        return self.index == self.length

    @property
    def previtem(self) -> object:
        """The item before the present one."""
        return self._undefined("there is no previous item") if self.first else self._items[self.index0 - 1]

    @property
    def nextitem(self) -> object:
        """The item after the present one."""
        return self._undefined("there is no next item") if self.last else self._items[self.index]

    def cycle(self, *values: object) -> object:
        """Give one of the values, by turns."""
        if not values:
            raise TypeError("no items for cycling given")
        return values[self.index0 % len(values)]

    def changed(self, *values: object) -> bool:
        """Tell whether the values are others than when this was asked last."""
        if self._seen == values:
            return False
        self._seen = values
        return True
