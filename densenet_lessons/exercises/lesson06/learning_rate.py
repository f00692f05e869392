"""Exercise 6.1: The paper's schedule."""

from densenet_lessons.exercises import expect
from densenet_lessons.exercises.core import exercise


@exercise(
    "6.1",
    "The paper's schedule",
    minutes=6,
    difficulty=2,
    importance=2,
    hints=(
        (
            "Where do I start?",
            "Which share of the training is done before this step? Count from 0.",
        ),
        (
            "One stage never comes",
            "There are three cases. Test the later one first, or the earlier one never ends.",
        ),
        (
            "What happens at exactly half?",
            "At exactly half of the steps, the second stage has begun.",
        ),
    ),
)
def learning_rate(answer):
    cases = [(step, 100, 0.1) for step in (0, 49, 50, 74, 75, 99)]
    cases += [(step, steps, 0.4) for steps in (8, 10, 7, 6, 5, 1) for step in range(steps)]
    cases += [(step, 9, 0.03) for step in range(9)]
    expect.same_results(answer, _rate, cases, rel=1e-6)


def _rate(step, steps, largest):
    return largest * (1 if 2 * step < steps else 0.1 if 4 * step < 3 * steps else 0.01)


@learning_rate.solves(because="Two drops by 10: at half, and at three quarters of the training.")
def _(step, steps, largest):
    if step < 0.5 * steps:
        return largest
    if step < 0.75 * steps:
        return largest / 10
    return largest / 100


@learning_rate.rejects(says="The second drop divides by 10 *again*; this one goes back to one.")
def one_drop(step, steps, largest):
    return largest if step < 0.5 * steps else largest / 10


@learning_rate.rejects(says="The rate is halved here; the paper divides it by 10.")
def halves(step, steps, largest):
    return largest if step < 0.5 * steps else largest / 2 if step < 0.75 * steps else largest / 4


@learning_rate.rejects(says="This gives the factor alone; the largest rate is left out.")
def only_the_factor(step, steps, largest):
    return 1.0 if step < 0.5 * steps else 0.1 if step < 0.75 * steps else 0.01


@learning_rate.rejects(says="`largest` isn't used: these are the rates for a largest one of 0.1.")
def ignores_largest(step, steps, largest):
    return 0.1 if step < 0.5 * steps else 0.01 if step < 0.75 * steps else 0.001


@learning_rate.rejects(says="The drops come one step late: at half, the first one is due.")
def one_step_late(step, steps, largest):
    return largest if step <= 0.5 * steps else largest / (10 if step <= 0.75 * steps else 100)


@learning_rate.rejects(says="Here the rate sinks all the time; the paper's stays level in between.")
def straight_line(step, steps, largest):
    return largest * (1 - step / steps)


@learning_rate.accepts
def by_powers(step, steps, largest):
    return largest * 0.1 ** ((step >= steps / 2) + (step >= 3 * steps / 4))


@learning_rate.accepts
def by_share(step, steps, largest):
    done = step / steps
    return largest * (1.0 if done < 0.5 else 0.1 if done < 0.75 else 0.01)
