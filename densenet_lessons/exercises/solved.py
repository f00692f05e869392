"""Which exercises the learner has solved: one small local file, which may be deleted at any time.

It lies in the user's data folder (`platformdirs`), as JSON: the exercise's lesson and name, and
when it was solved first. Nothing is sent anywhere. The environment variable
``DENSENET_LESSONS_PROGRESS`` names another file, or ``off``. Under CI and pytest, nbval
included, nothing is read or written, so that a run is the same for everybody.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timezone
from pathlib import Path

SETTING = "DENSENET_LESSONS_PROGRESS"
#: Seconds to wait for another kernel that is writing, before this one gives up.
_PATIENCE = 5


def progress_file() -> Path | None:
    """Where solved exercises are remembered; None where they are not."""
    setting = os.environ.get(SETTING, "").strip()
    if setting.lower() == "off":
        return None
    if setting:
        return Path(setting).expanduser()
    if os.environ.get("CI", "").lower() not in ("", "0", "false"):
        return None
    if "PYTEST_CURRENT_TEST" in os.environ:
        return None
    from platformdirs import user_data_path

    return user_data_path("densenet-lessons", appauthor=False) / "solved.json"


def solved_exercises() -> dict[str, str]:
    """Lesson and name of each solved exercise ("lesson02.block_width"), with the first time.

    A damaged file is set aside under another name in its folder, and counts as empty. A file
    that may not be read counts as empty, too.
    """
    path = progress_file()
    if path is None or not path.is_file():
        return {}
    try:
        with _alone(path):
            return _read(path)
    except OSError:  # a time-out of the lock is one
        return {}


def remember_solved(key: str) -> str:
    """Remember an exercise as solved; what stood there stays.

    Args:
        key: lesson and name, "lesson02.block_width".

    Returns:
        Nothing to say (""), or why it could not be kept, as a sentence. It never raises for a
        full disk or a folder that can't be written: the learner's answer is right all the same.
    """
    path = progress_file()
    if path is None:
        return ""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with _alone(path):
            known = _read(path)
            if key not in known:
                now = datetime.now(timezone.utc).isoformat(timespec="seconds")
                _write(path, {**known, key: now})
    except OSError as error:
        return f"This could not be remembered in {path}: {error}."
    return ""


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """No other kernel reads or writes the file in the meantime."""
    from filelock import FileLock  # what torch itself needs

    with FileLock(path.with_suffix(".lock"), timeout=_PATIENCE):
        yield


def _read(path: Path) -> dict[str, str]:
    if not path.is_file():
        return {}
    try:
        known = json.loads(path.read_text(encoding="utf8"))
        if isinstance(known, dict) and all(isinstance(when, str) for when in known.values()):
            return known
    except ValueError:  # no JSON, or no text
        pass
    number = 1
    while (aside := path.with_name(f"{path.stem}-damaged-{number}.json")).exists():
        number += 1
    path.replace(aside)
    return {}


def _write(path: Path, known: dict[str, str]) -> None:
    """The whole file or none of it: a kill in the middle leaves the old one."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=path.stem, suffix=".new")
    try:
        with open(handle, "w", encoding="utf8") as target:
            json.dump(known, target, indent=1, sort_keys=True)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
