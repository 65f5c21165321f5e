"""From a template's source to its program: Jinja parses and writes Python, we write what is written most often.

Jinja's own programs are generators that give the text piece by piece, and ask the environment for each
attribute and each value's text. Ours put the pieces into lists (see `program`), a value's text with one call,
and keep apart what is the template's own and what is a value.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from io import StringIO

from jinja2 import nodes
from jinja2.compiler import CodeGenerator, DependencyFinderVisitor, Frame
from jinja2.nodes import EvalContext

from forms.formats.word.environment import ENVIRONMENT
from forms.formats.word.program import BLOCK_MARK, FILTERS, SHORT, STATIC_MARK, TESTS
from forms.formats.word.slots import UNREAD, VALUE, WHOLE
from forms.formats.word.values import is_writable

_BLOCK = "block"
"""The local variable with the pieces of the block that is being written."""

_HELD = frozenset({"_unless_empty", "_with_rows", "_with_paragraph"})
"""Filters that take an element in pieces."""
_STATE = "_checked"
_WRITTEN = frozenset({"_flat", "_full_date", _STATE})
"""Filters that give XML."""

_SHORTER = ENVIRONMENT.overlay()
"""The environment with the filters that programs call instead of Jinja's."""
_SHORTER.filters = {**ENVIRONMENT.filters, **SHORT}


def write_program(source: str) -> str:
    """Write the program of a template's source, which has been checked (`tags.check`); deterministic."""
    stream = StringIO()
    tree = ENVIRONMENT.parse(source)
    generator = _Generator(_SHORTER, None, None, stream)
    generator.shared = _shared_paths(tree)
    generator.visit(tree)
    return stream.getvalue()


_Path = tuple[str, ...]


def _shared_paths(tree: nodes.Template) -> dict[int, str]:
    """Give a variable to each attribute of the context (`case.risk.nature`) that is asked for again and again.

    The context's objects are the same for all of a document. Variables go by the node's identity: what is only
    printed is not made, and in the condition of a loop, which is a function of its own, there are none.
    """
    bound = {"loop", *(name.name for name in tree.find_all(nodes.Name) if name.ctx != "load")}
    apart = {id(node) for loop in tree.find_all(nodes.For) if loop.test for node in _attributes(loop.test)}
    apart |= {id(node) for output in tree.find_all(nodes.Output) for node in output.nodes}  # these are printed
    places: dict[_Path, list[int]] = {}
    for node in tree.find_all(nodes.Getattr):
        path = _path(node)
        if path and path[0] not in bound and id(node) not in apart:
            places.setdefault(path, []).append(id(node))
    return {
        place: f"shared_{number}"
        for number, (path, found) in enumerate(places.items())
        if len(found) > 1 and all(map(_is_public, path[1:]))
        for place in found
    }


def _attributes(node: nodes.Node) -> Iterator[nodes.Getattr]:
    if isinstance(node, nodes.Getattr):
        yield node
    yield from node.find_all(nodes.Getattr)


def _path(node: nodes.Expr) -> _Path:
    if isinstance(node, nodes.Getattr):
        base = _path(node.node)
        return (*base, node.attr) if base else ()
    return (node.name,) if isinstance(node, nodes.Name) else ()


class _Generator(CodeGenerator):
    """Jinja's generator with our way of writing output, attributes, calls, and of holding elements back."""

    shared: Mapping[int, str] = {}
    """The variables of attributes that are asked for again and again."""
    _begins = False
    """Whether a block begins in what was held back last."""

    def visit_Template(self, node: nodes.Template, frame: Frame | None = None) -> None:  # noqa: N802
        """Write the one function of a program. There are no blocks and macros, and nothing is inherited."""
        # What is constant is worked out with Jinja's own filters: theirs know what must wait for a document.
        frame = Frame(EvalContext(ENVIRONMENT, self.name))
        frame.symbols.analyze_node(node)
        frame.toplevel = frame.rootlevel = True
        frame.buffer = _BLOCK
        self.writeline("def root(names, entries):")
        self.indent()
        self.writeline("resolve = names.__getitem__")
        self.writeline(f"{_BLOCK} = []")
        for variable in dict.fromkeys(self.shared.values()):
            self.writeline(f"{variable} = None")
        self.enter_frame(frame)
        self.pull_dependencies(node.body)
        self.blockvisit(node.body, frame)
        self.outdent()
        lines = "&".join(f"{source}={own}" for source, own in self.debug_info)
        self.writeline(f"debug_info = {lines!r}", extra=1)

    def pull_dependencies(self, nodes: Iterable[nodes.Node]) -> None:
        """Give filters and tests their names; `tags.check` has seen that there are no others."""
        finder = DependencyFinderVisitor()
        for node in nodes:
            finder.visit(node)
        theirs = False
        wanted: tuple[tuple[str, dict[str, str], Iterable[str], Mapping[str, object]], ...] = (
            ("filter", self.filters, finder.filters, {**FILTERS, **SHORT}),
            ("test", self.tests, finder.tests, TESTS),
        )
        for kind, known, names, own in wanted:
            for name in sorted(names):
                if name in own:
                    known[name] = f"{kind}{name}"
                    continue
                if not theirs:
                    self.writeline("environment, context = jinja(names)")
                    theirs = True
                known[name] = self.temporary_identifier()
                self.writeline(f"{known[name]} = environment.{kind}s[{name!r}]")

    def pop_assign_tracking(self, frame: Frame) -> None:
        """Forget what was assigned: nothing is exported."""
        self._assign_stack.pop()

    # ── Output ──────────────────────────────────────────────────────────────────────────────────────────────

    def visit_Output(self, node: nodes.Output, frame: Frame) -> None:  # noqa: N802
        """Write text and values into the pieces of the block, or of the element that is held back."""
        writer = _Pieces(self, frame)
        for child in node.nodes:
            constant = self._constant(child, frame)
            if constant is not None:
                writer.text(constant)
            elif isinstance(child, nodes.Filter) and child.name in _HELD:
                writer.end()
                self._write_held(child, frame)
            else:
                writer.value(child)
        writer.end()

    def _constant(self, node: nodes.Expr, frame: Frame) -> str | None:
        if isinstance(node, nodes.Filter) and node.name in _WRITTEN:
            return None  # it gives XML, which is not to be escaped again
        try:
            text = str(self._output_child_to_const(node, frame, self._make_finalize()))
        except Exception:  # as Jinja does: what can't be worked out now may be, or fails, later
            return None
        # With escapes (as in '\\x02') an author can write what XML forbids and what marks blocks here:
        # it is left for a document, where it is refused.
        return text if isinstance(node, nodes.TemplateData) or is_writable(text) else None

    def _write_held(self, node: nodes.Filter, frame: Frame) -> None:
        begins = self._begins and frame.buffer == _BLOCK
        self.writeline(f"{_BLOCK} = placed(entries, {_BLOCK}, " if begins else f"{frame.buffer} += (", node)
        self.visit(node, frame)
        self.write(")")

    def visit_AssignBlock(self, node: nodes.AssignBlock, frame: Frame) -> None:  # noqa: N802
        """Hold an element back, in pieces. Only the compiler's own elements are (see `controls`)."""
        self.push_assign_tracking()
        inner = frame.inner()
        inner.symbols.analyze_node(node)
        self.enter_frame(inner)
        self.buffer(inner)
        self.blockvisit(node.body, inner)
        self.newline(node)
        self.visit(node.target, frame)
        self.write(f" = {inner.buffer}")
        self.pop_assign_tracking(frame)
        self.leave_frame(inner)
        self._begins = any(BLOCK_MARK in text.data for text in node.find_all(nodes.TemplateData))

    def write_value(self, node: nodes.Expr, frame: Frame) -> None:
        """Write what gives a value's XML."""
        if isinstance(node, nodes.Getattr) and _is_public(node.attr):
            self._write_attribute("text_at", node, frame)
        elif isinstance(node, nodes.Filter) and node.name in _WRITTEN:
            self.visit(node, frame)
        else:
            self.write("text(")
            self.visit(node, frame)
            self.write(")")

    # ── Expressions ─────────────────────────────────────────────────────────────────────────────────────────

    def visit_Getattr(self, node: nodes.Getattr, frame: Frame) -> None:  # noqa: N802
        """Read an attribute, or have it from where it was read before."""
        variable = self.shared.get(id(node))
        if variable:
            self.write(f"({variable} if {variable} is not None else ({variable} := ")
        self._write_attribute("attribute" if _is_public(node.attr) else "asked", node, frame)
        if variable:
            self.write("))")

    def _write_attribute(self, function: str, node: nodes.Getattr, frame: Frame) -> None:
        self.write(f"{function}(")
        self.visit(node.node, frame)
        self.write(f", {node.attr!r})")

    def visit_Getitem(self, node: nodes.Getitem, frame: Frame) -> None:  # noqa: N802
        """Take an item, or several."""
        if isinstance(node.arg, nodes.Slice):
            super().visit_Getitem(node, frame)
            return
        self.write("item(")
        self.visit(node.node, frame)
        self.write(", ")
        self.visit(node.arg, frame)
        self.write(")")

    def visit_Call(self, node: nodes.Call, frame: Frame, forward_caller: bool = False) -> None:  # noqa: N802
        """Call a function."""
        self.write("call(names, ")
        self.visit(node.node, frame)
        self.signature(node, frame)
        self.write(")")


class _Pieces:
    """Writes the pieces of one output: by turns text and value, in one list as far as it goes."""

    def __init__(self, generator: _Generator, frame: Frame) -> None:
        self._generator = generator
        self._frame = frame
        self._open = False
        self._text = ""

    def text(self, text: str) -> None:
        """Add text of the template's; new blocks may begin in it."""
        first, *others = text.split(BLOCK_MARK) if self._frame.buffer == _BLOCK else [text]
        self._text += first
        for other in others:
            self.end()
            if other.startswith(STATIC_MARK):
                self._generator.writeline(f"entries.append({int(other[1:])})")
            else:
                self._generator.writeline(f"{_BLOCK} = []")
                self._generator.writeline(f"entries.append({_BLOCK})")
                self._text = other

    def value(self, node: nodes.Expr) -> None:
        """Add a value. A box's state, of which there are two, counts as the template's own text."""
        generator = self._generator
        state = isinstance(node, nodes.Filter) and node.name == _STATE
        if not state and not self._text.endswith((VALUE, UNREAD, WHOLE)):
            self._text += WHOLE  # nothing of a case is to be taken for the template's
        self._begin()
        generator.writeline(f"{self._text!r}, '', " if state else f"{self._text!r}, ")
        generator.newline(node)
        generator.write_value(node, self._frame)
        generator.write(", ''," if state else ",")
        self._text = ""

    def end(self) -> None:
        """End the list."""
        if self._text:
            self._begin()
            self._generator.writeline(f"{self._text!r}, '',")
            self._text = ""
        if self._open:
            self._generator.outdent()
            self._generator.writeline(")")
            self._open = False

    def _begin(self) -> None:
        if not self._open:
            self._generator.writeline(f"{self._frame.buffer} += (")
            self._generator.indent()
            self._open = True


def _is_public(name: str) -> bool:
    return not name.startswith("_")
