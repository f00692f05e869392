"""Whatever an answer does, a verdict comes back, and the notebook goes on as it was."""

import builtins
import random
import signal
import sys
import threading
import time
import warnings

import numpy
import pytest
import torch
from exercise_samples import checking, make_block_width, make_dense_layer
from torch import nn
from torch.nn import functional as F

from densenet_lessons.exercises import expect
from densenet_lessons.exercises.core import exercise
from densenet_lessons.exercises.engine.verdict import Status

pytestmark = pytest.mark.usefixtures("registry")


@pytest.fixture
def block_width():
    return make_block_width()


@pytest.fixture
def dense_layer():
    return make_dense_layer()


def loops(*args):
    while True:
        pass


def loops_past_exceptions(*args):
    while True:
        try:  # noqa: SIM105
            loops()
        except Exception:
            pass


def loops_past_everything(*args):
    while True:
        try:  # noqa: SIM105
            loops()
        except:  # noqa: E722 (learners write it)
            pass


@pytest.mark.parametrize("answer", [loops, loops_past_exceptions, loops_past_everything])
def test_an_endless_answer_is_cut_off(block_width, answer):
    verdict = block_width.check(answer, limit=0.1)
    assert repr(verdict) == (
        "2.3 Not yet: `block_width(16, 1, 12)` did not return within 0.1 seconds: "
        "is there a loop that never ends?"
    )


@pytest.mark.parametrize("answer", [loops, loops_past_exceptions])
def test_an_endless_answer_is_cut_off_outside_the_main_thread(block_width, answer):
    verdicts = []
    thread = threading.Thread(target=lambda: verdicts.append(block_width.check(answer, limit=0.1)))
    thread.start()
    thread.join(timeout=60)
    assert "did not return" in verdicts[0].message


def test_waiting_and_imports_do_not_count(block_width, tmp_path, monkeypatch):
    slow = "import time\nwhile time.thread_time() < START + 0.5:\n    pass\n"
    (tmp_path / "slow_import.py").write_text(slow.replace("START", str(time.thread_time())))
    monkeypatch.syspath_prepend(tmp_path)

    def waits(*args):
        time.sleep(0.05)
        return block_width.right[0].answer(*args)

    def imports(*args):
        import slow_import  # noqa: F401

        return block_width.right[0].answer(*args)

    assert block_width.check(waits, limit=0.04)
    assert block_width.check(imports, limit=0.2)
    assert "slow_import" in sys.modules


def test_an_answer_that_waits_for_ever_is_cut_off(block_width):
    verdict = block_width.check(lambda *args: threading.Event().wait(), limit=0.02)
    assert "did not return" in verdict.message


@pytest.mark.parametrize("answer", [lambda n: [0] * 10**7, lambda n: [[0] * 1000] * 1000])
def test_an_answer_of_millions_of_entries_is_cut_short(answer):
    def body(answer):
        expect.equal(answer(1), [1, 2])

    verdict = checking(body).check(answer, limit=0.5)
    assert "of 10,000,000 entries" in verdict.message or "of 1,000 entries" in verdict.message
    assert "10,000,000 entries is not it" in guess_of(answer(1)).message or len(answer(1)) == 1000


def guess_of(value):
    made = exercise("9.3", "Guess", kind="predict")(lambda answer: expect.guess(answer, (1, 2)))
    made.solves((1, 2))
    return made.check(value)


def test_what_an_answer_patches_helps_it_nowhere_and_is_put_back(dense_layer):
    def yes(*args, **kwargs):
        return torch.tensor(True)

    places = [(torch, "allclose"), (torch, "isclose"), (torch, "equal"), (F, "conv2d")]
    places += [(torch.Tensor, "any"), (torch.Tensor, "__eq__"), (nn.BatchNorm2d, "forward")]
    places += [(nn.Module, "__call__"), (expect, "same_values"), (builtins, "zip")]
    before = [vars(space).get(name) for space, name in places]

    class Patches(dense_layer.wrong[0].answer):
        def forward(self, x):
            for space, name in places:
                setattr(space, name, yes)
            return x

    verdict = dense_layer.check(Patches)
    assert verdict.status is Status.NOT_YET
    now = [vars(space).get(name) for space, name in places]
    assert all(one is other or one is None for one, other in zip(before, now, strict=True))
    assert dense_layer.check(dense_layer.right[0].answer)


def test_what_was_patched_before_the_check_helps_no_answer():
    original = torch.allclose
    torch.allclose = lambda *args, **kwargs: True
    try:
        made = checking(lambda answer: expect.same_values(answer(1), torch.zeros(2)))
        assert not made.check(lambda n: torch.ones(2))
        assert torch.allclose is original
    finally:
        torch.allclose = original


def test_an_alarm_that_was_set_before_still_rings(block_width):
    rang = []
    old = signal.signal(signal.SIGALRM, lambda *args: rang.append(True))
    try:
        signal.setitimer(signal.ITIMER_REAL, 0.3)
        block_width.check(loops, limit=0.1)
        assert not rang
        for _ in range(3000):  # a minute, for a busy machine
            if rang:
                break
            time.sleep(0.02)
        assert rang
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, old)


def test_nothing_rings_after_the_check(block_width):
    before = signal.getsignal(signal.SIGALRM)
    block_width.check(loops_past_exceptions, limit=0.05)
    block_width.check(block_width.right[0].answer, limit=0.05)
    assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)
    assert signal.getsignal(signal.SIGALRM) is before


def test_a_debugger_or_coverage_keeps_its_tracer(block_width):
    def tracer(*args):
        return None

    before = sys.gettrace()
    sys.settrace(tracer)
    try:
        block_width.check(loops_past_everything, limit=0.05)
        after = sys.gettrace()
    finally:
        sys.settrace(before)
    assert after is tracer


def test_no_hook_stays_on_modules(dense_layer):
    hooks = nn.modules.module._global_forward_pre_hooks
    before = dict(hooks)
    dense_layer.check(dense_layer.wrong[0].answer)
    assert dict(hooks) == before


class Hostile:
    def __repr__(self):
        raise RuntimeError("no repr")

    __str__ = __eq__ = __bool__ = __len__ = __iter__ = __float__ = __repr__
    __hash__ = None


class Unreadable(Exception):
    def __str__(self):
        raise RuntimeError("no text")


class Liar:
    __class__ = torch.Tensor
    shape = (2, 3)


def raising(error):
    def raises(*args):
        raise error

    return raises


def calls_itself(*args):
    return calls_itself(*args)


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (raising(SystemExit), "left Python with `exit`"),
        (raising(KeyboardInterrupt), "stopped before it ended"),
        (raising(GeneratorExit), "raised GeneratorExit"),
        (raising(Unreadable), "raised Unreadable: its text can't be read"),
        (raising(ValueError("at 0x7f12ab34cd56")), "raised ValueError: at 0x..."),
        (raising(ValueError("long " * 100)), "lo..."),
        (calls_itself, "calls itself without end"),
        (lambda *args: Hostile(), "the result is an object of type Hostile"),
        (lambda *args: [Hostile()], "the result is [an object of type Hostile]"),
        (lambda *args: Liar(), "the result is an object of type Liar"),
        (lambda *args: 10**5000, "an int of more than 60 digits"),
        (lambda *args: "x" * 10**6, "xxx...'"),
        (lambda *args: list(range(10**7)), "a list of 10,000,000 entries"),
        (lambda *args: torch.zeros(10**6), "a tensor of shape (1000000,)"),
        (lambda: 1, "raised TypeError"),
        (Hostile(), "hand in the function itself"),
    ],
)
def test_any_answer_gets_a_short_verdict(block_width, answer, words):
    verdict = block_width.check(answer)
    assert verdict.status is Status.NOT_YET
    assert words in verdict.message
    assert len(verdict.message) < 350
    assert "Hostile object" not in verdict._repr_html_()
    assert repr(block_width.check(answer)) == repr(verdict)


def test_an_object_that_lies_about_its_class_is_no_tensor():
    made = checking(lambda answer: expect.is_tensor(answer(1)))
    assert "an object of type Liar, expected a tensor" in made.check(lambda n: Liar()).message


def test_subclasses_that_lie_about_equality_are_not_believed():
    class Yes(int):
        def __eq__(self, other):
            return True

        __hash__ = int.__hash__

    class YesTensor(torch.Tensor):
        @classmethod
        def __torch_function__(cls, function, types, args=(), kwargs=None):
            return (
                True
                if function is torch.equal
                else super().__torch_function__(function, types, args, kwargs or {})
            )

    made = checking(lambda answer: expect.equal(answer(1), 2))
    assert not made.check(lambda n: Yes(3))
    assert made.check(lambda n: Yes(2))


def test_global_settings_are_set_and_put_back():
    seen = {}

    def body(answer):
        seen["values"] = (torch.rand(1).item(), random.random(), numpy.random.rand())
        seen["modes"] = (torch.is_grad_enabled(), torch.is_inference_mode_enabled())
        seen["dtype"] = torch.get_default_dtype()
        answer(1)

    def disturbing(n):
        torch.manual_seed(5)
        random.seed(5)
        numpy.random.seed(5)
        torch.set_grad_enabled(False)
        torch.set_default_dtype(torch.float16)
        torch.set_num_threads(1)
        warnings.warn("careful", stacklevel=1)

    def state():
        numbers = numpy.random.get_state()
        return (
            torch.get_rng_state().tolist(),
            random.getstate(),
            (numbers[1].tolist(), numbers[2:]),
            (torch.is_grad_enabled(), torch.is_inference_mode_enabled()),
            (torch.get_default_dtype(), torch.get_num_threads()),
        )

    made = checking(body)
    threads = torch.get_num_threads()
    torch.set_default_dtype(torch.float64)
    torch.set_num_threads(2)
    try:
        with torch.inference_mode():
            before, filters = state(), list(warnings.filters)
            assert made.check(disturbing), made.check(disturbing)
            first = dict(seen)
            assert state() == before
            assert warnings.filters == filters
        with torch.no_grad():
            before = state()
            random.random(), torch.rand(1), numpy.random.rand()
            made.check(disturbing)
            assert state()[3:] == before[3:]
    finally:
        torch.set_default_dtype(torch.float32)
        torch.set_num_threads(threads)
    assert seen == first, "a check's random numbers depend on the notebook's"
    assert seen["modes"] == (True, False)
    assert seen["dtype"] is torch.float32
