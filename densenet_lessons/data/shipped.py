"""The files that ship with the package, read so that a missing or damaged one says what to do."""

import hashlib
import json
import shlex
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

Content = TypeVar("Content")

ASSETS = Path(__file__).parent / "assets"


def read_json(path: Path, parse: Callable[[Any], Content] = lambda content: content) -> Content:
    """The content of a JSON file that ships, or what ``parse`` makes of it.

    Raises:
        FileNotFoundError, RuntimeError: if it is missing or damaged, with the command that
            restores it. Damaged is also what ``parse`` cannot read.
    """
    content = _read(path)
    try:
        return parse(json.loads(content))
    except KeyError as error:
        raise damaged(path, f"it holds no {error.args[0]}") from error
    except (ValueError, TypeError, AttributeError) as error:
        raise damaged(path, repr(error)) from error


def read_checked(path: Path, sha256: str) -> bytes:
    """The content of a file that ships, which must have this SHA-256 (hexadecimal).

    Raises:
        FileNotFoundError, RuntimeError: as for ``read_json``.
    """
    content = _read(path)
    found = hashlib.sha256(content).hexdigest()
    if found != sha256:
        raise damaged(path, f"its SHA-256 is {found[:12]}..., not {sha256[:12]}...")
    return content


def damaged(path: Path, what: str) -> RuntimeError:
    """The error to raise for a file whose content is not what it should be."""
    return RuntimeError(f"{path} is damaged: {what}; {_restore(path)}")


def _read(path: Path) -> bytes:
    if not path.is_file():
        raise FileNotFoundError(f"{path} is missing; {_restore(path)}")
    return path.read_bytes()


def _restore(path: Path) -> str:
    return f"restore it with: git checkout -- {shlex.quote(str(path))}"
