"""The paired calculator: a sentence of arithmetic, quick moves, refusals in words."""

import io
import re

import numpy as np
import pytest
from PIL import Image

from densenet_lessons.densenet.layers import DenseBlock, Transition
from densenet_lessons.panels import base
from densenet_lessons.panels.calculator.panel import cost_calculator

SETTINGS = [
    {},
    {"growth_rate": 12, "num_layers": 16, "num_init_features": 24},
    {"growth_rate": 48, "num_layers": 2, "num_init_features": 256, "compression": 0.25},
    {"growth_rate": 20, "num_layers": 7, "num_init_features": 68, "bn_size": 2, "compression": 1.0},
    {"growth_rate": 4, "num_layers": 16, "num_init_features": 4, "bn_size": 8, "compression": 0.75},
    {"growth_rate": 48, "num_layers": 16, "num_init_features": 256, "bn_size": 8},
    {"growth_rate": 8, "num_layers": 1, "num_init_features": 12, "bn_size": 9},
]


@pytest.fixture(autouse=True)
def _strict(monkeypatch):
    monkeypatch.setattr(base, "STRICT", True)


@pytest.fixture
def panel():
    return cost_calculator()


def built(panel, bn_size):
    """The modules that the panel counts: two blocks and the transition between them."""
    v = panel.values
    k, n = v["growth_rate"], v["num_layers"]
    first = DenseBlock(n, v["num_init_features"], k, bn_size=bn_size)
    kept = int(v["compression"] * first.num_output_features)
    second = DenseBlock(n, kept, k, bn_size=bn_size)
    return first, Transition(first.num_output_features, kept), second


def weights(module):
    return sum(p.numel() for p in module.parameters())


def convs(module):
    return sum(p.numel() for p in module.parameters() if p.ndim == 4)


def numbers(text):
    return [int(found.replace(",", "")) for found in re.findall(r"\d[\d,]*(?![\d.,]*\.\d)", text)]


def change(new, old):
    percent = round(100 * abs(new - old) / old)
    word = "fewer" if new < old else "more"
    return f"{percent}% {word}" if percent else f"slightly {word}"


@pytest.mark.parametrize("setting", SETTINGS)
def test_the_sentence_says_what_built_modules_have(panel, setting):
    panel.set(**setting)
    bn_size = panel.values["bn_size"]
    nets = {size: built(panel, size) for size in (None, bn_size)}
    plain, squeezed = (sum(map(weights, nets[size])) for size in (None, bn_size))
    said = re.match(
        r"With bottlenecks ([\d,]+) parameters instead of ([\d,]+) \((.+?)\), "
        r"and ([\d,.]+) million multiply-adds instead of ([\d,.]+) \((.+?)\)\. ",
        panel.sentence,
    )
    assert numbers(said[1]) == [squeezed]
    assert numbers(said[2]) == [plain]
    assert said[3] == change(squeezed, plain)
    # Convolutions work on 56x56 pixels, and on 28x28 after the transition.
    macs = {
        size: 56**2 * (convs(first) + convs(between)) + 28**2 * convs(second)
        for size, (first, between, second) in nets.items()
    }
    for word, size in ((said[4], bn_size), (said[5], None)):
        assert float(word.replace(",", "")) == pytest.approx(macs[size] / 1e6, abs=0.5, rel=0.005)
    assert said[6] == change(macs[bn_size], macs[None])
    between = nets[None][1]
    kept, leaves = between.conv.out_channels, between.conv.in_channels
    assert panel.sentence.endswith(f"The transition keeps {kept} of {leaves} channels.")


@pytest.mark.parametrize("setting", SETTINGS[:-1])
def test_the_flags_are_the_layers_that_have_no_fewer_weights(panel, setting):
    panel.set(**setting)
    plain, squeezed = built(panel, None), built(panel, panel.values["bn_size"])
    n = panel.values["num_layers"]
    pays = [
        sum(convs(b) < convs(a) for a, b in zip(plain[i], squeezed[i], strict=True)) for i in (0, 2)
    ]
    assert (
        f"in {pays[0]} of {n} layers of block 1, in {pays[1]} of {n} of block 2" in panel.sentence
    )


def test_a_bottleneck_of_nine_k_never_pays(panel):
    panel.set(bn_size=9)
    assert "it pays at no width" in panel.sentence
    panel.set(bn_size=8)
    assert "pays above 2304 channels" in panel.sentence


def test_a_transition_that_would_keep_nothing_is_refused_in_words(panel):
    panel.set(growth_rate=4, num_layers=1, num_init_features=4)
    before = panel.png
    panel.set(compression=0.1)
    assert panel.sentence == (
        "Not possible: compression must leave at least one of 8 channels, got 0.1"
    )
    panel.set(compression=0.5)
    assert panel.png == before


def test_each_control_changes_the_picture_and_the_sentence(panel):
    moved = {
        "growth_rate": 28, "num_layers": 7, "num_init_features": 68, "bn_size": 3,
        "compression": 0.75,
    }  # fmt: skip
    assert set(moved) == set(panel.controls)
    for name, value in moved.items():
        png, sentence = panel.png, panel.sentence
        panel.controls[name].children[1].value = value
        assert panel.png != png, name
        assert panel.sentence != sentence, name


@pytest.mark.parametrize("setting", SETTINGS)
def test_nothing_is_drawn_over_the_edge(panel, setting):
    panel.set(**setting)
    image = np.asarray(Image.open(io.BytesIO(panel.png)).convert("RGB"))
    assert image.shape[1] <= 1720
    assert image.shape[0] <= 800
    for edge in (image[:4], image[-4:], image[:, :4], image[:, -4:]):
        assert (edge == 255).all()


def test_every_setting_draws(panel):
    for k in (4, 48):
        for n in (1, 16):
            for c in (4, 256):
                for bn_size in (1, 5, 9):
                    for theta in (0.1, 1.0):
                        panel.set(
                            growth_rate=k, num_layers=n, num_init_features=c,
                            bn_size=bn_size, compression=theta,
                        )  # fmt: skip
                        assert panel.sentence.startswith(("With bottlenecks", "Not possible"))


def test_each_layers_bar_tells_what_built_layers_have_and_whether_the_bottleneck_pays(panel):
    panel.set(growth_rate=12, num_layers=4, num_init_features=48, bn_size=4, compression=0.5)
    labels = [region.label for region in panel.scene.regions]
    for block, (side, start) in enumerate(((56, 48), (28, 48)), 1):
        for layer in range(1, 5):
            width = start + (layer - 1) * 12
            told = next(one for one in labels if one.startswith(f"Layer {layer} of block {block} "))
            counts = []
            for size in (None, 4):
                built = DenseBlock(1, width, 12, bn_size=size)
                weights = sum(p.numel() for p in built.parameters() if p.ndim == 4)
                counts += [weights, weights * side**2]
            assert [int(n.replace(",", "")) for n in re.findall(r"[\d,]+\d", told)][-4:] == counts
            assert told.endswith("It pays here." if counts[2] < counts[0] else "not pay here.")
    transition = next(one for one in labels if one.startswith("The transition"))
    assert "reads 96 channels and keeps 48: 4,608 weights and 14,450,688 multiply" in transition
