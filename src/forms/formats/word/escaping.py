"""Text into XML and back (XML 1.0, 2.4); the standard library's own functions import a web client with them."""

from __future__ import annotations


def escape(text: str) -> str:
    """Write text as an element's content."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def attribute(text: str) -> str:
    """Write text as an attribute's value, with its quotation marks; white space is kept (3.3.3)."""
    escaped = escape(text).replace('"', "&quot;")
    return f'"{escaped}"'.replace("\n", "&#10;").replace("\r", "&#13;").replace("\t", "&#9;")


def unescape(xml: str) -> str:
    """Read what `escape` or `attribute` wrote, or another program with the five names of XML."""
    for name, char in (("&lt;", "<"), ("&gt;", ">"), ("&quot;", '"'), ("&apos;", "'"), ("&amp;", "&")):
        xml = xml.replace(name, char)
    return xml
