"""Exercise 9.3: Find the bug: a head that never learns."""

import torch
from torch import nn

from densenet_lessons.densenet import DenseNet
from densenet_lessons.exercises import expect
from densenet_lessons.exercises.core import exercise


@exercise(
    "9.3",
    "Find the bug: a head that never learns",
    kind="bug",
    minutes=5,
    difficulty=2,
    importance=3,
    hints=(
        ("Where do I start?", "Ask of each line: which objects exist at this moment?"),
        (
            "It looks right to me",
            "An optimiser keeps the parameters that it was given. Which were those?",
        ),
    ),
)
def learning_head(answer):
    for num_classes, rate in [(4, 0.5), (10, 0.25)]:
        with expect.case():
            net = DenseNet(4, (2, 1), 8, num_classes=10, in_channels=1, small_inputs=True)
            old = net.classifier
            before = [p.detach().clone() for p in net.features.parameters()]
            given = f"a net of 10 classes, {num_classes} new ones and a rate of {rate}"
            optimizer = answer(net, num_classes, rate)
            steps = isinstance(optimizer, torch.optim.Optimizer)
            expect.that(steps, "the optimiser must be returned.", actual="none", given=given)
            new = net.classifier
            words = "the net still has its old classifier; a new one must take its place."
            expect.that(new is not old, words, actual="old", given=given)
            width = net.features[-1].num_features
            shapes = {name: tuple(p.shape) for name, p in new.named_parameters()}
            right = {"weight": (num_classes, width), "bias": (num_classes,)}
            expect.equal(shapes, right, given=given, what="new classifier")
            rates = {group["lr"] for group in optimizer.param_groups}
            expect.equal(sorted(rates), [rate], given=given, what="list of learning rates")
            start = [p.detach().clone() for p in new.parameters()]
            net.train()(expect.noise(4, 1, 8, 9)).square().sum().backward()
            optimizer.step()
            moved = [
                not torch.equal(p, old) for p, old in zip(new.parameters(), start, strict=True)
            ]
            words = "after a step of the optimiser the new classifier is as it was before."
            expect.that(any(moved), words, actual="still", given=given)
            words = "the step has moved only a part of the new classifier, not its weight and bias."
            expect.that(all(moved), words, actual=moved, given=given)
            pairs = zip(net.features.parameters(), before, strict=True)
            same = all(torch.equal(now, then) for now, then in pairs)
            words = "after a step of the optimiser the features have changed, too."
            expect.that(same, words, actual="features", given=given)
            loose = sorted(name for name, p in net.features.named_parameters() if p.requires_grad)
            words = "the features are not frozen: backpropagation computes gradients for them."
            expect.that(not loose, words, actual=loose, given=given)


@learning_head.solves(because="The new classifier exists before the optimiser is told of it.")
def _(net, num_classes, learning_rate):
    net.requires_grad_(False)
    net.classifier = nn.Linear(net.classifier.in_features, num_classes)
    return torch.optim.SGD(net.classifier.parameters(), lr=learning_rate)


@learning_head.rejects(says="The optimiser still holds the old classifier's parameters.")
def unmended(net, num_classes, learning_rate):
    net.requires_grad_(False)
    optimizer = torch.optim.SGD(net.classifier.parameters(), lr=learning_rate)
    net.classifier = nn.Linear(net.classifier.in_features, num_classes)
    return optimizer


@learning_head.rejects(says="The new classifier is frozen with the rest: it gets no gradient.")
def freezes_last(net, num_classes, learning_rate):
    net.classifier = nn.Linear(net.classifier.in_features, num_classes)
    net.requires_grad_(False)
    return torch.optim.SGD(net.classifier.parameters(), lr=learning_rate)


@learning_head.rejects(says="Nothing is frozen, and the optimiser has all parameters.")
def all_learn(net, num_classes, learning_rate):
    net.classifier = nn.Linear(net.classifier.in_features, num_classes)
    return torch.optim.SGD(net.parameters(), lr=learning_rate)


@learning_head.rejects(says="Nothing is frozen; only the optimiser leaves the features alone.")
def freezes_nothing(net, num_classes, learning_rate):
    net.classifier = nn.Linear(net.classifier.in_features, num_classes)
    return torch.optim.SGD(net.classifier.parameters(), lr=learning_rate)


@learning_head.rejects(says="The net handed in keeps its old classifier, for the old classes.")
def keeps_the_old_one(net, num_classes, learning_rate):
    net.requires_grad_(False)
    net.classifier.requires_grad_(True)
    return torch.optim.SGD(net.classifier.parameters(), lr=learning_rate)


@learning_head.rejects(says="The optimiser has the weight alone; the bias learns nothing.")
def the_weight_alone(net, num_classes, learning_rate):
    net.requires_grad_(False)
    net.classifier = nn.Linear(net.classifier.in_features, num_classes)
    return torch.optim.SGD([net.classifier.weight], lr=learning_rate)


@learning_head.rejects(says="The net is returned here; the optimiser is asked for.")
def returns_the_net(net, num_classes, learning_rate):
    net.requires_grad_(False)
    net.classifier = nn.Linear(net.classifier.in_features, num_classes)
    return net


@learning_head.accepts
def only_what_needs_a_gradient(net, num_classes, learning_rate):
    for parameter in net.parameters():
        parameter.requires_grad = False
    net.classifier = nn.Linear(net.classifier.weight.shape[1], num_classes)
    return torch.optim.SGD((p for p in net.parameters() if p.requires_grad), lr=learning_rate)


@learning_head.accepts
def another_optimiser(net, num_classes, learning_rate):
    net.features.requires_grad_(False)
    net.classifier = nn.Linear(net.classifier.in_features, num_classes)
    return torch.optim.Adam(net.classifier.parameters(), lr=learning_rate)
