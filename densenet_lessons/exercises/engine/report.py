"""Says what an answer was given and how it failed: the last call, and an exception in words."""

from __future__ import annotations

import dis
import linecache
import sysconfig
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import nn

from .patches import Patches
from .record import Refused
from .values import brief_input, is_a, shortened, type_name

# Code from these places is never the learner's.
_PLACES = (
    Path(__file__).parent.parent,
    Path(torch.__file__).parent,
    Path(sysconfig.get_paths()["stdlib"]),
    Path(sysconfig.get_paths()["purelib"]),
)
SIZES = ("in_channels", "out_channels", "num_features", "in_features", "out_features")
LIBRARIES = ("<frozen", *map(str, _PLACES), *(str(place.resolve()) for place in _PLACES))


class Call:
    """Remembers the last call of an answer, so that a verdict can name the input.

    Args:
        name: what the answer is called in the notebook.
        check: the exercise's check function, whose lines are not the learner's.
        patches: undoes what the answer has patched, after each call.
    """

    def __init__(self, name: str, check, patches: Patches) -> None:
        self.name, self.patches = name, patches
        self.check_code = check.__code__
        self.made = self.text = ""
        self.returned_none = False

    @contextmanager
    def recorded(self, answer, form: str) -> Iterator[object]:
        """The answer, wrapped so that its calls are noted; for a module, its forward passes too."""
        if form == "value":
            yield answer
        elif form == "class":

            def note(module, args):
                self.patches.suspected |= not type(module).__module__.startswith("torch.")
                if is_a(answer, type) and is_a(module, answer):
                    self.text = f"`{self.name}` on {_listed(args, {})}"

            # A hook on all modules: one on the instance would be copied and compared with it.
            hook = nn.modules.module.register_module_forward_pre_hook(note)
            try:
                yield _Recorder(answer, self)
            finally:
                hook.remove()
        else:
            yield _Recorder(answer, self)

    def subject(self) -> str:
        """What was running, to start a sentence with."""
        return self.text or "The answer"

    def describe(self, error: BaseException) -> tuple[str, object, str] | None:
        """The input, what makes two mistakes the same, and a sentence; None for a stub."""
        if not is_a(error, Refused):
            found = failure(error, self)
            return found and (self.text, found.identity, found.message)
        given = self.text if error.given is None else error.given
        given = given if type(given) is str else brief_input(given)
        message = error.message
        sentence = f"For {given}, {message}" if given else message[:1].upper() + message[1:]
        return f"{self.made} {given}", error.actual, sentence

    def is_learners(self, frame) -> bool:
        """Whether a frame of a traceback runs code that the learner wrote."""
        code = frame.f_code
        return code is not self.check_code and not code.co_filename.startswith(LIBRARIES)


class _Recorder:
    """Stands for the answer inside a check and notes each call before it is made."""

    def __init__(self, answer, call: Call) -> None:
        self._answer, self._call = answer, call

    def __call__(self, *args, **kwargs):
        call = self._call
        call.made = call.text = f"`{call.name}({_listed(args, kwargs)})`"
        call.returned_none = False
        try:
            result = self._answer(*args, **kwargs)
        finally:
            call.patches.put_back()
        call.returned_none = result is None
        return result

    def __getattr__(self, name):
        return getattr(self._answer, name)


def _listed(args, kwargs) -> str:
    shown = [brief_input(arg) for arg in args]
    shown += [f"{name}={brief_input(value)}" for name, value in kwargs.items()]
    return shortened(", ".join(shown), 100)


@dataclass(frozen=True)
class Failure:
    """An exception in words, and what makes two of them the same."""

    message: str
    identity: tuple[str, str]


def failure(error: BaseException, call: Call) -> Failure | None:
    """Describes an exception that an answer caused; None where the learner has not begun."""
    kind = type_name(type(error))
    frames = list(traceback.walk_tb(error.__traceback__))
    if is_a(error, NotImplementedError) and _left_as_it_was(error, call):
        return None
    if call.returned_none and not any(call.is_learners(frame) for frame, _ in frames):
        return Failure(f"{call.text} returned None: is a `return` missing?", ("None", ""))
    try:
        text = shortened(str(error), 150)
    except Exception:
        text = "its text can't be read"
    subject = call.subject()
    special = {
        KeyboardInterrupt: "The check was stopped before it ended.",
        SystemExit: f"{subject} left Python with `exit`; return the result instead.",
        RecursionError: f"{subject} calls itself without end (RecursionError).",
    }
    for group, sentence in special.items():
        if is_a(error, group):
            return Failure(sentence, (kind, text))
    for frame, _ in frames:
        for size in SIZES:
            if frame.f_code.co_name == "__init__" and type(frame.f_locals.get(size)) is float:
                told = f"{subject} makes a layer with {size} = {frame.f_locals[size]:g}, a float; "
                told += f"it must be of type int, whole{_line(frames, call)}."
                return Failure(told, ("float", size))
    detail = f": {text}" if text else ""
    return Failure(f"{subject} raised {kind}{detail}{_line(frames, call)}.", (kind, text))


def _left_as_it_was(error, call: Call) -> bool:
    """Whether the exception comes from a `raise` in the learner's code.

    Operators of torch raise NotImplementedError as well, for a dtype that they lack, and so does
    a module without a `forward`.
    """
    last = error.__traceback__
    while last.tb_next is not None:
        last = last.tb_next
    code = last.tb_frame.f_code
    instruction = dis.opname[code.co_code[last.tb_lasti]]
    return call.is_learners(last.tb_frame) and instruction == "RAISE_VARARGS"


def _line(frames, call: Call) -> str:
    """The learner's own line where it happened."""
    for frame, number in reversed(frames):
        if call.is_learners(frame):
            text = linecache.getline(frame.f_code.co_filename, number).strip()
            return f" (line {number}: `{shortened(text)}`)" if text else f" (line {number})"
    return ""
