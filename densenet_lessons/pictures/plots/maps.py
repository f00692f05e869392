"""Small pictures as one image, side by side."""

from collections.abc import Sequence

import numpy as np
from PIL.Image import Image

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
