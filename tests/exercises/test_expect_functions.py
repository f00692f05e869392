"""Whole comparisons of functions, and when a mistake is recognised."""

import numpy
import pytest
import torch
from exercise_samples import checking
from torch import nn

from densenet_lessons.exercises import expect

pytestmark = pytest.mark.usefixtures("registry")


def total(numbers, step):
    return sum(numbers) * step


CACHE = []


def caches(numbers, step):
    CACHE.append(total(numbers, step))
    return CACHE[0]


def empties(numbers, step):
    found = 0
    while numbers:
        found += numbers.pop()
    return found * step


def numbers_exercise(**options):
    cases = [([1, 2], 3), ([4], 5), ([2, 2, 2], 1)]
    return checking(lambda answer: expect.same_results(answer, total, cases, **options), total)


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (
            lambda numbers, step: sum(numbers),
            "For `solved([1, 2], 3)`, the result is 3, expected 9.",
        ),
        (empties, "the argument [1, 2] was changed to []."),
        (caches, "For `solved([4], 5)`, the result is 9, expected 20."),
        (lambda numbers, step: float(total(numbers, step)), "holds a float"),
    ],
)
def test_same_results_refuses(answer, words):
    CACHE.clear()
    made = checking(
        lambda answer: expect.same_results(
            answer, total, [([1, 2], 3), ([4], 5), ([2, 2, 2], 1)], whole=True
        )
    )
    assert words in made.check(answer).message
    assert made.check(lambda numbers, step: numpy.int64(total(numbers, step)))


def test_a_second_call_with_the_first_arguments_shows_what_was_kept():
    calls = []

    def counts(numbers, step):
        calls.append(1)
        return total(numbers, step) + len(calls) // 4

    message = numbers_exercise().check(counts).message
    assert message == "For `total([1, 2], 3)`, the result, asked again, is 10, expected 9."


def layer(x, module):
    return module(x) * 2


def drops(change):
    def answer(x, module):
        change(module)
        return module(x) * 2

    return answer


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (lambda x, module: layer(x, module) + 1, "the result has the right shape but"),
        (lambda x, module: layer(x.zero_(), module), "was changed in place"),
        (lambda x, module: layer(x.detach(), module), "the gradient of the input 0"),
        (lambda x, module: layer(x, module).detach(), "no gradient flows back"),
        (
            lambda x, module: layer(x, module.requires_grad_(False)),
            "left with `requires_grad=False`",
        ),
        (drops(lambda module: module.eval()), "was left in eval mode"),
        (drops(lambda module: module(torch.ones(2, 3, 2, 2))), "running_mean"),
        (drops(lambda module: module.weight.data.zero_()), "module's `weight`"),
        (lambda x, module: layer(x.float(), module.float()).double(), "in float64"),
    ],
)
def test_same_function_refuses(answer, words):
    def body(answer):
        for batch in (2, 3):
            module = expect.randomise(nn.BatchNorm2d(3))
            expect.same_function(answer, layer, expect.noise(batch, 3, 4, 5), module)

    made = checking(body, layer)
    assert made.check(layer)
    assert words in made.check(answer).message


def test_a_mistake_is_recognised_only_where_two_inputs_agree():
    def body(answer):
        expect.equal(answer(1), 10)
        expect.equal(answer(2), 20)

    def tenfold(n):
        return 10 * n

    made = checking(body, tenfold)

    @made.rejects(says="The square is taken, times nine.")
    def squares(n):
        return 9 * n * n

    assert made.check(lambda n: 9 * n**2).message.startswith("The square")
    assert not made.check(lambda n: 8 + n).message.startswith("The square"), "9 at 1 alone"

    @made.rejects(says="Only two is right here.")
    def one_input(n):
        return 7 if n == 1 else 20

    assert made.check(lambda n: 20 if n == 2 else 7).message.startswith("For `tenfold(1)`")


def test_an_error_on_each_input_is_recognised_within_a_case():
    def body(answer):
        for n in (1, 2):
            with expect.case():
                expect.equal(answer(n), n)

    made = checking(body, lambda_free)

    @made.rejects(says="A number has no length.")
    def takes_the_length(n):
        return len(n)

    assert made.check(lambda n: len(n)).message.startswith("A number has no length. ")
    message = made.check(lambda n: len(n) if n == 1 else 3).message
    assert message.startswith("`lambda_free(1)` raised TypeError")


def lambda_free(n):
    return n


def test_channels_that_are_no_whole_number_are_told_as_that():
    made = checking(lambda answer: expect.is_module(answer(21)))
    for made_wrong in (lambda c: nn.Conv2d(c, 0.5 * c, 1), lambda c: nn.Conv2d(c, 2.0 * c, 1)):
        message = made.check(made_wrong).message
        assert "out_channels = " in message
        assert "a float; it must be of type int" in message
        assert "groups" not in message
