"""Modules with copied weights, under other names and in another order."""

import pytest
import torch
from exercise_samples import refusal
from torch import nn

from densenet_lessons.exercises import expect


def net(*, bias=False, width=5):
    return nn.Sequential(nn.BatchNorm2d(7), nn.ReLU(), nn.Conv2d(7, width, 3, padding=1, bias=bias))


class Renamed(nn.Module):
    """The same layer, other names, other order."""

    def __init__(self, steps="nrc", inplace=False):
        super().__init__()
        self.squeeze = nn.Conv2d(7, 5, 3, padding=1, bias=False)
        self.scale = nn.BatchNorm2d(7)
        self.steps, self.inplace = steps, inplace

    def forward(self, x):
        for step in self.steps:
            if step == "n":
                x = self.scale(x)
            elif step == "r":
                x = torch.relu_(x) if self.inplace else torch.relu(x)
            else:
                x = self.squeeze(x)
        return x


def test_same_module_accepts_other_names_and_order():
    expect.same_module(Renamed(), net(), expect.noise(3, 7, 6, 5))


@pytest.mark.parametrize(
    ("module", "words"),
    [
        (net(bias=True), "too many: `2.bias` (5,)."),
        (net(width=6), "too many: `2.weight` (6, 7, 3, 3); missing: `2.weight` (5, 7, 3, 3)."),
        (nn.ReLU(), "missing: `0.weight` (7,), `0.bias` (7,) and 1 more."),
        (Renamed("rnc"), "output in eval mode"),
        (Renamed("nc"), "output in eval mode"),
        (Renamed("rc"), "output in eval mode"),
        (Renamed("rnrc", inplace=True), "the input was changed in place."),
        (torch.relu, "expected an nn.Module"),
    ],
)
def test_same_module_refuses_in_words(module, words):
    assert words in refusal(expect.same_module, module, net(), expect.noise(3, 7, 6, 5))


def test_same_module_sees_a_changed_input():
    class InPlace(nn.Module):
        def forward(self, x):
            return x.relu_()

    x = expect.noise(3, 7, 6, 5)
    assert refusal(expect.same_module, InPlace(), nn.ReLU(), x) == "the input was changed in place."


def test_same_module_sees_a_norm_that_always_uses_the_batch_and_one_that_cuts_gradients():
    class Frozen(Renamed):
        def forward(self, x):
            return super().forward(x.detach() if self.training else x)

    class Batch(Renamed):
        def train(self, mode=True):
            return super().train(True)

    x = expect.noise(3, 7, 6, 5)
    assert "gradient" in refusal(expect.same_module, Frozen(), net(), x)
    assert "eval mode" in refusal(expect.same_module, Batch(), net(), x)
    expect.same_module(Batch(), net(), x, modes=("train",))


class Changed(Renamed):
    """The same values in one pass, and something else that training would notice."""

    def __init__(self, change):
        super().__init__()
        self.change = change
        if change == "frozen":
            self.squeeze.requires_grad_(False)
        if change == "momentum":
            self.scale.momentum = 0.2
        if change == "built in eval mode":
            self.eval()

    def forward(self, x):
        if self.change == "twice":
            self.scale(x)
        if self.change == "no statistics" and self.training:
            mean, var = x.mean((0, 2, 3)), x.var((0, 2, 3), correction=0)
            norm = self.scale
            x = nn.functional.batch_norm(x, mean, var, norm.weight, norm.bias, eps=norm.eps)
            return self.squeeze(x.relu())
        if self.change == "one image":
            x = torch.stack(list(x.unbind()[:3]))
        if self.change == "even sides":
            x = x[..., : x.shape[2] // 2 * 2, :]
        if self.change == "float":
            return super().float().forward_plain(x.float())
        out = self.forward_plain(x)
        if self.change == "mode":
            self.scale.eval()
        if self.change == "weight":
            out = nn.functional.conv2d(
                self.scale(x).relu(), self.squeeze.weight.detach(), padding=1
            )
        if self.change == "cached":
            self.kept = out if not hasattr(self, "kept") else self.kept
            return self.kept if self.kept.shape == out.shape else out
        return out

    def forward_plain(self, x):
        return Renamed.forward(self, x)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ("frozen", "`squeeze.weight` would not learn: its `requires_grad` is False."),
        ("momentum", "`scale.running_mean` after a pass in train mode"),
        ("twice", "`scale.running_mean` after a pass in train mode"),
        ("no statistics", "`scale.running_mean` after a pass in train mode"),
        ("mode", "`forward` leaves train mode"),
        ("weight", "gradient of the parameter `squeeze.weight`"),
        ("float", "dtype torch.float32, expected torch.float64"),
        ("cached", "output in eval mode on a tensor of shape"),
        ("even sides", "has shape"),
        ("built in eval mode", "in eval mode from the start"),
    ],
)
def test_same_module_sees_what_one_pass_hides(change, words):
    assert words in refusal(expect.same_module, Changed(change), net(), expect.noise(3, 7, 6, 5))


class Pixelwise(nn.Module):
    """One linear map of 7 to 5 channels, in a layout of one's own."""

    def __init__(self, form):
        super().__init__()
        self.form = form
        if form == "linear":
            self.map = nn.Linear(7, 5)
        elif form == "lazy":
            self.map = nn.LazyConv2d(5, 1)
        else:
            self.bias = nn.Parameter(torch.zeros(5))
            self.weight = nn.Parameter(torch.zeros((7, 5) if form == "turned" else (5, 7)))

    def forward(self, x):
        if self.form == "linear":
            return self.map(x.movedim(1, 3)).movedim(3, 1)
        if self.form == "lazy":
            return self.map(x)
        weight = self.weight.t() if self.form == "turned" else self.weight
        return torch.einsum("nchw,oc->nohw", x, weight) + self.bias[:, None, None]


@pytest.mark.parametrize("form", ["linear", "lazy", "turned", "straight"])
def test_other_layouts_of_one_linear_map_are_compared_by_what_they_compute(form):
    expect.same_module(Pixelwise(form), nn.Conv2d(7, 5, 1), expect.noise(3, 7, 6, 5))
    other = Pixelwise(form)
    other.register_forward_hook(lambda module, args, out: out + 1)
    assert "output" in refusal(
        expect.same_module, other, nn.Conv2d(7, 5, 1), expect.noise(3, 7, 6, 5)
    )


def test_same_module_takes_a_list_as_one_argument():
    class Joined(nn.Module):
        def __init__(self, dim):
            super().__init__()
            self.dim = dim

        def forward(self, features):
            return torch.cat(features, self.dim)

    x = [expect.noise(2, 3, 4, 4), expect.noise(2, 3, 4, 4, seed=1)]
    expect.same_module(Joined(1), Joined(1), x)
    assert "shape (4, 3, 4, 4)" in refusal(expect.same_module, Joined(0), Joined(1), x)


def test_modules_in_a_plain_list_are_pointed_out():
    class Hidden(nn.Module):
        def __init__(self):
            super().__init__()
            self.layers = [nn.Linear(2, 3)]

    message = refusal(expect.same_parameters, Hidden(), nn.Linear(2, 3))
    assert "use nn.ModuleList" in message


def test_randomise_fills_every_float_and_is_seeded():
    fresh = nn.BatchNorm2d(7)
    for name, tensor in expect.randomise(net()).state_dict().items():
        if tensor.is_floating_point():
            assert tensor.std() > 0.05, name
    norm = expect.randomise(nn.BatchNorm2d(7))
    for name in ("weight", "bias", "running_mean", "running_var"):
        assert not torch.allclose(getattr(norm, name), getattr(fresh, name)), name
    assert (norm.running_var > 0).all()
    again = expect.randomise(nn.BatchNorm2d(7))
    assert torch.equal(again.bias, norm.bias)
    assert not torch.equal(expect.randomise(nn.BatchNorm2d(7), seed=1).bias, norm.bias)


class Affine(nn.Module):
    """A scale and a shift under names and in an order of one's own."""

    def __init__(self, *names):
        super().__init__()
        for name in names:
            self.register_parameter(name, nn.Parameter(torch.zeros(7)))


def test_transplant_goes_by_name_first_and_by_order_where_names_are_new():
    source = expect.randomise(nn.BatchNorm2d(7, track_running_stats=False))
    turned, renamed = Affine("bias", "weight"), Affine("gamma", "beta")
    expect.transplant(source, turned)
    expect.transplant(source, renamed)
    assert torch.equal(turned.bias, source.bias)
    assert torch.equal(turned.weight, source.weight)
    assert torch.equal(renamed.gamma, source.weight)
    assert torch.equal(renamed.beta, source.bias)


def test_transplant_copies_parameters_and_buffers_by_name_and_shape():
    source, target = expect.randomise(net()), Renamed()
    expect.transplant(source, target)
    assert torch.equal(target.squeeze.weight, source[2].weight)
    assert torch.equal(target.scale.bias, source[0].bias)
    assert torch.equal(target.scale.running_var, source[0].running_var)
    message = refusal(expect.transplant, source, nn.ReLU())
    assert message.startswith("the module has no place for `0.weight` (7,), ")
