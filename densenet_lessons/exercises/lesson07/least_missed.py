"""Exercise 7.9: The source that this coat doesn't miss."""

from densenet_lessons.exercises import expect
from densenet_lessons.exercises.core import exercise


@exercise(
    "7.9",
    "The source that this coat doesn't miss",
    kind="plot",
    minutes=4,
    difficulty=1,
    importance=2,
    hints=(
        (
            "How do I silence a whole source?",
            "Click the source's name at the left of the map, or choose the source and then "
            "`this source` under *silence*.",
        ),
        (
            "What am I to look at?",
            "The longest bar, and the last sentence below the picture. Escape in the picture, or "
            "`nothing`, gives the sources their voice back.",
        ),
    ),
)
def least_missed(answer):
    expect.one_of(answer, "layer 3", ("input", "layer 1", "layer 2", "layer 3"))


least_missed.solves(
    "layer 3",
    because="Read with the most weight of all, and for this coat not missed. Other garments do.",
)
least_missed.rejects("input", says="Without the block's input every garment is called a dress.")
least_missed.rejects("layer 1", says="Without layer 1 this coat becomes a pullover.")
least_missed.rejects(
    "layer 2", says="Without layer 2 this coat becomes a pullover, and surely so: look at the bar."
)
