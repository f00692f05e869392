"""What came out of the comparison: the record that ships, its summaries, and what is noise."""

from dataclasses import asdict, dataclass
from itertools import combinations
from pathlib import Path
from statistics import mean, stdev

from densenet_lessons.data import ASSETS, read_json
from densenet_lessons.experiments.welch import Difference, welch

RESULTS = ASSETS / "comparison.json"


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
    return read_json(file, lambda record: (summarise(record), record))


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


def differ(first: Summary, second: Summary) -> Difference:
    """The difference of two mean accuracies, judged by Welch's t test over the seeds."""
    return welch(*((one.mean, one.spread, one.seeds) for one in (first, second)))


def verdicts(summaries: list[Summary]) -> list[dict]:
    """How each two families differ at each size, as the record holds it, rounded."""
    found = []
    for size in dict.fromkeys(one.size for one in summaries):
        here = [one for one in summaries if one.size == size]
        for second, first in combinations(here, 2):  # the dense net stands last
            numbers = {key: round(value, 6) for key, value in asdict(differ(first, second)).items()}
            found.append({"size": size, "first": first.family, "second": second.family, **numbers})
    return found
