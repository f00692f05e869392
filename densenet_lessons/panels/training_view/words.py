"""What the training view says while a net trains, and at its end."""

from densenet_lessons.training import History, Progress


def sentence(progress: Progress) -> str:
    """Where the training is, its loss, and the newest accuracy."""
    history, whole = progress.history, len(progress.history)
    if progress.done == 1:
        return _result(history)
    where = f"Epoch {progress.epoch} of {progress.epochs}, step {progress.step} of {progress.steps}"
    if whole == 0:
        return f"{where}: loss {progress.loss:.3f}."
    kind, value = _accuracy(history)
    if whole == 1:
        return (
            f"{where}: loss {progress.loss:.3f}; {kind} accuracy {value:.3f} after 1 whole epoch."
        )
    return (
        f"{where}: loss {progress.loss:.3f}; {kind} accuracy {value:.3f} after {whole} whole "
        "epochs."
    )


def curves_alt(epochs: int, steps: int) -> str:
    return f"Loss and accuracy after {epochs} epochs and {steps} steps"


def _result(history: History) -> str:
    kind, value = _accuracy(history)
    seconds, epochs = sum(history.seconds), len(history)
    if epochs == 1:
        return f"Done: 1 epoch in {seconds:.0f} s, {kind} accuracy {value:.3f}."
    return f"Done: {epochs} epochs in {seconds:.0f} s, {kind} accuracy {value:.3f}."


def _accuracy(history: History) -> tuple[str, float]:
    """The newest accuracy, on test images where there are some, and which of the two it is."""
    if history.test_accuracy:
        return "test", history.test_accuracy[-1]
    return "training", history.accuracy[-1]
