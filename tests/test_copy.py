"""The core as a folder that is carried off: under another name, with torch alone."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

CORE = Path(__file__).resolve().parent.parent / "densenet_lessons" / "densenet"

#: Runs in the empty folder. What comes from site-packages is torch and what torch itself loads.
CODE = """
import sys

sys.path = [folder for folder in sys.path if folder != {root!r}]
import torch

for name in ("torchvision", "numpy", "matplotlib", "densenet_lessons", "IPython", "ipywidgets"):
    sys.modules[name] = None  # importing it raises ImportError

import carried_off

net = carried_off.densenet121(memory_efficient=True)
net(torch.zeros(2, 3, 32, 32)).sum().backward()
print(sum(parameter.numel() for parameter in net.parameters()))
"""


def test_a_copy_under_another_name_builds_and_runs_densenet121(tmp_path):
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(CORE, tmp_path / "carried_off", ignore=ignored)
    code = CODE.format(root=str(CORE.parents[1]))
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == ["7978856"]
