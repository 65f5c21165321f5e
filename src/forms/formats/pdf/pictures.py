"""Pictures as image XObjects (ISO 32000-1, 8.9.5).

JPEG goes in as it is, all else as deflated samples, with a soft mask where it is transparent.
"""

from __future__ import annotations

import io
import zlib

from msgspec import Struct

from forms.formats.pdf.objects import PdfFile, stream
from forms.foundation.errors import ArtefactError

_KEPT = 32
_MOST_PIXELS = 40_000_000
_SPACES = {"L": b"/DeviceGray", "RGB": b"/DeviceRGB"}


class _Picture(Struct, frozen=True):
    """A picture's stream, and that of its mask if parts of it are transparent."""

    head: bytes
    data: bytes
    mask: bytes


_pictures: dict[bytes, _Picture] = {}


def put_picture(file: PdfFile, data: bytes) -> int:
    """Put a PNG or JPEG into the file; gives its number. Raises `ArtefactError` if it is neither."""
    picture = _pictures.get(data)
    if picture is None:
        if len(_pictures) >= _KEPT:
            _pictures.clear()
        picture = _pictures[data] = _read(data)
    head = picture.head
    if picture.mask:
        head += b"/SMask %d 0 R" % file.add_stream(picture.mask)
    return file.add_stream(stream(head, picture.data, compress=False))


def _read(data: bytes) -> _Picture:
    """Decode a picture with Pillow."""
    from PIL import Image, UnidentifiedImageError

    try:
        image: Image.Image = Image.open(io.BytesIO(data), formats=("PNG", "JPEG"))
        if image.width * image.height > _MOST_PIXELS:
            raise ArtefactError.of("picture-size", "A picture in the template has too many pixels")
        image.load()
    except (UnidentifiedImageError, OSError) as error:
        raise ArtefactError.of("picture-format", "A picture in the template is not a PNG or JPEG") from error
    size = (image.width, image.height)
    if data.startswith(b"\xff\xd8") and image.mode in _SPACES:
        return _Picture(_head(size, image.mode, b"DCTDecode"), data, b"")
    mask = b""
    if "A" in image.getbands() or "transparency" in image.info:
        image = image.convert("RGBA")
        alpha = image.getchannel("A")
        if alpha.getextrema() != (255, 255):
            samples = zlib.compress(alpha.tobytes(), 9)
            mask = stream(_head(size, "L", b"FlateDecode"), samples, compress=False)
    mode = "L" if image.mode in ("1", "L") else "RGB"
    samples = zlib.compress(image.convert(mode).tobytes(), 9)
    return _Picture(_head(size, mode, b"FlateDecode"), samples, mask)


def _head(size: tuple[int, int], mode: str, decode: bytes) -> bytes:
    return b"/Type/XObject/Subtype/Image/Width %d/Height %d/ColorSpace%s/BitsPerComponent 8/Filter/%s" % (
        (*size, _SPACES[mode], decode)
    )
