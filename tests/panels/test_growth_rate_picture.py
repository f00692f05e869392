"""The growth rate explorer's picture, pixel by pixel: maps, likeness and bars are the net's."""

import io

import numpy as np
import pytest
import torch
from PIL import Image, ImageColor

from densenet_lessons.data.small import FASHION_CLASSES, load_images, load_photo
from densenet_lessons.experiments.zoo import trained_densenet
from densenet_lessons.panels import base as panel_base
from densenet_lessons.panels import growth_rate_explorer
from densenet_lessons.panels.growth_rate import picture as explorer
from densenet_lessons.panels.growth_rate.nets import likeness, mean_likeness
from densenet_lessons.panels.growth_rate.picture import plot_explorer
from densenet_lessons.pictures.palette import source_colour
from densenet_lessons.pictures.sheet import SCALE

pytestmark = pytest.mark.usefixtures("one_thread")


@pytest.fixture(autouse=True)
def strict(monkeypatch):
    monkeypatch.setattr(panel_base, "STRICT", True)


def block_output(growth_rate, image, block) -> np.ndarray:
    """What a freshly loaded net of the zoo puts out at the end of a block: (channels, H, W)."""
    model, _ = trained_densenet(growth_rate)
    caught = []
    found = model.get_submodule(f"features.denseblock{block}")
    found.register_forward_hook(lambda _, __, output: caught.append(output[0]))
    with torch.no_grad():
        model(image.unsqueeze(0))
    return caught[0].numpy()


def picture(name) -> torch.Tensor:
    """A test image by its class, or the photo in grey: (1, 28, 28) from 0 to 1."""
    if name == "photo":
        return load_photo(size=28).mean(0, keepdim=True)
    data = load_images(split="test")
    return data.images[int((data.labels == data.class_names.index(name)).nonzero()[0])] / 255


def pixels(panel) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(panel.png)).convert("RGB")).astype(int)


def enlarged(panel, side) -> np.ndarray:
    """The grey in the middle of each pixel of the enlarged map, without those at its frame."""
    middles = ((np.arange(side) + 0.5) * explorer.ZOOM * SCALE / side).astype(int)[1:-1]
    rows, columns = explorer.ZOOM_Y * SCALE + middles, explorer.ZOOM_X * SCALE + middles
    return pixels(panel)[np.ix_(rows, columns)][..., 0]


def bars(panel) -> list[float]:
    """The length of each bar as a share of the longest that is possible."""
    lengths = []
    for row in range(10):
        y = int((explorer.BARS_Y + row * explorer.BAR_STEP + 5) * SCALE)
        line = pixels(panel)[y, explorer.BARS_X * SCALE :]
        same = (line == line[0]).all(1)
        lengths.append(int(same.argmin()) / (explorer.BAR_LENGTH * SCALE))
    return lengths


@pytest.mark.parametrize(
    ("growth_rate", "image", "block", "chosen"),
    [
        (2, "bag", 1, 9), (4, "coat", 2, 3), (8, "photo", 3, 40),
        (12, "sandal", 1, 24), (16, "dress", 2, 83), (24, "ankle boot", 3, 66),
    ],
)  # fmt: skip
def test_the_map_and_the_bars_are_those_of_this_net_and_this_picture(
    growth_rate, image, block, chosen
):
    panel = growth_rate_explorer(8, "trouser")
    panel.set(growth_rate=growth_rate, image=image, block=block, map=chosen)
    values = block_output(growth_rate, picture(image), block)[chosen]
    grey = 255 * (values - values.min()) / (values.max() - values.min())
    assert np.abs(enlarged(panel, len(values)) - grey[1:-1, 1:-1]).max() <= 2
    assert f"from {values.min():.2f} to {values.max():.2f}" in panel.alt
    with torch.no_grad():
        logits = trained_densenet(growth_rate)[0](picture(image).unsqueeze(0))
    shares = np.exp(logits[0].numpy()) / np.exp(logits[0].numpy()).sum()
    assert bars(panel) == pytest.approx(shares, abs=0.01)
    said = FASHION_CLASSES[int(shares.argmax())]
    assert f"The net says: {said} {100 * shares.max():.0f}%" in panel.alt
    if image == "photo":
        article = "an" if said[0] in "aeiou" else "a"
        assert f"It calls the photo {article} {said}. " in panel.sentence
    else:
        verdict = "right" if said == image else "wrong"
        assert f"It calls this {image} a" in panel.sentence
        assert f" {said}, and is {verdict}." in panel.sentence


def test_the_picture_beside_the_map_is_what_the_net_looks_at():
    panel = growth_rate_explorer()
    panel.set(image="sneaker")
    left, cell = explorer.ZOOM_X + explorer.ZOOM + 8, explorer.ZOOM / 2 / 28
    middles = (np.arange(28) + 0.5) * cell * SCALE
    rows, columns = (int(start * SCALE) + middles.astype(int) for start in (explorer.ZOOM_Y, left))
    seen = pixels(panel)[np.ix_(rows, columns)][..., 0]
    assert np.abs(seen - 255 * picture("sneaker")[0].numpy()).max() <= 1


@pytest.mark.parametrize("side", [28, 14, 7])
def test_likeness_is_a_correlation_without_its_sign(side):
    image = picture("shirt")
    small = image[0].reshape(side, 28 // side, side, 28 // side).mean((1, 3)).numpy()
    noise = np.random.default_rng(0).normal(size=(side, side)).astype(np.float32)
    for values in (noise, small + 0.3 * noise):
        expected = abs(np.corrcoef(small.ravel(), values.ravel())[0, 1])
        assert likeness(image, values) == pytest.approx(expected, abs=1e-5)
    assert likeness(image, 3 - 2 * small) == pytest.approx(1, abs=1e-5)
    assert likeness(image, np.ones((side, side), np.float32)) == 0


def test_the_likeness_shown_is_that_of_the_map():
    panel = growth_rate_explorer(12, "pullover")
    for block, chosen in [(1, 30), (2, 5), (3, 65)]:
        panel.set(block=block, map=chosen)
        values = block_output(12, picture("pullover"), block)[chosen]
        assert f"likeness {likeness(picture('pullover'), values):.2f} " in panel.alt


def test_mean_likeness_is_over_all_maps_and_garments():
    """For a block of 7x7 pixels, with numpy's correlation of all maps at once."""
    found = []
    for name in FASHION_CLASSES:
        small = picture(name)[0].reshape(7, 4, 7, 4).mean((1, 3)).numpy()
        rows = np.vstack([small.reshape(1, -1), block_output(4, picture(name), 3).reshape(-1, 49)])
        found.append(np.abs(np.corrcoef(rows)[0, 1:]))
    entering = len(found[0]) - 3 * 4
    of_input, of_layers = np.split(np.stack(found), [entering], axis=1)
    assert mean_likeness(4, 3) == pytest.approx((of_input.mean(), of_layers.mean()), abs=1e-5)


def test_each_tile_stands_in_its_sources_row_in_order():
    """A change of one map changes one tile, and tiles follow each other as in a text."""
    noise = np.random.default_rng(0).random((16, 8, 8))
    counts = (7, 3, 3, 3)
    options = {"likeness": 0.5, "shares": {"a": 0.7, "b": 0.3}, "right": None}

    def drawn(maps):
        parts = np.split(maps, np.cumsum(counts)[:-1])
        image, _ = plot_explorer(parts, noise[0], 15, **options)
        return np.asarray(image)[:, : explorer.ZOOM_X * SCALE].astype(int)

    before, corners = drawn(noise), []
    for index in range(15):
        maps = noise.copy()
        maps[index] = maps[index, ::-1, ::-1]
        rows, columns = np.nonzero((drawn(maps) != before).any(2))
        top, left = rows.min(), columns.min()
        corners.append((int(top), int(left)))
        assert max(np.ptp(rows), np.ptp(columns)) <= 80 * SCALE
        source = int(np.searchsorted(np.cumsum(counts), index, side="right"))
        frame = before[top - 2, columns.max() // 2 + left // 2]  # the frame lies over the map
        assert tuple(frame) == ImageColor.getrgb(source_colour(source))
    assert corners == sorted(corners)
    assert len(set(corners)) == 15


@pytest.mark.parametrize(("right", "ticks"), [("bag", 1), (None, 0)])
def test_the_right_answer_has_a_tick_and_the_nets_answer_a_dark_bar(right, ticks):
    shares = dict.fromkeys(FASHION_CLASSES, 0.02) | {"coat": 0.5, "bag": 0.34}
    maps = [np.eye(7)[None]]
    image, _ = plot_explorer(maps, np.eye(28), 0, likeness=0.1, shares=shares, right=right)
    drawn = np.asarray(image).astype(int)
    rows = [int((explorer.BARS_Y + row * explorer.BAR_STEP + 5) * SCALE) for row in range(10)]
    place = slice(explorer.ZOOM_X * SCALE, (explorer.ZOOM_X + 12) * SCALE)
    marked = [row for row, y in enumerate(rows) if (drawn[y - 8 : y + 8, place] < 128).any()]
    assert marked == [FASHION_CLASSES.index("bag")] * ticks
    dark = [row for row, y in enumerate(rows) if drawn[y, explorer.BARS_X * SCALE].sum() < 200]
    assert dark == [FASHION_CLASSES.index("coat")]


def test_a_map_that_is_not_there_cannot_be_drawn():
    with pytest.raises(ValueError, match="map must be from 0 to 2 here, got 3"):
        plot_explorer(
            [np.zeros((3, 7, 7))], np.eye(28), 3, likeness=0, shares={"a": 1.0}, right=None
        )


def test_every_setting_has_a_picture_of_its_own_of_one_size():
    panel, seen = growth_rate_explorer(), set()
    for values in [{"growth_rate": 4}, {"block": 2}, {"layers": 1}, {"image": "photo"}, {"map": 3}]:
        panel.set(**values)
        seen.add(panel.png)
        assert pixels(panel).shape == (740, 1672, 3)
    assert len(seen) == 5
