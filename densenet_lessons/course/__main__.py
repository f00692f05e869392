"""The command `densenet-lessons`: copy the lessons, open JupyterLab, reset, progress, check."""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from densenet_lessons.course.copies import DEFAULT_FOLDER, copy_lessons, reset_lesson
from densenet_lessons.course.lessons import lessons

#: JupyterLab's defaults here, which the user's own settings override: a panel that was run shows
#: its last picture after the notebook is opened again.
SETTINGS = {"@jupyter-widgets/jupyterlab-manager:plugin": {"saveState": True}}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; 0 if all went well."""
    options, jupyter = _parser().parse_known_args(arguments)
    if jupyter and options.run is not _start:
        _parser().error(f"unknown arguments: {' '.join(jupyter)}")
    try:
        return options.run(options, jupyter)
    except (ValueError, OSError) as error:
        print(f"densenet-lessons: {error}", file=sys.stderr)
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="densenet-lessons",
        description="An interactive course on DenseNet. Without a command: start.",
    )
    parser.set_defaults(run=_start, folder=Path(DEFAULT_FOLDER), open=True)
    commands = parser.add_subparsers(metavar="COMMAND")
    start = commands.add_parser(
        "start",
        help="copy the lessons into a folder of yours, if they are not there, and open the tour",
        description="Further options go to JupyterLab, such as --no-browser or --port 8890.",
    )
    start.add_argument("--copy-only", dest="open", action="store_false", help="open nothing")
    start.set_defaults(run=_start)
    reset = commands.add_parser(
        "reset", help="a fresh copy of one lesson; yours is kept beside it under another name"
    )
    reset.add_argument("lesson", help="its number, such as 02")
    reset.set_defaults(run=_reset)
    for command in (start, reset):
        command.add_argument(
            "--folder", type=Path, default=Path(DEFAULT_FOLDER), help="default: %(default)s"
        )
    shown = commands.add_parser("progress", help="the exercises that you have solved")
    shown.set_defaults(run=_progress)
    checked = commands.add_parser("check", help="whether this machine has what the course needs")
    checked.set_defaults(run=_check)
    return parser


def _start(options: argparse.Namespace, jupyter: list[str]) -> int:
    copied = copy_lessons(options.folder)
    if copied.kept:
        print(f"Your lessons in {copied.notebooks} stay as they are.")
    if copied.new:
        print(f"{len(copied.new)} files were copied to {copied.notebooks.parent}.")
    if not options.open:
        return 0
    tour = copied.notebooks / lessons()[0].file
    print(f"JupyterLab opens {tour}; Ctrl+C here ends it.", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "jupyterlab", str(tour), *jupyter]
        server = subprocess.Popen(command, cwd=copied.notebooks, env=environment(Path(folder)))
        while True:
            try:
                return server.wait()
            except KeyboardInterrupt:  # JupyterLab gets it, too, and asks whether to stop
                continue


def environment(folder: Path) -> dict[str, str]:
    """The environment in which JupyterLab takes our settings as its defaults.

    Args:
        folder: one of this run's own; the settings are written there.
    """
    place = folder / "labconfig"
    place.mkdir(parents=True, exist_ok=True)
    overrides = json.dumps(SETTINGS)
    (place / "default_setting_overrides.json").write_text(overrides, encoding="utf8")
    path = [str(folder), os.environ.get("JUPYTER_CONFIG_PATH", "")]
    return {**os.environ, "JUPYTER_CONFIG_PATH": os.pathsep.join(part for part in path if part)}


def _reset(options: argparse.Namespace, _: list[str]) -> int:
    fresh, mine = reset_lesson(options.lesson, options.folder)
    print(f"{fresh} is fresh.")
    if mine:
        print(f"Your own copy is {mine}.")
    return 0


def _progress(options: argparse.Namespace, _: list[str]) -> int:
    from densenet_lessons.course.progress import progress

    print(progress())
    return 0


def _check(options: argparse.Namespace, _: list[str]) -> int:
    from densenet_lessons.course.environment import check_environment

    found = check_environment()
    print(found)
    return 0 if found else 1


if __name__ == "__main__":
    sys.exit(main())
