"""Exercise 6.10: Dropout in a dense layer."""

import torch
from torch import nn
from torch.nn import functional as F

from densenet_lessons.exercises import expect
from densenet_lessons.exercises.core import exercise


def _without_dropout(layer, reference, x):
    """In eval mode nothing is random, and the values are those of the layer of lesson 02."""
    out, again = layer(x.clone()), layer(x.clone())
    whole = reference(x)
    for value in (out, again):
        expect.is_tensor(value, given="the layer in eval mode", what="output")
    expect.equal(out.shape, whole.shape, given="the layer in eval mode", what="output's shape")
    expect.that(
        torch.equal(out, again),
        "two calls with one input differ.",
        actual="random",
        given="the layer in eval mode",
    )
    expect.same_values(out, whole, given="the layer in eval mode", what="output")


def _with_dropout(layer, reference, x):
    """In training mode a quarter of the values is zero, and the rest is scaled up.

    What is noted of a refused answer is rounded, or a word: the dropped places are random.
    """
    out, whole = layer(x.clone()), reference(x)
    expect.is_tensor(out, given="the layer in training mode", what="output")
    expect.same_shape(out, whole, given="the layer in training mode", what="output")
    expect.that(
        not torch.allclose(out, whole, rtol=1e-4, atol=1e-5),
        "nothing is dropped.",
        given="the layer in training mode",
    )
    dropped = out == 0
    expect.that(
        not dropped.flatten(2).all(2).any().item(),
        "whole maps are dropped, not single values.",
        actual="maps",
        given="the layer in training mode",
    )
    share = dropped.double().mean().item()
    expect.that(
        abs(share - 0.25) < 0.1,
        "about a quarter of the output should be exactly zero, with `drop_rate` 0.25.",
        actual=round(4 * share) / 4,
        given="the layer in training mode",
    )
    kept, due = out[~dropped], whole[~dropped] / 0.75
    expect.that(
        torch.allclose(kept, due, rtol=1e-4, atol=1e-5),
        "what is kept should be the convolution's output, divided by 1 - `drop_rate`.",
        actual=round((kept / due).median().item(), 2),
        given="the layer in training mode",
    )


@exercise(
    "6.10",
    "Dropout in a dense layer",
    kind="module",
    minutes=8,
    hints=(
        "The paper adds it after the convolution. Which tensor leaves the layer?",
        "In eval mode the layer must give the same values each time.",
        "Single values are dropped, not whole maps.",
    ),
)
def dropout_layer(answer):
    x = expect.noise(8, 7, 6, 5)
    reference = nn.Sequential(
        nn.BatchNorm2d(7), nn.ReLU(), nn.Conv2d(7, 5, 3, padding=1, bias=False)
    )
    layer = answer(7, 5, 0.25)
    expect.is_module(layer)
    expect.same_parameters(layer, reference)
    expect.transplant(expect.randomise(reference), layer)
    with torch.no_grad():
        _without_dropout(layer.eval(), reference.eval(), x)
        _with_dropout(layer.train(), reference.train(), x)
    expect.same_module(answer(7, 5, 0.25), reference, x, modes=("eval",))


@dropout_layer.solves(because="Dropout comes last: a quarter of the layer's *new* values is zero.")
class DenseLayer(nn.Module):
    def __init__(self, num_input_features, growth_rate, drop_rate):
        super().__init__()
        self.norm = nn.BatchNorm2d(num_input_features)
        self.conv = nn.Conv2d(num_input_features, growth_rate, kernel_size=3, padding=1, bias=False)
        self.dropout = nn.Dropout(drop_rate)

    def forward(self, x):
        return self.dropout(self.conv(F.relu(self.norm(x))))


@dropout_layer.rejects(says="Dropout stands before the convolution, which blurs the zeros again.")
class BeforeTheConvolution(nn.Module):
    def __init__(self, c, k, p):
        super().__init__()
        self.norm, self.p = nn.BatchNorm2d(c), p
        self.conv = nn.Conv2d(c, k, 3, padding=1, bias=False)

    def forward(self, x):
        return self.conv(F.dropout(F.relu(self.norm(x)), self.p, self.training))


@dropout_layer.rejects(says="The rate is taken in, and never used: this is the layer of lesson 02.")
class Without(nn.Module):
    def __init__(self, c, k, p):
        super().__init__()
        self.norm, self.conv = nn.BatchNorm2d(c), nn.Conv2d(c, k, 3, padding=1, bias=False)

    def forward(self, x):
        return self.conv(F.relu(self.norm(x)))


@dropout_layer.rejects(says="Dropout goes on in eval mode: `F.dropout` must be told the mode.")
class AlwaysOn(nn.Module):
    def __init__(self, c, k, p):
        super().__init__()
        self.norm, self.p = nn.BatchNorm2d(c), p
        self.conv = nn.Conv2d(c, k, 3, padding=1, bias=False)

    def forward(self, x):
        return F.dropout(self.conv(F.relu(self.norm(x))), self.p)


@dropout_layer.rejects(says="`Dropout2d` drops whole maps; the paper drops single values.")
class WholeMaps(nn.Module):
    def __init__(self, c, k, p):
        super().__init__()
        self.norm, self.drop = nn.BatchNorm2d(c), nn.Dropout2d(p)
        self.conv = nn.Conv2d(c, k, 3, padding=1, bias=False)

    def forward(self, x):
        return self.drop(self.conv(F.relu(self.norm(x))))


@dropout_layer.rejects(says="`drop_rate` is the share to drop; here it is the share to keep.")
class KeepsTheShare(nn.Module):
    def __init__(self, c, k, p):
        super().__init__()
        self.norm, self.drop = nn.BatchNorm2d(c), nn.Dropout(1 - p)
        self.conv = nn.Conv2d(c, k, 3, padding=1, bias=False)

    def forward(self, x):
        return self.drop(self.conv(F.relu(self.norm(x))))


@dropout_layer.rejects(says="What is kept must grow by 1/(1 − p), so that the mean stays.")
class NotScaled(nn.Module):
    def __init__(self, c, k, p):
        super().__init__()
        self.norm, self.p = nn.BatchNorm2d(c), p
        self.conv = nn.Conv2d(c, k, 3, padding=1, bias=False)

    def forward(self, x):
        x = self.conv(F.relu(self.norm(x)))
        return x * (torch.rand_like(x) >= self.p) if self.training else x


@dropout_layer.rejects(says="The rate is fixed at the paper's 0.2; `drop_rate` isn't used.")
class FixedRate(nn.Module):
    def __init__(self, c, k, p):
        super().__init__()
        self.norm, self.conv = nn.BatchNorm2d(c), nn.Conv2d(c, k, 3, padding=1, bias=False)

    def forward(self, x):
        return F.dropout(self.conv(F.relu(self.norm(x))), 0.2, self.training)


@dropout_layer.rejects(says="The convolution has a bias, which the next layer's norm would undo.")
class WithBias(nn.Module):
    def __init__(self, c, k, p):
        super().__init__()
        self.norm, self.drop = nn.BatchNorm2d(c), nn.Dropout(p)
        self.conv = nn.Conv2d(c, k, 3, padding=1)

    def forward(self, x):
        return self.drop(self.conv(F.relu(self.norm(x))))


@dropout_layer.rejects(says="The input is returned too; a layer returns its *new* channels only.")
class Concatenates(nn.Module):
    def __init__(self, c, k, p):
        super().__init__()
        self.norm, self.drop = nn.BatchNorm2d(c), nn.Dropout(p)
        self.conv = nn.Conv2d(c, k, 3, padding=1, bias=False)

    def forward(self, x):
        return torch.cat([x, self.drop(self.conv(F.relu(self.norm(x))))], dim=1)


@dropout_layer.rejects(says="The norm stands after the ReLU; in DenseNet the norm comes first.")
class NormAfterRelu(nn.Module):
    def __init__(self, c, k, p):
        super().__init__()
        self.norm, self.drop = nn.BatchNorm2d(c), nn.Dropout(p)
        self.conv = nn.Conv2d(c, k, 3, padding=1, bias=False)

    def forward(self, x):
        return self.drop(self.conv(self.norm(F.relu(x))))


@dropout_layer.rejects(says="There is no ReLU between the norm and the convolution.")
class WithoutRelu(nn.Module):
    def __init__(self, c, k, p):
        super().__init__()
        self.norm, self.drop = nn.BatchNorm2d(c), nn.Dropout(p)
        self.conv = nn.Conv2d(c, k, 3, padding=1, bias=False)

    def forward(self, x):
        return self.drop(self.conv(self.norm(x)))


@dropout_layer.accepts
class Functional(nn.Module):
    def __init__(self, c, k, p):
        super().__init__()
        self.norm, self.p = nn.BatchNorm2d(c), p
        self.conv = nn.Conv2d(c, k, 3, padding=1, bias=False)

    def forward(self, x):
        return F.dropout(self.conv(F.relu(self.norm(x))), self.p, self.training)


@dropout_layer.accepts
class ByMask(nn.Module):
    def __init__(self, c, k, p):
        super().__init__()
        self.norm, self.p = nn.BatchNorm2d(c), p
        self.conv = nn.Conv2d(c, k, 3, padding=1, bias=False)

    def forward(self, x):
        x = self.conv(F.relu(self.norm(x)))
        if not self.training:
            return x
        return x * (torch.rand_like(x) >= self.p) / (1 - self.p)
