"""A photo of somebody else, made anew: what is not a picture, too large, or more than a picture does not get through."""

import warnings
from io import BytesIO
from typing import Final, NamedTuple

import pillow_heif
from PIL import Image, ImageOps, UnidentifiedImageError

from messaging.domain.media import LONGEST_SIDE, MOST_PIXELS, PHOTO_FORMATS

QUALITY: Final = 82
pillow_heif.register_heif_opener()


class NotAPhotoError(Exception):
    """It is not kept; the sentence says why."""


class Photo(NamedTuple):
    content_type: str
    width: int
    height: int
    content: bytes


def look_into_photo(content: bytes, *, formats: tuple[str, ...] = PHOTO_FORMATS, longest: int = LONGEST_SIDE) -> Photo:
    """Upright, at most `longest` pixels a side, without place, camera and whatever else was in the file. Takes a while: not in the loop.

    Raises NotAPhotoError.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(BytesIO(content), formats=formats) as opened:
                if opened.width * opened.height > MOST_PIXELS:
                    raise NotAPhotoError("it has too many pixels")
                opened.draft("RGB", (longest, longest))  # a JPEG is decoded no larger than needed
                upright = ImageOps.exif_transpose(opened)
                upright.thumbnail((longest, longest))
                return _made_anew(upright)
    except (UnidentifiedImageError, Image.DecompressionBombWarning, Image.DecompressionBombError) as error:
        raise NotAPhotoError("it is not a photo that can be shown") from error
    except (OSError, ValueError, SyntaxError, MemoryError, IndexError, KeyError, TypeError, EOFError) as error:
        raise NotAPhotoError("the file is damaged") from error  # decoders raise whatever a broken file leads them to


def _made_anew(picture: Image.Image) -> Photo:
    """See-through ones stay PNG, everything else becomes JPEG."""
    seen_through = picture.mode in ("RGBA", "LA", "PA") or "transparency" in picture.info
    made = picture.convert("RGBA" if seen_through else "RGB")
    written = BytesIO()
    if seen_through:
        made.save(written, "PNG", optimize=True)
    else:
        made.save(written, "JPEG", quality=QUALITY, optimize=True)
    kind = "image/png" if seen_through else "image/jpeg"
    return Photo(kind, made.width, made.height, written.getvalue())
