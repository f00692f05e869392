"""An option that needs a network connection: what a net trained on ImageNet sees in the photo."""

from dataclasses import dataclass

import torch

from densenet_lessons import densenet
from densenet_lessons.data import load_photo

#: The nets with weights that torchvision ships.
NAMES = ("densenet121", "densenet161", "densenet169", "densenet201")
TOP = 5


@dataclass(frozen=True)
class PhotoGuess:
    """What a net sees in the sample photo, or in words why it was not asked.

    ``top5`` holds (category, probability), the most probable first; it is empty where the
    weights are not there. ``sentence`` is what ``print`` shows.
    """

    name: str
    top5: tuple[tuple[str, float], ...]
    sentence: str

    def __str__(self) -> str:
        return self.sentence


def classify_photo(name: str = "densenet121", *, download: bool = False) -> PhotoGuess:
    """The five ImageNet categories that a pretrained net finds most probable for the photo.

    The photo is ``data.load_photo()``; resizing, cropping and normalising are those that
    belong to the weights.

    Args:
        name: one of densenet121, densenet161, densenet169, densenet201.
        download: let torchvision fetch the weights, if they are not in its cache. Without it
            nothing is fetched or read, and the sentence says so.

    Raises:
        ValueError: if there are no weights for ``name``.
    """
    if name not in NAMES:
        raise ValueError(f"name must be one of {', '.join(NAMES)}, got {name!r}")
    from torchvision.models import get_model_weights  # takes a second to import

    weights = get_model_weights(name).DEFAULT
    if not download:
        size = round(weights.meta["_file_size"])
        return PhotoGuess(
            name,
            (),
            f"Nothing was downloaded. With download=True, classify_photo fetches the weights\n"
            f"of {name} once, about {size} MB, and names the {TOP} most probable of "
            f"{len(weights.meta['categories'])} categories.",
        )
    try:
        model = getattr(densenet, name)(weights=weights).eval()
    except RuntimeError as error:
        return PhotoGuess(name, (), f"The lesson goes on without them: {error}.")
    with torch.no_grad():
        logits = model(weights.transforms()(load_photo()).unsqueeze(0))  # (1, 1000)
    probabilities, indices = logits.softmax(1)[0].topk(TOP)
    top5 = tuple(
        (weights.meta["categories"][index], probability)
        for index, probability in zip(indices.tolist(), probabilities.tolist(), strict=True)
    )
    lines = [f"{probability:6.1%}  {category}" for category, probability in top5]
    return PhotoGuess(name, top5, "\n".join([f"{name} sees:", *lines]))
