"""Exercise 5.4: A pretrained net for your own classes."""

import torch
from torch import nn
from torch.nn import functional as F

from densenet_lessons.exercises import expect
from densenet_lessons.exercises.core import exercise


@exercise(
    "5.4",
    "A pretrained net for your own classes",
    kind="function",
    minutes=5,
    hints=(
        "Two things change: which parameters learn, and how many logits come out.",
        "`requires_grad_(False)` on a module freezes all its parameters; a new layer isn't frozen.",
        "The old classifier knows how many features it reads: `in_features`.",
    ),
)
def new_head(answer):
    class Net(nn.Module):
        """A stand-in for a DenseNet, with other widths."""

        def __init__(self, width):
            super().__init__()
            self.features = nn.Sequential(nn.Conv2d(3, width, 3), nn.BatchNorm2d(width))
            self.classifier = nn.Linear(width, 9)

        def forward(self, x):
            return self.classifier(F.relu(self.features(x)).mean((2, 3)))

    for width, num_classes in [(11, 4), (6, 7)]:
        given = f"a net of {width} features and {num_classes} classes"
        net = expect.randomise(Net(width))
        before = {name: t.clone() for name, t in net.features.state_dict().items()}
        adapted = answer(net, num_classes)
        expect.is_module(adapted, given=given)
        expect.that(
            hasattr(adapted, "features") and hasattr(adapted, "classifier"),
            "the net must be returned, with its `features` and its new `classifier`.",
            actual="no net",
            given=given,
        )
        outputs = adapted.eval()(expect.noise(2, 3, 5, 6))
        expect.same_shape(outputs, (2, num_classes), given=given, what="output")
        shapes = {name: tuple(p.shape) for name, p in adapted.classifier.named_parameters()}
        right = {"weight": (num_classes, width), "bias": (num_classes,)}
        expect.equal(shapes, right, given=given, what="new classifier")
        for name, tensor in adapted.features.state_dict().items():
            expect.that(
                torch.equal(tensor, before[name]),
                f"the pretrained `{name}` has changed.",
                actual=name,
                given=given,
            )
        learns = sorted(name for name, p in adapted.named_parameters() if p.requires_grad)
        words = f"these parameters would learn: {', '.join(learns) or 'none'}."
        right = ["classifier.bias", "classifier.weight"]
        expect.that(learns == right, words, actual=learns, given=given)


@new_head.solves(because="The features stay as they were trained; the new classifier learns.")
def _(net, num_classes):
    net.requires_grad_(False)
    net.classifier = nn.Linear(net.classifier.in_features, num_classes)
    return net


@new_head.rejects(says="The features would learn, too; freeze them first.")
def freezes_nothing(net, num_classes):
    net.classifier = nn.Linear(net.classifier.in_features, num_classes)
    return net


@new_head.rejects(says="Nothing would learn: the new classifier is frozen with the rest.")
def freezes_everything(net, num_classes):
    net.classifier = nn.Linear(net.classifier.in_features, num_classes)
    net.requires_grad_(False)
    return net


@new_head.rejects(says="The old classifier is still there; the new one must take its place.")
def on_top(net, num_classes):
    net.requires_grad_(False)
    net.classifier = nn.Sequential(
        net.classifier, nn.Linear(net.classifier.out_features, num_classes)
    )
    return net


@new_head.rejects(says="1,024 features is DenseNet-121 alone; other nets have other widths.")
def hard_coded(net, num_classes):
    net.requires_grad_(False)
    net.classifier = nn.Linear(1024, num_classes)
    return net


@new_head.rejects(says="The old classifier is kept: the logits are still those of its classes.")
def only_freezes(net, num_classes):
    net.requires_grad_(False)
    net.classifier.requires_grad_(True)
    return net


@new_head.rejects(says="This hands back the new classifier; the whole net is asked for.")
def only_the_classifier(net, num_classes):
    net.requires_grad_(False)
    net.classifier = nn.Linear(net.classifier.in_features, num_classes)
    return net.classifier


@new_head.accepts
def one_by_one(net, num_classes):
    for parameter in net.features.parameters():
        parameter.requires_grad = False
    net.classifier = nn.Linear(net.classifier.weight.shape[1], num_classes)
    return net
