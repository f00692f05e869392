"""Exercise 3.8: A transition layer."""

from collections import OrderedDict

from torch import nn
from torch.nn import functional as F

from densenet_lessons.exercises import expect
from densenet_lessons.exercises.core import exercise


def _transition(m, kept):
    return nn.Sequential(
        OrderedDict(
            norm=nn.BatchNorm2d(m), relu=nn.ReLU(),
            conv=nn.Conv2d(m, kept, 1, bias=False), pool=nn.AvgPool2d(2),
        )
    )  # fmt: skip


@exercise(
    "3.8",
    "A transition layer",
    kind="module",
    minutes=6,
    difficulty=2,
    importance=3,
    hints=(
        (
            "Where do I start?",
            "Four steps, and only two of them hold parameters. Which, and how wide is each?",
        ),
        (
            "Which numbers does Conv2d get?",
            "The convolution reads all channels that come in, and gives those that are kept.",
        ),
    ),
)
def transition(answer):
    cases = [(7, 3, (3, 6, 4)), (9, 6, (2, 7, 5)), (10, 4, (2, 4, 7)), (11, 7, (1, 8, 8))]
    for m, kept, sizes in cases:
        with expect.case():
            x = expect.noise(sizes[0], m, *sizes[1:])
            given = f"{m} channels, of which {kept} are kept"
            expect.same_module(answer(m, kept), _transition(m, kept), x, given=given)


@transition.solves(because="BN and ReLU, then two linear steps: fewer channels, and fewer pixels.")
class Transition(nn.Module):
    def __init__(self, num_input_features, num_output_features):
        super().__init__()
        self.norm = nn.BatchNorm2d(num_input_features)
        self.conv = nn.Conv2d(num_input_features, num_output_features, kernel_size=1, bias=False)

    def forward(self, x):
        x = self.conv(F.relu(self.norm(x)))
        return F.avg_pool2d(x, 2)


@transition.rejects(says="This pools by the maximum; DenseNet's transition averages.")
class PoolsByMaximum(nn.Sequential):
    def __init__(self, m, kept):
        super().__init__(
            nn.BatchNorm2d(m), nn.ReLU(), nn.Conv2d(m, kept, 1, bias=False), nn.MaxPool2d(2)
        )


@transition.rejects(
    says="This pools by the maximum, and before the convolution; it should average."
)
class PoolsByMaximumFirst(nn.Sequential):
    def __init__(self, m, kept):
        super().__init__(
            nn.BatchNorm2d(m), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(m, kept, 1, bias=False)
        )


@transition.rejects(says="The convolution comes first here; norm and ReLU stand in front of it.")
class ConvFirst(nn.Sequential):
    def __init__(self, m, kept):
        super().__init__(
            nn.Conv2d(m, kept, 1, bias=False), nn.BatchNorm2d(kept), nn.ReLU(), nn.AvgPool2d(2)
        )


@transition.rejects(says="The ReLU follows the convolution here; it stands between norm and conv.")
class ReluAfterConv(nn.Sequential):
    def __init__(self, m, kept):
        super().__init__(
            nn.BatchNorm2d(m), nn.Conv2d(m, kept, 1, bias=False), nn.ReLU(), nn.AvgPool2d(2)
        )


@transition.rejects(says="This keeps half of the channels, whatever is asked for.")
class AlwaysHalf(nn.Sequential):
    def __init__(self, m, kept):
        super().__init__(
            nn.BatchNorm2d(m), nn.ReLU(), nn.Conv2d(m, m // 2, 1, bias=False), nn.AvgPool2d(2)
        )


@transition.rejects(says="This keeps all channels; it should keep `num_output_features`.")
class KeepsAll(nn.Sequential):
    def __init__(self, m, kept):
        super().__init__(
            nn.BatchNorm2d(m), nn.ReLU(), nn.Conv2d(m, m, 1, bias=False), nn.AvgPool2d(2)
        )


@transition.rejects(says="An odd side is rounded up here; drop the last row or column.")
class RoundsSidesUp(nn.Sequential):
    def __init__(self, m, kept):
        super().__init__(
            nn.BatchNorm2d(m), nn.ReLU(), nn.Conv2d(m, kept, 1, bias=False),
            nn.AvgPool2d(2, ceil_mode=True),
        )  # fmt: skip


@transition.rejects(says="A stride of 2 keeps one pixel in four and drops three; average all four.")
class StrideForPool(nn.Sequential):
    def __init__(self, m, kept):
        super().__init__(nn.BatchNorm2d(m), nn.ReLU(), nn.Conv2d(m, kept, 1, stride=2, bias=False))


@transition.rejects(says="The ReLU is missing between norm and convolution.")
class NoRelu(nn.Sequential):
    def __init__(self, m, kept):
        super().__init__(nn.BatchNorm2d(m), nn.Conv2d(m, kept, 1, bias=False), nn.AvgPool2d(2))


@transition.rejects(says="The ReLU stands before the norm; DenseNet normalises first.")
class NormAfterRelu(nn.Sequential):
    def __init__(self, m, kept):
        super().__init__(
            nn.ReLU(), nn.BatchNorm2d(m), nn.Conv2d(m, kept, 1, bias=False), nn.AvgPool2d(2)
        )


@transition.rejects(says="Pooling may come before the convolution, but not before the ReLU.")
class PoolsBeforeRelu(nn.Sequential):
    def __init__(self, m, kept):
        super().__init__(
            nn.BatchNorm2d(m), nn.AvgPool2d(2), nn.ReLU(), nn.Conv2d(m, kept, 1, bias=False)
        )


@transition.rejects(says="The convolution has a bias; the norms that follow shift anyway.")
class BiasLeftOn(nn.Sequential):
    def __init__(self, m, kept):
        super().__init__(nn.BatchNorm2d(m), nn.ReLU(), nn.Conv2d(m, kept, 1), nn.AvgPool2d(2))


@transition.rejects(says="Without pooling the next block works on maps as large as before.")
class NoPool(nn.Sequential):
    def __init__(self, m, kept):
        super().__init__(nn.BatchNorm2d(m), nn.ReLU(), nn.Conv2d(m, kept, 1, bias=False))


@transition.accepts
class PoolsFirst(nn.Sequential):
    def __init__(self, m, kept):
        super().__init__(
            nn.BatchNorm2d(m), nn.ReLU(), nn.AvgPool2d(2), nn.Conv2d(m, kept, 1, bias=False)
        )
