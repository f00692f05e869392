"""A live view of a training in a notebook: a bar, the curves so far, and one sentence."""

import html
import time

import ipywidgets as W

from densenet_lessons.panels.training_view.words import curves_alt, sentence
from densenet_lessons.pictures import PADDING, img_tag, plot_history, png_bytes
from densenet_lessons.training import History, Progress

#: Seconds between two redraws: the bar is cheap, the curves are not.
BAR_EVERY, CURVES_EVERY = 0.1, 1.0
#: Between two redraws of the curves the training gets this many times what the last one took.
SHARE = 20
_WIDTH, _HEIGHT = 768, 288


class TrainingView(W.VBox):
    """Show it in a cell, then give it to ``training.train`` as ``progress``.

    It slows a training by a few percent: the bar is redrawn ten times a second, the curves after
    each epoch, and between them once a second, or less often where drawing takes long.
    """

    def __init__(self) -> None:
        self._bar = W.FloatProgress(value=0, max=1, layout=W.Layout(width=f"{_WIDTH}px"))
        # The place for the curves is kept from the start, so the page below never jumps.
        height = f"{_HEIGHT + 2 * PADDING}px"
        self._picture, self._status = W.HTML(layout=W.Layout(min_height=height)), W.HTML()
        super().__init__([self._bar, self._picture, self._status])
        self.add_class("densenet-training")
        self._seen: list[Progress] = []
        self._losses: list[float] = []
        self.sentence = ""
        self._next_bar = self._next_curves = 0.0
        self._say("Training has not begun yet.")

    def __call__(self, progress: Progress) -> None:
        now = time.monotonic()
        self._seen.append(progress)
        whole_epoch = progress.step == progress.steps
        if whole_epoch or now >= self._next_bar:
            self._next_bar = now + BAR_EVERY
            self._bar.value = progress.done
            self._say(sentence(progress))
        if whole_epoch or now >= self._next_curves:
            started = time.monotonic()
            self._draw(progress.history, progress.epochs)
            drawn = time.monotonic()
            self._next_curves = drawn + max(CURVES_EVERY, SHARE * (drawn - started))
        if progress.done == 1:
            self._bar.bar_style = "success"

    @property
    def steps(self) -> list[tuple[float, float]]:
        """Epochs that were done, and the loss, after each step. Reading it waits for the device."""
        self._losses += [one.loss for one in self._seen[len(self._losses) :]]
        return [
            (one.done * one.epochs, loss)
            for one, loss in zip(self._seen, self._losses, strict=True)
        ]

    def _say(self, sentence: str) -> None:
        self.sentence = sentence
        self._status.value = f'<p role="status" style="margin:0">{html.escape(sentence)}</p>'

    def _draw(self, history: History, epochs: int) -> None:
        png = png_bytes(plot_history(history, steps=self.steps, epochs=epochs), quick=True)
        alt = curves_alt(len(history), len(self._seen))
        self._picture.value = img_tag(png, alt=alt, width=_WIDTH)

    def _repr_mimebundle_(self, **kwargs):
        bundle = super()._repr_mimebundle_(**kwargs)
        data = dict(bundle[0] if isinstance(bundle, tuple) else bundle)
        data["text/plain"] = "Training view"
        return data
