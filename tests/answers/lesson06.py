"""Lesson 06: learning_rate, standard_error, train_epoch, dropout_layer."""

import math

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from .judged import right, wrong

# learning_rate


def rate(step, steps, largest):
    return largest * (1 if step < steps / 2 else 0.1 if step < steps * 3 / 4 else 0.01)


@right("learning_rate")
def _(step, steps, largest):
    rate = largest
    for share in (0.5, 0.75):
        if step / steps >= share:
            rate *= 0.1
    return rate


@right("learning_rate")
def _(step, steps, largest):
    return largest / 10 ** ((2 * step >= steps) + (4 * step >= 3 * steps))


@right("learning_rate")
def _(step, steps, largest):
    return np.float64(largest) * [1, 1, 0.1, 0.01][4 * step // steps]


@right("learning_rate")
def _(step, steps, largest):
    return torch.tensor(rate(step, steps, largest))


@right("learning_rate")
def _(step, steps, largest):
    if step >= math.ceil(0.75 * steps):
        return 0.01 * largest
    return 0.1 * largest if step >= math.ceil(steps / 2) else largest


def thresholds(first, second):
    def answer(step, steps, largest):
        return largest * (1 if step < first(steps) else 0.1 if step < second(steps) else 0.01)

    return answer


for why, told, made in [
    ("whole halves", (), thresholds(lambda n: n // 2, lambda n: 3 * n // 4)),
    ("rounded", (), thresholds(lambda n: round(n / 2), lambda n: round(3 * n / 4))),
    ("thirds", (), thresholds(lambda n: n / 3, lambda n: 2 * n / 3)),
    ("epochs 150 and 225", (), thresholds(lambda n: 150, lambda n: 225)),
    ("steps 50 and 75", (), thresholds(lambda n: 50, lambda n: 75)),
    ("one late", ("one_step_late",),
     lambda s, n, g: g * (1 if s <= n / 2 else 0.1 if s <= 0.75 * n else 0.01)),
    ("one early", (), lambda s, n, g: rate(s + 1, n, g)),
    ("counted to the last step", (), lambda s, n, g: rate(s, max(n - 1, 1), g)),
    ("a quarter for the second drop", (), thresholds(lambda n: n / 4, lambda n: n / 2)),
    ("one drop", ("one_drop",), lambda s, n, g: g if s < n / 2 else g / 10),
    ("halves", ("halves",), lambda s, n, g: g / (1 if s < n / 2 else 2 if s < 0.75 * n else 4)),
    ("a hundredth at once", (), lambda s, n, g: g if s < n / 2 else g / 100),
    ("a cosine", (), lambda s, n, g: g * (1 + math.cos(math.pi * s / n)) / 2),
    ("ignores largest", ("ignores_largest",), lambda s, n, g: rate(s, n, 0.1)),
    ("rounded to two digits", (), lambda s, n, g: round(rate(s, n, g), 2)),
    ("a string", (), lambda s, n, g: str(rate(s, n, g))),
    ("subtracts a tenth", (), lambda s, n, g: g - 0.1 * ((s >= n / 2) + (s >= 0.75 * n))),
    ("the later case never comes", ("one_drop",),
     lambda s, n, g: g if s < n / 2 else g * 0.1 if s >= n / 2 else g * 0.01),
    ("None after the half", (), lambda s, n, g: g if s < n / 2 else None),
    ("straight", ("straight_line",), lambda s, n, g: g - g * s / n),
]:  # fmt: skip
    wrong("learning_rate", why, *told)(made)

# standard_error


def error(p, n):
    return math.sqrt(p * (1 - p) / n)


@right("standard_error")
def _(accuracy, images):
    return np.sqrt(accuracy * (1 - accuracy)) / np.sqrt(images)


@right("standard_error")
def _(accuracy, images):
    return torch.sqrt(torch.tensor(accuracy * (1 - accuracy) / images, dtype=torch.float64))


@right("standard_error")
def _(accuracy, images):
    p = torch.tensor(accuracy)
    return (p * (1 - p) / images) ** 0.5


@right("standard_error")
def _(accuracy, images):
    variance_of_sum = images * accuracy * (1 - accuracy)
    return variance_of_sum**0.5 / images


for why, told, made in [
    ("variance", ("variance",), lambda p, n: p * (1 - p) / n),
    ("one image", ("one_image",), lambda p, n: (p * (1 - p)) ** 0.5),
    ("by n", ("divides_by_n",), lambda p, n: (p * (1 - p)) ** 0.5 / n),
    ("n - 1", ("one_less",), lambda p, n: (p * (1 - p) / (n - 1)) ** 0.5),
    ("n + 1", (), lambda p, n: (p * (1 - p) / (n + 1)) ** 0.5),
    ("1.96 times", (), lambda p, n: 1.96 * error(p, n)),
    ("two times", ("doubled",), lambda p, n: 2 * error(p, n)),
    ("percent", ("in_percent",), lambda p, n: 100 * error(p, n)),
    ("four digits", (), lambda p, n: round(error(p, n), 4)),
    ("five digits", ("rounded",), lambda p, n: round(error(p, n), 5)),
    ("six significant digits of five", (), lambda p, n: float(f"{error(p, n):.4g}")),
    ("one over the root", (), lambda p, n: 1 / math.sqrt(n)),
    ("a half over the root", ("widest",), lambda p, n: 0.5 / n**0.5),
    ("p alone", ("forgets_the_wrong",), lambda p, n: (p / n) ** 0.5),
    ("the wrong ones alone", (), lambda p, n: ((1 - p) / n) ** 0.5),
    ("the sum's", (), lambda p, n: (n * p * (1 - p)) ** 0.5),
    ("simulated", (), lambda p, n: float(np.random.default_rng(0).binomial(n, p, 1000).std() / n)),
    ("an interval", (), lambda p, n: (p - error(p, n), p + error(p, n))),
    ("a string", (), lambda p, n: f"{error(p, n):.6f}"),
    ("p squared", (), lambda p, n: ((p - p * p * p) / n) ** 0.5),
]:  # fmt: skip
    wrong("standard_error", why, *told)(made)

# train_epoch


def epoch(
    *, loss=F.cross_entropy, before=True, after=False, between=False, mode=True, batches=None,
    label=None, image=None, step=True, backward=True, end=None,
):  # fmt: skip
    def answer(model, optimizer, images, labels, order, batch_size):
        if mode is not None:
            model.train(mode)
        for chosen in batches(order, batch_size) if batches else order.split(batch_size):
            x = images[chosen] if image is None else image(images, chosen)
            y = labels[chosen] if label is None else label(labels, chosen)
            value = loss(model(x), y)
            if before:
                optimizer.zero_grad()
            if backward:
                value.backward()
            if between:
                optimizer.zero_grad()
            if step:
                optimizer.step()
            if after:
                optimizer.zero_grad()
        if end is not None:
            end(model)

    return answer


@right("train_epoch")
def _(model, optimizer, images, labels, order, batch_size):
    assert isinstance(optimizer, torch.optim.Optimizer)
    model.train()
    loss_function = nn.CrossEntropyLoss()
    for start in range(0, len(order), batch_size):
        batch = order[start : start + batch_size]
        optimizer.zero_grad(set_to_none=True)
        loss_function(model(images[batch]), labels[batch]).backward()
        optimizer.step()


@right("train_epoch")
def _(model, optimizer, images, labels, order, batch_size):
    model.train()
    images, labels = images[order], labels[order]
    for x, y in zip(images.split(batch_size), labels.split(batch_size), strict=True):
        for group in optimizer.param_groups:
            for p in group["params"]:
                if p.grad is not None:
                    p.grad.zero_()
        loss = F.nll_loss(F.log_softmax(model(x), dim=1), y)
        loss.backward()
        optimizer.step()


@right("train_epoch")
def _(model, optimizer, images, labels, order, batch_size):
    model.train()
    data = torch.utils.data.TensorDataset(images[order], labels[order])
    for x, y in torch.utils.data.DataLoader(data, batch_size=batch_size):

        def closure(x=x, y=y):
            optimizer.zero_grad()
            loss = F.cross_entropy(model(x), y)
            loss.backward()
            return loss

        optimizer.step(closure)


@right("train_epoch")
def _(model, optimizer, images, labels, order, batch_size):
    model.train()
    total = 0.0
    for chosen in order.split(batch_size):
        model.zero_grad()
        logits = model(images[chosen])
        one_hot = F.one_hot(labels[chosen], logits.shape[1]).float()
        loss = F.cross_entropy(logits, one_hot)
        loss.backward()
        optimizer.step()
        total += loss.item() * len(chosen)
    return total / len(order)


right("train_epoch")(epoch(before=False, after=True))


def softened(logits, y):
    return F.cross_entropy(logits.softmax(1), y)


def full_batches(order, size):
    return [order[i : i + size] for i in range(0, len(order) - size + 1, size)]


def shuffled(order, size):
    return order[torch.randperm(len(order))].split(size)


for why, told, made in [
    ("softmax is left", ("softmax_left",), epoch(loss=softened)),
    ("strangers' labels", ("strangers_label",), epoch(label=lambda y, c: y[: len(c)])),
    ("gradients add up", ("adds_up",), epoch(before=False)),
    ("zero between", ("zero_too_late",), epoch(before=False, between=True)),
    ("no step", (), epoch(step=False)),
    ("no backward", ("zero_too_late",), epoch(backward=False)),
    ("eval mode", ("in_eval_mode",), epoch(mode=False)),
    ("no mode at all", ("in_eval_mode",), epoch(mode=None)),
    ("the last batch is dropped", ("drops_the_last",), epoch(batches=full_batches)),
    ("another order", (), epoch(batches=shuffled)),
    ("sorted", (), epoch(batches=lambda order, size: order.sort().values.split(size))),
    ("one batch alone", (), epoch(batches=lambda order, size: order.split(size)[:1])),
    ("one batch of all", (), epoch(batches=lambda order, size: [order])),
    ("single images", (), epoch(batches=lambda order, size: order.split(2))),
    ("sum of the losses", (), epoch(loss=lambda z, y: F.cross_entropy(z, y, reduction="sum"))),
    ("nll on logits", (), epoch(loss=F.nll_loss)),
    ("log-softmax twice is harmless, label smoothing isn't", (), epoch(
        loss=lambda z, y: F.cross_entropy(z, y, label_smoothing=0.1))),
    ("mean squared error", (), epoch(
        loss=lambda z, y: F.mse_loss(z, F.one_hot(y, 3).float()))),
    ("divided by 255", ("divides_again",), epoch(image=lambda x, c: x[c] / 255)),
    ("images in order", (), epoch(image=lambda x, c: x[: len(c)])),
    ("the sign turned", (), epoch(loss=lambda z, y: -F.cross_entropy(z, y))),
    ("frozen at the end", (), epoch(end=lambda m: m.requires_grad_(False))),
    ("eval mode at the end", (), epoch(end=lambda m: m.eval())),
    ("reset at the end", (), epoch(end=lambda m: m.norm.reset_running_stats())),
    ("two epochs", (), epoch(batches=lambda order, size: [*order.split(size)] * 2)),
    ("softmax and labels are left", ("mends_the_gradients",), epoch(
        loss=softened, label=lambda y, c: y[: len(c)])),
    ("clips the gradient", (), epoch(loss=lambda z, y: F.cross_entropy(z.clamp(-1, 1), y))),
]:  # fmt: skip
    wrong("train_epoch", why, *told)(made)

# dropout_layer


def dropping(forward=None, *, drop=None, order="nrcd", norm=None, **conv):
    class Layer(nn.Module):
        def __init__(self, num_input_features, growth_rate, drop_rate):
            super().__init__()
            self.norm = (norm or nn.BatchNorm2d)(num_input_features)
            options = {"kernel_size": 3, "padding": 1, "bias": False} | conv
            self.conv = nn.Conv2d(num_input_features, growth_rate, **options)
            self.drop = (drop or nn.Dropout)(drop_rate)
            self.p = drop_rate

        def features(self, x):
            return self.conv(F.relu(self.norm(x)))

        def forward(self, x):
            if forward is not None:
                return forward(self, x)
            steps = {"n": self.norm, "r": F.relu, "c": self.conv, "d": self.drop}
            for step in order:
                x = steps[step](x)
            return x

    return Layer


def masked(shape):
    def forward(m, x):
        x = m.features(x)
        if not m.training:
            return x
        return x * (torch.rand(shape(x)) >= m.p) / (1 - m.p)

    return forward


@right("dropout_layer")
class _(nn.Module):
    def __init__(self, num_input_features, growth_rate, drop_rate):
        super().__init__()
        self.layers = nn.Sequential(
            nn.BatchNorm2d(num_input_features),
            nn.ReLU(inplace=True),
            nn.Conv2d(num_input_features, growth_rate, 3, 1, 1, bias=False),
        )
        self.p = drop_rate

    def forward(self, x):
        out = self.layers(x)
        return F.dropout(out, self.p, training=self.training) if self.p > 0 else out


right("dropout_layer")(dropping(masked(lambda x: x.shape)))


@right("dropout_layer")
def _(c, k, p):
    return nn.Sequential(
        nn.BatchNorm2d(c), nn.ReLU(), nn.Conv2d(c, k, 3, padding=1, bias=False), nn.Dropout(p)
    )


@right("dropout_layer")
class _(nn.Module):
    def __init__(self, c, k, p):
        super().__init__()
        self.bn, self.keep = nn.BatchNorm2d(c), 1 - p
        self.conv = nn.LazyConv2d(k, 3, padding=1, bias=False)

    def forward(self, x):
        x = self.conv(self.bn(x).relu())
        if self.training:
            x = x * torch.bernoulli(torch.full_like(x, self.keep)) / self.keep
        return x


def one_mask(m, x):
    x = m.features(x)
    if not m.training:
        return x
    m.mask = getattr(m, "mask", (torch.rand_like(x) >= m.p) / (1 - m.p))
    return x * m.mask


def seeded(m, x):
    x = m.features(x)
    if not m.training:
        return x
    noise = torch.rand(x.shape, generator=torch.Generator().manual_seed(0))
    return x * (noise >= m.p) / (1 - m.p)


def fails_at_zero(m, x):
    x = m.features(x)
    return F.dropout(x, m.p, m.training) / (1 if m.p else 0)


def every_fourth(m, x):
    x = m.features(x)
    if not m.training:
        return x
    flat = x.flatten().clone()
    flat[:: max(round(1 / m.p), 1)] = 0
    return flat.view_as(x) / (1 - m.p)


def smallest(m, x):
    x = m.features(x)
    if not m.training:
        return x
    limit = x.abs().flatten().quantile(m.p)
    return x * (x.abs() > limit) / (1 - m.p)


for why, told, made in [
    ("before the convolution", ("BeforeTheConvolution",), dropping(order="nrdc")),
    ("before the norm", ("BeforeTheConvolution",), dropping(order="dnrc")),
    ("before the ReLU", ("BeforeTheConvolution",), dropping(order="ndrc")),
    ("twice", (), dropping(order="nrcdd")),
    ("none", ("Without",), dropping(order="nrc")),
    ("whole maps", ("WholeMaps",), dropping(drop=nn.Dropout2d)),
    ("alpha dropout", ("BeforeTheConvolution",), dropping(drop=nn.AlphaDropout)),
    ("always on", ("AlwaysOn",), dropping(lambda m, x: F.dropout(m.features(x), m.p))),
    ("in eval mode alone", ("AlwaysOn",), dropping(
        lambda m, x: F.dropout(m.features(x), m.p, not m.training))),
    ("the share to keep", ("KeepsTheShare",), dropping(drop=lambda p: nn.Dropout(1 - p))),
    ("not scaled", ("NotScaled",), dropping(lambda m, x: m.features(x) * (
        torch.rand_like(m.features(x)) >= m.p) if m.training else m.features(x))),
    ("scaled in eval mode", (), dropping(lambda m, x: F.dropout(m.features(x), m.p, True) * (
        1 - m.p) if m.training else m.features(x) * (1 - m.p))),
    ("0.2", ("FixedRate",), dropping(drop=lambda p: nn.Dropout(0.2))),
    ("0.5", ("FixedRate",), dropping(drop=lambda p: nn.Dropout(0.5))),
    ("one mask for the batch", ("OneMaskForTheBatch",), dropping(masked(lambda x: x[:1].shape))),
    ("one mask for all channels", (), dropping(masked(lambda x: x[:, :1].shape))),
    ("whole rows", (), dropping(masked(lambda x: x[..., :1].shape))),
    ("whole columns", (), dropping(masked(lambda x: x[..., :1, :].shape))),
    ("whole images", (), dropping(masked(lambda x: x[:, :1, :1, :1].shape))),
    ("one mask for ever", ("OneMask",), dropping(one_mask)),
    ("a seed at each call", ("OneMask",), dropping(seeded)),
    ("every fourth value", (), dropping(every_fourth)),
    ("the smallest values", ("OneMask",), dropping(smallest)),
    ("fails at 0", (), dropping(fails_at_zero)),
    ("a bias", ("WithBias",), dropping(bias=True)),
    ("no ReLU", ("WithoutRelu",), dropping(order="ncd")),
    ("ReLU first", ("NormAfterRelu",), dropping(order="rncd")),
    ("joins", ("Concatenates",), dropping(
        lambda m, x: torch.cat([x, m.drop(m.features(x))], 1))),
    ("the input dropped and joined", ("Concatenates",), dropping(
        lambda m, x: m.drop(torch.cat([x, m.features(x)], 1)))),
    ("no gradient", (), dropping(lambda m, x: m.drop(m.features(x).detach()))),
    ("noise that is added", ("BeforeTheConvolution",), dropping(
        lambda m, x: m.features(x) + m.p * torch.randn_like(m.features(x)) * m.training)),
    ("another momentum", (), dropping(norm=lambda c: nn.BatchNorm2d(c, momentum=0.5))),
]:  # fmt: skip
    wrong("dropout_layer", why, *told)(made)
