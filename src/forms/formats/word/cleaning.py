"""The one place that uses docxtpl: its clean-up makes Word's XML readable for Jinja.

Word spreads a tag over several runs, turns quotes into curly ones, and a `{%p … %}` stands for its whole
paragraph. docxtpl's `patch_xml` undoes all that on the part's text; nothing else of docxtpl is used, and this
is done once, when a template is compiled.
"""

from __future__ import annotations


def join_tags(xml: str) -> str:
    """Give a part's XML with every tag in one piece, paragraph and row tags in place of their elements."""
    # Imported here because a process that only loads compiled templates should not pay for it (0.1 s).
    from docxtpl import DocxTemplate

    # The method uses nothing of the object, whose construction would want a file.
    cleaned: str = DocxTemplate.__new__(DocxTemplate).patch_xml(xml)
    return cleaned
