"""Errors, problems and units: what every layer may use; imports nothing of the package."""
