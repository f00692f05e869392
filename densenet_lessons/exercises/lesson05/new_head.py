"""Exercise 5.6: A pretrained net for your own classes."""

import copy

import torch
from torch import nn

from densenet_lessons.densenet import DenseNet
from densenet_lessons.exercises import expect
from densenet_lessons.exercises.core import exercise


@exercise(
    "5.6",
    "A pretrained net for your own classes",
    kind="function",
    minutes=5,
    difficulty=2,
    importance=3,
    hints=(
        (
            "Where do I start?",
            "Two things change: which parameters learn, and how many logits come out.",
        ),
        (
            "How do I freeze?",
            "`requires_grad_(False)` on a module freezes all its parameters; a new layer "
            "isn't frozen.",
        ),
        (
            "I get a shape error",
            "The old classifier knows how many features it reads: `in_features`.",
        ),
    ),
)
def new_head(answer):
    cases = [(4, (2, 1, 1, 1), 8, 4), (3, (1, 2, 1, 1), 6, 7)]
    cases += [(4, (1, 1, 1, 1), 5, 9), (2, (2, 2, 1, 1), 6, 9)]
    for growth_rate, blocks, stem, num_classes in cases:
        with expect.case():
            net = DenseNet(growth_rate, blocks, stem, num_classes=9)
            before = copy.deepcopy(expect.randomise(net).features.state_dict())
            width, old = net.classifier.in_features, net.classifier.weight.detach().clone()
            given = f"a DenseNet of {width} features and 9 classes, for {num_classes} new ones"
            adapted = answer(net, num_classes)
            expect.is_module(adapted, given=given)
            words = "the net must be returned, with its `features` and its new `classifier`."
            whole = hasattr(adapted, "features") and hasattr(adapted, "classifier")
            expect.that(whole, words, actual=type(adapted).__name__, given=given)
            shapes = {name: tuple(p.shape) for name, p in adapted.classifier.named_parameters()}
            right = {"weight": (num_classes, width), "bias": (num_classes,)}
            expect.equal(shapes, right, given=given, what="new classifier")
            weight = adapted.classifier.weight.detach()
            kept = weight.shape == old.shape and torch.equal(weight, old)
            words = "the classifier still has the old weights; a new layer starts afresh."
            expect.that(not kept, words, actual="old", given=given)
            words = "the new weights are all alike; leave them as `nn.Linear` makes them."
            expect.that(weight.std() > 0, words, actual="constant", given=given)
            now = adapted.features.state_dict()
            for name in before.keys() | now.keys():
                same = name in now and name in before and torch.equal(now[name], before[name])
                words = f"the pretrained `features.{name}` has changed."
                expect.that(same, words, actual=name, given=given)
            learns = {name for name, p in adapted.named_parameters() if p.requires_grad}
            extra = learns - {"classifier.bias", "classifier.weight"}
            first = min(extra, default="")
            words = f"`{first}` would learn too; of the old parameters none should."
            expect.that(not extra, words, actual=sorted(extra), given=given)
            words = f"of the new classifier, {len(learns)} of 2 parameters would learn."
            expect.that(len(learns) == 2, words, actual=sorted(learns), given=given)
            outputs = adapted.eval()(expect.noise(2, 3, 32, 40))
            expect.same_shape(outputs, (2, num_classes), given=given, what="output")


@new_head.solves(because="The features stay as they were trained; the new classifier learns.")
def _(net, num_classes):
    net.requires_grad_(False)
    net.classifier = torch.nn.Linear(net.classifier.in_features, num_classes)
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


@new_head.rejects(says="Only the blocks are frozen; stem, transitions and last norm would learn.")
def freezes_blocks_alone(net, num_classes):
    for name, parameter in net.named_parameters():
        if "denseblock" in name:
            parameter.requires_grad = False
    net.classifier = nn.Linear(net.classifier.in_features, num_classes)
    return net


@new_head.rejects(says="With as many classes as before, the old classifier is kept.")
def keeps_it_where_it_fits(net, num_classes):
    net.requires_grad_(False)
    if net.classifier.out_features == num_classes:
        net.classifier.requires_grad_(True)
    else:
        net.classifier = nn.Linear(net.classifier.in_features, num_classes)
    return net


@new_head.accepts
def by_the_last_norm(net, num_classes):
    for parameter in net.parameters():
        parameter.requires_grad = False
    net.classifier = nn.Linear(net.features.norm5.num_features, num_classes)
    net.features.eval()
    return net


@new_head.accepts
def one_by_one(net, num_classes):
    for parameter in net.features.parameters():
        parameter.requires_grad = False
    net.classifier = nn.Linear(net.classifier.weight.shape[1], num_classes)
    return net
