"""Pictures reach a notebook with their text alternative, small, and the same each time."""

import base64
import io
import re
import subprocess
import sys

import numpy as np
import pytest
from matplotlib.figure import Figure
from PIL import Image

from densenet_lessons.pictures import display

ALT = "Width grows linearly, from 64 to 256 channels"


@pytest.fixture
def published(monkeypatch):
    """Collect what ``show`` hands to the notebook."""
    sent = []
    monkeypatch.setattr(display, "_publish", lambda bundle, metadata: sent.append(bundle))
    return sent


def staircase():
    figure = Figure(figsize=(4, 3))
    figure.subplots().plot(range(5), [64, 112, 160, 208, 256])
    return figure


def opened(png):
    return Image.open(io.BytesIO(png))


def photo():
    return np.random.default_rng(0).integers(0, 256, (40, 50, 3), dtype=np.uint8)


def test_a_bundle_holds_the_picture_its_html_and_its_alt_text(published):
    display.show(staircase(), alt=ALT)
    (bundle,) = published
    assert set(bundle) == {"text/plain", "text/html", "image/png"}
    assert bundle["text/plain"] == ALT
    assert f'alt="{ALT}"' in bundle["text/html"]
    data = re.search(r'src="data:image/png;base64,([^"]+)"', bundle["text/html"])[1]
    assert data == bundle["image/png"]
    assert opened(base64.b64decode(data)).size == (768, 576)  # 4x3 inches, 96 dots, twice as sharp
    assert 'width="396"' in bundle["text/html"]  # 384 and the padding


def test_a_pyplot_figure_is_closed(published):
    import matplotlib.pyplot as plt

    figure = plt.figure()
    display.show(figure, alt=ALT)
    assert not plt.fignum_exists(figure.number)


def test_alt_text_is_escaped_and_put_on_one_line(published):
    display.show(photo(), alt='k < 12 means "narrow",\n  here and below')
    assert published[0]["text/plain"] == 'k < 12 means "narrow", here and below'
    assert 'alt="k &lt; 12 means &quot;narrow&quot;, here and below"' in published[0]["text/html"]


@pytest.mark.parametrize("alt", ["", "a plot", " " * 40, None])
def test_a_missing_or_short_alt_text_is_refused(published, alt):
    with pytest.raises(ValueError, match="alt must say in at least 15 characters what"):
        display.show(photo(), alt=alt)
    assert published == []


@pytest.mark.parametrize(
    ("picture", "got"),
    [
        (np.zeros((4, 4)), "an array of float64 with shape (4, 4)"),
        (np.zeros((4, 4, 2), np.uint8), "an array of uint8 with shape (4, 4, 2)"),
        (np.zeros((0, 4), np.uint8), "an array of uint8 with shape (0, 4)"),
        (np.zeros(4, np.uint8), "an array of uint8 with shape (4,)"),
        ("image.png", "str"),
        (None, "NoneType"),
    ],
)
def test_what_is_no_picture_is_refused_by_name(picture, got):
    with pytest.raises(ValueError, match=re.escape("uint8 array of shape (H, W)")) as caught:
        display.png_bytes(picture)
    assert str(caught.value).endswith(f"got {got}")


def test_width_must_be_positive():
    with pytest.raises(ValueError, match="width must be a positive number of pixels, got 0"):
        display.show(photo(), alt=ALT, width=0)


@pytest.mark.parametrize("quick", [True, False])
@pytest.mark.parametrize("shape", [(5, 7), (5, 7, 3)])
def test_a_picture_of_few_colours_keeps_its_pixels(quick, shape):
    array = np.random.default_rng(1).integers(0, 256, shape, dtype=np.uint8)
    read = np.asarray(opened(display.png_bytes(array, quick=quick)).convert("RGB"))
    expected = array if array.ndim == 3 else np.repeat(array[..., None], 3, axis=2)
    np.testing.assert_array_equal(read, expected)


def test_transparent_pixels_become_white():
    clear = np.zeros((3, 3, 4), np.uint8)
    assert opened(display.png_bytes(clear)).convert("RGB").getpixel((1, 1)) == (255, 255, 255)


def test_a_photo_stays_close_and_gets_smaller():
    from matplotlib import cbook

    with cbook.get_sample_data("grace_hopper.jpg") as file:
        image = Image.open(file).convert("RGB")
    small, full = display.png_bytes(image), display.png_bytes(image, quick=True)
    assert len(small) < 0.5 * len(full)
    difference = np.asarray(opened(small).convert("RGB"), float) - np.asarray(image, float)
    assert np.abs(difference).mean() < 4


def test_white_ground_stays_white():
    assert opened(display.png_bytes(staircase())).convert("RGB").getpixel((0, 0)) == (255,) * 3


def test_the_same_picture_gives_the_same_bytes_and_no_version():
    first, second = display.png_bytes(staircase()), display.png_bytes(staircase())
    assert first == second
    assert opened(first).info.keys() <= {"transparency", "dpi"}


def test_a_tiny_map_is_enlarged_in_whole_pixels(published):
    tiny = np.arange(49, dtype=np.uint8).reshape(7, 7)
    display.show(tiny, alt=ALT, width=210)
    large = np.asarray(opened(base64.b64decode(published[0]["image/png"])).convert("L"))
    np.testing.assert_array_equal(large, np.kron(tiny, np.ones((30, 30), np.uint8)))


def test_a_plain_python_session_prints_the_alt_text():
    code = f"import numpy as np; from densenet_lessons.pictures import show; show(np.zeros((9, 9), np.uint8), {ALT!r})"  # noqa: E501
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == ALT + "\n"
