"""The drawings say what the nets do, and every page is laid out so that it can be read."""

import inspect
import itertools
import math
import re
from collections import Counter
from dataclasses import dataclass
from functools import cache

import numpy as np
import pytest
import torch
import torchvision
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch, Patch, PathPatch, Rectangle
from matplotlib.path import Path
from matplotlib.text import Text
from matplotlib.transforms import Bbox

from densenet_lessons.densenet.models import densenet264, densenet_cifar
from densenet_lessons.densenet.spec import CIFAR_NETS, IMAGENET_NETS, block_widths
from densenet_lessons.experiments import build
from densenet_lessons.pictures import diagrams
from densenet_lessons.pictures.diagrams import DRAWINGS
from densenet_lessons.pictures.palette import PAPER, contrast, source_colour

BC_100 = CIFAR_NETS["DenseNet-BC (L=100, k=12)"]

#: Each drawing as it is shown, and with other numbers that must fit the page as well.
PAGES = [(name, ()) for name in DRAWINGS] + [
    ("add_vs_concat", (5, 2)),
    ("add_vs_concat", (1, 1)),
    ("connections", (1,)),
    ("connections", (2,)),
    ("connections", (7,)),
    ("dense_layer", (64, 32, 56)),
    ("dense_layer", (1024, 48, 224)),
    ("dense_block", (16, 12, 4)),
    ("dense_block", (256, 32, 6)),
    ("dense_block", (24, 12, 1)),
    ("dense_block", (256, 4, 4)),
    ("bottleneck", (16, 12, 1)),
    ("bottleneck", (1056, 48, 24)),
    ("transition", (128, 32, 12)),
    ("transition", (24, 12, 16)),
    *(("whole_net", (spec,)) for spec in IMAGENET_NETS.values()),
    ("whole_net", (BC_100, 32)),
    ("architecture_table", ({"densenet161": IMAGENET_NETS["densenet161"]},)),
    ("links", (1,)),
    ("links", (5,)),
    ("two_stems", (64,)),
    ("two_stems", (48,)),
]


def page_id(page):
    name, arguments = page
    numbers = [str(a) if isinstance(a, int) else "x" for a in arguments]
    return "-".join([name, *numbers])


@dataclass(frozen=True)
class Page:
    """A drawn figure and where its parts lie, in pixels."""

    figure: Figure
    ground: Bbox
    texts: list[tuple[Text, Bbox]]
    shapes: list[tuple[Patch, Bbox]]  # filled, from the lowest to the topmost
    strokes: list[Path]


@pytest.fixture(params=PAGES, ids=page_id, scope="module")
def page(request):
    name, arguments = request.param
    figure = getattr(diagrams, name)(*arguments)
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    axes, renderer = figure.axes[0], canvas.get_renderer()
    ground, *rest = sorted(axes.patches, key=lambda patch: patch.get_zorder())
    assert isinstance(ground, FancyBboxPatch)
    lines = [patch for patch in rest if isinstance(patch, FancyArrowPatch | PathPatch)]
    return Page(
        figure,
        extents(ground),
        [(text, text.get_window_extent(renderer)) for text in axes.texts],
        [(shape, extents(shape)) for shape in rest if shape not in lines],
        [stroke for line in lines for stroke in strokes_of(line)],
    )


def extents(patch):
    """What the drawn curve covers, not its control points."""
    return patch.get_path().get_extents(patch.get_transform())


def strokes_of(patch):
    """An arrow's or line's path in pixels, curves made straight."""
    path = patch.get_transform().transform_path(patch.get_path())
    return [Path(points) for points in path.to_polygons(closed_only=False) if len(points) > 1]


def words(figure):
    return [text.get_text() for text in figure.axes[0].texts]


def numbers(figure):
    """All whole numbers written on the page, formulas included."""
    return integers(" ".join(words(figure)))


def integers(text):
    return {int(number.replace(",", "")) for number in re.findall(r"\d{1,3}(?:,\d{3})+|\d+", text)}


def patches(figure, kind):
    return [patch for patch in figure.axes[0].patches if type(patch) is kind]


def shared(one, other):
    """Width and height of what two boxes have in common; 0 or less where they are apart."""
    low, high = np.maximum(one.min, other.min), np.minimum(one.max, other.max)
    return high - low


def within(box, other, slack=0.5):
    return (shared(box, other) >= box.size - slack).all()


# Layout


def test_texts_do_not_overlap(page):
    clashes = [
        (first.get_text(), second.get_text())
        for (first, a), (second, b) in itertools.combinations(page.texts, 2)
        if (shared(a, b) > 0.5).all()
    ]
    assert clashes == []


def test_everything_is_on_the_sheet_with_a_margin(page):
    inside = Bbox([page.ground.min + 6, page.ground.max - 6])
    assert [text.get_text() for text, box in page.texts if not within(box, inside, 0)] == []
    assert [shape for shape, box in page.shapes if not within(box, inside)] == []
    assert [s for s in page.strokes if not within(s.get_extents(), inside)] == []


def test_no_text_runs_over_the_edge_of_a_box(page):
    boxes = [box for shape, box in page.shapes if isinstance(shape, FancyBboxPatch | Rectangle)]
    crossed = [
        text.get_text()
        for text, box in page.texts
        for edge in boxes
        if (shared(box, edge) > 1).all() and not within(box, edge)
    ]
    assert crossed == []


def test_no_arrow_or_line_runs_through_a_text(page):
    struck = [
        text.get_text()
        for text, box in page.texts
        if any(stroke.intersects_bbox(box.padded(-1), filled=False) for stroke in page.strokes)
    ]
    assert struck == []


def test_boxes_of_words_do_not_cross_each_other(page):
    boxes = [box for _, box in page.shapes]
    holders = [edge for edge in boxes if any(within(box, edge) for _, box in page.texts)]
    for one, other in itertools.combinations(holders, 2):
        common = shared(one, other)
        assert (common <= 1).any() or (common >= np.minimum(one.size, other.size) - 1).all()


def test_texts_are_large_and_dark_enough(page):
    assert page.figure.get_size_inches()[0] == pytest.approx(9)
    for text, box in page.texts:
        assert text.get_fontsize() >= 9
        below = PAPER
        for shape, edge in page.shapes:
            if not within(box, edge, 2):
                continue
            outline = shape.get_path().transformed(shape.get_transform())
            filled = shape.get_facecolor()[3] > 0
            if filled and outline.contains_points(box.padded(-1).corners()).all():
                below = to_hex(shape.get_facecolor())
        assert contrast(to_hex(text.get_color()), below) >= 4.5, text.get_text()


def test_the_ground_is_a_white_sheet_with_transparent_corners(page):
    image = np.asarray(page.figure.canvas.buffer_rgba())
    assert image[0, 0, 3] == image[-1, -1, 3] == 0
    height, width = image.shape[:2]
    assert (image[height - 12, width // 2] == 255).all()


# What is drawn


@pytest.mark.parametrize("name", DRAWINGS)
def test_each_drawing_has_a_docstring_and_says_what_it_shows(name):
    drawing = DRAWINGS[name]
    assert drawing.draw is getattr(diagrams, name)
    assert name in diagrams.__all__
    assert "Paper:" in drawing.draw.__doc__
    assert drawing.alt.endswith(".")
    assert len(drawing.alt.split()) >= 20


@pytest.mark.parametrize("name", DRAWINGS)
def test_the_alt_text_names_only_numbers_that_are_drawn(name):
    drawing = DRAWINGS[name]
    alt = re.sub(r"DenseNet-121", "", drawing.alt) if name == "whole_net" else drawing.alt
    assert integers(alt) <= numbers(drawing.draw())


@pytest.mark.parametrize("case", [(4, 2), (5, 1), (3, 2)])
def test_add_keeps_the_width_and_concat_adds_it_up(case):
    channels, growth = case
    x, new = torch.zeros(1, channels, 2, 2), torch.zeros(1, growth, 2, 2)
    added = (x + torch.zeros_like(x)).shape[1]
    once = torch.cat([x, new], 1)
    twice = torch.cat([once, new], 1)
    drawn = [
        int(re.search(r"(\d+) channels", text)[1])
        for text in words(diagrams.add_vs_concat(*case))
        if "channels" in text
    ]
    assert drawn == [added] * 6 + [channels, once.shape[1], twice.shape[1]]


def test_each_sum_shows_its_sources_in_every_channel():
    figure = diagrams.add_vs_concat(4, 2)
    fills = Counter(
        to_hex(p.get_facecolor()) for p in figure.axes[0].patches if p.get_zorder() == 3
    )
    # Plain shows each source once; the sums show x0 three times, what H makes thrice or twice,
    # for four channels; dense shows x0 three times, and k channels of each layer as often.
    assert fills[source_colour(0)] == 4 * (1 + 3 + 3)
    assert fills[source_colour(1)] == 4 * (1 + 3) + 2 * 3
    assert fills[source_colour(2)] == 4 * (1 + 2) + 2 * 2


@pytest.mark.parametrize("num_layers", [1, 2, 5, 7])
def test_connections_are_one_arrow_for_each_pair_in_the_colour_of_the_source(num_layers):
    figure = diagrams.connections(num_layers)
    pairs = list(itertools.combinations(range(num_layers + 1), 2))
    arrows = patches(figure, FancyArrowPatch)
    drawn = Counter(to_hex(arrow.get_edgecolor()) for arrow in arrows)
    assert drawn == Counter(source_colour(source) for source, _ in pairs)
    assert any(f"{len(pairs)} connections" in text for text in words(figure))


@pytest.mark.parametrize("case", [(16, 12, 32), (7, 3, 5)])
def test_dense_layer_counts_what_torch_counts(case):
    channels, growth, side = case
    norm = torch.nn.BatchNorm2d(channels)
    conv = torch.nn.Conv2d(channels, growth, 3, padding=1, bias=False)
    out = conv(norm(torch.zeros(2, channels, side, side)))
    drawn = words(diagrams.dense_layer(*case))
    counts = [sum(p.numel() for p in module.parameters()) for module in (norm, conv)]
    assert [text for text in drawn if "parameters" in text] == [
        f"{counts[0]:,} parameters",
        "0 parameters",
        f"{counts[1]:,} parameters",
    ]
    shape = ", ".join(str(n) for n in out.shape[1:])
    assert any(text.endswith(f"(N, {shape}).") for text in drawn)
    order = [drawn.index(name) for name in ("BN", "ReLU", "3×3 conv")]
    places = [figure_text.get_position()[0] for figure_text in _texts_at(case, order)]
    assert places == sorted(places)


def _texts_at(case, order):
    texts = diagrams.dense_layer(*case).axes[0].texts
    return [texts[index] for index in order]


@pytest.mark.parametrize("case", [(64, 32, 4), (16, 12, 4), (24, 5, 6)])
def test_dense_block_stacks_every_source_to_scale(case):
    init, growth, layers = case
    figure = diagrams.dense_block(*case)
    widths = block_widths(init, layers, growth)
    assert [int(text) for text in words(figure) if text.isdigit()] == widths
    stacks = {}
    for bar in (bar for bar in patches(figure, Rectangle) if bar.get_zorder() == 3):
        stacks.setdefault(bar.get_x(), []).append(bar)
    assert len(stacks) == layers + 1
    last = [bar.get_height() for bar in stacks[max(stacks)]]
    for index, x in enumerate(sorted(stacks)):
        bars = sorted(stacks[x], key=lambda bar: bar.get_y())
        colours = [to_hex(bar.get_facecolor()) for bar in bars]
        assert colours == [source_colour(source) for source in range(index + 1)]
        heights = [bar.get_height() for bar in bars]
        assert sum(heights) / sum(last) == pytest.approx(widths[index] / widths[-1])


@pytest.mark.parametrize("case", [(256, 32, 8), (64, 32, 1), (30, 7, 3)])
def test_bottleneck_counts_the_weights_that_torchvision_has(case):
    init, growth, layer = case
    width = init + (layer - 1) * growth
    real = torchvision.models.densenet._DenseLayer(width, growth, 4, 0.0)
    drawn = words(diagrams.bottleneck(*case))
    weights = [real.conv1.weight.numel(), real.conv2.weight.numel()]
    channels = [width, real.conv1.out_channels, real.conv2.out_channels]
    assert [int(text.replace(",", "")) for text in drawn if re.fullmatch(r"[\d,]+", text)] == [
        channels[0], weights[0], channels[1], weights[1], channels[2]
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("case", "compression"), [((64, 32, 6, 56), 0.5), ((7, 5, 3, 9), 0.3), ((4, 2, 3, 8), 1.0)]
)
def test_transition_has_the_shapes_that_torch_gives(case, compression):
    init, growth, layers, side = case
    width = init + layers * growth
    maps = torch.zeros(1, math.floor(width * compression), side, side)
    pooled = torch.nn.functional.avg_pool2d(maps, 2)
    figure = diagrams.transition(*case[:3], compression=compression, side=side)
    drawn = words(figure)
    assert [text for text in drawn if text.endswith("channels")] == [
        f"{n} channels" for n in (width, maps.shape[1], pooled.shape[1])
    ]
    assert [text for text in drawn if text.endswith("pixels")] == [
        f"{n}×{n} pixels" for n in (side, side, pooled.shape[-1])
    ]


@cache
def shapes_of(net, side):
    """(channels, side) after each part of a built net's ``features``, and of the classifier."""
    seen = []
    hooks = [
        part.register_forward_hook(lambda _, __, out: seen.append((out.shape[1], out.shape[-1])))
        for part in net.features
    ]
    with torch.no_grad():
        logits = net.eval()(torch.zeros(1, 3, side, side, device="meta"))
    for hook in hooks:
        hook.remove()
    return dict(zip(dict(net.features.named_children()), seen, strict=True)), logits.shape[1]


@cache
def built(name):
    with torch.device("meta"):
        if name == "densenet264":
            return densenet264()
        return getattr(torchvision.models, name)()


@pytest.mark.parametrize("name", IMAGENET_NETS)
def test_whole_net_names_the_widths_and_sides_of_the_built_net(name):
    shapes, classes = shapes_of(built(name), 224)
    parts = [
        "conv0",
        "pool0",
        *main_parts(shapes),
    ]
    figure = diagrams.whole_net(IMAGENET_NETS[name])
    assert rows_of(figure) == [
        (3, 224), *(shapes[part] for part in parts), (classes, 1)
    ]  # fmt: skip


def test_whole_net_draws_a_cifar_net_without_a_pool_in_the_stem():
    with torch.device("meta"):
        shapes, classes = shapes_of(densenet_cifar(100, 12), 32)
    parts = ["conv0", *main_parts(shapes)]
    drawn = rows_of(diagrams.whole_net(BC_100, 32))
    assert drawn == [(3, 32), *(shapes[part] for part in parts), (classes, 1)]


def main_parts(shapes):
    return [part for part in shapes if part.startswith(("denseblock", "transition"))]


def rows_of(figure):
    """The two rows of numbers below the net, column by column."""
    places = [(*t.get_position(), t.get_text()) for t in figure.axes[0].texts]
    heights = {text: y for _, y, text in places if text in ("channels", "map side")}
    rows = [
        [int(text) for _, at, text in sorted(places) if abs(at - y) < 3 and text.isdigit()]
        for y in (heights["channels"], heights["map side"])
    ]
    return list(zip(*rows, strict=True))


def test_whole_net_is_to_scale():
    bars = [bar for bar in patches(diagrams.whole_net(), Rectangle) if bar.get_zorder() == 3]
    ground = max(bar.get_y() + bar.get_height() for bar in bars)
    end, solids = 0.0, []  # [thickness, height] of each solid, its segments joined
    for bar in sorted(bars, key=lambda bar: bar.get_x()):
        if not math.isclose(bar.get_y() + bar.get_height(), ground):
            continue  # the enlarged block
        if math.isclose(end, bar.get_x()):
            solids[-1][0] += bar.get_width()
        else:
            solids.append([bar.get_width(), bar.get_height()])
        end = bar.get_x() + bar.get_width()
    image, *middle, linear = solids
    shapes, classes = shapes_of(built("densenet121"), 224)
    parts = [
        "conv0",
        "pool0",
        *main_parts(shapes),
    ]
    thick = middle[0][0] / shapes["conv0"][0]
    assert middle == [
        pytest.approx([shapes[part][0] * thick, shapes[part][1] * image[1] / 224]) for part in parts
    ]
    assert linear == pytest.approx([classes * thick, image[1] / 224])


def test_architecture_table_is_that_of_the_built_nets():
    names = ["densenet121", "densenet169", "densenet201", "densenet264"]
    nets = [built(name) for name in names]
    drawn = words(diagrams.architecture_table())
    titles = [text for text in drawn if text.startswith("DenseNet-")]
    assert titles == [name.replace("densenet", "DenseNet-") for name in names]
    blocks = [
        [part for part in net.features if type(part).__name__.endswith("DenseBlock")]
        for net in nets
    ]
    layers = [f"{len(list(b.children()))} layers" for row in zip(*blocks, strict=True) for b in row]
    assert [text for text in drawn if text.endswith("layers")] == layers
    for block in range(1, 5):
        widths = [shapes_of(net, 224)[0][f"denseblock{block}"] for net in nets]
        start = drawn.index(f"dense block {block}")
        assert drawn[start + 1] == str(widths[0][1])
        assert drawn[start + 3 : start + 10 : 2] == [f"to {width}" for width, _ in widths]


@pytest.mark.parametrize("size", [32, 48, 64])
def test_two_stems_have_the_sides_of_the_built_nets(size):
    imagenet, _ = shapes_of(built("densenet121"), size)
    with torch.device("meta"):
        cifar, _ = shapes_of(densenet_cifar(100, 12), size)
    sides = [size, imagenet["conv0"][1]]
    sides += [imagenet[f"denseblock{block}"][1] for block in range(1, 5)]
    sides += [size, *(cifar[f"denseblock{block}"][1] for block in range(1, 4))]
    drawn = [text for text in words(diagrams.two_stems(size)) if re.fullmatch(r"(\d+)×\1", text)]
    assert drawn == [f"{side}×{side}" for side in sides]


def test_two_stems_frame_the_pixels_that_reach_a_position():
    stem = built("densenet121").features
    # A max pool hands a gradient to one pixel only, an average to all that it reads.
    pool = torch.nn.AvgPool2d(3, stem.pool0.stride, stem.pool0.padding)
    conv = torch.nn.Conv2d(1, 1, 7, stem.conv0.stride, stem.conv0.padding)
    torch.nn.init.ones_(conv.weight)
    image = torch.zeros(1, 1, 32, 32, requires_grad=True)
    pool(conv(image))[0, 0, 3, 3].backward()
    seen = image.grad[0, 0].sum(0).nonzero().flatten().tolist()
    frames = [p for p in patches(diagrams.two_stems(32), Rectangle) if p.get_zorder() == 4]
    grids = [p for p in patches(diagrams.two_stems(32), Rectangle) if p.get_zorder() == 2.5]
    picture, pixel = grids[0], grids[0].get_width() / 32
    assert round((frames[0].get_x() - picture.get_x()) / pixel, 6) == seen[0]
    assert frames[0].get_width() / pixel == pytest.approx(len(seen))


# Wrong arguments


@pytest.mark.parametrize(
    ("name", "arguments", "message"),
    [
        ("add_vs_concat", (0, 2), "num_channels must be a positive integer, got 0"),
        ("add_vs_concat", (9, 2), "num_channels must be at most 5 to fit the page, got 9"),
        ("add_vs_concat", (4, 3), "growth_rate must be at most 2 to fit the page, got 3"),
        ("connections", (0,), "num_layers must be a positive integer, got 0"),
        ("connections", (8,), "num_layers must be at most 7 to fit the page, got 8"),
        ("connections", (2.0,), "num_layers must be a positive integer, got 2.0"),
        ("dense_layer", (16, 12, 0), "side must be a positive integer, got 0"),
        ("dense_layer", (16, -1, 8), "growth_rate must be a positive integer, got -1"),
        ("dense_block", (64, 32, 0), "num_layers must be a positive integer, got 0"),
        ("dense_block", (64, 32, 7), "num_layers must be at most 6 to fit the page, got 7"),
        ("dense_block", (64, 0, 4), "growth_rate must be a positive integer, got 0"),
        ("dense_block", (0, 32, 4), "num_init_features must be a positive integer, got 0"),
        ("bottleneck", (64, 32, 0), "layer must be a positive integer, got 0"),
        ("transition", (64, 32, 0), "num_layers must be a positive integer, got 0"),
        ("whole_net", (IMAGENET_NETS["densenet121"], 16), "image_size must be at least 29"),
        ("architecture_table", ({},), "nets must hold one to four nets, got 0"),
        ("architecture_table", ({"BC": BC_100},), "nets must have the ImageNet stem"),
        (
            "architecture_table",
            ({"BC": BC_100, "121": IMAGENET_NETS["densenet121"]},),
            r"nets must have the same number of blocks, got \[3, 4\]",
        ),
        ("two_stems", (0,), "image_size must be a positive integer, got 0"),
        ("two_stems", (28,), "image_size must be at least 29"),
    ],
)
def test_a_wrong_argument_is_named(name, arguments, message):
    with pytest.raises(ValueError, match=message):
        getattr(diagrams, name)(*arguments)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"compression": 0}, "compression must be above 0 and at most 1, got 0"),
        ({"compression": 1.5}, "compression must be above 0 and at most 1, got 1.5"),
        ({"side": 1}, "side must be at least 2 for the 2x2 average pool, got 1"),
        ({"side": 0}, "side must be a positive integer, got 0"),
    ],
)
def test_a_wrong_option_of_transition_is_named(options, message):
    with pytest.raises(ValueError, match=message):
        diagrams.transition(**options)


def test_a_wrong_bn_size_is_named():
    with pytest.raises(ValueError, match="bn_size must be a positive integer, got 0"):
        diagrams.bottleneck(bn_size=0)


def test_the_plain_net_of_equal_parameters_is_the_comparisons():
    plain, dense = (build(family, "large", seed=0) for family in ("plain", "dense"))
    default = inspect.signature(diagrams.equal_parameters).parameters
    assert tuple(plain.widths) == default["plain_widths"].default
    assert (dense.spec.growth_rate, 16) == tuple(
        default[name].default for name in ("growth_rate", "depth")
    )
    texts = {text.get_text() for text in diagrams.equal_parameters().axes[0].texts}
    for index in (1, 2, 3):
        stage = getattr(plain.features, f"stage{index}")
        weights = sum(m.weight.numel() for m in stage.modules() if isinstance(m, torch.nn.Conv2d))
        assert f"{weights:,}" in texts
        block = getattr(dense.features, f"denseblock{index}")
        assert f"{sum(p.numel() for p in block.parameters()):,}" in texts
