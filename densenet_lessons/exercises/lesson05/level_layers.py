"""Exercise 5.4: Level."""

from densenet_lessons.costs import operations
from densenet_lessons.densenet import IMAGENET_NETS
from densenet_lessons.exercises import expect
from densenet_lessons.exercises.core import exercise


@exercise(
    "5.4",
    "Level",
    kind="plot",
    minutes=4,
    difficulty=2,
    importance=1,
    hints=(
        (
            "How do I use the panel?",
            "Zoom to block 2, and look for the row with two bars of one length.",
        ),
        (
            "Which layer is level?",
            "Zoom to the layer, and compare the two convolutions in the table below the drawing.",
        ),
    ),
)
def level_layers(answer):
    right = []
    for block in (2, 3):
        macs = {}
        for step in operations(IMAGENET_NETS["densenet121"], 224):
            if f"denseblock{block}." in step.name and step.kind == "conv":
                macs.setdefault(step.name.rpartition(".")[0], []).append(step.macs)
        level = [index for index, (one, three) in enumerate(macs.values(), 1) if one == three]
        right += level
    expect.guess(answer, tuple(right))


level_layers.solves(
    (6, 2),
    because="Both read 288 = 9k channels, and 288 * 4k = 9 * 4k * k. With fewer channels the 3x3 "
    "costs more, with more the 1x1. Block 1 ends before 288, block 4 starts beyond it.",
)
level_layers.rejects((2, 6), says="The right two, the other way round: block 2 comes first.")
level_layers.rejects((6, 1), says="Block 2, yes. In block 3 it is another layer.")
level_layers.rejects((6, 3), says="Block 2, yes. In block 3 the 1x1 is ahead at that layer.")
level_layers.rejects((5, 2), says="Block 3, yes. In block 2 the 3x3 is still ahead at that layer.")
level_layers.rejects((5, 1), says="Counted from 0? Layers are counted from 1, as in the panel.")
level_layers.rejects((7, 3), says="One too far: there the 1x1 convolution is ahead already.")
