"""The architecture explorer: exact numbers, parts that follow the net, refusals in words."""

import io
import re

import pytest
import torch
import torchvision
from PIL import Image

from densenet_lessons.densenet.models import densenet121, densenet_cifar
from densenet_lessons.densenet.spec import CIFAR_NETS, IMAGENET_NETS
from densenet_lessons.panels import architecture_explorer, base


@pytest.fixture
def panel(monkeypatch):
    monkeypatch.setattr(base, "STRICT", True)
    return architecture_explorer()


def test_it_starts_with_the_whole_net(panel):
    assert panel.values["net"] == "DenseNet-121"
    assert panel.values["zoom"] == "net"
    assert panel.alt.startswith("DenseNet-121 to scale")
    assert "block 3 1024" in panel.alt
    assert Image.open(io.BytesIO(panel.png)).width == 2 * 836


@pytest.mark.parametrize("part", ["denseblock3", "transition2"])
def test_the_numbers_of_a_part_are_those_of_the_built_net(panel, part):
    module = getattr(densenet121().features, part)
    count = sum(parameter.numel() for parameter in module.parameters())
    panel.set(part=part.replace("dense", "")[:-1] + f" {part[-1]}")
    assert f"{count:,} parameters" in panel.sentence


def test_the_numbers_of_a_layer_are_those_of_the_built_net(panel):
    layer = densenet_cifar(100, 12).features.denseblock2.denselayer5
    panel.set(net="DenseNet-BC (L=100, k=12)", part="block 2", layer=5, zoom="layer")
    count = sum(parameter.numel() for parameter in layer.parameters())
    assert f"{count:,} parameters" in panel.sentence
    assert f"reads {layer.norm1.num_features} channels and adds 12" in panel.sentence
    assert f"{layer.conv1.weight.numel() * 16 * 16:,} in the 1×1" in panel.sentence
    assert f"{layer.conv2.weight.numel() * 16 * 16:,} in the 3×3" in panel.sentence


def test_every_net_on_offer_is_drawn_in_full(panel):
    for name in panel.controls["net"].allowed:
        panel.set(net=name)
        parts = panel.controls["part"].allowed
        assert parts[0] == "stem"
        assert parts[-1] == "head"
        for zoom in ("net", "block", "layer"):
            panel.set(zoom=zoom, part=parts[-2])
            assert not panel.sentence.startswith("Not possible")
    assert len(panel.controls["net"].allowed) == len(IMAGENET_NETS) + len(CIFAR_NETS) + 1


def test_the_three_zoom_levels_differ(panel):
    pictures = set()
    for zoom in ("net", "block", "layer"):
        panel.set(zoom=zoom)
        pictures.add(panel.png)
    assert len(pictures) == 3


def test_parts_and_layers_follow_the_net(panel):
    panel.set(net="DenseNet-264", part="block 3", layer=64)
    assert "Layer 64 of 64" in panel.sentence
    panel.set(net="DenseNet-121")
    assert panel.values["part"] == "block 3"
    assert panel.values["layer"] == 24
    assert [child.max for child in panel.controls["layer"].children] == [24, 24]
    panel.set(part="block 4")
    panel.set(net="DenseNet (L=40, k=12)")
    assert panel.values["part"] == "block 1"
    assert "transition 3" not in panel.controls["part"].allowed
    assert [child.value for child in panel.controls["part"].children] == ["block 1", "block 1"]


@pytest.mark.parametrize(
    ("control", "child", "value"),
    [("growth_rate", 1, 13), ("depth", 0, 106), ("theta", 1, 0.7), ("bottleneck", 0, False)],
)
def test_moving_a_custom_setting_chooses_the_custom_net(panel, control, child, value):
    redraws = []
    panel._draw = lambda draw=panel._draw, **values: redraws.append(values) or draw(**values)
    panel.controls[control].children[child].value = value
    assert panel.values["net"] == "custom"
    assert panel.values[control] == value
    assert panel.sentence.startswith("Custom net (L = ")
    assert len(redraws) == 1


def test_a_custom_net_can_be_the_papers(panel):
    panel.set(net="DenseNet-BC (L=250, k=24)", part="block 2", layer=3)
    named = panel.sentence.partition("Block 2: ")[2]
    assert named
    panel.set(depth=250, growth_rate=24)
    assert panel.values["net"] == "custom"
    assert panel.sentence.partition("Block 2: ")[2] == named
    panel.set(depth=250, growth_rate=12)
    assert panel.sentence.partition("Block 2: ")[2] != named


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"depth": 103}, "depth must be 6n + 4 for three bottleneck blocks, got 103"),
        (
            {"depth": 101, "bottleneck": False},
            "depth must be 3n + 4 for three plain blocks, got 101",
        ),
    ],
)
def test_an_impossible_depth_is_refused_in_words(panel, values, message):
    panel.set(**values)
    assert panel.sentence == f"Not possible: {message}"
    panel.set(net="DenseNet-169")
    assert panel.sentence.startswith("DenseNet-169: ")


@pytest.mark.parametrize(
    "values",
    [
        {"net": "DenseNet-169", "part": "block 3", "layer": 33},
        {"net": "custom", "part": "block 4"},
        {"net": "DenseNet-999"},
        {"growth_rate": 12, "zoom": "atom"},
        {"size": 3},
    ],
)
def test_what_is_not_on_offer_leaves_the_panel_as_it_was(panel, values):
    panel.set(part="block 2", layer=7)
    before = (panel.values, panel.sentence, list(panel.controls["part"].allowed))
    with pytest.raises(ValueError, match=r"must be .*, got"):
        panel.set(**values)
    assert (panel.values, panel.sentence, list(panel.controls["part"].allowed)) == before
    panel.controls["layer"].children[1].value = 8
    assert "Layer 8 of 12" in panel.sentence


def test_where_a_part_has_no_layers_there_is_none_to_choose(panel):
    slider = panel.controls["layer"].children
    assert not any(child.disabled for child in slider)
    for part in ("stem", "transition 2", "head"):
        panel.set(part="block 3", layer=5)
        panel.set(part=part, zoom="layer")
        assert all(child.disabled for child in slider), part
        assert [child.max for child in slider] == [1, 1]
        assert panel.sentence.endswith("it has no layers.")
    panel.set(part="block 2")
    assert not any(child.disabled for child in slider)
    assert [child.max for child in slider] == [12, 12]


@pytest.mark.parametrize("net", ["densenet121", "densenet201"])
def test_the_totals_are_those_of_the_built_net(panel, net):
    panel.set(net=net.replace("densenet", "DenseNet-"))
    with torch.device("meta"):
        total = sum(p.numel() for p in getattr(torchvision.models, net)().parameters())
    assert f": {total:,} parameters, " in panel.sentence


def test_the_first_setting_can_be_chosen(monkeypatch):
    monkeypatch.setattr(base, "STRICT", True)
    panel = architecture_explorer("DenseNet-BC (L=100, k=12)", "block")
    assert panel.values["zoom"] == "block"
    assert panel.sentence.startswith("DenseNet-BC (L=100, k=12): 769,162 parameters")
    assert "Block 1: " in panel.sentence
    with pytest.raises(ValueError, match=r"net must be one of .*, got 'DenseNet-9'"):
        architecture_explorer("DenseNet-9")
    with pytest.raises(ValueError, match=r"zoom must be one of .*, got 'atom'"):
        architecture_explorer(zoom="atom")


def test_the_picture_is_walked_by_clicks_from_net_to_layer_and_out_by_escape(panel):
    panel.set(net="DenseNet-169", zoom="net", part="block 1")
    names = [region.sets["part"] for region in panel.scene.regions]
    assert names == list(panel.controls["part"].allowed)
    at = names.index("block 4")
    panel._touched("choose", at)
    assert (panel.values["zoom"], panel.values["part"], panel._hot.chosen) == ("net", "block 4", at)
    panel._touched("open", at)
    assert panel.values["zoom"] == "block"
    assert len(panel.scene.regions) == 32
    assert panel.scene.regions[panel._hot.chosen].sets == {"layer": panel.values["layer"]}
    panel._touched("open", 30)
    assert (panel.values["zoom"], panel.values["layer"]) == ("layer", 31)
    for zoom in ("block", "net", "net"):
        panel._touched("leave", 0)
        assert panel.values["zoom"] == zoom
    panel._touched("open", names.index("head"))
    panel._touched("leave", 0)
    assert (panel.values["zoom"], panel.values["part"]) == ("net", "head")


@pytest.mark.parametrize("net", ["DenseNet-121", "DenseNet (L=40, k=12)"])
def test_labels_add_up_to_the_net(panel, net):
    panel.set(net=net, zoom="net")
    counted = panel.sentence.partition(": ")[2]
    totals = [int(n.replace(",", "")) for n in re.findall(r"[\d,]*\d", counted)[:2]]
    found = [
        [
            int(n.replace(",", ""))
            for n in re.findall(r"([\d,]+) (?:parameters|multiply)", one.label)
        ]
        for one in panel.scene.regions
    ]
    assert [sum(column) for column in zip(*found, strict=True)] == totals
    for part in panel.controls["part"].allowed:
        for zoom in ("block", "layer"):
            panel.set(part=part, zoom=zoom)
            assert all(region.label.endswith(".") for region in panel.scene.regions)
