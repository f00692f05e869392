"""Who may import whom: plain functions at the bottom, widgets and exercises at the top."""

from __future__ import annotations

import ast
import graphlib
import subprocess
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parent.parent / "densenet_lessons"

TORCH = {"torch", "torchvision", "numpy"}
DRAWING = {"matplotlib", "numpy", "PIL"}
BELOW_EXERCISES = {"arithmetic", "layers", "models", "probes"}

#: Module or sub-package -> what it may import besides the standard library: modules of the course
#: by their name in the package, others by theirs. A new module needs a line here.
MAY_IMPORT = {
    "": set(),
    "arithmetic": set(),
    "palette": set(),
    "shipped": set(),
    "recompute": {*TORCH, "arithmetic"},
    "history": set(),
    "checkpoints": {*TORCH, "history"},
    "training": {*TORCH, "arithmetic", "history", "checkpoints"},
    "faults": {*TORCH, "history", "training"},
    "probes": {*TORCH, "arithmetic"},
    "full_datasets": TORCH,
    "datasets": {*TORCH, "arithmetic", "shipped", "full_datasets", "matplotlib", "PIL"},
    "layers": {*TORCH, "arithmetic", "recompute"},
    "models": {*TORCH, "arithmetic", "layers"},
    "baselines": {*TORCH, "arithmetic", "layers"},
    "zoo": {*TORCH, "arithmetic", "shipped", "models", "datasets", "training"},
    "comparison_results": {"datasets"},
    "comparison": {
        *TORCH, "arithmetic", "models", "baselines", "datasets", "training", "comparison_results",
    },
    "pretrained": {*TORCH, "models", "datasets"},
    "plots": {*DRAWING, "arithmetic", "palette", "history", "plots"},
    "diagrams": {*DRAWING, "arithmetic", "palette", "diagrams"},
    "display": {*DRAWING, "IPython", "palette"},
    "panels.controls": {"ipywidgets", "traitlets"},
    "panels.base": {*DRAWING, "ipywidgets", "display", "palette", "panels.controls"},
    "panels": {
        *TORCH, *DRAWING, "ipywidgets", "panels", "palette", "plots", "display", "arithmetic",
        "models", "probes", "zoo", "datasets", "history", "comparison", "comparison_results",
    },
    "exercises.lesson": {*TORCH, *BELOW_EXERCISES, "exercises.core", "exercises.expect"},
    "exercises": {*TORCH, "IPython", "exercises"},
}  # fmt: skip


def name_of(path: Path) -> str:
    """A module's dotted name in the package; "" for the package itself."""
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {name_of(path): path for path in sorted(PACKAGE.rglob("*.py"))}


def rule_for(module: str) -> str | None:
    """The entry of MAY_IMPORT that a module falls under: its own, or its nearest package's."""
    if module.startswith("exercises.lesson"):
        return "exercises.lesson"
    while module not in MAY_IMPORT:
        if "." not in module:
            return None
        module = module.rpartition(".")[0]
    return module


def imports_of(module: str) -> set[str]:
    """What a module imports anywhere in its source, also for type checking alone."""
    path = MODULES[module]
    inside = [*module.split(".")] if module else []
    if path.name != "__init__.py":
        inside = inside[:-1]
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf8"))):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                above = inside[: len(inside) - (node.level - 1)]
                base = ".".join(filter(None, ["densenet_lessons", *above, base]))
            # `from package import module` names a module, `from module import thing` does not.
            names = [
                f"{base}.{alias.name}" if own(f"{base}.{alias.name}") in MODULES else base
                for alias in node.names
            ]
        else:
            continue
        for name in names:
            top = name.split(".")[0]
            if top == "densenet_lessons":
                found.add(own(name))
            elif top not in sys.stdlib_module_names:
                found.add(top)
    return found


def own(name: str) -> str | None:
    """A dotted name without the package's own; None for a name outside the package."""
    head, _, rest = name.partition(".")
    return rest if head == "densenet_lessons" else None


def allowed(imported: str, by: set[str]) -> bool:
    """Whether a name or one of the packages it is in is listed."""
    return any(imported == entry or imported.startswith(f"{entry}.") for entry in by)


def test_every_rule_is_for_a_known_name():
    names = set(MAY_IMPORT) | {"exercises.core", "exercises.expect", "panels.controls"}
    outside = {*TORCH, *DRAWING, "IPython", "ipywidgets", "traitlets"}
    assert {entry for rule in MAY_IMPORT.values() for entry in rule} <= names | outside


@pytest.mark.parametrize("module", MODULES, ids=lambda name: name or "__init__")
def test_a_module_imports_only_what_lies_below_it(module):
    rule = rule_for(module)
    assert rule is not None, f"{module} needs a line in MAY_IMPORT"
    above = {name for name in imports_of(module) if not allowed(name, MAY_IMPORT[rule])}
    assert above == set(), f"{module or 'the package'} may not import {sorted(above)}"


def test_imports_go_round_in_no_circle():
    graph = {
        name: {other for other in imports_of(name) if other in MODULES and other != name}
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


def test_the_arithmetic_needs_no_torch():
    code = "import sys, densenet_lessons.arithmetic; print('torch' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
