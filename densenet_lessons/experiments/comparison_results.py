"""What came out of the comparison: the record that ships, its summaries, and what is noise."""

import json
from dataclasses import dataclass
from math import sqrt
from pathlib import Path
from statistics import mean, stdev

from densenet_lessons.data import ASSETS

RESULTS = ASSETS / "comparison.json"
#: Two means count as different when more than this many standard errors lie between them.
CLEAR = 2


@dataclass(frozen=True)
class Summary:
    """What came out for one family at one size: the test accuracy over seeds.

    ``spread`` is the standard deviation from seed to seed, ``macs`` are for one image,
    ``seconds`` the mean time of a training.
    """

    family: str
    size: str
    parameters: int
    macs: int
    learning_rate: float
    seeds: int
    mean: float
    spread: float
    lowest: float
    highest: float
    seconds: float


def load_comparison(path: str | Path | None = None) -> tuple[list[Summary], dict]:
    """The results that ship: a summary of each family and size, and the whole record.

    Args:
        path: of another record, as ``experiments.comparison`` writes it.

    Raises:
        FileNotFoundError, RuntimeError: if the file is missing or damaged, with the command
            that restores it.
    """
    file = RESULTS if path is None else Path(path)
    restore = f"restore it with: git checkout -- densenet_lessons/data/assets/{file.name}"
    if not file.is_file():
        raise FileNotFoundError(f"{file} is missing; {restore}")
    try:
        record = json.loads(file.read_text(encoding="utf8"))
        return summarise(record), record
    except (ValueError, KeyError, TypeError) as error:
        raise RuntimeError(f"{file} is damaged ({error!r}); {restore}") from error


def summarise(record: dict) -> list[Summary]:
    """Mean and spread over the seeds, for each family and size."""
    summaries = []
    for net in record["nets"]:
        accuracies = accuracies_of(record, net["family"], net["size"])
        summaries.append(
            Summary(
                **net,
                learning_rate=record["chosen"][net["family"]],
                seeds=len(accuracies),
                mean=mean(accuracies),
                spread=stdev(accuracies),
                lowest=min(accuracies),
                highest=max(accuracies),
                seconds=mean(run["seconds"] for run in _runs(record, net["family"], net["size"])),
            )
        )
    return summaries


def accuracies_of(record: dict, family: str, size: str) -> list[float]:
    """The test accuracy of each single run of a family and size, in the order of its seeds."""
    runs = sorted(_runs(record, family, size), key=lambda run: run["seed"])
    return [run["accuracy"] for run in runs]


def _runs(record: dict, family: str, size: str) -> list[dict]:
    return [run for run in record["runs"] if (run["family"], run["size"]) == (family, size)]


def standard_error(first: Summary, second: Summary) -> float:
    """Standard error of the difference between two means: by how much it may be off by chance.

    The two need not spread alike (Welch): sqrt(s1^2 / n1 + s2^2 / n2).
    """
    return sqrt(first.spread**2 / first.seeds + second.spread**2 / second.seeds)


def clearly_apart(first: Summary, second: Summary) -> bool:
    """Whether two means differ by more than ``CLEAR`` standard errors of their difference."""
    return abs(first.mean - second.mean) > CLEAR * standard_error(first, second)
