"""A compiled template as bytes and back: MessagePack, with the programs as Python's own compiled code.

Bytes from elsewhere are not for `load`: the code is run. Who keeps them answers for nobody else writing there,
and for this very Python reading them.
"""

from __future__ import annotations

import marshal
from types import CodeType
from typing import Any

from msgspec import msgpack

from forms.formats.word.compiled import EMPTY_PARAGRAPH, CompiledStory, CompiledTemplate
from forms.formats.word.package import PackedMembers, Records
from forms.formats.word.parts import Story, fixed
from forms.formats.word.program import Program
from forms.formats.word.tag import Tag


def dump(template: CompiledTemplate) -> bytes:
    """Write a compiled template."""
    records = template.members.records
    content = {
        "first_number": template.first_number,
        "members": (records.local, records.central, records.count),
        "stories": [_story(story) for story in template.stories],
    }
    return msgpack.encode(content)


def load(data: bytes) -> CompiledTemplate:
    """Make the template that `dump` wrote.

    Raises:
        ValueError: The bytes are not what `dump` writes.
    """
    try:
        content = msgpack.decode(data)
        members = PackedMembers.packed(Records(*content["members"]))
        stories = tuple(_load_story(story) for story in content["stories"])
        return CompiledTemplate(stories, members, int(content["first_number"]))
    except (KeyError, TypeError, AttributeError, EOFError) as error:
        raise ValueError(f"not a stored template ({type(error).__name__})") from None


def _story(story: CompiledStory) -> dict[str, Any]:
    return {
        "kind": story.kind,
        "name": story.name,
        "opening": story.opening,
        "closing": story.closing,
        "relationships": story.relationships,
        "statics": [[block.own[0] for block in blocks] for blocks in story.statics],
        "program": None if story.program is None else marshal.dumps(story.program.code),
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
        None if story["program"] is None else _load_program(story["program"]),
        tuple(Tag(*tag) for tag in story["on_line"]),
        Story(kind, name, opening, plain, closing, links),
        story["source"],
    )


def _load_program(data: bytes) -> Program:
    code = marshal.loads(data)
    if not isinstance(code, CodeType):
        raise TypeError
    return Program(code)
