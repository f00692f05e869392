"""Run notebooks and store what they print, without noise.

    python tests/regenerate.py                    every notebook
    python tests/regenerate.py 01_add_vs_concat   some of them, by name or path
    python tests/regenerate.py --check            write nothing; list what would change, exit 1
    python tests/regenerate.py --into FOLDER      write there instead

Twice in a row gives the same bytes. Left out are time stamps, random widget ids, widget state
and the Python version. What stays as it is stored:

- The output of a cell tagged ``nbval-ignore-output`` (times, trained numbers), as long as
  its source and the source of every code cell before it are unchanged; a hash of those
  sources stands in the cell's metadata. ``--fresh`` stores the new output in any case.
- A picture, as long as its text and the code up to it are unchanged and the new one is the same
  at a glance (of the same size, not blank, no line missing). Processors compute floats
  differently, and that is not worth a commit. Where the package draws otherwise on purpose,
  ``--fresh`` stores it.
- A picture of a cell tagged ``exact-picture``, which is drawn from integers, as long as no pixel
  differs visibly; what is computed in the cells before it does not count.

The notebook's metadata name the matplotlib version that drew its pictures. Under another
version ``--check`` compares texts and picture sizes, not pixels.
"""

from __future__ import annotations

import argparse
import copy
import hashlib
import os
import re
import sys
import tempfile
from pathlib import Path

import matplotlib
import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

if __package__:
    from tests import likeness
else:
    import likeness

ROOT = Path(__file__).resolve().parent.parent
NOTEBOOKS = ROOT / "notebooks"
IGNORED = "nbval-ignore-output"
EXACT = "exact-picture"
#: What a cell may be tagged with; nobody would notice a misspelt tag otherwise.
TAGS = (IGNORED, EXACT, "raises-exception")
#: Seconds, far above any cell's time.
CELL_TIMEOUT = 1800

KERNEL = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"
OURS = "densenet_lessons"
PICTURE = re.compile(r"data:image/png;base64,[A-Za-z0-9+/]+={0,2}")
KEPT_METADATA = ("tags", "jupyter", "editable", "deletable")


def clean_environment(folder: Path) -> None:
    """Let kernels started from here see nothing of the user's own set-up."""
    for name in ("IPYTHONDIR", "JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR"):
        place = folder / name.lower()
        place.mkdir(parents=True, exist_ok=True)
        os.environ[name] = str(place)
    for name in ("MPLBACKEND", "MATPLOTLIBRC", "PYTHONSTARTUP", "PYTHONWARNINGS", "JUPYTER_PATH"):
        os.environ.pop(name, None)
    os.environ["JUPYTER_PLATFORM_DIRS"] = "1"
    os.environ["PYDEVD_DISABLE_FILE_VALIDATION"] = "1"
    # A panel that fails must fail the cell, not only say so.
    os.environ["DENSENET_LESSONS_STRICT"] = "1"
    # What the user has solved is not the lessons' business.
    os.environ["DENSENET_LESSONS_PROGRESS"] = "off"


def run(stored: nbformat.NotebookNode, folder: Path) -> nbformat.NotebookNode:
    """A copy of a notebook with the outputs of a fresh kernel, started in ``folder``."""
    notebook = copy.deepcopy(stored)
    for cell in code_cells(notebook):
        cell.outputs, cell.execution_count = [], None
    NotebookClient(
        notebook,
        kernel_name="python3",
        timeout=CELL_TIMEOUT,
        resources={"metadata": {"path": str(folder)}},
        extra_arguments=["--IPKernelApp.log_level=40"],  # no warning about local sockets
        record_timing=False,
        store_widget_state=False,
    ).execute()
    return notebook


def tidy(
    fresh: nbformat.NotebookNode, stored: nbformat.NotebookNode, *, keep: bool = True
) -> nbformat.NotebookNode:
    """Take the noise out of a notebook that has just run, in place.

    Args:
        fresh: the notebook after the run.
        stored: the same notebook before it.
        keep: take ignored outputs and pictures that look the same from ``stored``.
    """
    fresh.nbformat, fresh.nbformat_minor = 4, 5
    chain = hashlib.sha256()
    pictures_changed = False
    number = 0
    for cell, old in zip(fresh.cells, stored.cells, strict=True):
        cell.metadata = {key: cell.metadata[key] for key in KEPT_METADATA if key in cell.metadata}
        if cell.cell_type != "code":
            continue
        number += 1
        cell.execution_count = number
        cell.outputs = tidy_outputs(cell.outputs, number)
        chain.update(cell.source.encode() + b"\0")
        tags = cell.metadata.get("tags", ())
        ignored, exact = IGNORED in tags, EXACT in tags
        unchanged = False
        if ignored or (not exact and has_picture(cell)):
            made_from = chain.hexdigest()[:16]
            unchanged = old.metadata.get(OURS, {}).get("made_from") == made_from
            cell.metadata[OURS] = {"made_from": made_from}
        if ignored and keep and unchanged:
            cell.outputs = tidy_outputs(old.outputs, number)
        elif not (keep and keep_pictures(cell.outputs, old.outputs, exact=exact or not unchanged)):
            pictures_changed = True
    drawn_by = stored.metadata.get(OURS, {}).get("matplotlib")
    if pictures_changed or drawn_by is None:
        drawn_by = matplotlib.__version__
    fresh.metadata = nbformat.from_dict(
        {
            "kernelspec": KERNEL,
            "language_info": {"name": "python"},
            OURS: {"matplotlib": drawn_by},
        }
    )
    return fresh


def tidy_outputs(outputs: list, number: int) -> list:
    """Outputs without widget ids, streams joined, numbered as the cell."""
    clean: list = []
    for output in copy.deepcopy(outputs):
        if output.output_type == "stream":
            same = [o for o in clean if o.output_type == "stream" and o.name == output.name]
            if same:  # how a stream is cut into messages is a matter of timing
                same[-1].text += output.text
                continue
        elif "data" in output:
            output.data.pop(WIDGET_VIEW, None)
        if output.output_type == "execute_result":
            output.execution_count = number
        clean.append(output)
    return clean


def has_picture(cell: nbformat.NotebookNode) -> bool:
    return any("image/png" in output.get("data", {}) for output in cell.outputs)


def keep_pictures(new: list, old: list, *, exact: bool) -> bool:
    """Put stored pictures in place of new ones that count as the same; False if some don't."""
    all_kept = True
    same = likeness.same_to_the_eye if exact else likeness.same_at_a_glance
    for index, output in enumerate(new):
        png = output.get("data", {}).get("image/png")
        if png is None:
            continue
        before = old[index].get("data", {}) if index < len(old) else {}
        if words(output.data) == words(before) and same(png, before["image/png"]):
            for kind in ("image/png", "text/html"):
                if kind in before:
                    output.data[kind] = before[kind]
        else:
            all_kept = False
    return all_kept


def words(data: dict) -> dict:
    """What an output holds, with the place of a picture instead of the picture."""
    texts = {kind: PICTURE.sub("PICTURE", text) for kind, text in data.items()}
    return texts | {"image/png": "image/png" in data}


def changed_cells(
    stored: nbformat.NotebookNode, fresh: nbformat.NotebookNode, *, pixels: bool
) -> list[str]:
    """Ids of the cells that differ; without ``pixels``, a picture counts by its size alone."""
    ids = []
    for old, new in zip(stored.cells, fresh.cells, strict=True):
        one, two = copy.deepcopy(old), copy.deepcopy(new)
        if not pixels:
            for cell in (one, two):
                for output in cell.get("outputs", ()):
                    sizes_for_pixels(output)
        if one != two:
            ids.append(new.id)
    if stored.metadata != fresh.metadata and (pixels or not ids):
        plain = [{**nb.metadata, OURS: None} for nb in (stored, fresh)]
        if pixels or plain[0] != plain[1] or OURS not in stored.metadata:
            ids.append("(metadata)")
    return ids


def sizes_for_pixels(output: nbformat.NotebookNode) -> None:
    data = output.get("data", {})
    if "image/png" in data:
        data["image/png"] = likeness.size(data["image/png"])
    if "text/html" in data:
        data["text/html"] = PICTURE.sub("PICTURE", data["text/html"])


def code_cells(notebook: nbformat.NotebookNode) -> list:
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def as_text(notebook: nbformat.NotebookNode) -> str:
    return nbformat.writes(notebook, version=4).rstrip("\n") + "\n"


def to_store(
    text: str, fresh: nbformat.NotebookNode, *, keep: bool = True
) -> tuple[str, list[str]]:
    """The text that a notebook should be stored as, and the ids of the cells that change.

    Args:
        text: the notebook as it is stored.
        fresh: the same, with the outputs of a new run; it is tidied in place.
        keep: as in ``tidy``.
    """
    stored = nbformat.reads(text, as_version=4)
    tidy(fresh, stored, keep=keep)
    # Read back, so that both are in the form that a file gives.
    fresh_text = as_text(fresh)
    fresh = nbformat.reads(fresh_text, as_version=4)
    same_version = stored.metadata.get(OURS, {}).get("matplotlib") == matplotlib.__version__
    changes = changed_cells(stored, fresh, pixels=same_version)
    if not changes and same_version and fresh_text != text:
        changes = ["(layout of the file)"]
    return fresh_text, changes


def regenerated(path: Path, *, keep: bool = True) -> tuple[str, list[str]]:
    """Run a notebook: the text to store, and the ids of the cells that change."""
    text = path.read_text(encoding="utf8")
    fresh = run(nbformat.reads(text, as_version=4), path.parent)
    return to_store(text, fresh, keep=keep)


def chosen(names: list[str]) -> list[Path]:
    """The notebooks meant by names or paths; all without a name."""
    if not names:
        return sorted(NOTEBOOKS.glob("*.ipynb"))
    paths = [
        Path(name) if name.endswith(".ipynb") else NOTEBOOKS / f"{name}.ipynb" for name in names
    ]
    paths = [path if path.exists() else NOTEBOOKS / path.name for path in paths]
    for path in paths:
        if not path.exists():
            raise SystemExit(f"no notebook {path.name} in {NOTEBOOKS.name}/")
    return [path.resolve() for path in paths]


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", help="notebooks, by name or path; all if none is given")
    parser.add_argument(
        "--check", action="store_true", help="write nothing, list what would change"
    )
    parser.add_argument("--fresh", action="store_true", help="keep no stored output and no picture")
    parser.add_argument("--into", type=Path, help="write into this folder")
    options = parser.parse_args(arguments)
    any_change = any_failure = False
    with tempfile.TemporaryDirectory() as folder:
        clean_environment(Path(folder))
        for path in chosen(options.names):
            try:
                text, changes = regenerated(path, keep=not options.fresh)
            except CellExecutionError as error:
                any_failure = True
                print(f"{path.name}: a cell failed\n{error}", flush=True)
                continue
            any_change |= bool(changes)
            print(f"{path.name}: {', '.join(changes) or 'no change'}", flush=True)
            if options.check:
                continue
            target = options.into / path.name if options.into else path
            if options.into or changes:
                target.write_text(text, encoding="utf8", newline="\n")
    return int(any_failure or (options.check and any_change))


if __name__ == "__main__":
    sys.exit(main())
