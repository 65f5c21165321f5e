"""Noto Sans SC for forms; the program finds the font beside this file."""
