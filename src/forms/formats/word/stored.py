"""A compiled template as bytes and back: JSON, with the program as Python.

Bytes from elsewhere are not for `load`: the Python is run. Who keeps them answers for nobody else writing
there.
"""

from __future__ import annotations

import base64
import json
from typing import Any

from forms.formats.word.compiled import EMPTY_PARAGRAPH, CompiledStory, CompiledTemplate
from forms.formats.word.package import PackedMembers
from forms.formats.word.parts import Story, fixed
from forms.formats.word.program import Program
from forms.formats.word.tag import Tag


def dump(template: CompiledTemplate) -> bytes:
    """Write a compiled template; equal templates give equal bytes."""
    content = {
        "first_number": template.first_number,
        "members": {name: base64.b64encode(data).decode() for name, data in template.members.items()},
        "stories": [_story(story) for story in template.stories],
    }
    return json.dumps(content, separators=(",", ":")).encode()


def load(data: bytes) -> CompiledTemplate:
    """Make the template that `dump` wrote.

    Raises:
        ValueError: The bytes are not what `dump` writes.
    """
    try:
        content = json.loads(data)
        members = {name: base64.b64decode(text) for name, text in content["members"].items()}
        stories = tuple(_load_story(story) for story in content["stories"])
        return CompiledTemplate(stories, PackedMembers(members), int(content["first_number"]))
    except (KeyError, TypeError, AttributeError, SyntaxError) as error:
        raise ValueError(f"not a stored template ({type(error).__name__})") from None


def _story(story: CompiledStory) -> dict[str, Any]:
    return {
        "kind": story.kind,
        "name": story.name,
        "opening": story.opening,
        "closing": story.closing,
        "relationships": {name: list(link) for name, link in story.relationships.items()},
        "statics": [[block.own[0] for block in blocks] for blocks in story.statics],
        "written": story.written,
        "on_line": [[tag.kind, tag.code, tag.shown, tag.words, tag.in_attribute] for tag in story.on_line],
        "source": story.source,
    }


def _load_story(story: dict[str, Any]) -> CompiledStory:
    statics = tuple(tuple(fixed(xml) for xml in blocks) for blocks in story["statics"])
    plain = tuple(block for blocks in statics for block in blocks) or (EMPTY_PARAGRAPH,)
    links = {name: (kind, target) for name, (kind, target) in story["relationships"].items()}
    kind, name, opening, closing = story["kind"], story["name"], story["opening"], story["closing"]
    return CompiledStory(
        kind,
        name,
        opening,
        closing,
        links,
        statics,
        story["written"],
        Program(story["written"]) if story["written"] else None,
        tuple(Tag(*tag) for tag in story["on_line"]),
        Story(kind, name, opening, plain, closing, links),
        story["source"],
    )
