"""Runs a learner's code so that no endless loop and no changed global setting outlives it."""

from __future__ import annotations

import ctypes
import random
import signal
import sys
import threading
import time
import warnings
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import numpy
import torch

TICK = 0.25
# Sleeping uses no time of the processor: an answer that waits is cut off by the clock, later.
CLOCK_FACTOR = 12


class TimeIsUp(BaseException):
    """The answer ran too long. Not an `Exception`, which an answer might well catch."""


class _Meter:
    """How much of its time an answer has used: the processor's time of its own thread.

    A busy machine doesn't count, nor what is spent on the imports that torch makes at the first
    use of an optimiser, a meta tensor or a checkpoint.
    """

    def __init__(self, seconds: float) -> None:
        self.seconds, self.imports, self.thread = seconds, 0.0, threading.get_ident()
        clock_of = getattr(time, "pthread_getcpuclockid", None)
        clock = clock_of(self.thread) if clock_of else None
        self.clock = time.process_time if clock is None else lambda: time.clock_gettime(clock)
        self.started = self.last = self.clock()
        self.end = time.monotonic() + CLOCK_FACTOR * seconds

    def is_up(self) -> bool:
        """Asked at each tick."""
        now, frame = self.clock(), sys._current_frames().get(self.thread)
        while frame is not None and not frame.f_code.co_filename.startswith("<frozen importlib"):
            frame = frame.f_back
        if frame is not None:
            self.imports += now - self.last
        self.last = now
        return now - self.started - self.imports >= self.seconds or time.monotonic() > self.end


@contextmanager
def time_limit(seconds: float) -> Iterator[None]:
    """Raises `TimeIsUp` in the body once it has used `seconds` of the processor's time, and again
    until the body ends."""
    in_main_thread = threading.current_thread() is threading.main_thread()
    meter, tick = _Meter(seconds), min(TICK, seconds / 2)
    if in_main_thread and hasattr(signal, "setitimer"):
        yield from _limit_by_signal(meter, tick)
    else:
        yield from _limit_by_thread(meter, tick)


def _limit_by_signal(meter: _Meter, tick: float) -> Iterator[None]:
    rings, ended, traced = 0, False, []

    def ring(signal_number, frame):
        nonlocal rings
        if ended or not meter.is_up():
            return
        rings += 1
        if rings > 2:
            traced.extend(_raise_in_handlers(frame))
        raise TimeIsUp

    def disarm():
        nonlocal ended
        ended = True
        signal.setitimer(signal.ITIMER_REAL, 0)

    started, tracer = time.monotonic(), sys.gettrace()
    old_handler = signal.signal(signal.SIGALRM, ring)
    old_delay, old_interval = signal.setitimer(signal.ITIMER_REAL, tick, tick)
    try:
        yield
    finally:
        try:
            disarm()
        finally:
            disarm()  # the bell may have rung on the way into the first
        if traced:
            for frame, trace in reversed(traced):
                frame.f_trace = trace
            sys.settrace(tracer)
        signal.signal(signal.SIGALRM, signal.SIG_DFL if old_handler is None else old_handler)
        if old_delay:
            left = old_delay - (time.monotonic() - started)
            signal.setitimer(signal.ITIMER_REAL, max(left, 0.001), old_interval)


def _raise_in_handlers(frame) -> list[tuple]:
    """Makes a bare `except:` that swallows `TimeIsUp` raise it once more, from inside the handler,
    where its own `try` no longer catches. Returns the frames, each with the tracer it had."""
    raised, traced = False, []

    def trace(frame, event, arg):
        nonlocal raised
        if event == "exception":
            raised = True
        elif event == "line" and raised:
            raise TimeIsUp
        return trace

    sys.settrace(trace)
    while frame is not None:
        if frame.f_code.co_filename != __file__:
            traced.append((frame, frame.f_trace))
            frame.f_trace = trace
        frame = frame.f_back
    return traced


def _limit_by_thread(meter: _Meter, tick: float) -> Iterator[None]:
    body = ctypes.c_ulong(threading.get_ident())
    raise_in = ctypes.pythonapi.PyThreadState_SetAsyncExc
    lock, ended = threading.Lock(), threading.Event()

    def watch():
        while not ended.wait(tick):
            with lock:
                if not ended.is_set() and meter.is_up():
                    raise_in(body, ctypes.py_object(TimeIsUp))

    def disarm():
        with lock:
            ended.set()
        for _ in range(100):
            pass  # one that is on its way arrives here, and not after the check

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield
    finally:
        # Not SetAsyncExc with NULL: it leaves Python 3.11 in a state in which tracing hangs.
        try:
            disarm()
        except TimeIsUp:
            disarm()
        watcher.join()


@contextmanager
def isolated(seed: int) -> Iterator[None]:
    """Seeds every source of randomness, sets torch's defaults, and puts all of it back afterwards.

    Inside, gradients are on and the default dtype is float32, whatever the notebook has chosen,
    torch uses one thread, and warnings are silent.
    """
    python_state, numpy_state = random.getstate(), numpy.random.get_state()
    dtype, threads = torch.get_default_dtype(), torch.get_num_threads()
    on_gpu = torch.cuda.is_initialized()
    with ExitStack() as stack:
        devices = range(torch.cuda.device_count()) if on_gpu else []
        stack.enter_context(torch.random.fork_rng(devices=devices))
        stack.enter_context(torch.inference_mode(False))
        stack.enter_context(torch.enable_grad())
        stack.enter_context(warnings.catch_warnings())
        warnings.simplefilter("ignore")
        torch.set_default_dtype(torch.float32)
        # Small tensors gain nothing from threads, and sums then come out alike on every machine.
        torch.set_num_threads(1)
        # Not torch.manual_seed: it would also seed a GPU that starts after the check.
        torch.default_generator.manual_seed(seed)
        if on_gpu:
            torch.cuda.manual_seed_all(seed)
        random.seed(seed)
        numpy.random.seed(seed)
        try:
            yield
        finally:
            random.setstate(python_state)
            numpy.random.set_state(numpy_state)
            torch.set_default_dtype(dtype)
            torch.set_num_threads(threads)
