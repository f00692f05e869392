"""images/ holds what the drawings draw today: an SVG and a PNG of each, and nothing else."""

import io
import re
import subprocess
import sys
from functools import cache
from pathlib import Path

import matplotlib
import numpy as np
import pytest
from PIL import Image

from densenet_lessons.pictures.diagrams import DRAWINGS, Drawing, dense_block, transition
from densenet_lessons.pictures.diagrams.export import pixels, png_file, svg_file

IMAGES = Path(__file__).resolve().parents[2] / "images"

#: Mean difference, of 255 levels, that two matplotlib versions may show in one drawing once both
#: pictures are reduced 12 times. Versions 3.9 and 3.11 set letters differently, and differ by
#: up to 0.96; the whole picture 4 pixels aside differs by 1.9 or more.
OTHER_VERSION_BOUND = 1.5
#: Largest difference of a pixel where the version is the same: one of the levels in which edges
#: are stored, should another processor round a pixel the other way.
SAME_VERSION_BOUND = 15


def version_of(svg):
    return re.search(r"Matplotlib v([^,]+),", svg.decode())[1]


def texts_of(svg):
    """The words that matplotlib notes beside the letters it draws as paths, in order."""
    return re.findall(r"<!-- (.*?) -->", svg.decode(), flags=re.DOTALL)


def opened(png):
    return np.asarray(Image.open(io.BytesIO(png)).convert("RGBA"))


def shapes_of(svg):
    """Outline and style of everything that is not a letter, in order."""
    shape = r'<g id="patch_\d+">\s*<path d="([^"]*)"[^>]*?style="([^"]*)"'
    return re.findall(shape, svg.decode())


def same_picture(image, other):
    same_shape = image.shape == other.shape
    return same_shape and np.abs(image - other.astype(int)).max() <= SAME_VERSION_BOUND


def looks_alike(image, other):
    """Whether two pictures differ by no more than a matplotlib version makes them differ."""
    if image.shape != other.shape:
        return False
    return np.abs(reduced(image) - reduced(other)).mean() <= OTHER_VERSION_BOUND


def reduced(image, times=12):
    height, width = (length // times for length in image.shape[:2])
    tiles = image[: height * times, : width * times].reshape(height, times, width, times, 4)
    return tiles.mean(axis=(1, 3))


@cache
def rendered(draw, alt):
    """SVG, PNG and pixels of a drawing, as the code draws it today."""
    drawing = Drawing(draw, alt)
    return svg_file(drawing), png_file(drawing), pixels(drawing)


def is_current(svg, png, drawing):
    """Whether stored files show ``drawing``, whichever matplotlib version wrote them."""
    fresh, _, image = rendered(drawing.draw, drawing.alt)
    if version_of(svg) == version_of(fresh):
        return svg == fresh and same_picture(opened(png), image)
    return (
        texts_of(svg) == texts_of(fresh)
        and shapes_of(svg) == shapes_of(fresh)
        and looks_alike(opened(png), image)
    )


@pytest.mark.parametrize("name", DRAWINGS)
def test_each_image_is_current(name):
    svg, png = (IMAGES / f"{name}.svg").read_bytes(), (IMAGES / f"{name}.png").read_bytes()
    assert is_current(svg, png, DRAWINGS[name]), (
        f"images/{name} is not what the code draws: "
        "run python -m densenet_lessons.pictures.diagrams"
    )


def test_images_holds_the_drawings_and_screenshots_and_nothing_else():
    drawings = {f"{name}{suffix}" for name in DRAWINGS for suffix in (".svg", ".png")}
    found = {path.name for path in IMAGES.iterdir() if not path.name.startswith("screenshot_")}
    assert found == drawings


@pytest.mark.parametrize("name", DRAWINGS)
def test_each_png_is_sharp_and_small_and_each_svg_has_no_date(name):
    png = (IMAGES / f"{name}.png").read_bytes()
    assert opened(png).shape[1] == 1800
    assert len(png) < 150 * 1024
    svg = (IMAGES / f"{name}.svg").read_bytes()
    assert len(svg) < 150 * 1024
    assert b"dc:date" not in svg
    assert b"<text" not in svg, "letters must be paths, or the reader's fonts change the layout"


def test_the_command_writes_the_same_bytes_in_another_process(tmp_path):
    command = [sys.executable, "-m", "densenet_lessons.pictures.diagrams", str(tmp_path)]
    subprocess.run(command, check=True, capture_output=True)
    written = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    here = {}
    for name, drawing in DRAWINGS.items():
        here[f"{name}.svg"], here[f"{name}.png"], _ = rendered(drawing.draw, drawing.alt)
    assert written == here


def test_a_readers_own_settings_change_nothing():
    drawing = DRAWINGS["transition"]
    own = {"font.family": "serif", "svg.fonttype": "none", "savefig.facecolor": "red"}
    svg, png, _ = rendered(drawing.draw, drawing.alt)
    with matplotlib.rc_context(own | {"path.sketch": (1, 100, 2), "savefig.bbox": "tight"}):
        assert (svg_file(drawing), png_file(drawing)) == (svg, png)


def one_thicker_line():
    figure = dense_block()
    figure.axes[0].patches[5].set_linewidth(3)
    return figure


STORED = Drawing(dense_block, "A block.")
OTHERS = {
    "numbers": lambda: dense_block(64, 31, 6),
    "layers": lambda: dense_block(64, 32, 5),
    "line": one_thicker_line,
    "drawing": transition,
}


@pytest.mark.parametrize("other_version", [False, True], ids=["same version", "other version"])
@pytest.mark.parametrize("other", OTHERS.values(), ids=OTHERS)
def test_a_stale_svg_is_found(other, other_version):
    svg, png, _ = rendered(STORED.draw, STORED.alt)
    if other_version:
        svg = svg.replace(version_of(svg).encode(), b"3.9.0")
    assert is_current(svg, png, STORED)
    assert texts_of(svg)
    assert shapes_of(svg)
    assert not is_current(svg, png, Drawing(other, STORED.alt))


def test_a_stale_png_beside_a_current_svg_is_found():
    svg, _, _ = rendered(STORED.draw, STORED.alt)
    for other in OTHERS.values():
        _, png, _ = rendered(other, STORED.alt)
        assert not is_current(svg, png, STORED)


def test_a_picture_that_moved_is_found_under_another_version():
    _, _, image = rendered(STORED.draw, STORED.alt)
    assert looks_alike(image, image)
    assert not looks_alike(image, np.roll(image, 4, axis=1))
    assert not looks_alike(image, image[:-2])
