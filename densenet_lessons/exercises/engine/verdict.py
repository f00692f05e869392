"""What a check says: a `Verdict`, and the boxes in which verdicts, hints and solutions appear."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from enum import Enum


class Status(Enum):
    """The three things a check can find. "Not attempted" is not "wrong"."""

    CORRECT = "Correct"
    NOT_YET = "Not yet"
    NOT_ATTEMPTED = "Not attempted"


# A sign beside each word; a colour of JupyterLab's theme, with one for any other page.
SIGNS = {Status.CORRECT: "\u2713", Status.NOT_YET: "\u2717", Status.NOT_ATTEMPTED: "\u25cb"}
COLOURS = {
    Status.CORRECT: "var(--jp-success-color1, #388e3c)",
    Status.NOT_YET: "var(--jp-warn-color1, #c75300)",
    Status.NOT_ATTEMPTED: "var(--jp-info-color1, #0277bd)",
}


@dataclass(frozen=True)
class Verdict:
    """The outcome of one check; true only when the answer is correct.

    Args:
        status: what was found.
        message: one to three sentences for the learner; may be empty when the answer is correct.
        exercise_id: the exercise's number in the course, "2.3".
        title: the exercise's title.
    """

    status: Status
    message: str
    exercise_id: str
    title: str

    def __bool__(self) -> bool:
        return self.status is Status.CORRECT

    def __repr__(self) -> str:
        head = f"{self.exercise_id} {self.status.value}"
        return f"{head}: {self.message}" if self.message else f"{head}."

    def _repr_html_(self) -> str:
        head = f"{self.exercise_id} {self.status.value}"
        name = self.status.name.lower().replace("_", "-")
        return box(head, self.title, self.message, name, SIGNS[self.status], COLOURS[self.status])


@dataclass(frozen=True)
class Hint:
    """One hint, shown in a box of its own.

    Args:
        head: its exercise and number.
        title: when it helps, in the learner's words.
        text: the hint.
        further: the title of the next hint; empty where this one is the last.
    """

    head: str
    title: str
    text: str
    further: str = ""

    def __repr__(self) -> str:
        head = f"{self.head} ({self.title})" if self.title else self.head
        return "\n".join(filter(None, [f"{head}: {self.text}", self.further]))

    def _repr_html_(self) -> str:
        colour = "var(--jp-info-color1, #0277bd)"
        return box(self.head, self.title, self.text, "hint", "?", colour, self.further)


@dataclass(frozen=True)
class Solution:
    """The source of a solution; a notebook colours it as code."""

    source: str
    because: str

    def __repr__(self) -> str:
        return "\n".join(filter(None, [self.source, self.because]))

    def _repr_markdown_(self) -> str:
        return "\n\n".join(filter(None, [f"```python\n{self.source}\n```", self.because]))


def box(
    head: str, title: str, text: str, name: str, sign: str, colour: str, further: str = ""
) -> str:
    """HTML that reads well on JupyterLab's light and dark ground, and on a plain white page."""
    style = (
        "border: 1px solid var(--jp-border-color2, #bdbdbd); "
        f"border-left: 4px solid {colour}; border-radius: 3px; "
        "padding: 0.4em 0.8em; margin: 0.3em 0; max-width: 46em; line-height: 1.5; "
        "color: var(--jp-content-font-color1, inherit)"
    )
    parts = [f'<strong><span aria-hidden="true">{sign}</span> {escaped(head)}</strong>']
    if title:
        parts.append(f" <span>({escaped(title)})</span>")
    parts += [f"<div>{escaped(line)}</div>" for line in (text, further) if line]
    return f'<div class="densenet-check densenet-{name}" role="status" style="{style}">' + (
        "".join(parts) + "</div>"
    )


def escaped(text: str) -> str:
    """Text as HTML, with what stands between backticks set as code."""
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", html.escape(text))
