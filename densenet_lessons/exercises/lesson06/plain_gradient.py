"""Exercise 6.6: A plain net of 58 layers."""

from densenet_lessons.exercises import expect
from densenet_lessons.exercises.core import exercise


@exercise(
    "6.6",
    "A plain net of 58 layers",
    kind="predict",
    minutes=2,
    difficulty=3,
    importance=2,
    hints=(
        (
            "Where do I start?",
            "In lesson 01 a chain could do both: it depended on the factor at each step.",
        ),
        (
            "Does the norm keep the gradient?",
            "Batch norm keeps the *forward* signal at one size. That says nothing yet about "
            "the way back.",
        ),
        (
            "Which factor is it?",
            "Yang et al. compute it. A ReLU shrinks the spread of its input, and the next batch "
            "norm scales it up again. "
            "Which factor does the gradient meet on its way back?",
        ),
    ),
)
def plain_gradient(answer):
    if type(answer) is str:  # the question's own words will do: "much larger"
        answer = answer.strip().casefold().removeprefix("much ").removeprefix("about ")
    expect.one_of(answer, "larger", ("smaller", "equal", "larger"))


plain_gradient.solves(
    "larger", because="Batch norm holds the forward signal level. On the way back, it grows."
)
plain_gradient.accepts("much larger")
plain_gradient.rejects(
    "smaller",
    says="The textbook answer, for nets without batch norm. It is measured below exercise 6.7.",
)
plain_gradient.rejects(
    "equal",
    says="Fifty-seven convolutions, and no factor at all? Even a small one for each multiplies up.",
)
