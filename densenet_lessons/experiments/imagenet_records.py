"""What torchvision records of its ImageNet nets, read from the package itself: no download."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import log

#: Family -> its nets with weights of the first kind, ``IMAGENET1K_V1``, of the simple recipe of
#: their papers. Later weights of the ResNets come from a longer one, and would compare recipes.
NETS = {
    "residual": ("resnet18", "resnet34", "resnet50", "resnet101", "resnet152"),
    "dense": ("densenet121", "densenet169", "densenet201", "densenet161"),
}
#: Images of ImageNet's validation set, on which the accuracies were measured.
VALIDATION_IMAGES = 50_000


@dataclass(frozen=True)
class ImageNetRecord:
    """One net of torchvision with its first ImageNet weights.

    Args:
        name, family: as in ``NETS``.
        accuracy: share of the validation images whose first guess is right, one crop of 224 pixels.
        parameters: of the whole net.
        gmacs: thousand million multiply-adds for one image; torchvision's page calls them GFLOPS.
        megabytes: of the file of weights.
    """

    name: str
    family: str
    accuracy: float
    parameters: int
    gmacs: float
    megabytes: float


def imagenet_records() -> tuple[ImageNetRecord, ...]:
    """All nets of ``NETS``, each family from the least work to the most."""
    from torchvision.models import get_model_weights  # takes a second to import

    records = []
    for family, names in NETS.items():
        for name in names:
            meta = get_model_weights(name).IMAGENET1K_V1.meta
            accuracy = meta["_metrics"]["ImageNet-1K"]["acc@1"] / 100
            costs = meta["num_params"], meta["_ops"], meta["_file_size"]
            records.append(ImageNetRecord(name, family, accuracy, *costs))
    order = list(NETS)
    return tuple(sorted(records, key=lambda one: (order.index(one.family), one.gmacs)))


def below_residual(records: Sequence[ImageNetRecord], cost: str) -> list[str]:
    """The dense nets less accurate than the residual nets of the same cost would be.

    Between two residual nets a straight line is drawn over the logarithm of the cost; below the
    cheapest and beyond the dearest it goes on level.

    Args:
        records: those of ``imagenet_records``.
        cost: parameters, gmacs or megabytes.
    """
    line = sorted((log(getattr(r, cost)), r.accuracy) for r in records if r.family == "residual")

    def at(x: float) -> float:
        for (left, low), (right, high) in pairwise(line):
            if left <= x <= right:
                return low + (high - low) * (x - left) / (right - left)
        return line[0][1] if x < line[0][0] else line[-1][1]

    return [
        one.name
        for one in records
        if one.family == "dense" and one.accuracy < at(log(getattr(one, cost)))
    ]
