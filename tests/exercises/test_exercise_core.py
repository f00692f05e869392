"""How exercises are declared, checked, recognised and shown."""

import pytest
import torch
from exercise_samples import checking, identity, make_block_width, make_dense_layer, make_width
from torch import nn

from densenet_lessons.exercises import core, expect
from densenet_lessons.exercises.core import exercise
from densenet_lessons.exercises.engine.verdict import Status

pytestmark = pytest.mark.usefixtures("registry")


@pytest.fixture
def width():
    return make_width()


@pytest.fixture
def block_width():
    return make_block_width()


@pytest.fixture
def dense_layer():
    return make_dense_layer()


# Declaring


def test_the_decorator_registers_an_exercise_under_the_name_of_its_check(registry, width):
    assert registry == {"2.1": width}
    assert (width.name, width.title, width.kind, width.form) == (
        "width",
        "Width",
        "predict",
        "value",
    )
    assert repr(width) == "Exercise 2.1: Width"


def test_an_id_is_taken_once(width):
    with pytest.raises(ValueError, match=r"exercise_id must be unique, '2\.1' is already taken"):
        exercise("2.1", "Again")(lambda answer: None)


def test_wrong_declarations_name_argument_value_and_rule(width):
    with pytest.raises(ValueError, match=r"kind must be one of .*, got 'quiz'"):
        exercise("2.2", "Quiz", kind="quiz")(lambda answer: None)
    with pytest.raises(ValueError, match=r"difficulty must be 1, 2 or 3, got 4"):
        exercise("2.2", "Dots", difficulty=4)(lambda answer: None)
    with pytest.raises(ValueError, match=r"hints must be a tuple of pairs, got the string 'One\.'"):
        exercise("2.2", "Hints", hints="One.")(lambda answer: None)
    with pytest.raises(ValueError, match="says must be a full sentence, got 'too small'"):
        width.rejects(3, says="too small")
    with pytest.raises(ValueError, match="already has a solution"):
        width.solves(41)
    with pytest.raises(ValueError, match="not a lambda"):
        width.accepts(lambda: 1)
    with pytest.raises(ValueError, match="no solution"):
        exercise("2.2", "Unsolved")(lambda answer: None).check(1)


def test_declared_answers_can_be_listed(block_width):
    assert [right.name for right in block_width.right] == ["_", "by_recursion"]
    assert [wrong.name for wrong in block_width.wrong][:2] == ["forgets_input", "first_layer_only"]
    assert block_width.wrong[0].says == "This leaves out the block's own input."
    assert block_width.wrong[0].answer(1, 2, 3) == 6


def test_sources_are_what_a_learner_would_type(block_width, width):
    assert block_width.solution_source.splitlines() == [
        "def block_width(num_input_features, num_layers, growth_rate):",
        "    # each layer adds k",
        "    return num_input_features + num_layers * growth_rate",
    ]
    assert block_width.wrong[0].source == "def block_width(c0, n, k):\n    return n * k"
    assert "return c0 if n == 0 else k + block_width(c0, n - 1, k)" in block_width.right[1].source
    assert (width.solution_source, width.wrong[1].source) == ("40", "28")


def test_a_named_solution_gives_its_name_to_all_answers(dense_layer):
    assert dense_layer.answer_name == "DenseLayer"
    assert dense_layer.wrong[0].source.startswith("class DenseLayer(nn.Module):\n    def __init__")


# Verdicts


def test_a_right_prediction_says_why(width):
    verdict = width.check(40)
    assert verdict
    assert repr(verdict) == "2.1 Correct: 16 + 2 * 12."


def test_a_recognised_prediction_is_told_its_mistake_and_an_unknown_one_not_the_answer(width):
    assert repr(width.check(24)) == "2.1 Not yet: These are the new channels only."
    verdict = width.check(39)
    assert not verdict
    assert repr(verdict) == "2.1 Not yet: 39 is not it."


def test_a_wrong_function_is_recognised_by_what_it_does(block_width):
    def mine(a, b, c):
        total = 0
        for _ in range(b):
            total += c
        return total

    assert repr(block_width.check(mine)) == (
        "2.3 Not yet: This leaves out the block's own input. "
        "For `block_width(16, 1, 12)`, the result is 12, expected 28."
    )
    # The same value at a later comparison is another mistake, with another sentence.
    message = block_width.check(lambda c0, n, k: c0 + k).message
    assert message.startswith("Only the first layer counts here. For `block_width(16, 4, 12)`")


def test_an_unknown_mistake_gets_the_general_message(block_width):
    verdict = block_width.check(lambda c0, n, k: c0 + n * k + 1)
    assert repr(verdict) == (
        "2.3 Not yet: For `block_width(16, 1, 12)`, the result is 29, expected 28."
    )


def test_a_wrong_value_is_not_recognised_at_another_comparison():
    def body(answer):
        expect.equal(answer(1), 1)
        expect.equal(answer(2), 2)

    made = checking(body, solution=identity)

    @made.rejects(says="Always five.")
    def five(n):
        return 5

    assert made.check(lambda n: 5).message.startswith("Always five.")
    assert made.check(lambda n: 1 if n == 1 else 5).message.startswith("For ")


def test_a_specific_exception_is_recognised_too(block_width):
    def mine(c0, n, k):
        return sum(range(len(n)))

    assert block_width.check(mine).message.startswith("One of the arguments is used as a list. ")
    assert not block_width.check(lambda c0, n, k: len(None)).message.startswith("One of")


def test_an_exception_names_input_error_and_line(block_width):
    def mine(c0, n, k):
        return c0 / 0

    message = block_width.check(mine).message
    assert message.startswith("`block_width(16, 1, 12)` raised ZeroDivisionError: division by zero")
    assert "`return c0 / 0`" in message


def test_a_class_is_checked_and_recognised(dense_layer):
    class Learners(nn.Module):
        def __init__(self, c_in, k):
            super().__init__()
            self.weight_layer = nn.Conv2d(c_in, k, 3, padding=1, bias=False)
            self.bn = nn.BatchNorm2d(c_in)

        def forward(self, x):
            return self.weight_layer(self.bn(torch.clamp(x, min=0)))

    assert dense_layer.check(dense_layer.right[0].answer)
    message = dense_layer.check(Learners).message
    assert message.startswith("The ReLU stands before the norm. For `DenseLayer` on a tensor of ")


def test_a_function_that_builds_the_module_will_do(dense_layer):
    def builds(num_input_features, growth_rate):
        conv = nn.Conv2d(num_input_features, growth_rate, 3, padding=1, bias=False)
        return nn.Sequential(nn.BatchNorm2d(num_input_features), nn.ReLU(), conv)

    assert dense_layer.check(builds)
    assert "expected an nn.Module" in dense_layer.check(lambda c, k: c).message


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (None, "the class itself"),
        (nn.Linear(2, 2), "a module of class Linear; hand in the class itself"),
        (len, "a function; hand in the class itself"),
        (dict, "must be a subclass of nn.Module"),
    ],
)
def test_the_wrong_form_is_refused_in_words(dense_layer, answer, words):
    verdict = dense_layer.check(answer)
    assert verdict.status is Status.NOT_YET
    assert words in verdict.message


def test_a_missing_return_is_named(block_width):
    assert "is a `return` missing?" in block_width.check(lambda *args: None).message

    def body(answer):
        expect.equal(answer(1).shape, (1,))

    assert "is a `return` missing?" in checking(body).check(lambda n: None).message


# Not attempted


def test_untouched_answers_are_not_attempted(width, block_width, dense_layer):
    def stub(a, b, c):
        """What to return."""
        raise NotImplementedError

    def inner(a, b, c):
        return stub(a, b, c)

    class NoForward(nn.Module):
        def __init__(self, a, b):
            super().__init__()

        def forward(self, x):
            raise NotImplementedError("yours")

    answers = [(width, ...), (width, (1, ...)), (block_width, ...), (block_width, stub)]
    answers += [(block_width, inner), (block_width, lambda *args: ...), (dense_layer, NoForward)]
    for made, answer in answers:
        verdict = made.check(answer)
        assert verdict.status is Status.NOT_ATTEMPTED, verdict
    assert block_width.check().status is Status.NOT_ATTEMPTED
    assert repr(block_width.check(stub)) == (
        "2.3 Not attempted: Fill in the function: replace `raise NotImplementedError`, "
        "then run the cell."
    )


def test_torchs_own_not_implemented_error_is_a_mistake(dense_layer):
    class Misspelt(nn.Module):
        def __init__(self, a, b):
            super().__init__()
            self.norm, self.conv = nn.BatchNorm2d(a), nn.Conv2d(a, b, 3, padding=1, bias=False)

        def foward(self, x):
            return x

    verdict = dense_layer.check(Misspelt)
    assert verdict.status is Status.NOT_YET
    assert 'missing the required "forward" function' in verdict.message


def test_the_declared_mistakes_run_once(block_width):
    runs = []

    @block_width.rejects(says="Counted.")
    def counted(c0, n, k):
        runs.append(c0)
        return 0

    for _ in range(3):
        block_width.check(lambda *args: 99)
    assert runs == [16, 16, 7]


def test_a_mistake_that_is_declared_after_a_check_is_known_to_the_next(width):
    assert width.check(12).message == "12 is not it."
    width.rejects(12, says="This is one layer's own output.")
    assert width.check(12).message == "This is one layer's own output."


def test_results_that_cannot_be_compared_are_one_mistake_where_they_have_one_type(block_width):
    @block_width.rejects(says="A module comes back, not its width.")
    def returns_a_module(c0, n, k):
        return nn.ReLU()

    assert block_width.check(lambda *args: nn.ReLU()).message.startswith("A module comes back")
    assert block_width.check(lambda *args: nn.Tanh()).message.startswith("For `block_width(")


def test_an_interrupt_between_the_steps_is_a_verdict_too(block_width, monkeypatch):
    def interrupted(*args, **kwargs):
        raise KeyboardInterrupt

    monkeypatch.setattr(core, "enact", interrupted)
    message = block_width.check(lambda *args: 99).message
    assert message == "The check was stopped by KeyboardInterrupt."


# Showing


def test_the_box_has_word_sign_and_escaped_text():
    made = checking(lambda answer: expect.that(False, "use `a < b` & <b>not</b> this."))
    html = made.check(lambda n: n)._repr_html_()
    assert "Use <code>a &lt; b</code> &amp; &lt;b&gt;not&lt;/b&gt; this." in html
    assert "9.1 Not yet" in html
    assert "\u2717" in html
    assert "(Sample)" in html
    assert 'role="status"' in html
    assert "var(--jp-border-color2, #bdbdbd)" in html
    right = checking_twin(lambda answer: None).check(lambda n: n)._repr_html_()
    assert "9.2 Correct" in right
    assert "\u2713" in right
    assert "densenet-correct" in right


def checking_twin(body):
    made = exercise("9.2", "Twin")(body)
    made.solves(identity)
    return made


def test_a_heading_shows_kind_time_and_dots(width):
    heading = "Exercise 2.1: Width   *predict, 5 minutes, difficulty ●○○, importance ●●●*"
    assert width.about.heading == heading


def test_hints_are_counted_from_one(width, block_width):
    assert repr(width.hint()) == "2.1 Hint 1 of 2 (Start?): Count.\n`hint(2)`: And cat?"
    assert repr(width.hint(2)) == "2.1 Hint 2 of 2 (And cat?): What does `cat` keep?"
    assert "hint(2)" in width.hint()._repr_html_()
    assert "<code>cat</code>" in width.hint(2)._repr_html_()
    for n in (0, 3, -1, "a", True):
        assert repr(width.hint(n)) == "2.1 Hints: This exercise has 2 hints, 1 to 2."
    assert repr(block_width.hint(2)) == "2.3 Hints: This exercise has one hint, number 1."


def test_a_solution_is_shown_as_code(width, block_width):
    assert repr(width.solution()) == "40\n16 + 2 * 12."
    assert width.solution()._repr_markdown_() == "```python\n40\n```\n\n16 + 2 * 12."
    assert repr(block_width.solution()) == block_width.solution_source
    assert block_width.solution()._repr_markdown_().startswith("```python\ndef block_width(")
