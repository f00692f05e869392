"""The parts of a net against the net itself, and the three drawings against the numbers."""

from itertools import pairwise

import numpy as np
import pytest
import torch
from matplotlib.colors import to_hex, to_rgb
from torch import nn

from densenet_lessons.costs.counting import count_macs, count_parameters
from densenet_lessons.costs.parts import layer_maps, parts_of
from densenet_lessons.densenet.layers import DenseBlock, Transition
from densenet_lessons.densenet.models import DenseNet
from densenet_lessons.densenet.spec import CIFAR_NETS, IMAGENET_NETS, DenseNetSpec, cifar_spec
from densenet_lessons.panels.architecture.picture import (
    HEIGHT,
    WIDTH,
    draw_block,
    draw_chain,
    draw_net,
)
from densenet_lessons.pictures.palette import ACCENT, INK, source_colour
from densenet_lessons.pictures.plots.architecture import plot_shares

NETS = {**{name: (spec, 224) for name, spec in IMAGENET_NETS.items()}}
NETS |= {name: (spec, 32) for name, spec in CIFAR_NETS.items()}
SMALL = DenseNetSpec(6, (2, 3, 1), 10, num_classes=7)
PLAIN = cifar_spec(13, 5, bottleneck=False, compression=1.0)


def pixels(image) -> np.ndarray:
    return np.asarray(image.convert("RGB"))


def share_of(image, colour: str) -> float:
    """How much of a picture has exactly this colour."""
    wanted = np.round(np.array(to_rgb(colour)) * 255)
    return float((pixels(image) == wanted).all(2).mean())


@pytest.mark.parametrize("name", NETS)
def test_nothing_is_lost_between_the_parts(name):
    spec, size = NETS[name]
    parts = parts_of(spec, size)
    assert sum(part.parameters for part in parts) == count_parameters(spec)
    assert sum(part.macs for part in parts) == count_macs(spec, size)
    for one, following in pairwise(parts):
        leaving, entering = one.maps[-1], following.maps[0]
        assert (leaving.channels, leaving.side) == (entering.channels, entering.side)


@pytest.mark.parametrize(("spec", "size"), [(SMALL, 72), (PLAIN, 32)], ids=["small", "plain"])
def test_maps_are_those_of_the_built_net(spec, size):
    model, shapes = DenseNet(**vars(spec)).eval(), []
    for module in model.modules():
        if isinstance(module, (DenseBlock, Transition, nn.Linear)):
            module.register_forward_hook(lambda *call: shapes.append(tuple(call[2].shape[1:])))
    with torch.no_grad():
        model(torch.zeros(1, 3, size, size))
    found = [(part.maps[-1].channels, part.maps[-1].side) for part in parts_of(spec, size)]
    blocks_and_transitions = [(c, s) for c, s, _ in (shape for shape in shapes if len(shape) == 3)]
    assert found[1:-1] == blocks_and_transitions
    assert found[-1] == (*shapes[-1], 1)
    stem = model.features.denseblock1.denselayer1.norm1.num_features
    assert found[0] == (stem, found[1][1])


def test_a_layer_reads_squeezes_adds_and_concatenates():
    block = parts_of(SMALL, 72)[3]
    assert block.name == "block 2"
    width = block.maps[0].channels
    maps = layer_maps(block, 3)
    assert [m.channels for m in maps] == [width + 12, 24, 6, width + 18]
    assert maps[0].sources == ((width, 0), (6, 1), (6, 2))
    assert maps[2].sources == ((6, 3),)
    assert maps[3].sources == (*maps[0].sources, (6, 3))
    assert {m.side for m in maps} == {block.maps[0].side}
    plain = parts_of(PLAIN, 32)[1]
    assert [m.channels for m in layer_maps(plain, 1)] == [16, 5, 21]


@pytest.mark.parametrize(("index", "layer"), [(1, 0), (1, 3), (0, 1)])
def test_a_layer_that_is_not_there_is_refused(index, layer):
    with pytest.raises(ValueError, match=f"layer must be from 1 to .*, got {layer}"):
        layer_maps(parts_of(SMALL, 72)[index], layer)


@pytest.mark.parametrize("name", NETS)
def test_each_net_can_be_drawn_at_each_level(name):
    spec, size = NETS[name]
    parts = parts_of(spec, size)
    drawn = [draw_net(parts, name, part=index)[0] for index in range(len(parts))]
    for part in parts:
        if part.layers:
            drawn.append(draw_block(part, name, layer=len(part.layers))[0])
            drawn.append(draw_chain(layer_maps(part, 1), part.layers[0], name)[0])
        else:
            drawn.append(draw_chain(part.maps, part.steps, part.name)[0])
    seen = {image.tobytes() for image in drawn}
    assert len(seen) == len(drawn), "two different parts look the same"
    assert {image.size for image in drawn} == {(2 * WIDTH, 2 * HEIGHT)}


def run_lengths(row: np.ndarray) -> dict[str, int]:
    """Pixels of each colour in one row of a picture."""
    colours, counts = np.unique(row.reshape(-1, 3), axis=0, return_counts=True)
    return {to_hex(c / 255): int(n) for c, n in zip(colours, counts, strict=True)}


def test_widths_are_to_scale():
    part = parts_of(IMAGENET_NETS["densenet121"], 224)[1]
    row = pixels(draw_chain(part.maps, part.steps[:4], "block 1")[0])[2 * 150]
    found = run_lengths(row)
    # 64 channels come in and stand in both maps; each of the six layers adds half as many.
    for layer in range(1, 7):
        assert found[source_colour(layer)] == pytest.approx(found[source_colour(0)] / 4, abs=3)


def test_heights_fall_by_one_step_a_halving():
    maps = parts_of(IMAGENET_NETS["densenet121"], 224)[0].maps
    picture = pixels(draw_chain(maps, (), "stem")[0])[2 * 40 : 2 * 162]
    grey = np.array([round(255 * c) for c in to_rgb(source_colour(0))])
    tall = (picture == grey).all(2).sum(0)
    image, pooled = tall[: WIDTH // 2].max(), tall[WIDTH:].max()
    log_of_side = np.log2([224, 56]) + 1
    assert pooled / image == pytest.approx(log_of_side[1] / log_of_side[0], abs=0.02)


def test_a_long_title_and_the_totals_end_within_the_picture():
    parts = parts_of(cifar_spec(250, 48), 32)
    title = "Custom net (L = 250, k = 48, theta = 0.5, with bottleneck)\n"
    title += "60,744,370 parameters, 21,672,454,008 multiply-adds at 32 pixels"
    plain, full = (pixels(draw_net(parts, words, part=1)[0]) for words in ("", title))
    columns = np.flatnonzero((plain != full).any((0, 2)))
    assert columns.max() < 2 * (WIDTH - 14)
    lines = (plain != full).any((1, 2))
    assert lines.any()
    assert not lines[2 * 44 :].any(), "the title runs into the picture"


def test_the_chosen_part_and_layer_are_marked():
    parts = parts_of(IMAGENET_NETS["densenet121"], 224)
    pictures = [draw_net(parts, "net", part=3, layer=layer)[0] for layer in (1, 12)]
    assert share_of(pictures[0], "#fff4ea") > 0.02
    changed = (pixels(pictures[0]) != pixels(pictures[1])).any(2)
    assert 0 < changed.mean() < 0.001, "only the tooth under the layer moves"
    assert WIDTH <= 836, "wider is scaled down beside JupyterLab's file browser"
    rows = [draw_block(parts[3], "block", layer=layer)[0] for layer in (1, 12)]
    assert (pixels(rows[0]) != pixels(rows[1])).any()
    assert share_of(rows[0], ACCENT) > 0.01, "the 3x3 convolutions"
    assert share_of(draw_block(parts_of(PLAIN, 32)[1], "plain", layer=1)[0], "#5b7a99") == 0


def test_shares_add_up_and_the_largest_is_framed():
    figure = plot_shares(IMAGENET_NETS["densenet121"], 224)
    expected = {
        "parameters: 7,978,856": ("block 3", 35.6),
        "multiply-adds: 2,834,161,664": ("block 1", 36.7),
    }
    for axes in figure.axes:
        name, percent = expected[axes.get_title()]
        bars = axes.patches
        assert sum(bar.get_width() for bar in bars) == pytest.approx(100)
        names = [part.name for part in parts_of(IMAGENET_NETS["densenet121"], 224)]
        framed = [n for n, bar in zip(names, bars, strict=True) if bar.get_linewidth() == 2]
        assert framed == [name]
        assert bars[names.index(name)].get_width() == pytest.approx(percent, abs=0.05)
        assert to_hex(bars[names.index(name)].get_edgecolor()) == ACCENT
    assert {text.get_color() for text in figure.axes[0].texts} == {INK}
    assert figure.axes[1].texts[-1].get_text() == "<0.1%"
    left, right = (axes.get_xlim() for axes in figure.axes)
    assert left == right, "one scale on both sides"
