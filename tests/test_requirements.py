"""What is installed: the core needs torch alone, and requirements.txt asks for all the rest."""

from __future__ import annotations

import sys
from pathlib import Path

if sys.version_info >= (3, 11):
    import tomllib
else:  # pytest brings it there
    import tomli as tomllib

ROOT = Path(__file__).resolve().parent.parent


def project() -> dict:
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf8"))["project"]


def test_the_core_needs_torch_alone():
    assert [name.split(">")[0] for name in project()["dependencies"]] == ["torch"]


def test_requirements_asks_for_what_the_course_and_its_tests_need():
    lines = (ROOT / "requirements.txt").read_text(encoding="utf8").splitlines()
    asked = {line.strip() for line in lines if line.strip() and not line.startswith("#")}
    extras = project()["optional-dependencies"]
    needed = {*project()["dependencies"], *extras["course"], *extras["test"]}
    assert asked == (needed - {"densenet-lessons[course]"}) | {"-e ."}


def test_the_licence_stands_in_a_file_of_its_own():
    assert project()["license"] == "MIT"
    assert (ROOT / "LICENSE").read_text(encoding="utf8").startswith("MIT License")
    for name in project()["license-files"]:
        assert (ROOT / name).is_file(), name
