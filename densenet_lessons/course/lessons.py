"""The lessons by number, and where they and their pictures lie: in a checkout or in a wheel."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
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


@lru_cache(maxsize=1)
def lessons() -> tuple[Lesson, ...]:
    """The lessons that this installation brings, in their order."""
    return tuple(
        Lesson(int(path.name[:2]), path.name, _title(path))
        for path in sorted(shipped_folder("notebooks").glob("[0-9][0-9]_*.ipynb"))
    )


def _title(path: Path) -> str:
    first = json.loads(path.read_text(encoding="utf8"))["cells"][0]["source"]
    return "".join(first).splitlines()[0].lstrip("# ")


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
