"""Exercise 9.4: Where the curves cross."""

from statistics import mean

from densenet_lessons.data import ASSETS, read_json
from densenet_lessons.exercises import expect
from densenet_lessons.exercises.core import exercise


@exercise(
    "9.4",
    "Where the curves cross",
    kind="plot",
    minutes=2,
    difficulty=1,
    importance=2,
    hints=(
        ("Where do I start?", "Which curve is on top at the left? Which at the right?"),
        (
            "They are too close to tell",
            "Where the lines touch it isn't clear; go on until they part.",
        ),
    ),
)
def where_they_cross(answer):
    runs = read_json(ASSETS / "transfer.json", lambda record: record["runs"])
    expect.guess(answer, _first_above(runs))


def _first_above(runs):
    """The fewest labels with which training all weights is better by 0.05 in the mean."""

    def accuracy(way, labels):
        found = [r["accuracy"] for r in runs if (r["way"], r["labels"]) == (way, labels)]
        return mean(found)

    counts = sorted({run["labels"] for run in runs})
    return next(n for n in counts if accuracy("full", n) > accuracy("frozen", n) + 0.05)


where_they_cross.solves(160, because="With 80 labels the two are level; with 160 they are apart.")
where_they_cross.rejects(80, says="With 80 labels the two are level: less than 0.05 apart.")
where_they_cross.rejects(320, says="They are apart before that already.")
where_they_cross.rejects(40, says="With 40 labels the frozen features are ahead.")
where_they_cross.rejects(20, says="With 20 labels the frozen features are far ahead.")
