"""The one way a picture reaches a notebook, always with its text alternative."""

from __future__ import annotations

import base64
import html
import io
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    Picture = Figure | Image.Image | np.ndarray

#: Figures are laid out for 96 CSS pixels an inch, and drawn at twice that: sharp on a laptop.
CSS_DPI = 96
SHARPNESS = 2
#: An alternative text shorter than this names a picture ("a plot"), it does not tell what it shows.
MIN_ALT = 15
#: Above this many colours a picture is a photograph and keeps 256 of them; a drawing needs fewer.
PHOTO_COLOURS = 20_000

#: A white, rounded ground: black ink stays readable in the dark theme.
PADDING = 6
IMG_STYLE = (
    "max-width:100%;height:auto;box-sizing:border-box;"
    f"background:#ffffff;border-radius:6px;padding:{PADDING}px"
)


def check_alt(alt: str) -> str:
    """The text alternative, stripped.

    Raises:
        ValueError: if ``alt`` is not a text of at least 15 characters.
    """
    text = " ".join(alt.split()) if isinstance(alt, str) else ""
    if len(text) < MIN_ALT:
        raise ValueError(
            f"alt must say in at least {MIN_ALT} characters what the picture shows, got {alt!r}"
        )
    return text


def _as_image(picture: Picture) -> Image.Image:
    """Any picture as an RGB image on white ground."""
    if isinstance(picture, np.ndarray):
        flat = picture.ndim == 2
        if picture.dtype != np.uint8 or not (flat or picture.ndim == 3) or picture.size == 0:
            raise ValueError(_what_is_wrong(picture))
        if not flat and picture.shape[2] not in (3, 4):
            raise ValueError(_what_is_wrong(picture))
        picture = Image.fromarray(picture)
    elif hasattr(picture, "savefig"):
        buffer = io.BytesIO()
        # Software would carry matplotlib's version: other bytes for the same picture.
        picture.savefig(buffer, format="png", dpi=CSS_DPI * SHARPNESS, metadata={"Software": None})
        picture = Image.open(buffer)
    if not isinstance(picture, Image.Image):
        raise ValueError(_what_is_wrong(picture))
    if picture.mode in ("RGBA", "LA", "PA") or "transparency" in picture.info:
        ground = Image.new("RGBA", picture.size, "white")
        picture = Image.alpha_composite(ground, picture.convert("RGBA"))
    return picture.convert("RGB")


def _what_is_wrong(picture: Any) -> str:
    got = type(picture).__name__
    if isinstance(picture, np.ndarray):
        got = f"an array of {picture.dtype} with shape {picture.shape}"
    return (
        "picture must be a matplotlib Figure, a PIL image or a uint8 array of shape "
        f"(H, W), (H, W, 3) or (H, W, 4), got {got}"
    )


def png_bytes(picture: Picture, *, quick: bool = False) -> bytes:
    """A picture as PNG bytes, the same bytes for the same picture.

    Args:
        picture: a matplotlib Figure, a PIL image, or a uint8 array of shape
            (H, W), (H, W, 3) or (H, W, 4).
        quick: keep every colour and pack lightly, for pictures that follow a slider.
            Otherwise a picture of more than 256 colours is reduced to a palette, which
            makes it three times smaller: stored notebooks should stay small.

    Raises:
        ValueError: if ``picture`` is none of these.
    """
    image = _as_image(picture)
    buffer = io.BytesIO()
    if quick:
        image.save(buffer, "PNG", compress_level=2)
        return buffer.getvalue()
    used = image.getcolors(image.width * image.height)
    colours = 256 if len(used) <= 256 or len(used) > PHOTO_COLOURS else 64
    palette = image.quantize(colours, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
    palette.save(buffer, "PNG", optimize=True)
    return buffer.getvalue()


def img_tag(png: bytes, *, alt: str, width: int, style: str = "") -> str:
    """An HTML image that carries its data and its text alternative, ``width`` CSS pixels wide."""
    data = base64.b64encode(png).decode("ascii")
    return (
        f'<img alt="{html.escape(alt)}" width="{width + 2 * PADDING}" '
        f'style="{IMG_STYLE}{";" if style else ""}{style}" src="data:image/png;base64,{data}">'
    )


def show(picture: Picture, alt: str, *, width: int | None = None) -> None:
    """Show a picture in a notebook, with the sentence that tells what is to be seen.

    Args:
        picture: a matplotlib Figure, a PIL image, or a uint8 array of shape
            (H, W), (H, W, 3) or (H, W, 4). A Figure is closed afterwards.
        alt: the finding, for those who don't see the picture ("Width grows linearly,
            from 64 to 256 channels over six layers"), at least 15 characters.
        width: shown width in CSS pixels. By default a Figure's inches times 96, and the
            own width of anything else. A width above an image's own enlarges its pixels.

    Raises:
        ValueError: if ``alt`` is too short, ``width`` is not positive, or ``picture`` is
            none of these.
    """
    alt = check_alt(alt)
    if width is not None and width <= 0:
        raise ValueError(f"width must be a positive number of pixels, got {width}")
    is_figure = hasattr(picture, "savefig")
    image = _as_image(picture)
    if is_figure:
        _close(picture)
    shown = round(width or image.width / (SHARPNESS if is_figure else 1))
    if not is_figure and shown >= 2 * image.width:
        # Whole pixels, not a blur: a feature map of 7x7 has 49 values and should look so.
        factor = shown // image.width
        image = image.resize(
            (image.width * factor, image.height * factor), Image.Resampling.NEAREST
        )
    png = png_bytes(image)
    bundle = {
        "text/plain": alt,
        "text/html": img_tag(png, alt=alt, width=shown),
        "image/png": base64.b64encode(png).decode("ascii"),
    }
    _publish(bundle, {"image/png": {"width": shown}})


def _close(figure: Figure) -> None:
    import matplotlib.pyplot as plt

    plt.close(figure)


def _publish(bundle: dict[str, str], metadata: dict[str, Any]) -> None:
    from IPython import get_ipython
    from IPython.display import display

    if get_ipython() is None:  # a plain Python session: the text is all that can be shown
        print(bundle["text/plain"])
    else:
        display(bundle, metadata=metadata, raw=True)
