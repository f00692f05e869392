"""Exercise 6.4: The hardest garment."""

from densenet_lessons.data import FASHION_CLASSES
from densenet_lessons.exercises import expect
from densenet_lessons.exercises.core import exercise


@exercise(
    "6.4",
    "The hardest garment",
    kind="predict",
    minutes=2,
    difficulty=1,
    importance=1,
    hints=(
        (
            "Where do I start?",
            "Picture each garment at 28 pixels, without colour. Which outlines are alike?",
        ),
        (
            "Which garments are alike?",
            "Three or four of them are tops with sleeves. One of these lies between all the "
            "others.",
        ),
    ),
)
def hardest(answer):
    expect.one_of(answer, "shirt", FASHION_CLASSES)


hardest.solves("shirt", because="Most tops have its outline; buttons and a collar hardly show.")
hardest.rejects("coat", says="Close: coats go wrong too, but another top has more neighbours.")
hardest.rejects("pullover", says="Close: it is mixed up too, but another top has more neighbours.")
hardest.rejects("T-shirt/top", says="Close: it is mixed up too, but its short sleeves often show.")
hardest.rejects("sandal", says="Shoes have outlines of their own; look at what has sleeves.")
