"""The zip file: written the same way every time, read with suspicion."""

import io
import struct
import subprocess
import sys
import zipfile

import docx
import pytest
from lxml import etree
from openxml_audit import OpenXmlValidator
from template_kit import (
    ABSENT,
    CONTEXT,
    HOUSE,
    PROPERTIES,
    Value,
    compiled,
    control,
    house,
    paragraph,
    rendered,
    repacked,
    run,
    table,
    template,
    texts,
    written,
)

from forms.formats.word import package
from forms.formats.word.docprops import Properties
from forms.formats.word.parts import RenderedWord
from forms.foundation.errors import ArtefactError, InputError

MEMBERS = {"[Content_Types].xml": b"<Types/>", "_rels/.rels": b"<Relationships/>"}
BOX = '<w14:checkbox><w14:checked w14:val="0"/></w14:checkbox>'
ALL_KINDS = (
    lambda document: document.add_heading("All kinds", 1),
    paragraph(run("Name: ") + control("<w:text/>", run("{{ name }}"), "a")),
    paragraph(control(BOX, run("{{ tick(name) }}"), "b") + run(" Ticked")),
    paragraph(control('<w:date><w:dateFormat w:val="d MMMM yyyy"/></w:date>', run("{{ name }}"), "c")),
    paragraph(
        control('<w:dropDownList><w:listItem w:displayText="Yes" w:value="y"/></w:dropDownList>', run(""), "d")
    ),
    "{%p for n in [1, 2] %}",
    "Number {{ n }}: {{ name }}",
    "{%p endfor %}",
    table(("Head",), ("{%tr for n in [1, 2] %}",), ("{{ n }}",), ("{%tr endfor %}",)),
)


@pytest.mark.parametrize("name", [ABSENT, Value("1 May 2026\nand\tmore", iso="2026-05-01")])
def test_word_s_own_rules_find_no_fault(name, tmp_path):
    path = tmp_path / "made.docx"
    path.write_bytes(written(*ALL_KINDS, name=name))
    result = OpenXmlValidator().validate(str(path))
    assert not [error.description for error in result.errors]


def test_every_reader_opens_it():
    data = written("Text of {{ name }}", name="Łukasz & Söhne")
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.testzip() is None
        assert archive.namelist()[:2] == ["[Content_Types].xml", "_rels/.rels"]
        assert {info.date_time for info in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
    assert docx.Document(io.BytesIO(data)).paragraphs[0].text == "Text of Łukasz & Söhne"
    assert sorted(package.read(data)) == sorted(zipfile.ZipFile(io.BytesIO(data)).namelist())


def test_unpacked_members_are_the_rendered_ones():
    made = rendered("{{ name }}", name="x" * 100)
    unpacked = package.read(package.write(made))
    assert unpacked["word/document.xml"] == made.body.xml.encode()
    assert all(unpacked[name] == content for name, content in made.members.items())


def test_bytes_are_fixed():
    """Members prepared once and members packed on the spot give the same document."""
    made = rendered("{{ name }}", name="x")
    assert package.write(made) == package.write(made)
    plain = RenderedWord(made.body, made.stories, dict(made.members), made.rendered_members)
    assert package.read(package.write(plain)) == package.read(package.write(made))


def test_without_isal_zlib_packs_the_same_members():
    """There is no wheel of isal for every machine."""
    script = f"""
import sys
sys.modules["isal"] = None
from forms.formats.word import package
from forms.formats.word.parts import RenderedWord, Story
body = Story("body", "word/document.xml", "<w:document>", (), "</w:document>" * 500, {{}})
print(package.write(RenderedWord(body, {{body.name: body}}, {MEMBERS!r})).hex())
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    unpacked = package.read(bytes.fromhex(done.stdout))
    assert unpacked == {**MEMBERS, "word/document.xml": b"<w:document>" + b"</w:document>" * 500}


def test_properties_are_ours_alone():
    unpacked = package.read(written("x"))
    core = etree.fromstring(unpacked["docProps/core.xml"])
    found = {etree.QName(item).localname: item.text for item in core}
    assert found == {
        "title": "Check/Notification Form",
        "subject": "X123456",
        "creator": "Example Police & Probation",
        "keywords": None,
        "lastModifiedBy": "Example Police & Probation",
        "created": "2026-11-21T00:00:00Z",
        "modified": "2026-11-21T00:00:00Z",
        "language": "en-GB",
    }
    custom = etree.fromstring(unpacked["docProps/custom.xml"])
    assert [(item.get("name"), item[0].text) for item in custom] == [
        ("artefact", "check-notification"),
        ("digest", "abc"),
    ]
    assert b"python-docx" not in b"".join(unpacked.values())


def test_properties_that_would_break_the_file_are_refused():
    with pytest.raises(ValueError, match="created"):
        Properties("t", "a", "s", "2026-11-21")
    with pytest.raises(ValueError, match="same name"):
        Properties("t", "a", "s", "2026-11-21T00:00:00Z", custom=(("A", "1"), ("a", "2")))


# ── Hostile files ───────────────────────────────────────────────────────────────────────────────────────────


def refused(data: bytes) -> str:
    with pytest.raises(InputError) as caught:
        package.read(data, source="reply.docx", refuse=InputError)
    return caught.value.problems[0].code


def zipped(*members: tuple[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return file.getvalue()


GOOD = template("x")
EXTERNAL = (
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r" '
    'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/{}" TargetMode="External" '
    'Target="http://example.org/x"/></Relationships>'
)


@pytest.mark.parametrize(
    "data", [b"", b"text", GOOD[:-30], GOOD[100:], zipped(("a", b"b")), b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1..."]
)
def test_what_is_no_docx_is_refused(data):
    assert refused(data) == "not-a-docx"


@pytest.mark.parametrize("name", ["../evil", "/etc/passwd", "word/../../x", "C:\\x", "a\\b", "a\nb", "./x"])
def test_unsafe_names_are_refused(name):
    assert refused(repacked(GOOD, **{name: b"x"})) == "unsafe-member"


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_two_members_of_one_name_are_refused():
    assert refused(zipped(("a.xml", b"1"), ("A.xml", b"2"))) == "unsafe-member"
    assert refused(zipped(("a.xml", b"1"), ("a.xml", b"2"))) == "unsafe-member"


def test_bombs_are_refused_before_unpacking(monkeypatch):
    assert refused(zipped(("a.xml", b"0" * 4_000_000))) == "package-too-large"
    monkeypatch.setattr(package, "MAX_MEMBERS", 3)
    assert refused(GOOD) == "package-too-large"
    monkeypatch.undo()
    monkeypatch.setattr(package, "MAX_PACKAGE_BYTES", 1000)
    assert refused(GOOD) == "package-too-large"
    monkeypatch.undo()
    monkeypatch.setattr(package, "MAX_UNPACKED_BYTES", 10_000)
    assert refused(GOOD) == "package-too-large"


def test_a_lying_size_does_not_unpack_more():
    data = bytearray(zipped(("a.xml", b"0" * 100_000)))
    at = data.index(b"PK\x01\x02")
    struct.pack_into("<L", data, at + 24, 10)
    assert refused(bytes(data)) == "not-a-docx"


@pytest.mark.parametrize(
    "name", ["word/vbaProject.bin", "word/activeX/activeX1.xml", "word/embeddings/oleObject1.bin", "x.exe"]
)
def test_programs_are_refused(name):
    assert refused(repacked(GOOD, **{name: b"x"})) == "macro"


def test_a_macro_template_is_refused():
    types = package.read(GOOD)["[Content_Types].xml"].replace(b"document.main+xml", b"macroEnabled.main+xml")
    assert refused(repacked(GOOD, **{"[Content_Types].xml": types})) == "macro"


@pytest.mark.parametrize("kind", ["image", "attachedTemplate", "oleObject", "frame"])
def test_links_to_outside_files_are_refused(kind):
    assert (
        refused(repacked(GOOD, **{"word/_rels/x.xml.rels": EXTERNAL.format(kind).encode()})) == "external-link"
    )


def test_hyperlinks_may_point_outside():
    data = repacked(GOOD, **{"word/_rels/x.xml.rels": EXTERNAL.format("hyperlink").encode()})
    assert "word/document.xml" in package.read(data)


def test_other_packing_and_encryption_are_refused():
    assert refused(zipped(("a.xml", b"x"), method=zipfile.ZIP_BZIP2)) == "not-a-docx"
    data = bytearray(zipped(("a.xml", b"x")))
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(mark) + offset] |= 1
    assert refused(bytes(data)) == "not-a-docx"


@pytest.mark.parametrize(
    "head",
    [
        b'<!DOCTYPE x [<!ENTITY a "b">]>',
        b'<!DOCTYPE x SYSTEM "file:///etc/passwd">',
    ],
)
def test_document_types_are_refused(head):
    document = package.read(GOOD)["word/document.xml"].replace(b"<w:document", head + b"<w:document", 1)
    with pytest.raises(ArtefactError) as caught:
        package_compiled(repacked(GOOD, **{"word/document.xml": document}))
    assert caught.value.problems[0].code == "bad-xml"


@pytest.mark.parametrize("content", [b"<w:document", b"", b"<x/>", "<x/>".encode("utf-16"), b"<a>" * 300])
def test_broken_parts_are_refused(content):
    with pytest.raises(ArtefactError) as caught:
        package_compiled(repacked(GOOD, **{"word/document.xml": content}))
    assert caught.value.problems[0].code == "bad-xml"


def package_compiled(data: bytes):
    from forms.formats.word.template import compile_template

    return compile_template(data, HOUSE)


def test_the_house_is_read_with_the_same_suspicion():
    bad = repacked(house(), **{"word/vbaProject.bin": b"x"})
    from forms.formats.word.template import compile_template

    with pytest.raises(ArtefactError) as caught:
        compile_template(GOOD, bad)
    assert caught.value.problems[0].code == "macro"
    assert caught.value.problems[0].place.source == "house.docx"


def test_a_compiled_template_serves_many_documents():
    made = compiled("{{ name }}")
    one, two = (made.render({**CONTEXT, "name": name}, PROPERTIES) for name in ("one", "two"))
    assert [texts(etree.fromstring(each.body.xml.encode())) for each in (one, two)] == [["one"], ["two"]]
    assert package.write(one) != package.write(two)
