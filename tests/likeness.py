"""When two stored pictures count as the same: to the eye, or at a glance."""

from __future__ import annotations

import base64
import io

import numpy as np
from PIL import Image

#: Grey levels by which no colour may be off in a picture that is drawn from integers: processors
#: round the edges of lines differently.
SAME_TO_THE_EYE = 16
#: Mean difference in levels, between pictures coarse by BLOCK, of a drawing of computed floats.
SAME_AT_A_GLANCE = 6
BLOCK = 8


def pixels(png: str) -> np.ndarray:
    """A base64 picture as integers, (height, width, 3)."""
    image = Image.open(io.BytesIO(base64.b64decode(png))).convert("RGB")
    return np.asarray(image, np.int16)


def size(png: str) -> tuple[int, int]:
    return Image.open(io.BytesIO(base64.b64decode(png))).size


def same_to_the_eye(first: str, second: str) -> bool:
    """Whether no pixel differs visibly."""
    if first.strip() == second.strip():
        return True
    one, two = pixels(first), pixels(second)
    return one.shape == two.shape and bool(np.abs(one - two).max() <= SAME_TO_THE_EYE)


def same_at_a_glance(first: str, second: str) -> bool:
    """Whether two pictures have one size, about as much drawn on them, and about the same place
    and colour for it: lines may be shifted by some pixels, none may be missing altogether.
    """
    if first.strip() == second.strip():
        return True
    one, two = pixels(first), pixels(second)
    if one.shape != two.shape or not 0.5 <= ink(one) / max(ink(two), 1) <= 2:
        return False
    return bool(np.abs(coarse(one) - coarse(two)).mean() <= SAME_AT_A_GLANCE)


def ink(image: np.ndarray) -> int:
    """How many pixels don't have the most frequent colour: 0 for a blank picture."""
    _, counts = np.unique(image.reshape(-1, 3), axis=0, return_counts=True)
    return int(counts.sum() - counts.max())


def coarse(image: np.ndarray) -> np.ndarray:
    """Means over blocks of BLOCK pixels a side; what is left over at the edges goes."""
    height, width = (side - side % BLOCK for side in image.shape[:2])
    blocks = image[:height, :width].reshape(height // BLOCK, BLOCK, width // BLOCK, BLOCK, 3)
    return blocks.mean(axis=(1, 3))
