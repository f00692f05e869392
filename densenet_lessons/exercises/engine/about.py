"""What an exercise's heading says, and its hints."""

from __future__ import annotations

from dataclasses import dataclass

from .verdict import Hint

# Each kind as a heading names it.
KINDS = {
    "predict": "predict",
    "function": "function",
    "module": "module",
    "bug": "find the bug",
    "plot": "read a plot",
}


@dataclass(frozen=True)
class About:
    """An exercise without its check.

    Args:
        id: lesson and number, "2.3".
        title: as in the notebook's heading.
        kind: a key of `KINDS`.
        minutes: expected time.
        difficulty: 1 to 3 dots.
        importance: 1 to 3 dots; 3 is what later lessons build on.
        hints: pairs of a title and a sentence.

    Raises:
        ValueError: a kind or a number of dots that doesn't exist, hints that are one string.
    """

    id: str
    title: str
    kind: str
    minutes: int
    difficulty: int
    importance: int
    hints: tuple[tuple[str, str], ...]

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"kind must be one of {', '.join(KINDS)}, got {self.kind!r}")
        for name in ("difficulty", "importance"):
            if getattr(self, name) not in (1, 2, 3):
                raise ValueError(f"{name} must be 1, 2 or 3, got {getattr(self, name)!r}")
        if isinstance(self.hints, str):
            raise ValueError(f"hints must be a tuple of pairs, got the string {self.hints!r}")
        # A bare sentence is a hint whose title is still to be written; a test asks for it.
        pairs = (("", hint) if isinstance(hint, str) else tuple(hint) for hint in self.hints)
        object.__setattr__(self, "hints", tuple(pairs))

    @property
    def heading(self) -> str:
        """The heading of its cell in the notebook: title, kind, minutes and dots."""
        time = "1 minute" if self.minutes == 1 else f"{self.minutes} minutes"
        rated = {"difficulty": self.difficulty, "importance": self.importance}
        dots = [f"{name} {'●' * count}{'○' * (3 - count)}" for name, count in rated.items()]
        details = ", ".join([KINDS[self.kind], time, *dots])
        return f"Exercise {self.id}: {self.title}   *{details}*"

    def hint(self, n: int) -> Hint:
        """Hint number `n`, counted from 1, and the title of the next one."""
        total = len(self.hints)
        if type(n) is int and 1 <= n <= total:
            title, text = self.hints[n - 1]
            further = f"`hint({n + 1})`: {self.hints[n][0]}" if n < total else ""
            return Hint(f"{self.id} Hint {n} of {total}", title, text, further)
        count = {0: "no hint", 1: "one hint, number 1"}.get(total, f"{total} hints, 1 to {total}")
        return Hint(f"{self.id} Hints", "", f"This exercise has {count}.")
