"""The drawings of the course, made by code from the numbers of ``arithmetic``.

``DRAWINGS`` lists them all. Each is a function that takes plain numbers and gives a matplotlib
figure, and has a text alternative that says what is to be seen where it is drawn with its
default arguments. ``python -m densenet_lessons.pictures.diagrams`` writes them to images/.

``ideas`` and ``paths`` draw ideas, ``layers`` and ``blocks`` those of lessons 2 and 3, ``nets``
and ``architectures`` those of lesson 4, ``trainings`` those of lesson 6, ``memory`` those of
lesson 8; ``canvas`` is the pencil, ``export`` writes files.
"""

from collections.abc import Callable
from dataclasses import dataclass

from matplotlib.figure import Figure

from densenet_lessons.pictures.diagrams.architectures import architecture_table, two_stems
from densenet_lessons.pictures.diagrams.blocks import dense_block, transition
from densenet_lessons.pictures.diagrams.ideas import add_vs_concat, connections, early_edge
from densenet_lessons.pictures.diagrams.layers import bottleneck, dense_layer
from densenet_lessons.pictures.diagrams.memory import folding, kept_tensors
from densenet_lessons.pictures.diagrams.nets import whole_net
from densenet_lessons.pictures.diagrams.paths import pixel_column, slope_paths
from densenet_lessons.pictures.diagrams.reuse import reading, silent_link
from densenet_lessons.pictures.diagrams.successors import links, transfer_ways
from densenet_lessons.pictures.diagrams.trainings import equal_parameters, gradient_sum

__all__ = [
    "DRAWINGS",
    "Drawing",
    "add_vs_concat",
    "architecture_table",
    "bottleneck",
    "connections",
    "dense_block",
    "dense_layer",
    "early_edge",
    "equal_parameters",
    "folding",
    "gradient_sum",
    "kept_tensors",
    "links",
    "pixel_column",
    "reading",
    "silent_link",
    "slope_paths",
    "transfer_ways",
    "transition",
    "two_stems",
    "whole_net",
]


@dataclass(frozen=True)
class Drawing:
    """A drawing and its text alternative.

    Args:
        draw: gives the figure; without arguments, the one that ``alt`` describes.
        alt: what the drawing shows, for a reader who doesn't see it.
    """

    draw: Callable[..., Figure]
    alt: str


_ALTS = {
    early_edge: (
        "What becomes of an edge that the first layer finds, until a late layer. In a plain net "
        "each layer has to copy it. In a ResNet it is in a sum of 2, 3, 4 terms, no longer apart "
        "from the rest. In a DenseNet it lies where it was found, in a list of 4, and an arrow "
        "leads from there straight to the late layer."
    ),
    add_vs_concat: (
        "Three update rules side by side. A plain layer replaces its 4 channels by 4 new ones. "
        "A residual layer adds its 4 new channels to the 4 old ones: still 4 channels, with old "
        "and new mixed. A dense layer concatenates its 2 new channels to all earlier ones: the "
        "width grows from 4 to 6 to 8 channels, and old and new stay apart."
    ),
    connections: (
        "A dense block of 5 layers in a row. Arrows in the colour of their source lead from the "
        "input and from each layer to every later layer, so the layers read 1, 2, 3, 4 and 5 "
        "sources: 15 connections, L(L+1)/2 for L = 5."
    ),
    slope_paths: (
        "The four paths from x past two layers. A path goes through a layer, times w, or around "
        "it, times 1: the factors are 1, w, w and w squared. ResNet's reader gets one number, "
        "their sum. DenseNet's reader gets three: 1 in the first, w in the second, w plus w "
        "squared in the third."
    ),
    pixel_column: (
        "A 1×1 convolution at one pixel. Its 3 channels hold 1, 2 and 3. A matrix with the "
        "rows 1, 1, 0 and 0, 1, 2 makes the new column 3 and 8 of them: 2 channels. The same "
        "matrix is used at every pixel."
    ),
    dense_layer: (
        "A dense layer from left to right: 3 channels of 8×8 pixels pass batch norm, with 6 "
        "parameters, then ReLU, with none, then a 3×3 convolution, with 54 parameters, which "
        "returns 2 channels. Only the convolution changes the number of channels; the maps stay "
        "8×8."
    ),
    dense_block: (
        "A dense block of 6 layers as a staircase. 64 channels enter; each layer reads the whole "
        "stack so far and appends 32 channels below it, so the width climbs by concatenation from "
        "64 to 96, 128, 160, 192, 224 and 256, while everything older is passed on unchanged."
    ),
    bottleneck: (
        "A bottleneck layer as two funnels. Batch norm, ReLU and a 1×1 convolution with 61,440 "
        "weights squeeze 480 channels to 128, which is 4k; batch norm, ReLU and a 3×3 convolution "
        "with 36,864 weights turn these into 32 new channels, which is k."
    ),
    transition: (
        "A transition between two blocks. 256 channels of 56×56 pixels, from the block's input "
        "and its 6 layers, pass batch norm, ReLU and a 1×1 convolution that keeps 128 channels, "
        "half of them; a 2×2 average pool then halves the side, from 56 to 28 pixels."
    ),
    whole_net: (
        "DenseNet-121 from left to right, to scale: image, convolution, pooling, four dense "
        "blocks of 6, 12, 24 and 16 layers with a transition between each two, then the head. "
        "From part to part the maps shrink, from 224 to 7 pixels, while the blocks end at 256, "
        "512, 1024 and 1024 channels. Enlarged, block 1: 64 channels that enter, then 32 from "
        "each of 6 layers, 256 in all."
    ),
    architecture_table: (
        "Table of DenseNet-121, 169, 201 and 264. All share the stem, block 1 of 6 layers and "
        "block 2 of 12. They differ in block 3, of 24, 32, 48 and 64 layers, and in block 4, of "
        "16, 32, 32 and 48 layers. The last blocks end at 1024, 1664, 1920 and 2688 channels."
    ),
    two_stems: (
        "A 32×32 image in two stems. ImageNet's 7×7 convolution and 3×3 max pool, each with stride "
        "2, shrink it to 16×16 and then 8×8 before block 1, and block 4 sees a single position. "
        "CIFAR's 3×3 convolution keeps 32×32 for block 1, and block 3 still sees 8×8. Frames "
        "in the image show that a position of block 1 sees more pixels than it stands for."
    ),
    kept_tensors: (
        "The seven steps of a bottleneck layer in a row. Four tensors are marked as kept for the "
        "backward pass: 224 channels after concat, 224 after the first ReLU, 128 after the 1×1 "
        "convolution, 128 after the second ReLU. The two of 224 are as wide as all sources and "
        "cheap to make again."
    ),
    folding: (
        "A bottleneck layer twice. As it was trained: BN, ReLU, 1×1 convolution with 128 "
        "channels, BN, ReLU, 3×3 convolution. Folded: the 1×1 convolution and the second BN are "
        "one step, a 1×1 convolution with a bias; the first BN stays, for a ReLU follows it."
    ),
    reading: (
        "The weights of layer 3's 1×1 convolution as a matrix of 48 filters and 48 channels, cut "
        "by source: 24 channels of the block's input, 12 of layer 1, 12 of layer 2. The channels "
        "pass batch norm and ReLU first. The mean absolute weight of each part is one cell in "
        "layer 3's column of the map."
    ),
    silent_link: (
        "A source seen through its reader's batch norm, for two images. Above, it speaks: a bar "
        "stands upright in image A and lies across in image B, before and behind the norm. Below, "
        "it is silent: at its running mean everywhere, so that the norm puts out its shift, the "
        "same for both images."
    ),
    gradient_sum: (
        "A dense block of 4 layers and the transition behind it. On the way forward, the input "
        "x0 is read by all five, along five arrows. On the way back, five arrows lead from the "
        "readers to a plus sign at x0: its gradient is the sum of five contributions."
    ),
    equal_parameters: (
        "Two nets of equal size on maps of 28, 14 and 7 pixels. The plain net has 10, 20 and 40 "
        "channels, most parameters on the smallest maps, and 2.8 million multiply-adds in each "
        "stage. The dense net has 32 to 64 channels and 23,968 parameters in each block, and 18.5 "
        "million multiply-adds in the first, 4.6 and 1.2 in the others."
    ),
    links: (
        "Three blocks of 7 layers. In DenseNet every layer reads all before it, 28 links. In "
        "VoVNet each reads the one before it, 7 links, and at the end all are joined once. In "
        "HarDNet the distances are powers of two that divide the layer's number, 11 links: odd "
        "layers read one source, layer 4 reads three."
    ),
    transfer_ways: (
        "Three ways to a new task. Frozen: trained features are kept and only the new classifier "
        "learns. Full: trained features learn on with it. Scratch: fresh features learn with it."
    ),
}

#: All drawings by name; the name is the function's, and the stem of the files in images/.
DRAWINGS: dict[str, Drawing] = {draw.__name__: Drawing(draw, alt) for draw, alt in _ALTS.items()}
