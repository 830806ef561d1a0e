"""Files as people bring them, made on the spot: honest ones with metadata inside, and dishonest ones."""

from __future__ import annotations

import io
import struct
import zipfile

import pikepdf
from django.core.files.base import ContentFile
from PIL import Image
from PIL.PngImagePlugin import PngInfo

SECRET = "张三丰机械厂"


def upload(content: bytes, name: str) -> ContentFile:
    return ContentFile(content, name=name)


def jpeg(*, size: tuple[int, int] = (400, 300), orientation: int = 1) -> bytes:
    """A photograph with an author, a place and a comment in it."""
    exif = Image.Exif()
    exif[0x013B] = SECRET
    exif[0x0112] = orientation
    exif.get_ifd(0x8825)[1] = "N"
    out = io.BytesIO()
    Image.effect_mandelbrot(size, (-2, -1, 1, 1), 50).convert("RGB").save(
        out, "JPEG", exif=exif, comment=SECRET.encode()
    )
    return out.getvalue()


def png() -> bytes:
    note = PngInfo()
    note.add_text("Author", SECRET)
    out = io.BytesIO()
    Image.new("RGBA", (60, 40), (255, 0, 0, 128)).save(out, "PNG", pnginfo=note)
    return out.getvalue()


def pdf(*, pages: int = 2, password: str = "", text: str = "Hello") -> bytes:
    """A PDF with an author, a script, an attachment, a comment and a photograph with metadata."""
    document = pikepdf.new()
    for number in range(pages):
        document.add_blank_page(page_size=(595, 842))
        page = document.pages[-1]
        font = pikepdf.Dictionary(Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica)
        picture = pikepdf.Stream(document, jpeg(size=(40, 30)))
        picture.update(
            pikepdf.Dictionary(
                Type=pikepdf.Name.XObject,
                Subtype=pikepdf.Name.Image,
                Width=40,
                Height=30,
                ColorSpace=pikepdf.Name.DeviceRGB,
                BitsPerComponent=8,
                Filter=pikepdf.Name.DCTDecode,
            )
        )
        page.Resources = pikepdf.Dictionary(
            Font=pikepdf.Dictionary(F1=document.make_indirect(font)), XObject=pikepdf.Dictionary(Im=picture)
        )
        page.Contents = pikepdf.Stream(
            document, f"BT /F1 24 Tf 72 700 Td ({text} {number + 1}) Tj ET q 99 0 0 99 9 9 cm /Im Do Q".encode()
        )
        page.Annots = pikepdf.Array(
            [
                document.make_indirect(
                    pikepdf.Dictionary(
                        Type=pikepdf.Name.Annot,
                        Subtype=pikepdf.Name.Text,
                        Rect=[10, 10, 30, 30],
                        T=SECRET,
                        Contents=SECRET,
                    )
                )
            ]
        )
    document.docinfo["/Author"] = SECRET
    with document.open_metadata() as xmp:
        xmp["dc:creator"] = [SECRET]
    document.Root.OpenAction = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="app.alert(1)")
    document.attachments["secret.txt"] = SECRET.encode()
    out = io.BytesIO()
    encryption = pikepdf.Encryption(owner=password, user=password) if password else None
    document.save(out, encryption=encryption)
    return out.getvalue()


WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def docx(*, extra: dict[str, bytes] | None = None) -> bytes:
    """A Word document with authors in its properties, comments, changes and picture, and a name split over two runs."""
    parts = {
        "[Content_Types].xml": b'<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>',
        "_rels/.rels": b'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        b'<Relationship Id="t" Type="http://schemas.openxmlformats.org/package/2006/relationships/metadata/thumbnail"'
        b' Target="docProps/thumbnail.jpeg"/></Relationships>',
        "word/document.xml": f'<w:document xmlns:w="{WORD}"><w:body><w:p><w:r><w:t>作者张</w:t></w:r>'
        f'<w:ins w:id="1" w:author="{SECRET}"><w:r><w:t>三丰</w:t></w:r></w:ins></w:p>'
        f"<w:p><w:r><w:t>第二段</w:t></w:r></w:p></w:body></w:document>".encode(),
        "word/comments.xml": f'<w:comments xmlns:w="{WORD}"><w:comment w:author="{SECRET}" w:initials="{SECRET}"/>'
        "</w:comments>".encode(),
        "word/_rels/settings.xml.rels": f'<Relationships><Relationship Target="file:///C:/{SECRET}/a.dotx"/>'
        "</Relationships>".encode(),
        "word/media/image1.jpeg": jpeg(size=(40, 30)),
        "docProps/core.xml": f"<cp><creator>{SECRET}</creator></cp>".encode(),
        "docProps/app.xml": f"<p><Company>{SECRET}</Company></p>".encode(),
        "docProps/thumbnail.jpeg": jpeg(size=(40, 30)),
    }
    return zipped(parts | (extra or {}))


def zipped(parts: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in parts.items():
            package.writestr(name, content)
    return out.getvalue()


def box(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content) + 8) + name + content


def mp4() -> bytes:
    """The boxes of a film, with a place and an author in three of them."""
    secret = SECRET.encode()
    track = box(b"trak", box(b"tkhd", bytes(84)) + box(b"udta", secret) + box(b"mdia", box(b"hdlr", bytes(25))))
    moov = box(b"moov", box(b"mvhd", bytes(100)) + track + box(b"udta", box(b"meta", secret)) + box(b"meta", secret))
    return box(b"ftyp", b"isom\x00\x00\x02\x00isommp41") + moov + box(b"uuid", secret) + box(b"mdat", b"film" * 500)


def element(name: bytes, content: bytes) -> bytes:
    return name + ((1 << 28) | len(content)).to_bytes(4, "big") + content


def webm() -> bytes:
    secret = SECRET.encode()
    info = element(b"\x15\x49\xa9\x66", element(b"\x7b\xa9", secret) + element(b"\x4d\x80", b"app"))
    tags = element(b"\x12\x54\xc3\x67", secret)
    cluster = element(b"\x1f\x43\xb6\x75", b"film" * 500)
    head = element(b"\x1a\x45\xdf\xa3", element(b"\x42\x82", b"webm"))
    return head + element(b"\x18\x53\x80\x67", info + cluster + tags)


def mp3() -> bytes:
    secret = SECRET.encode()
    tag = b"ID3\x04\x00\x00" + bytes([0, 0, 0, len(secret)]) + secret
    return tag + b"\xff\xfb\x90\x00" * 300 + b"TAG" + secret.ljust(125, b"\x00")
