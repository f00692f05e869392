"""The panels of lessons 01 and 02: true sentences, quick callbacks, refusals in words."""

import json
import shutil

import numpy as np
import pytest
import torch

from densenet_lessons.costs.counting import count_macs, count_parameters
from densenet_lessons.densenet.spec import cifar_spec
from densenet_lessons.experiments import zoo
from densenet_lessons.experiments.zoo import trained_densenet
from densenet_lessons.panels import add_concat_panel, growth_rate_explorer
from densenet_lessons.panels import base as panel_base
from densenet_lessons.panels.growth_rate import nets
from densenet_lessons.panels.growth_rate import panel as growth_rate
from densenet_lessons.panels.growth_rate.picture import plot_explorer

pytestmark = pytest.mark.usefixtures("one_thread")


@pytest.fixture(autouse=True)
def strict(monkeypatch):
    monkeypatch.setattr(panel_base, "STRICT", True)


@pytest.mark.parametrize("growth_rate", [2, 4, 8, 12, 16, 24])
def test_growth_rate_explorer_says_what_arithmetic_and_the_record_say(growth_rate):
    panel = growth_rate_explorer(growth_rate)
    spec = cifar_spec(22, growth_rate, in_channels=1)
    for block, (entering, _) in enumerate(spec.block_ends(), 1):
        for layers in (1, 3):
            panel.set(block=block, layers=layers)
            assert f"starts with {entering} channels" in panel.sentence
            assert f"it has {entering + layers * growth_rate}." in panel.sentence
    panel.set(block=1, layers=3, map=2 * growth_rate)  # the first channel after the input's 2k
    assert f"Map {2 * growth_rate} comes from layer 1. " in panel.sentence
    assert f"{count_parameters(spec):,} parameters" in panel.sentence
    assert f"{count_macs(spec, 28) / 1e6:.1f} million" in panel.sentence
    accuracy = trained_densenet(growth_rate)[1].test_accuracy
    assert f"{100 * accuracy:.1f}% of 10,000 test pictures right" in panel.sentence


def test_as_many_maps_are_on_offer_as_are_shown():
    panel = growth_rate_explorer(2)
    box, bar = panel.controls["map"].children
    assert (box.max, bar.max) == (9, 9)
    with pytest.raises(ValueError, match=r"^map must be from 0 to 9, got 20$"):
        panel.set(map=20)
    panel.set(growth_rate=24, block=3, map=137)
    assert (box.max, bar.max, panel.values["map"]) == (137, 137, 137)
    before = panel.values, panel.png
    with pytest.raises(ValueError, match=r"^map must be from 0 to 9, got 20$"):
        panel.set(growth_rate=2, block=1, map=20)
    assert (panel.values, panel.png) == before
    with pytest.raises(ValueError, match=r"^block must be one of 1, 2, 3, got 4$"):
        panel.set(block=4, map=3)
    assert (panel.values, panel.png) == before
    panel.controls["growth_rate"].children[1].index = 0  # dragged by the learner
    assert "it has 11. Map 10 comes from layer 3. " in panel.sentence


def test_one_redraw_a_move(monkeypatch):
    panel = growth_rate_explorer()
    drawn = []
    monkeypatch.setattr(
        growth_rate, "plot_explorer", lambda *a, **k: drawn.append(a) or plot_explorer(*a, **k)
    )
    panel.set(growth_rate=24, map=100)
    panel.controls["growth_rate"].value = 2
    assert [len(np.concatenate(sources)) for sources, *_ in drawn] == [120, 10]


def test_growth_rate_explorer_refuses_what_is_not_on_offer():
    with pytest.raises(ValueError, match=r"growth_rate must be one of 2, 4, .* got 0"):
        growth_rate_explorer(0)
    with pytest.raises(ValueError, match=r"image must be one of T-shirt/top, .* got 'sock'"):
        growth_rate_explorer(image="sock")
    with pytest.raises(ValueError, match="view must be one of one block, whole net, got 'layer'"):
        growth_rate_explorer(view="layer")


def forget_the_nets():
    for cached in (nets.net_of, nets.shares_of, nets.maps_of, nets.map_likenesses):
        cached.cache_clear()


@pytest.fixture
def zoo_copy(tmp_path, monkeypatch):
    """The zoo's files in a place where they may be damaged."""
    forget_the_nets()
    shutil.copytree(zoo.FOLDER, tmp_path / "zoo")
    monkeypatch.setattr(zoo, "FOLDER", tmp_path / "zoo")
    yield tmp_path / "zoo"
    forget_the_nets()


@pytest.mark.parametrize("name", ["growth_rate_12.pt", "manifest.json"])
@pytest.mark.parametrize("fault", ["missing", "damaged"])
def test_a_zoo_file_that_is_gone_is_told_in_words(zoo_copy, name, fault):
    file = zoo_copy / name
    content = file.read_bytes()
    if fault == "missing":
        file.unlink()
    else:
        file.write_bytes(content[: len(content) // 2])
    panel = growth_rate_explorer()
    assert panel.sentence.startswith(f"Not possible: {file} is {fault}")
    assert "restore it with: git checkout -- " in panel.sentence
    assert panel.sentence.endswith(name)
    panel.set(growth_rate=8)
    assert panel.sentence.startswith("Not possible") == (name == "manifest.json")
    file.write_bytes(content)
    panel.set(growth_rate=12)
    assert panel.sentence.startswith("k = 12: ")


def test_the_accuracy_is_the_records(zoo_copy):
    manifest = json.loads((zoo_copy / "manifest.json").read_text())
    manifest["nets"]["12"]["test_accuracy"] = 0.4567
    (zoo_copy / "manifest.json").write_text(json.dumps(manifest))
    assert "45.7% of 10,000 test pictures right" in growth_rate_explorer(12).sentence


def test_building_a_panel_leaves_the_random_state_and_the_threads_alone():
    forget_the_nets()
    torch.set_num_threads(2)
    state = torch.get_rng_state()
    growth_rate_explorer()
    add_concat_panel()
    assert torch.equal(state, torch.get_rng_state())
    assert torch.get_num_threads() == 2


@pytest.mark.parametrize(
    ("second", "possible"),
    [
        ("upside down", [True, True, True, True]),
        ("in grey, one channel", [False, True, False, False]),
        ("wider", [False, False, False, True]),
        ("a batch of two", [True, False, False, False]),
    ],
)
def test_add_concat_panel_knows_what_torch_knows(second, possible):
    panel = add_concat_panel()
    for dim, fits in enumerate(possible):
        panel.set(operation="concat", second=second, dim=dim)
        assert panel.sentence.startswith("Not possible") != fits
    panel.set(operation="add")
    assert panel.sentence.startswith("Not possible") == (second == "wider")
    assert ("broadcasting" in panel.sentence) == (
        second in ("in grey, one channel", "a batch of two")
    )
