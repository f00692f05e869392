"""Exercise 1.6: Connections of five layers."""

from densenet_lessons.exercises import expect
from densenet_lessons.exercises.core import exercise


@exercise(
    "1.6",
    "Connections of five layers",
    kind="predict",
    minutes=1,
    difficulty=1,
    importance=2,
    hints=(
        (
            "Where do I start?",
            "How many sources does layer 1 read? Layer 2? Don't forget the input.",
        ),
        (
            "My number is too small",
            "Layer l reads the input and the l - 1 layers before it. Add up five layers.",
        ),
    ),
)
def connections(answer):
    expect.guess(answer, sum(range(1, 6)))


connections.solves(15, because="1 + 2 + 3 + 4 + 5 = L(L + 1) / 2 for L = 5.")
connections.rejects(10, says="These are the links between layers; each layer also reads the input.")
connections.rejects(
    5, says="A chain has one link for each layer. Here each layer reads all before it."
)
connections.rejects(25, says="No layer reads a later one, or itself.")
connections.rejects(20, says="Two layers share one link, not two; and the input has links as well.")
connections.rejects(30, says="Each link is counted twice here.")
connections.rejects(21, says="There are five readers, not six: the input reads nothing.")
connections.rejects(6, says="Six things stand in the row; the links between them were asked for.")
