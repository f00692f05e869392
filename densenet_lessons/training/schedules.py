"""Learning-rate schedules: the share of a training that is done, to a factor of the rate."""

import math
from collections.abc import Callable

#: The share of the training that is done, from 0 to 1, to a factor of the largest rate.
Schedule = Callable[[float], float]


def paper_schedule(done: float) -> float:
    """The rate is divided by 10 at half and at three quarters. Paper: section 4.2."""
    return 1.0 if done < 0.5 else 0.1 if done < 0.75 else 0.01


def imagenet_schedule(done: float) -> float:
    """The rate is divided by 10 at a third and at two thirds. Paper: section 4.2, ImageNet."""
    return 1.0 if done < 1 / 3 else 0.1 if done < 2 / 3 else 0.01


def one_cycle(done: float) -> float:
    """The rate climbs for three tenths of the training, then falls to zero along a cosine.

    Smith, "A disciplined approach to neural network hyper-parameters", arXiv 1803.09820.
    """
    if done < 0.3:
        return 0.04 + 0.96 * done / 0.3
    return (1 + math.cos(math.pi * (done - 0.3) / 0.7)) / 2
