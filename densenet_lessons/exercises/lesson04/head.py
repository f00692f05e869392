"""Exercise 4.3: The head."""

from collections import OrderedDict

from torch import nn
from torch.nn import functional as F

from densenet_lessons.exercises import expect
from densenet_lessons.exercises.core import exercise


@exercise(
    "4.3",
    "The head",
    kind="module",
    minutes=6,
    difficulty=2,
    importance=3,
    hints=(
        (
            "Where do I start?",
            "How does every dense layer and every transition begin? The head begins so, too.",
        ),
        (
            "Which steps learn?",
            "Four steps. Only the first and the last one have parameters.",
        ),
        (
            "How do I average over positions?",
            "`x.mean((2, 3))` is the average over all positions.",
        ),
    ),
)
def head(answer):
    for features, classes, sizes in [(7, 5, (3, 4, 6)), (4, 9, (2, 7, 7)), (6, 2, (4, 5, 3))]:
        with expect.case():
            steps = {"norm": nn.BatchNorm2d(features), "relu": nn.ReLU()}
            steps |= {"pool": nn.AdaptiveAvgPool2d(1), "flatten": nn.Flatten()}
            steps["classifier"] = nn.Linear(features, classes)
            reference = nn.Sequential(OrderedDict(steps))
            x = expect.noise(sizes[0], features, *sizes[1:])
            given = f"{features} features, {classes} classes, maps of {sizes[1]}x{sizes[2]}"
            expect.same_module(answer(features, classes), reference, x, given=given)


@head.solves(because="BN - ReLU - global average pool - linear, and logits come out.")
class Head(nn.Module):
    def __init__(self, num_features, num_classes):
        super().__init__()
        self.norm = nn.BatchNorm2d(num_features)
        self.classifier = nn.Linear(num_features, num_classes)

    def forward(self, x):
        x = F.relu(self.norm(x))
        x = F.adaptive_avg_pool2d(x, 1).flatten(1)
        return self.classifier(x)


@head.rejects(says="The last norm is forgotten; without it the block's raw outputs are averaged.")
class NoNorm(nn.Module):
    def __init__(self, num_features, num_classes):
        super().__init__()
        self.classifier = nn.Linear(num_features, num_classes)

    def forward(self, x):
        return self.classifier(F.relu(x).mean((2, 3)))


@head.rejects(says="The ReLU after the last norm is forgotten.")
class NoRelu(nn.Module):
    def __init__(self, num_features, num_classes):
        super().__init__()
        self.norm = nn.BatchNorm2d(num_features)
        self.classifier = nn.Linear(num_features, num_classes)

    def forward(self, x):
        return self.classifier(self.norm(x).mean((2, 3)))


@head.rejects(says="The ReLU stands before the norm; DenseNet normalises first.")
class ReluFirst(nn.Module):
    def __init__(self, num_features, num_classes):
        super().__init__()
        self.norm = nn.BatchNorm2d(num_features)
        self.classifier = nn.Linear(num_features, num_classes)

    def forward(self, x):
        return self.classifier(self.norm(F.relu(x)).mean((2, 3)))


@head.rejects(says="The ReLU acts on the average here; it belongs before the pool.")
class ReluAfterThePool(nn.Module):
    def __init__(self, num_features, num_classes):
        super().__init__()
        self.norm = nn.BatchNorm2d(num_features)
        self.classifier = nn.Linear(num_features, num_classes)

    def forward(self, x):
        return self.classifier(F.relu(self.norm(x).mean((2, 3))))


@head.rejects(says="This takes the maximum of each map; the paper takes the average.")
class MaxPool(nn.Module):
    def __init__(self, num_features, num_classes):
        super().__init__()
        self.norm = nn.BatchNorm2d(num_features)
        self.classifier = nn.Linear(num_features, num_classes)

    def forward(self, x):
        return self.classifier(F.relu(self.norm(x)).amax((2, 3)))


@head.rejects(says="The softmax belongs to the loss; the net gives logits.")
class WithSoftmax(nn.Module):
    def __init__(self, num_features, num_classes):
        super().__init__()
        self.norm = nn.BatchNorm2d(num_features)
        self.classifier = nn.Linear(num_features, num_classes)

    def forward(self, x):
        return self.classifier(F.relu(self.norm(x)).mean((2, 3))).softmax(1)


@head.rejects(says="The norm is made, but `forward` never applies it.")
class NormUnused(nn.Module):
    def __init__(self, num_features, num_classes):
        super().__init__()
        self.norm = nn.BatchNorm2d(num_features)
        self.classifier = nn.Linear(num_features, num_classes)

    def forward(self, x):
        return self.classifier(F.relu(x).mean((2, 3)))


@head.rejects(
    says="The linear layer has a bias in DenseNet; no norm follows that could replace it."
)
class NoBias(nn.Module):
    def __init__(self, num_features, num_classes):
        super().__init__()
        self.norm = nn.BatchNorm2d(num_features)
        self.classifier = nn.Linear(num_features, num_classes, bias=False)

    def forward(self, x):
        return self.classifier(F.relu(self.norm(x)).mean((2, 3)))


@head.rejects(says="This pool has a fixed size; the average must go over maps of any size.")
class FixedPool(nn.Module):
    def __init__(self, num_features, num_classes):
        super().__init__()
        self.norm = nn.BatchNorm2d(num_features)
        self.classifier = nn.Linear(num_features, num_classes)

    def forward(self, x):
        x = F.avg_pool2d(F.relu(self.norm(x)), 7).flatten(1)
        return self.classifier(x)


@head.rejects(says="An odd last row or column is left out of the average here.")
class PoolsTwice(nn.Module):
    def __init__(self, num_features, num_classes):
        super().__init__()
        self.norm = nn.BatchNorm2d(num_features)
        self.classifier = nn.Linear(num_features, num_classes)

    def forward(self, x):
        x = F.avg_pool2d(F.relu(self.norm(x)), 2).mean((2, 3))
        return self.classifier(x)


@head.rejects(says="No pool: the linear layer reads every position, for maps of one size only.")
class NoPool(nn.Module):
    def __init__(self, num_features, num_classes):
        super().__init__()
        self.norm = nn.BatchNorm2d(num_features)
        self.classifier = nn.Linear(num_features * 49, num_classes)

    def forward(self, x):
        return self.classifier(F.relu(self.norm(x)).flatten(1))


@head.rejects(says="`squeeze()` drops the batch dimension, too, where there is a single image.")
class Squeezes(nn.Module):
    def __init__(self, num_features, num_classes):
        super().__init__()
        self.norm = nn.BatchNorm2d(num_features)
        self.classifier = nn.Linear(num_features, num_classes)

    def forward(self, x):
        x = F.adaptive_avg_pool2d(F.relu(self.norm(x)), 1).squeeze()
        return self.classifier(x)


@head.accepts
class AllModules(nn.Module):
    def __init__(self, num_features, num_classes):
        super().__init__()
        self.steps = nn.Sequential(
            nn.BatchNorm2d(num_features),
            nn.ReLU(inplace=True),
            nn.AdaptiveAvgPool2d(1),
            nn.Flatten(),
            nn.Linear(num_features, num_classes),
        )

    def forward(self, x):
        return self.steps(x)
