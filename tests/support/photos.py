"""Files as they come from phones and carriers, small."""

from base64 import b64decode
from io import BytesIO
from typing import Any

from PIL import Image

HEIC = b64decode(
    "AAAAHGZ0eXBoZWljAAAAAG1pZjFoZWljbWlhZgAAAX1tZXRhAAAAAAAAACFoZGxyAAAAAAAAAABwaWN0AAAAAAAAAAAAAAAAAAAAACJpbG9jAAAAAERAAAEAAQAAAAABoQABAAAAAAAAABoAAAAj"
    "aWluZgAAAAAAAQAAABVpbmZlAgAAAAABAABodmMxAAAAAA5waXRtAAAAAAABAAAA/WlwcnAAAADdaXBjbwAAAHZodmNDAQNwAAAAkAAAAAAAHvAA/P34+AAADwNgAAEAGEABDAH//wNwAAADAJAA"
    "AAMAAAMAHroCQGEAAQAqQgEBA3AAAAMAkAAAAwAAAwAeoCCBBZbq5Ka5uAhoMCAAAAMDIAAAAwAhYgABAAZEAcFzwIkAAAATY29scm5jbHgAAQANAAaAAAAAFGlzcGUAAAAAAAAAQAAAAEAAAAAo"
    "Y2xhcAAAAEAAAAABAAAAMAAAAAEAAAAAAAAAAv////AAAAACAAAAEHBpeGkAAAAAAwgICAAAABhpcG1hAAAAAAAAAAEAAQWBAgMFhAAAACJtZGF0AAAAFigBrxmA70mlv//Gcn/nCC/zetaY+bg="
)
"""64 by 48 pixels of one colour."""
WAVE = b"RIFF\x24\x00\x00\x00WAVEfmt " + bytes(28)


def a_photo(kind: str = "JPEG", size: tuple[int, int] = (40, 30), **more: Any) -> bytes:
    written = BytesIO()
    Image.new("RGBA" if kind == "PNG" else "RGB", size, "#b04e17").save(written, kind, **more)
    return written.getvalue()
