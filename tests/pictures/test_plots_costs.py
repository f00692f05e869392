"""Costs: the parts add up to built nets, the lines cross where the weights are equal."""

import pytest
from matplotlib.colors import to_rgba

from densenet_lessons.costs.counting import operations
from densenet_lessons.costs.shares import break_even, conv_weights, cost_by_part
from densenet_lessons.densenet.layers import DenseLayer
from densenet_lessons.densenet.models import densenet_cifar
from densenet_lessons.densenet.spec import CIFAR_NETS, IMAGENET_NETS, cifar_spec
from densenet_lessons.panels.calculator.picture import Step, cost_pair_image
from densenet_lessons.pictures.display import png_bytes
from densenet_lessons.pictures.plots.costs import plot_break_even, plot_parts


def test_the_parts_of_a_built_net():
    net = densenet_cifar(40, 12)
    expected = dict.fromkeys(("3×3 conv", "1×1 conv", "BN", "transition"), 0)
    expected["stem and classifier"] = 0
    for name, parameter in net.named_parameters():
        if "transition" in name:
            part = "transition"
        elif "conv0" in name or "classifier" in name:
            part = "stem and classifier"
        elif parameter.ndim == 1:
            part = "BN"
        else:
            part = "3×3 conv" if parameter.shape[-1] == 3 else "1×1 conv"
        expected[part] += parameter.numel()
    assert cost_by_part(operations(cifar_spec(40, 12))) == expected


@pytest.mark.parametrize("spec", [*CIFAR_NETS.values(), *IMAGENET_NETS.values()])
def test_the_parts_add_up(spec):
    steps = operations(spec, 64)
    for quantity in ("parameters", "macs"):
        total = sum(getattr(step, quantity) for step in steps)
        assert sum(cost_by_part(steps, quantity).values()) == total
    assert ("1×1 conv" in cost_by_part(steps)) == (spec.bn_size is not None)


def test_an_unknown_quantity_is_refused():
    with pytest.raises(ValueError, match="quantity must be 'parameters' or 'macs', got 'flops'"):
        cost_by_part([], "flops")


@pytest.mark.parametrize("bn_size", [None, 1, 4, 9])
def test_conv_weights_of_built_layers(bn_size):
    layer = DenseLayer(23, 6, bn_size=bn_size)
    assert conv_weights(23, 6, bn_size) == convs_of(layer)


def convs_of(layer):
    return sum(p.numel() for p in layer.parameters() if p.ndim == 4)


@pytest.mark.parametrize(("k", "bn_size"), [(32, 4), (5, 4), (12, 2), (24, 8), (7, 1)])
def test_the_break_even_parts_dear_from_cheap(k, bn_size):
    limit = break_even(k, bn_size)
    for width in range(1, 3 * int(limit)):
        assert (conv_weights(width, k, bn_size) < conv_weights(width, k, None)) == (width > limit)


def test_the_break_even_of_the_paper():
    assert break_even(10) == pytest.approx(72)
    assert break_even(10, 9) == float("inf")
    with pytest.raises(ValueError, match="growth_rate must be a positive integer, got 0"):
        break_even(0)


def test_the_lines_of_the_plot_are_the_weights():
    figure = plot_break_even(32)
    plain, squeezed = figure.axes[0].get_lines()[:2]
    ends = list(plain.get_xdata())
    assert list(squeezed.get_xdata()) == ends == [1, 461]
    for line, bn_size in ((plain, None), (squeezed, 4)):
        assert line.get_ydata() == pytest.approx(
            [convs_of(DenseLayer(width, 32, bn_size=bn_size)) / 1000 for width in ends]
        )
    assert "equal at c = 230.4" in [text.get_text() for text in figure.axes[0].texts]
    assert png_bytes(figure) != png_bytes(plot_break_even(12))


def test_each_block_is_a_row_of_dots_in_the_colour_of_the_cheaper_layer():
    figure = plot_break_even(32, {"block 1": [64, 224], "block 2": [256]})
    rows = figure.axes[1].collections
    assert [row.get_offsets().tolist() for row in rows] == [[[64, 0], [224, 0]], [[256, 1]]]
    lines = [to_rgba(line.get_color()) for line in figure.axes[0].get_lines()[:2]]
    drawn = [tuple(colour) for row in rows for colour in row.get_facecolors()]
    assert drawn == [lines[0], lines[0], lines[1]]
    assert [label.get_text() for label in figure.axes[1].get_yticklabels()] == [
        "block 1",
        "block 2",
    ]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((32, {"block 1": [0]}), "widths must be a positive integer, got 0"),
        ((0,), "growth_rate must be a positive integer, got 0"),
    ],
)
def test_the_plot_refuses(arguments, message):
    with pytest.raises(ValueError, match=message):
        plot_break_even(*arguments)
    with pytest.raises(ValueError, match="bn_size must be below 9"):
        plot_break_even(32, bn_size=9)


def test_the_bars_are_as_long_as_the_costs():
    nets = {"one": {"3×3 conv": 30, "BN": 5}, "two": {"1×1 conv": 7}}
    axes = plot_parts(nets).axes[0]
    bars = {
        (group.get_label(), row): (bar.get_x(), bar.get_width())
        for group in axes.containers
        for row, bar in enumerate(group)
    }
    assert bars["3×3 conv", 0] == (0, 30)
    assert bars["BN", 0] == (30, 5)
    assert bars["1×1 conv", 1] == (0, 7)
    assert [text.get_text() for text in axes.texts] == ["35", "7"]


def test_bars_of_nothing_or_of_an_unknown_part_are_refused():
    with pytest.raises(ValueError, match="nets must name at least one net"):
        plot_parts({})
    with pytest.raises(ValueError, match=r"part must be one of .*, got '5×5 conv'"):
        plot_parts({"one": {"5×5 conv": 3}})


def test_the_pair_draws_a_cross_only_where_a_bottleneck_does_not_pay():
    costs = {
        quantity: {"plain": {"3×3 conv": 9}, "bottleneck": {"3×3 conv": 4, "1×1 conv": 2}}
        for quantity in ("parameters", "macs")
    }

    def drawn(first_pays, sides=(56, 28)):
        steps = [
            Step((8,), "block 1", first_pays), Step((8, 4), "transition"),
            Step((6,), "block 2", True), Step((6, 4), "output"),
        ]  # fmt: skip
        return png_bytes(cost_pair_image(steps, 9.0, costs, sides)[0])

    assert drawn(True) != drawn(False)
    assert drawn(True) == drawn(True)
    assert drawn(True) != drawn(True, sides=(32, 16))
