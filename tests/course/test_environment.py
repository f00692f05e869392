"""The check of the environment: fine here, and in words what to do where something is missing."""

from importlib import metadata

import pytest
from test_requirements import project

from densenet_lessons.course import check_environment, environment


@pytest.fixture
def versions(monkeypatch):
    """Lets a test say what is installed."""
    real, said = metadata.version, {}

    def version(name):
        if said.get(name, "") is None:
            raise metadata.PackageNotFoundError(name)
        return said.get(name) or real(name)

    monkeypatch.setattr(environment.metadata, "version", version)
    return said


def test_it_asks_for_what_the_package_asks_for():
    wanted = [*project()["dependencies"], *project()["optional-dependencies"]["course"]]
    assert {f"{name}>={lowest}" for name, lowest in environment.NEEDED.items()} == set(wanted)
    python = ".".join(map(str, environment.PYTHON))
    assert project()["requires-python"] == f">={python}"


def test_all_is_fine_here(one_thread):
    found = check_environment()
    assert found, found
    assert found.summary == "All fine: the course can run here."
    assert found.findings[-1].what == "trial"
    assert "&#10003; fine" in found._repr_html_()


@pytest.mark.parametrize("name", environment.NEEDED)
@pytest.mark.parametrize("version", [None, "0.0.1"])
def test_what_is_missing_or_too_old_is_named_with_what_to_do(versions, name, version):
    versions[name] = version
    found = check_environment()
    (finding,) = [each for each in found.findings if not each.fine]
    assert not found
    assert finding.what == name
    assert f'pip install "{name}>={environment.NEEDED[name]}"' in finding.advice
    assert finding.found == (version or "missing")
    assert name in found.summary
    assert finding.advice in repr(found)
    assert "trial" not in [each.what for each in found.findings]  # it would only crash


def test_versions_are_compared_as_numbers():
    assert environment._numbers("2.14.1+cpu") == (2, 14, 1)
    assert environment._numbers("2.9.0rc1") > environment._numbers("2.8.9")
    assert environment._numbers("0.10") > environment._numbers("0.9.13")


def test_a_trial_that_breaks_is_told_in_words(monkeypatch):
    def broken():
        raise RuntimeError("no kernel for this processor")

    monkeypatch.setattr(environment, "_losses", broken)
    found = check_environment()
    assert found.findings[-1].found == "RuntimeError: no kernel for this processor"
    assert not found


def test_little_memory_and_disk_are_said(monkeypatch):
    monkeypatch.setattr(environment, "_free_memory", lambda: 0.5)
    monkeypatch.setattr(environment, "DISK", 1e9)
    found = check_environment(trial=False)
    assert [each.what for each in found.findings if not each.fine] == ["memory", "disk"]
    monkeypatch.setattr(environment, "_free_memory", lambda: None)
    assert "not known" in repr(check_environment(trial=False))
