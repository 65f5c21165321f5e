"""Test helper: a `.docx` file as `RenderedWord`, without template or house style."""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path

from lxml import etree

from forms.formats.word.parts import Block, RenderedWord, Story, StoryKind

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


def _story(kind: StoryKind, name: str, members: dict[str, bytes], static: bool) -> Story:
    root = etree.fromstring(members[name])
    container = root[0] if kind == "body" else root
    children = list(container)
    for child in children:
        container.remove(child)
    container.text = "\u241e"
    opening, closing = etree.tostring(root, encoding="unicode").split("\u241e")
    declarations = re.compile(r' xmlns:\w+="[^"]*"')
    blocks = tuple(
        Block(declarations.sub("", etree.tostring(child, encoding="unicode", with_tail=False)), static)
        for child in children
    )
    folder, _, leaf = name.rpartition("/")
    links = members.get(f"{folder}/_rels/{leaf}.rels")
    relationships = {}
    if links is not None:
        for item in etree.fromstring(links):
            relationships[item.get("Id")] = (item.get("Type").rpartition("/")[2], item.get("Target"))
    return Story(kind, name, opening, blocks, closing, relationships)


def rendered_word(source: Path | bytes, *, static: bool = False) -> RenderedWord:
    """Give a `.docx` as if a template without tags had been rendered."""
    with zipfile.ZipFile(io.BytesIO(source) if isinstance(source, bytes) else source) as package:
        members = {name: package.read(name) for name in package.namelist()}
    body = _story("body", "word/document.xml", members, static)
    stories = {body.name: body}
    for kind, target in body.relationships.values():
        if kind in ("header", "footer"):
            name = "word/" + target
            stories[name] = _story(kind, name, members, static)  # type: ignore[arg-type]
    return RenderedWord(body, stories, members)
