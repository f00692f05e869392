"""The command: copies that are never overwritten, fresh ones on request, and a wheel elsewhere."""

import os
import re
import shutil
import subprocess
import sys
import sysconfig

import pytest
from lessons import NOTEBOOKS, ROOT

from densenet_lessons.course import copy_lessons, lessons, reset_lesson
from densenet_lessons.course.__main__ import environment, main

#: A folder as people have them.
FOLDER = "Mein Ordner für Übungen"


def test_a_copy_has_every_lesson_and_picture_and_its_links_hold(tmp_path):
    copied = copy_lessons(tmp_path / FOLDER)
    assert copied.notebooks == tmp_path / FOLDER / "notebooks"
    assert not copied.kept
    files = sorted(path.relative_to(tmp_path / FOLDER) for path in copied.new)
    originals = [*(ROOT / "notebooks").iterdir(), *(ROOT / "images").iterdir()]
    assert files == sorted(path.relative_to(ROOT) for path in originals if path.is_file())
    for file in files:
        assert (tmp_path / FOLDER / file).read_bytes() == (ROOT / file).read_bytes()
    assert all(os.access(path, os.W_OK) for path in copied.new)


def test_what_the_learner_wrote_is_never_overwritten(tmp_path):
    first = copy_lessons(tmp_path)
    mine = first.notebooks / lessons()[1].file
    mine.write_text("my answers")
    gone = first.notebooks / lessons()[2].file
    gone.unlink()
    again = copy_lessons(tmp_path)
    assert mine.read_text() == "my answers"
    assert again.new == (gone,)
    assert len(again.kept) == len(first.new) - 1


def test_a_reset_keeps_the_learners_copies_beside_the_fresh_one(tmp_path):
    notebooks = copy_lessons(tmp_path).notebooks
    place = notebooks / lessons()[1].file
    kept = []
    for text in ("first try", "second try"):
        place.write_text(text)
        fresh, mine = reset_lesson(f"{lessons()[1].number:02}", tmp_path)
        assert fresh == place
        assert mine.read_text() == text
        kept.append(mine)
        assert place.read_bytes() == (ROOT / "notebooks" / place.name).read_bytes()
    assert len(set(kept)) == 2
    place.unlink()
    assert reset_lesson(lessons()[1].number, tmp_path) == (place, None)


@pytest.mark.parametrize("number", ["99", "-1", "two", "", "1.5", "٣٣"])
def test_a_lesson_that_is_not_there_is_refused_by_name(tmp_path, number):
    copy_lessons(tmp_path)
    with pytest.raises(ValueError, match=re.escape(f"got {number!r}")):
        reset_lesson(number, tmp_path)


def test_folders_that_cannot_be_used_are_refused(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(ValueError, match="is a file"):
        copy_lessons(tmp_path / "file")
    with pytest.raises(ValueError, match="the course's own"):
        copy_lessons(ROOT)
    with pytest.raises(ValueError, match="does not exist"):
        reset_lesson(1, tmp_path / "nothing here")
    with pytest.raises(ValueError, match="the course's own"):
        reset_lesson(1, ROOT)


def test_a_full_disk_leaves_no_half_lesson(tmp_path, monkeypatch):
    def full(source, target):
        with open(target, "w") as file:
            file.write("{")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(shutil, "copyfile", full)
    with pytest.raises(OSError, match="No space left"):
        copy_lessons(tmp_path)
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []
    assert main(["start", "--copy-only", "--folder", str(tmp_path)]) == 1


def test_commands_and_their_exit_codes(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main(["start", "--copy-only"]) == 0
    assert str(tmp_path / "densenet-lessons") in capsys.readouterr().out
    assert main(["start", "--copy-only"]) == 0
    assert "stay as they are" in capsys.readouterr().out
    assert main(["reset", "77"]) == 1
    assert "got '77'" in capsys.readouterr().err
    assert main(["reset", "01"]) == 0
    assert "Your own copy is" in capsys.readouterr().out
    assert main(["progress"]) == 0
    assert "exercises are solved" in capsys.readouterr().out
    for wrong in (["resett", "1"], ["reset"], ["reset", "1", "--no-browser"]):
        with pytest.raises(SystemExit, match="2"):
            main(wrong)


def test_jupyterlab_takes_our_settings_as_its_defaults(tmp_path, monkeypatch):
    settings_utils = pytest.importorskip("jupyterlab_server.settings_utils")
    monkeypatch.setenv("JUPYTER_CONFIG_PATH", "/elsewhere")
    made = environment(tmp_path)
    assert made["JUPYTER_CONFIG_PATH"].split(os.pathsep)[1:] == ["/elsewhere"]
    monkeypatch.setenv("JUPYTER_CONFIG_PATH", made["JUPYTER_CONFIG_PATH"])
    overrides, error = settings_utils._get_overrides(str(tmp_path / "none"))
    assert not error
    assert overrides["@jupyter-widgets/jupyterlab-manager:plugin"] == {"saveState": True}


@pytest.fixture(scope="module")
def elsewhere(tmp_path_factory):
    """The command of a wheel, installed in an environment of its own, in another folder."""
    folder = tmp_path_factory.mktemp("wheel") / FOLDER
    folder.mkdir()
    source = folder / "source"
    listing = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(listing, cwd=ROOT, capture_output=True, text=True)
    if listed.returncode == 0:  # build folders stay behind
        for name in filter(None, listed.stdout.split("\0")):
            if (ROOT / name).is_file():
                (source / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(ROOT / name, source / name)
    else:
        shutil.copytree(ROOT, source, ignore=shutil.ignore_patterns(".*", "build", "*.egg-info"))
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "-q"]
    build = ["wheel", "--no-deps", "--no-index", "--no-build-isolation", "-w", folder, source]
    subprocess.run([*pip, *build], check=True)
    (wheel,) = folder.glob("*.whl")
    shutil.rmtree(source)
    environment = folder / "environment"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", environment], check=True)
    command = environment / ("Scripts" if os.name == "nt" else "bin")
    python = next(path for path in command.iterdir() if path.stem == "python")
    subprocess.run(
        [*pip, "--python", python, "install", "--no-deps", "--no-index", wheel], check=True
    )
    # torch and the others from here, as a line in a .pth file: six gigabytes are not copied.
    (site,) = environment.rglob("site-packages")
    (site / "others.pth").write_text(sysconfig.get_path("purelib"))
    return folder, command / "densenet-lessons"


def run(elsewhere, *arguments):
    folder, command = elsewhere
    clean = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    clean["DENSENET_LESSONS_PROGRESS"] = str(folder / "solved.json")
    return subprocess.run(
        [command, *arguments], cwd=folder, env=clean, capture_output=True, text=True
    )


def test_a_wheel_brings_the_lessons_along(elsewhere):
    folder, _ = elsewhere
    done = run(elsewhere, "start", "--copy-only")
    assert done.returncode == 0, done.stderr
    notebooks = folder / "densenet-lessons" / "notebooks"
    assert sorted(path.name for path in notebooks.iterdir()) == [path.name for path in NOTEBOOKS]
    assert (notebooks.parent / "images" / "whole_net.svg").is_file()
    done = run(elsewhere, "progress")
    assert done.returncode == 0, done.stderr
    assert "0 of " in done.stdout
    done = run(elsewhere, "check")
    assert "All fine" in done.stdout, done.stdout + done.stderr
    assert str(ROOT) not in done.stdout


def test_its_package_is_the_wheels_own(elsewhere):
    folder, command = elsewhere
    python = next(path for path in command.parent.iterdir() if path.stem == "python")
    code = "import densenet_lessons; print(densenet_lessons.__file__)"
    done = subprocess.run([python, "-I", "-c", code], cwd=folder, capture_output=True, text=True)
    assert done.stdout.startswith(str(folder)), done
