"""Exercise 5.4: The hardest garment."""

from densenet_lessons.data import FASHION_CLASSES
from densenet_lessons.exercises import expect


def hardest(answer):
    expect.one_of(answer, "shirt", FASHION_CLASSES)


hardest.solves("shirt", because="Most tops have its outline; buttons and a collar hardly show.")


hardest.rejects("coat", says="Close: coats go wrong too, but another top has more neighbours.")


hardest.rejects("pullover", says="Close: it is mixed up too, but another top has more neighbours.")


hardest.rejects("T-shirt/top", says="Close: it is mixed up too, but its short sleeves often show.")


hardest.rejects("sandal", says="Shoes have outlines of their own; look at what has sleeves.")
