"""What the file says about itself: the information dictionary, XMP (ISO 16684-1), and the colour of PDF/A.

Information dictionary and XMP say the same, which PDF/A checks.
"""

from __future__ import annotations

import struct
import zlib
from datetime import UTC, datetime
from functools import cache, lru_cache

from forms.formats.pdf.display import PdfInfo
from forms.formats.pdf.objects import PdfFile, name, stream, text_string

PROGRAM = "forms"
_CUSTOM = "http://ns.adobe.com/pdfx/1.3/"
_UA = "http://www.aiim.org/pdfua/ns/id/"
_NAMESPACES = (
    'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xmp="http://ns.adobe.com/xap/1.0/" '
    'xmlns:pdf="http://ns.adobe.com/pdf/1.3/" xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/"'
)


def write_info(file: PdfFile, info: PdfInfo) -> int:
    """Write the information dictionary; entries that are empty are left out. Gives its number.

    `info.created` is ISO 8601.
    """
    date, _ = _dates(info.created)
    entries = [
        *(("Title", info.title), ("Author", info.author), ("Subject", info.subject)),
        *(("Keywords", info.keywords), ("Creator", PROGRAM), ("Producer", PROGRAM)),
        *(("CreationDate", date), ("ModDate", date), *info.custom),
    ]
    parts = [name(key) + text_string(value) for key, value in entries if value]
    return file.add(b"<<%s>>" % b"".join(parts))


@lru_cache(maxsize=8)
def _dates(created: str) -> tuple[str, str]:
    """Write a moment as PDF does (7.9.4), and as XMP does."""
    moment = datetime.fromisoformat(created)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    zone = moment.strftime("%z")
    return f"{moment:D:%Y%m%d%H%M%S}{zone[:3]}'{zone[3:5]}'", moment.isoformat(timespec="seconds")


def write_xmp(file: PdfFile, info: PdfInfo, language: str, *, archive: bool) -> int:
    """Write the metadata stream, never compressed so that any program finds it; gives its number."""
    data = xmp(info, language, archive=archive).encode("utf-8")
    return file.add_stream(stream(b"/Type/Metadata/Subtype/XML", data, compress=False))


def xmp(info: PdfInfo, language: str, *, archive: bool) -> str:
    """Give the XMP packet: PDF/UA-1, and with `archive` PDF/A-2a and the schemas of what A-2 doesn't know."""
    _, date = _dates(info.created)
    custom = [(_xml_name(key), value) for key, value in info.custom if value]
    parts = [
        f'<dc:title><rdf:Alt><rdf:li xml:lang="x-default">{escape(info.title)}</rdf:li></rdf:Alt></dc:title>',
        f"<dc:language><rdf:Bag><rdf:li>{escape(language)}</rdf:li></rdf:Bag></dc:language>",
        f"<xmp:CreateDate>{date}</xmp:CreateDate><xmp:ModifyDate>{date}</xmp:ModifyDate>",
        f"<xmp:CreatorTool>{PROGRAM}</xmp:CreatorTool><pdf:Producer>{PROGRAM}</pdf:Producer>",
        "<pdfuaid:part>1</pdfuaid:part>",
    ]
    if info.author:
        parts.append(f"<dc:creator><rdf:Seq><rdf:li>{escape(info.author)}</rdf:li></rdf:Seq></dc:creator>")
    if info.subject:
        words = f'<rdf:li xml:lang="x-default">{escape(info.subject)}</rdf:li>'
        parts.append(f"<dc:description><rdf:Alt>{words}</rdf:Alt></dc:description>")
    if info.keywords:
        parts.append(f"<pdf:Keywords>{escape(info.keywords)}</pdf:Keywords>")
    body = f'<rdf:Description rdf:about="" {_NAMESPACES}>{"".join(parts)}</rdf:Description>'
    if custom:
        values = "".join(f"<pdfx:{key}>{escape(value)}</pdfx:{key}>" for key, value in custom)
        body += f'<rdf:Description rdf:about="" xmlns:pdfx="{_CUSTOM}">{values}</rdf:Description>'
    if archive:
        body += _archive([key for key, _ in custom])
    return (
        '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/">'
        f'<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">{body}</rdf:RDF></x:xmpmeta>'
        '<?xpacket end="r"?>'
    )


def _archive(custom: list[str]) -> str:
    """Say PDF/A-2a, and describe the properties that it doesn't predefine (ISO 19005-2, 6.6.2.3)."""
    schemas = _schema("PDF/UA identification", _UA, "pdfuaid", [("part", "Integer", "Part of ISO 14289")])
    if custom:
        properties = [(key, "Text", "Entry of the information dictionary") for key in custom]
        schemas += _schema("Information dictionary", _CUSTOM, "pdfx", properties)
    return (
        '<rdf:Description rdf:about="" xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/">'
        "<pdfaid:part>2</pdfaid:part><pdfaid:conformance>A</pdfaid:conformance></rdf:Description>"
        '<rdf:Description rdf:about="" xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/" '
        'xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#" '
        'xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#">'
        f"<pdfaExtension:schemas><rdf:Bag>{schemas}</rdf:Bag></pdfaExtension:schemas></rdf:Description>"
    )


def _schema(title: str, uri: str, prefix: str, properties: list[tuple[str, str, str]]) -> str:
    """Describe a schema and its properties (name, value type, description)."""
    items = "".join(
        f'<rdf:li rdf:parseType="Resource"><pdfaProperty:name>{key}</pdfaProperty:name>'
        f"<pdfaProperty:valueType>{kind}</pdfaProperty:valueType>"
        "<pdfaProperty:category>internal</pdfaProperty:category>"
        f"<pdfaProperty:description>{words}</pdfaProperty:description></rdf:li>"
        for key, kind, words in properties
    )
    return (
        f'<rdf:li rdf:parseType="Resource"><pdfaSchema:schema>{title}</pdfaSchema:schema>'
        f"<pdfaSchema:namespaceURI>{uri}</pdfaSchema:namespaceURI>"
        f"<pdfaSchema:prefix>{prefix}</pdfaSchema:prefix>"
        f"<pdfaSchema:property><rdf:Seq>{items}</rdf:Seq></pdfaSchema:property></rdf:li>"
    )


def escape(text: str) -> str:
    """Write text in XML; the standard library would load its network code for this, in 20 ms."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


@lru_cache(maxsize=64)
def _xml_name(key: str) -> str:
    """Make an XML name of an entry's key."""
    clean = "".join([char if char.isascii() and (char.isalnum() or char in "_.-") else "_" for char in key])
    return clean if clean[0].isalpha() else f"_{clean}"


def write_output_intent(file: PdfFile) -> bytes:
    """Write the output intent that PDF/A wants where colours are of a device (14.11.5); gives the array."""
    data = zlib.compress(srgb_profile(), 9)
    profile = file.add_stream(stream(b"/N 3/Filter/FlateDecode", data, compress=False))
    intent = file.add(
        b"<</Type/OutputIntent/S/GTS_PDFA1/OutputConditionIdentifier(sRGB IEC61966-2.1)"
        b"/Info(sRGB IEC61966-2.1)/DestOutputProfile %d 0 R>>" % profile
    )
    return b"[%d 0 R]" % intent


@cache
def srgb_profile() -> bytes:
    """Make an ICC profile (version 2.1) of sRGB: primaries adapted to D50, and the curve of IEC 61966-2-1."""
    curve = [round(65535 * _linear(step / 1023)) for step in range(1024)]
    response = struct.pack(">4s4xI1024H", b"curv", 1024, *curve)
    words = b"sRGB IEC61966-2.1\0"
    description = struct.pack(">4s4xI", b"desc", len(words)) + words + bytes(78)
    tags = {
        b"desc": description,
        b"cprt": b"text\0\0\0\0No copyright, use freely\0",
        b"wtpt": _xyz(0.9642, 1.0, 0.8249),
        b"rXYZ": _xyz(0.43607, 0.22249, 0.01392),
        b"gXYZ": _xyz(0.38515, 0.71687, 0.09708),
        b"bXYZ": _xyz(0.14307, 0.06061, 0.71410),
        b"rTRC": response,
        b"gTRC": response,
        b"bTRC": response,
    }
    offset = 128 + 4 + 12 * len(tags)
    table, places, body = struct.pack(">I", len(tags)), dict[bytes, int](), b""
    for tag, data in tags.items():
        if data not in places:
            places[data] = offset + len(body)
            body += data + bytes(-len(data) % 4)
        table += struct.pack(">4sII", tag, places[data], len(data))
    header = struct.pack(
        ">I4xI4s4s4s6H4s24xI3I48x",
        *(offset + len(body), 0x02100000, b"mntr", b"RGB ", b"XYZ ", 2000, 1, 1, 0, 0, 0, b"acsp", 0),
        *(round(value * 65536) for value in (0.9642, 1.0, 0.8249)),
    )
    return header + table + body


def _linear(value: float) -> float:
    return value / 12.92 if value <= 0.04045 else float(((value + 0.055) / 1.055) ** 2.4)


def _xyz(*values: float) -> bytes:
    return struct.pack(">4s4x3i", b"XYZ ", *(round(value * 65536) for value in values))
