"""Pictures: drawn anew from their pixels, so that nothing but the pixels survives."""

from __future__ import annotations

import io
import struct
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from PIL import Image, ImageCms, ImageOps, UnidentifiedImageError

from huomiao.core.errors import Invalid
from huomiao.files import sniffing
from huomiao.files.cleaning import Cleaned

if TYPE_CHECKING:
    from huomiao.files.sniffing import Format

LONGEST_SIDE = 2560
PREVIEW_SIDE = 480
# A picture this large takes 180 MB to draw. A JPEG is drawn at a smaller scale from the start, so more is affordable.
MOST_PIXELS = 60_000_000
MOST_JPEG_PIXELS = 220_000_000
# Ours are the limits, checked from the header before anything is drawn; Pillow's own would only warn.
Image.MAX_IMAGE_PIXELS = None
# The JPEG reader reads the MPO of double cameras too.
READERS = ["JPEG", "PNG", "GIF", "WEBP", "AVIF"]


def clean(content: bytes, found: Format) -> Cleaned:
    """The picture drawn anew: upright, at most ``LONGEST_SIDE`` pixels, in sRGB, without any metadata.

    Photographs come out as JPEG; what has transparency, a palette or was PNG comes out as PNG.
    """
    try:
        opened = Image.open(io.BytesIO(content), formats=READERS)
        _refuse_bomb(opened)
        if opened.format in {"JPEG", "MPO"}:
            opened.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
        upright = ImageOps.exif_transpose(opened)
        picture = _in_srgb(upright)
        picture.thumbnail((LONGEST_SIDE, LONGEST_SIDE), Image.Resampling.LANCZOS)
    except Invalid:
        raise
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, struct.error, EOFError) as broken:
        raise Invalid(_("图片已损坏，无法打开。请重新导出或重新拍摄后上传。")) from broken
    keeps_png = found in {sniffing.PNG, sniffing.GIF} or picture.mode in {"RGBA", "LA"}
    made = _encode(picture, "PNG" if keeps_png else "JPEG")
    return Cleaned(
        content=made,
        extension="png" if keeps_png else "jpg",
        media_type="image/png" if keeps_png else "image/jpeg",
        width=picture.width,
        height=picture.height,
        preview=preview_of(picture),
    )


def preview_of(picture: Image.Image) -> bytes:
    """A small JPEG of ``picture``, on white."""
    small = picture.copy()
    small.thumbnail((PREVIEW_SIDE, PREVIEW_SIDE), Image.Resampling.LANCZOS)
    return _encode(_on_white(small), "JPEG")


def _refuse_bomb(picture: Image.Image) -> None:
    most = MOST_JPEG_PIXELS if picture.format in {"JPEG", "MPO"} else MOST_PIXELS
    if picture.width * picture.height > most:
        raise Invalid(
            _("图片太大（%(width)d × %(height)d 像素）。请缩小后再上传。")
            % {"width": picture.width, "height": picture.height}
        )


def _in_srgb(picture: Image.Image) -> Image.Image:
    """``picture`` as RGB or RGBA in the colours that screens expect, its own colour profile applied."""
    profile = picture.info.get("icc_profile")
    if profile and picture.mode in {"RGB", "CMYK"}:
        try:
            converted = ImageCms.profileToProfile(
                picture, io.BytesIO(profile), ImageCms.createProfile("sRGB"), outputMode="RGB"
            )
        except ImageCms.PyCMSError:
            converted = None
        if converted is not None:
            return converted
    has_alpha = picture.mode in {"RGBA", "LA", "PA"} or "transparency" in picture.info
    return picture.convert("RGBA" if has_alpha else "RGB")


def _on_white(picture: Image.Image) -> Image.Image:
    if picture.mode != "RGBA":
        return picture.convert("RGB")
    white = Image.new("RGB", picture.size, "white")
    white.paste(picture, mask=picture.getchannel("A"))
    return white


def _encode(picture: Image.Image, file_format: str) -> bytes:
    """The bytes of the pixels alone: a fresh picture has no exif, profile, comment or text chunk to write."""
    bare = Image.frombytes(picture.mode, picture.size, picture.tobytes())
    out = io.BytesIO()
    if file_format == "JPEG":
        bare.convert("RGB").save(out, "JPEG", quality=86, optimize=True, progressive=True)
    else:
        bare.save(out, "PNG", compress_level=7)
    return out.getvalue()


# --- Pictures inside other files: stripped without drawing them anew ---------------------------------------------

# JFIF, the colour profile, and Adobe's note on the colour model: needed to draw it. Everything else is metadata.
NEEDED_JPEG_SEGMENTS = frozenset({0xE0, 0xE2, 0xEE})
PNG_METADATA = frozenset({b"tEXt", b"zTXt", b"iTXt", b"eXIf", b"tIME"})


def without_metadata(content: bytes) -> bytes:
    """A JPEG or PNG without its metadata, pixel for pixel the same; anything else as it is."""
    if content.startswith(b"\xff\xd8\xff"):
        return _bare_jpeg(content)
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return _bare_png(content)
    return content


def _bare_jpeg(content: bytes) -> bytes:
    kept, at = [content[:2]], 2
    while at + 4 <= len(content) and content[at] == 0xFF:
        marker = content[at + 1]
        if marker == 0xDA:  # the pixels begin; they run to the end
            break
        if marker == 0xFF:  # a filler byte
            at += 1
            continue
        length = int.from_bytes(content[at + 2 : at + 4], "big")
        is_metadata = (0xE0 <= marker <= 0xEF and marker not in NEEDED_JPEG_SEGMENTS) or marker == 0xFE
        if not is_metadata:
            kept.append(content[at : at + 2 + length])
        at += 2 + max(length, 2)
    return b"".join([*kept, content[at:]])


def _bare_png(content: bytes) -> bytes:
    kept, at = [content[:8]], 8
    while at + 12 <= len(content):
        length = int.from_bytes(content[at : at + 4], "big")
        end = at + 12 + length
        if content[at + 4 : at + 8] not in PNG_METADATA:
            kept.append(content[at:end])
        at = end
    return b"".join(kept)
