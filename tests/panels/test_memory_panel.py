"""The memory explorer: bytes of built nets, the largest batch, regions where the bars lie."""

import re

import pytest

from densenet_lessons.costs import largest_batch, saved_bytes_of, training_bytes
from densenet_lessons.densenet.models import DenseNet
from densenet_lessons.panels import base
from densenet_lessons.panels.memory import memory_explorer
from densenet_lessons.panels.memory.panel import GB, spec_of
from densenet_lessons.panels.memory.picture import COLOURS, HEIGHT, WIDTH
from densenet_lessons.panels.memory.words import STATE

SETTINGS = [
    {},
    {"pixels": 224, "memory": 8},
    {"pixels": 224, "memory": 8, "mode": "recompute"},
    {"layers": 264, "growth_rate": 48, "batch": 512, "pixels": 512, "memory": 1},
    {"layers": 169, "growth_rate": 8, "batch": 1, "pixels": 32, "mode": "recompute"},
]


@pytest.fixture(autouse=True)
def _strict(monkeypatch):
    monkeypatch.setattr(base, "STRICT", True)


@pytest.mark.parametrize("setting", SETTINGS)
def test_the_sentence_says_what_the_formulas_give(setting):
    panel = memory_explorer()
    panel.set(**setting)
    v = panel.values
    spec, mode = spec_of(v["layers"], v["growth_rate"]), v["mode"] == "recompute"
    need = training_bytes(spec, v["pixels"], batch_size=v["batch"], memory_efficient=mode)
    assert f"takes about {need / GB:.2f} GB" in panel.sentence
    largest = largest_batch(spec, v["pixels"], v["memory"] * GB, memory_efficient=mode)
    if largest:
        assert f"the largest that does has {largest:,} image" in panel.sentence
        assert ("This batch fits" in panel.sentence) == (v["batch"] <= largest)
    else:
        assert f"Not even one image fits into {v['memory']} GB." in panel.sentence


def test_the_nets_are_those_that_the_package_builds():
    spec = spec_of(169, 16)
    net = DenseNet.from_spec(spec)
    assert [len(net.features.get_submodule(f"denseblock{b}")) for b in (1, 2, 3, 4)] == [
        6, 12, 32, 32,
    ]  # fmt: skip
    assert net.features.conv0.out_channels == 32


@pytest.mark.parametrize("setting", SETTINGS)
def test_the_pieces_are_to_scale_and_in_the_picture(setting):
    panel = memory_explorer()
    panel.set(**setting)
    for region in panel.scene.regions:
        assert region.x >= 0
        assert region.x + region.width <= WIDTH
        assert region.y + region.height <= HEIGHT
    pieces = [r for r in panel.scene.regions if r.sets == {"mode": panel.values["mode"]}]
    shares = [int(re.search(r"(\d+)% of this bar", r.label)[1]) for r in pieces]
    whole = max(r.x + r.width for r in pieces) - min(r.x for r in pieces)
    for region, share in zip(pieces, shares, strict=True):
        assert 100 * region.width / whole == pytest.approx(share, abs=1 + 400 / whole)
    assert {re.search(r": (.*), [\d.]+ GB", r.label)[1] for r in pieces} <= set(COLOURS)
    assert any(STATE in region.label for region in pieces)


def test_a_click_on_a_bar_chooses_its_mode():
    panel = memory_explorer()
    index = next(i for i, r in enumerate(panel.scene.regions) if r.sets == {"mode": "recompute"})
    panel._touched("choose", index)
    assert panel.values["mode"] == "recompute"
    assert panel.sentence.startswith("Recomputing, ")


def test_the_places_hold_all_kept_bytes():
    panel = memory_explorer()
    panel.set(pixels=224, batch=64)
    told = [r.label for r in panel.scene.regions if not r.sets]
    places = [float(re.search(r": ([\d.]+) GB", label)[1]) for label in told]
    kept = saved_bytes_of(spec_of(121, 32), 224, batch_size=64) / GB
    assert sum(places) == pytest.approx(kept, abs=0.04)
    assert [label.split(":")[0] for label in told] == [
        "stem", "block 1", "block 2", "block 3", "block 4", "transitions", "head",
    ]  # fmt: skip
