"""What the program does: find artefacts, produce documents, check the library, write files."""
