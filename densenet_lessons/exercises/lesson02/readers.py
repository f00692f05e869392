"""Exercise 2.8: Norms for one channel."""

from densenet_lessons.densenet import DenseBlock
from densenet_lessons.exercises import expect
from densenet_lessons.exercises.core import exercise


@exercise(
    "2.8",
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
    first, *_ = block = DenseBlock(6, 64, 32, bn_size=None)
    before = first.norm1.num_features
    expect.guess(answer, sum(layer.norm1.num_features > before for layer in block))


readers.solves(5, because="Layers 2 to 6 read it, each through a norm of its own.")
readers.rejects(6, says="Layer 1 makes the channel; its own norm stands before that.")
readers.rejects(1, says="A norm belongs to a reader, not to the channel: count the readers.")
readers.rejects(4, says="One reader is missing. The last layer reads it as well.")
readers.rejects(21, says="This counts all links of the block. The question is about one channel.")
readers.rejects(32, says="These are all channels of layer 1. The question is about one of them.")
readers.rejects(0, says="Later layers read this channel, and each has a norm in front.")
