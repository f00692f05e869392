"""Exercise 6.8: Dropout in a dense layer."""

import torch
from torch import nn
from torch.nn import functional as F

from densenet_lessons.exercises import expect
from densenet_lessons.exercises.core import exercise


def _with_dropout(layer, reference, x, rate, given):
    """In training mode a share of the values is zero, and the rest is scaled up.

    What is noted of a refused answer is rounded, or a word: the dropped places are random.
    """
    outs, given = [layer(x.clone()) for _ in range(2)], f"{given}, in training mode"
    whole = reference(x.clone())
    reference(x.clone())
    for out in outs:
        expect.same_shape(out, whole, given=given, what="output")
    out, masks = outs[0], [(out == 0).float() for out in outs]
    alike = torch.allclose(out, whole, rtol=1e-4, atol=1e-5)
    expect.that(not alike, "nothing is dropped.", given=given)
    # Per batch and channel: a mask for whole maps, rows, images or channels repeats itself.
    found = [
        name
        for dim, name in enumerate(("images", "channels", "rows", "columns"))
        if masks[0].any() and masks[0].amax(dim).equal(masks[0].amin(dim))
    ]
    words = f"the same places are dropped in all {' and '.join(found)}, not values one by one."
    expect.that(not found, words, actual=found, given=given)
    share = masks[0].mean().item()
    words = f"{share:.0%} of the output is exactly zero, with a `drop_rate` of {rate}."
    expect.that(abs(share - rate) < 0.08, words, actual=round(5 * share) / 5, given=given)
    twice = not masks[0].equal(masks[1])
    words = "two passes drop the same places; each pass should draw anew."
    expect.that(twice, words, actual="the same", given=given)
    kept, due = out[out != 0], whole[out != 0] / (1 - rate)
    words = "what is kept should be the convolution's output, divided by 1 - `drop_rate`."
    right = torch.allclose(kept, due, rtol=1e-4, atol=1e-5)
    expect.that(right, words, actual=round((kept / due).median().item(), 2), given=given)
    for mine, right in zip(_statistics(layer), _statistics(reference), strict=True):
        expect.same_values(mine, right, given=given, what="running statistics after two passes")
    out, wanted = layer(x.clone()), reference(x.clone())
    wanted = wanted * (out != 0) / (1 - rate)
    weights = [[p for p in net.parameters() if p.dim() > 2] for net in (layer, reference)]
    expect.same_gradients(out, wanted, *weights, names=["convolution's weight"], given=given)


def _statistics(module):
    return [b for name, b in sorted(module.named_buffers()) if b.is_floating_point()]


@exercise(
    "6.8",
    "Dropout in a dense layer",
    kind="module",
    minutes=8,
    difficulty=2,
    importance=1,
    hints=(
        (
            "Where do I start?",
            "The paper adds it after the convolution. Which tensor leaves the layer?",
        ),
        (
            "My values change in eval mode",
            "In eval mode the layer must give the same values each time.",
        ),
        (
            "What is dropped?",
            "Single values are dropped, not whole maps.",
        ),
    ),
)
def dropout_layer(answer):
    for c, k, rate, side in [(7, 5, 0.25, 6), (6, 4, 0.6, 7)]:
        with expect.case():
            given = f"{c} channels, k = {k}, drop_rate = {rate}"
            x = expect.noise(8, c, side, 5)
            expect.same_module(answer(c, k, rate), _plain(c, k), x, modes=("eval",), given=given)
            layer, reference = answer(c, k, rate), expect.randomise(_plain(c, k))
            expect.same_parameters(layer, reference, inputs=x)
            expect.transplant(reference, layer)
            _with_dropout(layer.train(), reference.train(), x, rate, given)
    for c, k in [(7, 5), (6, 4)]:
        with expect.case():
            given = f"{c} channels, k = {k}, drop_rate = 0"
            x = expect.noise(3, c, 5, 6)
            expect.same_module(answer(c, k, 0.0), _plain(c, k), x, given=given)


def _plain(c, k):
    return nn.Sequential(nn.BatchNorm2d(c), nn.ReLU(), nn.Conv2d(c, k, 3, padding=1, bias=False))


@dropout_layer.solves(
    because="Dropout comes last: a share `drop_rate` of the *new* values is zero."
)
class DenseLayer(nn.Module):
    def __init__(self, num_input_features, growth_rate, drop_rate):
        super().__init__()
        self.norm = nn.BatchNorm2d(num_input_features)
        self.conv = nn.Conv2d(num_input_features, growth_rate, kernel_size=3, padding=1, bias=False)
        self.dropout = nn.Dropout(drop_rate)

    def forward(self, x):
        return self.dropout(self.conv(F.relu(self.norm(x))))


@dropout_layer.rejects(
    says="No new value is exactly zero; dropout as the last step would leave some so."
)
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


@dropout_layer.rejects(says="Dropout acts in eval mode: `F.dropout` must be told the mode.")
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


@dropout_layer.rejects(says="The mask is drawn once, so the same values are dropped at each pass.")
class OneMask(nn.Module):
    def __init__(self, c, k, p):
        super().__init__()
        self.norm, self.p, self.mask = nn.BatchNorm2d(c), p, None
        self.conv = nn.Conv2d(c, k, 3, padding=1, bias=False)

    def forward(self, x):
        x = self.conv(F.relu(self.norm(x)))
        if not self.training:
            return x
        if self.mask is None:
            self.mask = (torch.rand_like(x) >= self.p) / (1 - self.p)
        return x * self.mask


@dropout_layer.rejects(says="One mask serves all images of the batch; each image needs its own.")
class OneMaskForTheBatch(nn.Module):
    def __init__(self, c, k, p):
        super().__init__()
        self.norm, self.p = nn.BatchNorm2d(c), p
        self.conv = nn.Conv2d(c, k, 3, padding=1, bias=False)

    def forward(self, x):
        x = self.conv(F.relu(self.norm(x)))
        if not self.training:
            return x
        return x * (torch.rand_like(x[:1]) >= self.p) / (1 - self.p)


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
