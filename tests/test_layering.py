"""Who may import whom: four floors of rooms, and nothing points back."""

from __future__ import annotations

import ast
import graphlib
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "densenet_lessons"

#: Room -> its floor. A room imports rooms on lower floors only, and only what their face names.
FLOORS = {
    "densenet": 1,
    "training": 2, "data": 2, "costs": 2, "probes": 2,
    "experiments": 3, "exercises": 3, "pictures": 3,
    "panels": 4, "course": 4,
}  # fmt: skip

#: Room -> what it may import from outside, besides the standard library.
OUTSIDE = {
    "densenet": {"torch"},
    "costs": set(),
    "data": {"torch", "torchvision", "numpy", "PIL", "matplotlib"},
    "training": {"torch", "torchvision", "numpy", "tqdm"},
    "probes": {"torch", "numpy"},
    "experiments": {"torch", "torchvision", "tqdm"},
    "exercises": {"torch", "numpy", "IPython", "platformdirs", "filelock"},
    "pictures": {"matplotlib", "numpy", "PIL", "IPython"},
    "panels": {"torch", "numpy", "PIL", "ipywidgets", "traitlets", "anywidget"},
    "course": {"torch"},
}

#: Commands that stand in the room where a learner looks for them, and open one on a higher floor.
#: Nothing imports them, so no room comes to depend on what lies above it.
DOORS = {"training.__main__"}

#: What is asked for by an argument alone, and imported only then.
ON_REQUEST = {("densenet", "torchvision")}


def name_of(path: Path) -> str:
    """A module's dotted name in the package; "" for the package itself."""
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {name_of(path): path for path in sorted(PACKAGE.rglob("*.py"))}


def room_of(module: str) -> str:
    return module.split(".")[0]


def imports_of(module: str) -> set[tuple[str, bool]]:
    """What a module imports anywhere in its source, each with whether it stands in a function."""
    path = MODULES[module]
    package = module.split(".") if path.name == "__init__.py" else module.split(".")[:-1]
    tree = ast.parse(path.read_text(encoding="utf8"))
    inner = {
        node
        for function in ast.walk(tree)
        if isinstance(function, ast.FunctionDef)
        for node in ast.walk(function)
    }
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                above = package[: len(package) - (node.level - 1)]
                base = ".".join(filter(None, ["densenet_lessons", *above, base]))
            # `from package import module` names a module, `from module import thing` does not.
            names = [
                f"{base}.{alias.name}" if own(f"{base}.{alias.name}") in MODULES else base
                for alias in node.names
            ]
        else:
            continue
        found |= {(name, node in inner) for name in names}
    return found


def own(name: str) -> str | None:
    """A dotted name without the package's own; None for a name outside the package."""
    head, _, rest = name.partition(".")
    return rest if head == "densenet_lessons" else None


def inside(module: str) -> set[str]:
    return {own(name) for name, _ in imports_of(module) if own(name) is not None}


def test_each_folder_is_a_room_and_each_room_has_its_floor():
    folders = {path.name for path in PACKAGE.iterdir() if path.is_dir()} - {"__pycache__"}
    assert folders == set(FLOORS)
    assert set(OUTSIDE) == set(FLOORS)
    assert [name for name in MODULES if "." not in name and name not in FLOORS] == [""]


@pytest.mark.parametrize("module", MODULES, ids=lambda name: name or "__init__")
def test_a_module_imports_only_rooms_below_its_own(module):
    room = room_of(module)
    if not room:
        assert imports_of(module) == set()
        return
    for name in inside(module) if module not in DOORS else ():
        other = room_of(name)
        assert other == room or FLOORS[other] < FLOORS[room], f"{module} may not import {name}"


def test_a_door_is_imported_by_nothing_and_opens_one_room():
    for door in DOORS:
        assert {room_of(name) for name in inside(door)} == {"experiments"}
        assert not [name for name in MODULES if door in inside(name)]


@pytest.mark.parametrize("module", MODULES, ids=lambda name: name or "__init__")
def test_another_room_is_entered_by_its_face(module):
    behind = {name for name in inside(module) if room_of(name) != room_of(module) and "." in name}
    assert behind == set(), f"{module} reaches behind the face of another room"


@pytest.mark.parametrize("module", MODULES, ids=lambda name: name or "__init__")
def test_a_module_imports_from_outside_what_its_room_may(module):
    room = room_of(module)
    for name, in_function in imports_of(module):
        top = name.split(".")[0]
        if top == "densenet_lessons" or top in sys.stdlib_module_names:
            continue
        asked_for = in_function and (room, top) in ON_REQUEST
        assert top in OUTSIDE[room] or asked_for, f"{module} may not import {name}"


def test_the_core_imports_itself_relatively():
    for module in MODULES:
        if room_of(module) == "densenet":
            text = MODULES[module].read_text(encoding="utf8")
            assert "densenet_lessons" not in text, f"{module} names the package it lies in"


def test_no_module_imports_pyplot_when_it_is_imported():
    for module in MODULES:
        names = {name for name, in_function in imports_of(module) if not in_function}
        assert not {name for name in names if "pyplot" in name}, f"{module} imports pyplot"


def test_imports_go_round_in_no_circle():
    graph = {
        name: {other for other in inside(name) if other in MODULES and other != name}
        for name in MODULES
    }
    assert tuple(graphlib.TopologicalSorter(graph).static_order())


def test_importing_the_package_loads_nothing_heavy():
    code = (
        "import sys, densenet_lessons; "
        "print(*{'torch', 'matplotlib', 'numpy', 'IPython', 'ipywidgets'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""


def test_importing_the_core_loads_neither_pictures_nor_widgets():
    code = (
        "import sys, densenet_lessons.densenet, densenet_lessons.costs; "
        "print(*{'torchvision', 'matplotlib', 'IPython', 'ipywidgets'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""
