"""The learner's own copies of the lessons: made once, never overwritten, fresh ones on request."""

from __future__ import annotations

import os
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

from densenet_lessons.course.lessons import Lesson, lessons, shipped_folder

#: Where the lessons are copied to, from the folder in which the command is given.
DEFAULT_FOLDER = "densenet-lessons"


@dataclass(frozen=True)
class Copied:
    """What a copy of the course did.

    Args:
        notebooks: the folder in which the lessons lie now.
        new: files that were put there.
        kept: files that were there already, and stay as they are.
    """

    notebooks: Path
    new: tuple[Path, ...]
    kept: tuple[Path, ...]


def copy_lessons(folder: str | Path = DEFAULT_FOLDER) -> Copied:
    """Copy lessons and pictures into a folder of the learner's; what lies there is kept.

    Args:
        folder: it gets the folders ``notebooks`` and ``images``, as the lessons' links need them.

    Raises:
        ValueError: if ``folder`` is a file, or the course's own.
    """
    folder = Path(folder).expanduser().resolve()
    if folder.exists() and not folder.is_dir():
        raise ValueError(f"folder must be a folder or not exist yet, {folder} is a file")
    new, kept = [], []
    for name in ("notebooks", "images"):
        source = shipped_folder(name)
        target = folder / name
        if target == source:
            raise ValueError(
                f"folder must not be the course's own, {folder}: the lessons lie there already"
            )
        target.mkdir(parents=True, exist_ok=True)
        for file in sorted(path for path in source.iterdir() if path.is_file()):
            place = target / file.name
            if place.exists():
                kept.append(place)
            else:
                _copy_whole(file, place)
                new.append(place)
    return Copied(folder / "notebooks", tuple(new), tuple(kept))


def reset_lesson(
    number: int | str, folder: str | Path = DEFAULT_FOLDER
) -> tuple[Path, Path | None]:
    """A fresh copy of one lesson; the learner's own is kept beside it.

    Args:
        number: of the lesson, 2 or "02".
        folder: the one that `copy_lessons` filled.

    Returns:
        The fresh copy, and where the learner's own lies now (None if there was none).

    Raises:
        ValueError: if no lesson has this number, or the folder holds no copy of the course.
    """
    lesson = lesson_of(number)
    notebooks = Path(folder).expanduser().resolve() / "notebooks"
    if not notebooks.is_dir():
        raise ValueError(f"folder must hold a copy of the course, {notebooks} does not exist")
    if notebooks == shipped_folder("notebooks"):
        raise ValueError(f"folder must be a copy, {notebooks} is the course's own: use git there")
    place, mine = notebooks / lesson.file, None
    if place.exists():
        count = 1
        while (mine := place.with_name(f"{place.stem}_mine_{count}.ipynb")).exists():
            count += 1
        place.rename(mine)
    _copy_whole(shipped_folder("notebooks") / lesson.file, place)
    return place, mine


def lesson_of(number: int | str) -> Lesson:
    """The lesson of a number.

    Raises:
        ValueError: if there is none.
    """
    text = str(number).strip()
    for lesson in lessons():
        if text.isdecimal() and int(text) == lesson.number:
            return lesson
    known = ", ".join(f"{lesson.number:02}" for lesson in lessons())
    raise ValueError(f"lesson must be one of {known}, got {text!r}")


def _copy_whole(source: Path, target: Path) -> None:
    """A kill or a full disk in the middle leaves no half a file under the target's name."""
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=".", suffix=".new")
    os.close(handle)
    try:
        shutil.copyfile(source, name)
        os.chmod(name, 0o644)  # a checkout may be read-only, the learner's copy must not be
        os.replace(name, target)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
