"""Exercise 2.7: Norms for one channel."""

from densenet_lessons.densenet import DenseBlock
from densenet_lessons.exercises import expect
from densenet_lessons.exercises.core import exercise


@exercise(
    "2.7",
    "Norms for one channel",
    kind="predict",
    minutes=2,
    difficulty=2,
    importance=2,
    hints=(
        (
            "Where do I start?",
            "A norm stands in front of each layer. Which layers read this channel?",
        ),
        (
            "My number is too large",
            "Count the norms that this channel passes through, not the channels of a norm.",
        ),
    ),
)
def readers(answer):
    first, *_ = block = DenseBlock(4, 16, 12, bn_size=None)
    before = first.norm1.num_features
    expect.guess(answer, sum(layer.norm1.num_features > before for layer in block))


readers.solves(3, because="Layers 2, 3 and 4 read it, each through a norm of its own.")
readers.rejects(4, says="Layer 1 makes the channel; its own norm stands before that.")
readers.rejects(1, says="A norm belongs to a reader, not to the channel: count the readers.")
readers.rejects(2, says="One reader is missing. The last layer reads it as well.")
readers.rejects(10, says="This counts all links of the block. The question is about one channel.")
readers.rejects(12, says="These are all channels of layer 1. The question is about one of them.")
readers.rejects(0, says="Later layers read this channel, and each has a norm in front.")
