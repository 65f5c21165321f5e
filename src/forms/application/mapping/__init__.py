"""Mappings: what of a case goes into which place of a form that someone else designed.

`model` reads a mapping file, `language` is what its expressions are written in, `entries` works them out for
a case, `checking` holds a mapping to form and vocabulary, `drafting` writes the first draft of one.
"""

from forms.application.mapping.entries import entries, entries_of
from forms.application.mapping.model import FormMapping, load_mapping

__all__ = ["FormMapping", "entries", "entries_of", "load_mapping"]
