"""Exercise 5.3: The same question for DenseNet-264."""

from densenet_lessons.costs import operations
from densenet_lessons.densenet import IMAGENET_NETS
from densenet_lessons.exercises import expect
from densenet_lessons.exercises.core import exercise


@exercise(
    "5.3",
    "The same question for DenseNet-264",
    kind="predict",
    minutes=3,
    difficulty=3,
    importance=2,
    hints=(
        (
            "Where do I start?",
            "Work is weights times positions. From block to block, the positions fall to a "
            "quarter.",
        ),
        (
            "How do the blocks compare?",
            "Compare the layers: block 3 has 64 now, with up to 2,304 channels to read, and "
            "block 4 "
            "has 48, with up to 2,688.",
        ),
    ),
)
def largest_blocks(answer):
    totals = {"parameters": [0] * 4, "macs": [0] * 4}
    for step in operations(IMAGENET_NETS["densenet264"], 224):
        if "denseblock" in step.name:
            block = int(step.name.split("denseblock")[1][0]) - 1
            totals["parameters"][block] += step.parameters
            totals["macs"][block] += step.macs
    expect.guess(answer, tuple(1 + values.index(max(values)) for values in totals.values()))


largest_blocks.solves(
    (4, 3), because="Block 4 has the widest layers, and block 3 enough weights to pass block 1."
)
largest_blocks.rejects((3, 4), says="The right two, the other way round: parameters come first.")
largest_blocks.rejects((3, 1), says="So it is in DenseNet-121. Blocks 3 and 4 have grown since.")
largest_blocks.rejects((4, 1), says="Parameters, yes. Block 1 is unchanged, but others have grown.")
largest_blocks.rejects((3, 3), says="Multiply-adds, yes. Which block has the widest layers?")
largest_blocks.rejects(
    (4, 4), says="Parameters, yes. But a weight of block 4 is used at 49 positions only."
)
largest_blocks.rejects((1, 4), says="The other way round, and block 1 is not the busiest here.")
