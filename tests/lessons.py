"""The notebooks as the tests read them."""

from __future__ import annotations

import re
from functools import cached_property
from pathlib import Path

import nbformat

ROOT = Path(__file__).resolve().parent.parent
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))


class Lesson:
    """One stored notebook, with its cells by kind."""

    def __init__(self, path: Path):
        self.path = path
        self.name = path.name

    @cached_property
    def notebook(self) -> nbformat.NotebookNode:
        return nbformat.read(self.path, as_version=4)

    @property
    def number(self) -> int:
        return int(self.name[:2])

    @property
    def cells(self) -> list:
        return self.notebook.cells

    @property
    def code(self) -> list:
        return [cell for cell in self.cells if cell.cell_type == "code"]

    @property
    def prose(self) -> list:
        return [cell for cell in self.cells if cell.cell_type == "markdown"]

    @property
    def outputs(self) -> list[tuple[str, dict]]:
        """Each output with the id of its cell."""
        return [(cell.id, output) for cell in self.code for output in cell.outputs]

    def words(self) -> int:
        """Words of prose: no code, no formulas, no addresses, no HTML tags; a glossary is looked
        up, not read.
        """
        text = "\n".join(cell.source for cell in self.prose if cell.id != "glossary")
        for pattern in (r"```.*?```", r"\$\$.*?\$\$", r"\$[^$\n]*\$", r"`[^`\n]*`", r"<[^>\n]*>"):
            text = re.sub(pattern, " ", text, flags=re.DOTALL)
        text = re.sub(r"\]\([^)]*\)", "] ", text)
        return len(re.findall(r"[^\W\d_][\w'\u2019-]*", text))

    def links(self) -> list[tuple[str, str]]:
        """Relative links and pictures of the prose: id of the cell, target without its anchor."""
        found = []
        for cell in self.prose:
            targets = re.findall(r"\]\(([^)\s]+)", cell.source)
            targets += re.findall(r"(?:src|href)=[\"']([^\"']+)", cell.source)
            for target in targets:
                if not re.match(r"[a-z]+:|#", target):
                    found.append((cell.id, target.split("#")[0]))
        return found

    def exercises_used(self) -> list[str]:
        """Names used as ``ex.NAME.``, also in the comments that offer hints and solutions."""
        found = (re.findall(r"\bex\.(\w+)\.", cell.source) for cell in self.code)
        return [name for names in found for name in names]

    def exercises_checked(self) -> list[str]:
        """Names of the exercises that stand in this lesson, in order."""
        found = (re.findall(r"^ex\.(\w+)\.check\(", cell.source, re.M) for cell in self.code)
        return [name for names in found for name in names]


LESSONS = [Lesson(path) for path in NOTEBOOKS]
