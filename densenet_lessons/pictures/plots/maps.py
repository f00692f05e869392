"""Small pictures as one image, side by side."""

from collections.abc import Sequence

import numpy as np
from PIL import ImageColor
from PIL.Image import Image

from densenet_lessons.pictures.palette import source_colour
from densenet_lessons.pictures.sheet import Sheet


def plot_images(
    images: Sequence[np.ndarray], titles: Sequence[str], *, size: int = 110, columns: int = 10
) -> Image:
    """Pictures side by side, each with its title below.

    Args:
        images: arrays (H, W) or (H, W, 3), uint8 or floats from 0 to 1.
        titles: one for each image.
        size: height of a picture in CSS pixels.
        columns: pictures in a row.
    """
    if len(images) != len(titles):
        raise ValueError(f"titles must be one an image, got {len(titles)} for {len(images)}")
    cell_height, gap = size + 22, 12
    widths = [round(size * image.shape[1] / image.shape[0]) for image in images]
    cell = max([*widths, *(9 * len(title) for title in titles)]) + gap
    rows = -(-len(images) // columns)
    sheet = Sheet(cell * min(columns, len(images)), rows * cell_height)
    for index, (image, title, width) in enumerate(zip(images, titles, widths, strict=True)):
        x, y = cell * (index % columns), cell_height * (index // columns)
        sheet.picture(_as_bytes(image), x + (cell - width) / 2, y, width, size)
        sheet.text(x + cell / 2, y + size + 5, title, anchor="mt", size=12)
    return sheet.image


def _as_bytes(image: np.ndarray) -> np.ndarray:
    return (
        image if image.dtype == np.uint8 else (np.clip(image, 0, 1) * 255).round().astype(np.uint8)
    )


def heat_over(image: np.ndarray, values: np.ndarray, *, most: float | None = None) -> np.ndarray:
    """A small map laid over a grey image, each of its pixels as a square: (H, W, 3), uint8.

    Blue speaks for, orange against; the fainter, the less.

    Args:
        image: (H, W), uint8 or floats from 0 to 1.
        values: (h, w), where h divides H and w divides W.
        most: the value of full colour; by default the largest absolute one.

    Raises:
        ValueError: if the sides don't divide.
    """
    if any(side % small for side, small in zip(image.shape, values.shape, strict=True)):
        raise ValueError(
            f"values must have sides that divide {image.shape}, got {tuple(values.shape)}"
        )
    tall, wide = (side // small for side, small in zip(image.shape, values.shape, strict=True))
    large = values.repeat(tall, 0).repeat(wide, 1)[..., None]
    share = 0.75 * np.clip(large / (most or np.abs(values).max() or 1), -1, 1)
    grey = np.repeat(_as_bytes(image)[..., None], 3, 2)
    colour = np.where(large > 0, *(_rgb(source_colour(index)) for index in (1, 2)))
    return (grey * (1 - np.abs(share)) + colour * np.abs(share)).round().astype(np.uint8)


def _rgb(colour: str) -> np.ndarray:
    return np.array(ImageColor.getrgb(colour), dtype=float)
