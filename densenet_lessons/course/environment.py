"""Does this machine have what the course needs? Each finding says what to do, if anything."""

from __future__ import annotations

import html
import importlib.util
import os
import platform
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

#: What the lessons import, with the lowest version that the course is tested with. The extra
#: ``course`` of the package asks for the same; a test holds the two together.
NEEDED = {
    "torch": "2.6",
    "torchvision": "0.21",
    "jupyterlab": "4.3",
    "numpy": "1.26",
    "matplotlib": "3.9",
    "pillow": "10.3",
    "ipython": "8.20",
    "ipywidgets": "8.1",
    "torchinfo": "1.8",
    "anywidget": "0.9.13",
    "platformdirs": "4.2",
    "tqdm": "4.66",
}
PYTHON = (3, 10)
#: Gigabytes that the lessons take at most, and that their copies need.
MEMORY, DISK = 2.0, 0.1
#: Steps that the trial trains a small net for.
_STEPS = 30


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at.

    Args:
        what: its name.
        found: what is there.
        advice: what to do, as a sentence; "" where all is fine.
    """

    what: str
    found: str
    advice: str = ""

    @property
    def fine(self) -> bool:
        """Whether nothing needs to be done."""
        return not self.advice


@dataclass(frozen=True)
class Environment:
    """All findings; true if all is fine.

    Args:
        findings: in the order in which they were made.
    """

    findings: tuple[Finding, ...]

    def __bool__(self) -> bool:
        return all(finding.fine for finding in self.findings)

    @property
    def summary(self) -> str:
        """One sentence for all of it."""
        missing = [finding for finding in self.findings if not finding.fine]
        if not missing:
            return "All fine: the course can run here."
        names = ", ".join(finding.what for finding in missing)
        return f"Not everything is fine yet; see what is said to: {names}."

    def __repr__(self) -> str:
        wide = max(len(finding.what) for finding in self.findings)
        lines = [f"{f.what:<{wide}}  {f.found}" for f in self.findings]
        advice = [f"- {f.what}: {f.advice}" for f in self.findings if f.advice]
        return "\n".join([*lines, "", self.summary, *advice])

    def _repr_html_(self) -> str:
        rows = "".join(
            f"<tr><td>{'&#10003; fine' if f.fine else '&#10007; to do'}</td><td>{f.what}</td>"
            f"<td style='text-align:left'>{html.escape(' '.join((f.found, f.advice)).strip())}</td>"
            "</tr>"
            for f in self.findings
        )
        return f"<p><strong>{html.escape(self.summary)}</strong></p><table>{rows}</table>"


def check_environment(*, trial: bool = True) -> Environment:
    """Look at Python, packages, device, threads, memory and disk, and train a small net.

    Args:
        trial: also train a net of the course for some steps, which takes a few seconds.
    """
    findings = [_python(), *_packages()]
    if importlib.util.find_spec("torch"):
        findings += [_device(), _threads()]
    findings += [_memory(), _disk()]
    if trial and all(finding.fine for finding in findings if finding.what in NEEDED):
        findings.append(_trial())
    return Environment(tuple(findings))


def _python() -> Finding:
    found, wanted = platform.python_version(), ".".join(map(str, PYTHON))
    if sys.version_info >= PYTHON:
        return Finding("Python", found)
    return Finding("Python", found, f"Install Python {wanted} or newer, in a new environment.")


def _packages() -> Iterator[Finding]:
    for name, lowest in NEEDED.items():
        install = f'Run: {sys.executable} -m pip install "{name}>={lowest}"'
        try:
            found = metadata.version(name)
        except metadata.PackageNotFoundError:
            yield Finding(name, "missing", install)
            continue
        yield Finding(name, found, "" if _numbers(found) >= _numbers(lowest) else install)


def _numbers(version: str) -> tuple[int, ...]:
    """The leading numbers of a version: (2, 14, 1) of "2.14.1+cpu"."""
    numbers = []
    for part in version.split("+")[0].split("."):
        digits = "".join(c for c in part if c.isdigit())
        if not digits:
            break
        numbers.append(int(digits))
    return tuple(numbers)


def _device() -> Finding:
    import torch

    if torch.cuda.is_available():
        return Finding("device", f"CUDA, {torch.cuda.get_device_name()}")
    if torch.backends.mps.is_available():
        return Finding("device", "Apple's GPU (mps); the lessons use the CPU there")
    return Finding("device", "CPU, which is all that the lessons need")


def _threads() -> Finding:
    import torch

    return Finding("threads", f"{torch.get_num_threads()} for torch, {os.cpu_count()} cores")


def _memory() -> Finding:
    free = _free_memory()
    if free is None:
        return Finding("memory", f"not known on {platform.system()}; {MEMORY:g} GB are enough")
    advice = "" if free >= MEMORY else f"Close other programs: lessons take up to {MEMORY:g} GB."
    return Finding("memory", f"{free:.1f} GB free", advice)


def _free_memory() -> float | None:
    """Gigabytes, where Linux tells."""
    try:
        lines = Path("/proc/meminfo").read_text(encoding="ascii").splitlines()
    except OSError:
        return None
    sizes = {name: value for name, _, value in (line.partition(":") for line in lines)}
    kilobytes = sizes.get("MemAvailable", "").split()
    return int(kilobytes[0]) * 1024 / 1e9 if kilobytes else None


def _disk() -> Finding:
    free = shutil.disk_usage(Path.cwd()).free / 1e9
    advice = "" if free >= DISK else f"Free {DISK * 1000:.0f} MB for copies of the lessons."
    return Finding("disk", f"{free:.1f} GB free in {Path.cwd()}", advice)


def _trial() -> Finding:
    """Train a small net on shipped images, and see that it learns."""
    try:
        first, last = _losses()
    except Exception as error:  # whatever is broken, the learner gets a sentence
        return Finding("trial", f"{type(error).__name__}: {error}", "Install the packages again.")
    found = f"a small net's loss fell from {first:.2f} to {last:.2f} in {_STEPS} steps"
    learns = last < first
    return Finding("trial", found, "" if learns else "It should fall: install torch again.")


def _losses() -> tuple[float, float]:
    import torch

    from densenet_lessons.data import load_images
    from densenet_lessons.densenet import DenseNet

    images = load_images(split="train")
    order = torch.Generator().manual_seed(0)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        net = DenseNet(4, (2, 2), 8, num_classes=10, in_channels=1, small_inputs=True)
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1, momentum=0.9)
    losses = []
    for _ in range(_STEPS):
        chosen = torch.randint(len(images.labels), (64,), generator=order)
        batch = images.images[chosen].float() / 255
        loss = torch.nn.functional.cross_entropy(net(batch), images.labels[chosen])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.detach())
    return float(losses[0]), float(torch.stack(losses[-5:]).mean())
