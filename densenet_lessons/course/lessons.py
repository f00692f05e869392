"""The lessons by number, and where they and their pictures lie: in a checkout or in a wheel."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import metadata
from pathlib import Path


@dataclass(frozen=True)
class Lesson:
    """One lesson of the course.

    Args:
        number: 0 for the tour.
        file: its notebook's name.
        title: as in its heading.
    """

    number: int
    file: str
    title: str


LESSONS = (
    Lesson(1, "01_add_vs_concat.ipynb", "Add vs concat"),
    Lesson(2, "02_dense_block.ipynb", "Dense layer and dense block"),
    Lesson(3, "03_bottleneck_and_transition.ipynb", "Bottleneck and transition layers"),
    Lesson(4, "04_architectures.ipynb", "Architectures"),
    Lesson(5, "05_training.ipynb", "Training"),
)


def shipped_folder(name: str) -> Path:
    """The folder of the course's own "notebooks" or "images", never to be written to.

    Raises:
        FileNotFoundError: if the installation lacks it.
    """
    checkout = Path(__file__).resolve().parents[2] / name
    if (checkout.parent / "pyproject.toml").is_file() and checkout.is_dir():
        return checkout
    for file in metadata.files("densenet-lessons") or ():
        if file.parts[-4:-1] == ("share", "densenet-lessons", name):
            return Path(file.locate()).resolve().parent
    raise FileNotFoundError(
        f"the folder {name!r} is missing from this installation of densenet-lessons: install it "
        "again, from a wheel or from a checkout of the course"
    )
