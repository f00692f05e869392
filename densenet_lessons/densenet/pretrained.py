"""Weights that torchvision publishes: chosen, checked against the net asked for, then fetched."""

import hashlib
import http.client
import pickle
import re
from dataclasses import fields
from pathlib import Path

import torch
from torch import Tensor

from .spec import DenseNetSpec

#: What to do instead of giving an argument that the published weights don't fit.
_INSTEAD = {
    "num_classes": "replace model.classifier after loading instead",
    "in_channels": "replace model.features.conv0 after loading instead",
}

#: What a broken download, a full disk or a damaged file raises.
_FAILURES = (OSError, http.client.HTTPException, RuntimeError, EOFError, pickle.PickleError)


def published(name: str, weights):
    """The member of torchvision's weights for ``name`` that is meant.

    Raises:
        ValueError: if nobody ships weights for this net, or ``weights`` is none of them.
    """
    import torchvision  # only where asked for: it takes a second to import

    if getattr(torchvision.models, name, None) is None:
        raise ValueError(f"weights must be None for {name}: nobody ships them, got {weights!r}")
    try:
        return torchvision.models.get_model_weights(name).verify(weights)
    except (KeyError, TypeError) as error:
        names = ", ".join(torchvision.models.get_model_weights(name).__members__)
        raise ValueError(f"weights must be None or one of {names}, got {weights!r}") from error


def check_fits(spec: DenseNetSpec, published_spec: DenseNetSpec) -> None:
    """Refuse, before anything is downloaded, a net that the published weights can't fill.

    Raises:
        ValueError: naming the first argument that differs, and what to do instead.
    """
    for field in fields(DenseNetSpec):
        asked, fixed = getattr(spec, field.name), getattr(published_spec, field.name)
        if asked != fixed:
            instead = _INSTEAD.get(field.name, "give weights=None to train such a net yourself")
            raise ValueError(
                f"{field.name} must be {fixed!r} with pretrained weights, got {asked!r}; {instead}"
            )


def download(name: str, chosen) -> dict[str, Tensor]:
    """The published state dict: torchvision's download, its cache, its checksum.

    Raises:
        RuntimeError: if the download fails, or the cached file is damaged, with the remedy.
    """
    import torchvision

    file = Path(torch.hub.get_dir()) / "checkpoints" / chosen.url.rpartition("/")[2]
    was_there = file.is_file()
    if was_there and not _has_its_checksum(file):
        raise RuntimeError(f"{file} is damaged (wrong checksum); delete it and try again")
    try:
        return getattr(torchvision.models, name)(weights=chosen).state_dict()
    except _FAILURES as error:
        if was_there:
            raise RuntimeError(f"{file} can't be read ({error}); delete it and go on") from error
        raise RuntimeError(
            f"weights={str(chosen)!r} for {name} are downloaded once, and the download failed "
            f"({error}); go on with weights=None, or try again with a network connection and "
            f"room on the disk for {file}"
        ) from error


def _has_its_checksum(file: Path) -> bool:
    """Whether the content has the SHA-256 that the file's name begins to tell."""
    told = re.search(r"-([0-9a-f]{8,})\.", file.name)
    return told is None or hashlib.sha256(file.read_bytes()).hexdigest().startswith(told.group(1))
