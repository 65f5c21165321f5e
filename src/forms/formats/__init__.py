"""File formats: each package knows one format and no artefact."""
