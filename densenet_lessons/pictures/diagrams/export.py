"""Drawings as files that are the same, byte for byte, each time they are written."""

from collections.abc import Mapping
from io import BytesIO
from pathlib import Path

import matplotlib
import numpy as np
from matplotlib.image import imsave

from densenet_lessons.pictures.diagrams import Drawing

# A reader's own matplotlibrc must not change the drawings, and ids must not be random.
_SETTINGS = {
    key: value for key, value in matplotlib.rcParamsDefault.items() if not key.startswith("backend")
} | {"svg.hashsalt": "densenet_lessons", "svg.fonttype": "path"}

#: 1800 pixels for a page of 9 inches: sharp where it is shown half as wide.
PNG_DPI = 200


def svg_file(drawing: Drawing) -> bytes:
    """The drawing as SVG, letters as paths, without a date."""
    target = BytesIO()
    metadata = {"Date": None, "Description": drawing.alt}
    with matplotlib.rc_context(_SETTINGS):
        drawing.draw().savefig(target, format="svg", metadata=metadata)
    return target.getvalue()


def pixels(drawing: Drawing) -> np.ndarray:
    """The drawing as an (H, W, 4) array of bytes, as its PNG holds it."""
    target = BytesIO()
    with matplotlib.rc_context(_SETTINGS):
        figure = drawing.draw()
        figure.savefig(target, format="rgba", dpi=PNG_DPI)
    width, height = (round(inches * PNG_DPI) for inches in figure.get_size_inches())
    image = np.frombuffer(target.getvalue(), dtype=np.uint8).reshape(height, width, 4)
    return _with_fewer_edge_colours(image)


def _with_fewer_edge_colours(image: np.ndarray) -> np.ndarray:
    """The same picture with smooth edges in 18 levels a channel: files are a third smaller.

    Colours that fill more than an edge stay exactly as they are.
    """
    colours, where, counts = np.unique(
        image.copy().view(np.uint32).ravel(), return_inverse=True, return_counts=True
    )
    palette = colours.view(np.uint8).reshape(-1, 4)
    coarse = ((palette.astype(np.uint16) + 7) // 15 * 15).astype(np.uint8)
    fills = (counts > 200)[:, None]
    return np.where(fills, palette, coarse)[where.ravel()].reshape(image.shape)


def png_file(drawing: Drawing) -> bytes:
    """The drawing as PNG, for viewers without SVG."""
    target = BytesIO()
    metadata = {"Software": None, "Description": drawing.alt}
    options = {"optimize": True}
    imsave(target, pixels(drawing), format="png", metadata=metadata, pil_kwargs=options)
    return target.getvalue()


def write_all(folder: Path, drawings: Mapping[str, Drawing]) -> list[Path]:
    """Write SVG and PNG of each drawing to ``folder``; give the paths."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for name, drawing in drawings.items():
        for suffix, content in ((".svg", svg_file(drawing)), (".png", png_file(drawing))):
            path = folder / f"{name}{suffix}"
            path.write_bytes(content)
            paths.append(path)
    return paths
