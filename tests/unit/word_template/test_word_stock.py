"""Every template of the library, beside stock docxtpl: the same text comes out."""

import io
import tomllib
from pathlib import Path

import pytest
from docxtpl import DocxTemplate
from jinja2 import Environment
from lxml import etree
from template_kit import PROPERTIES, texts

from forms.formats.word.template import compile_template
from forms.formats.word.values import tick
from forms.formats.word.wordml import SDT, SDT_PR, qn

LIBRARY = Path(__file__).parents[3] / "templates"
TEMPLATES = sorted(LIBRARY.glob("*/*.docx"))


class Anything:
    """A context in which every name exists: a value, a group, and a list of two."""

    state, iso = "given", ""

    def __init__(self, name="", deep=0):
        self.name_, self.deep = name, deep

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return Anything(f"{self.name_} {name}", self.deep + 1)

    def __str__(self):
        return f"‘A & B <{self.name_}>’"

    def __iter__(self):
        return iter([Anything(f"{self.name_} 1"), Anything(f"{self.name_} 2")])

    def __len__(self):
        return 2

    def __eq__(self, other):
        return False

    __hash__ = None


def without_prompts(tree: etree._Element) -> list[str]:
    """The texts, but for controls that show a prompt: docxtpl leaves those empty."""
    for control in list(tree.iter(SDT)):
        if control.find(f"{SDT_PR}/{qn('w:showingPlcHdr')}") is not None:
            for text in control.iter(qn("w:t")):
                text.text = ""
    return texts(tree)


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_the_text_of_every_template_is_stock_docxtpl_s(path):
    header = tomllib.loads((path.parent / "artefact.toml").read_text("utf-8"))["header"]
    context = {name: Anything(name) for name in ("case", "paper", "profile", "recipient", "document")}
    house = (LIBRARY / "house.docx").read_bytes()
    ours = compile_template(path.read_bytes(), house, header=header, source=path.name).render(
        context, PROPERTIES
    )
    stock = DocxTemplate(io.BytesIO(path.read_bytes()))
    environment = Environment(autoescape=True)
    environment.globals["tick"] = tick
    stock.render(context, environment)
    theirs = etree.fromstring(etree.tostring(stock.docx.element.body))
    assert without_prompts(etree.fromstring(ours.body.xml.encode())) == without_prompts(theirs)
