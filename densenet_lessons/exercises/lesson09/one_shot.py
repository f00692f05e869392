"""Exercise 9.6: One-shot aggregation."""

import torch
from torch import nn

from densenet_lessons.exercises import expect
from densenet_lessons.exercises.core import exercise


class Reference(nn.Module):
    """VoVNet's block: a chain of convolutions, everything joined once at its end."""

    def __init__(self, num_input_features, num_layers, growth_rate, num_output_features):
        super().__init__()
        widths = [num_input_features] + [growth_rate] * num_layers
        self.chain = nn.ModuleList(
            _conv(c, growth_rate, kernel_size=3, padding=1) for c in widths[:-1]
        )
        self.join = _conv(sum(widths), num_output_features, kernel_size=1)

    def forward(self, x):
        sources = [x]
        for layer in self.chain:
            sources.append(layer(sources[-1]))
        return self.join(torch.cat(sources, dim=1))


def _conv(inputs, outputs, **options):
    conv = nn.Conv2d(inputs, outputs, bias=False, **options)
    return nn.Sequential(conv, nn.BatchNorm2d(outputs), nn.ReLU())


@exercise(
    "9.6",
    "One-shot aggregation",
    kind="module",
    minutes=12,
    difficulty=3,
    importance=2,
    hints=(
        ("Where do I start?", "Keep a list, as in the dense block. What does a layer read of it?"),
        ("I get a shape error", "Only the first convolution reads c channels; the others read k."),
        (
            "How wide is the 1x1 convolution's input?",
            "It reads the block's input and every layer's k channels.",
        ),
    ),
)
def one_shot(answer):
    for sizes in [(5, 3, 4, 7), (6, 1, 3, 2), (4, 2, 4, 9)]:
        with expect.case():
            x = expect.noise(3, sizes[0], 6, 5)
            given = "c, n, k, out = {}, {}, {}, {}".format(*sizes)
            expect.same_module(answer(*sizes), Reference(*sizes), x, given=given)


@one_shot.solves(because="Each layer reads one source; the 1x1 convolution reads them all, once.")
class OneShotBlock(nn.Module):
    def __init__(self, num_input_features, num_layers, growth_rate, num_output_features):
        super().__init__()
        c, n, k = num_input_features, num_layers, growth_rate
        self.layers = nn.ModuleList([self.conv(k if i else c, k, 3) for i in range(n)])
        self.join = self.conv(c + n * k, num_output_features, 1)

    def conv(self, inputs, outputs, size):
        conv = nn.Conv2d(inputs, outputs, size, padding=1 if size == 3 else 0, bias=False)
        return nn.Sequential(conv, nn.BatchNorm2d(outputs), nn.ReLU())

    def forward(self, x):
        sources = [x]
        for layer in self.layers:
            sources.append(layer(sources[-1]))
        return self.join(torch.cat(sources, dim=1))


@one_shot.rejects(says="The block's input is missing from what is joined.")
class ForgetsTheInput(nn.Module):
    def __init__(self, c, n, k, out):
        super().__init__()
        self.layers = nn.ModuleList([self.conv(k if i else c, k, 3) for i in range(n)])
        self.join = self.conv(n * k, out, 1)

    def conv(self, inputs, outputs, size):
        conv = nn.Conv2d(inputs, outputs, size, padding=1 if size == 3 else 0, bias=False)
        return nn.Sequential(conv, nn.BatchNorm2d(outputs), nn.ReLU())

    def forward(self, x):
        sources = []
        for layer in self.layers:
            x = layer(x)
            sources.append(x)
        return self.join(torch.cat(sources, dim=1))


@one_shot.rejects(says="This is a dense block: each layer reads all sources before it.")
class Dense(nn.Module):
    def __init__(self, c, n, k, out):
        super().__init__()
        self.layers = nn.ModuleList([self.conv(c + i * k, k, 3) for i in range(n)])
        self.join = self.conv(c + n * k, out, 1)

    def conv(self, inputs, outputs, size):
        conv = nn.Conv2d(inputs, outputs, size, padding=1 if size == 3 else 0, bias=False)
        return nn.Sequential(conv, nn.BatchNorm2d(outputs), nn.ReLU())

    def forward(self, x):
        for layer in self.layers:
            x = torch.cat([x, layer(x)], dim=1)
        return self.join(x)


@one_shot.rejects(says="Only the last layer's channels are joined to the input.")
class JoinsTheLastAlone(nn.Module):
    def __init__(self, c, n, k, out):
        super().__init__()
        self.layers = nn.ModuleList([self.conv(k if i else c, k, 3) for i in range(n)])
        self.join = self.conv(c + k, out, 1)

    def conv(self, inputs, outputs, size):
        conv = nn.Conv2d(inputs, outputs, size, padding=1 if size == 3 else 0, bias=False)
        return nn.Sequential(conv, nn.BatchNorm2d(outputs), nn.ReLU())

    def forward(self, x):
        last = x
        for layer in self.layers:
            last = layer(last)
        return self.join(torch.cat([x, last], dim=1))


@one_shot.rejects(says="The 1x1 convolution at the end lacks its batch norm and ReLU.")
class BareJoin(nn.Module):
    def __init__(self, c, n, k, out):
        super().__init__()
        self.layers = nn.ModuleList([self.conv(k if i else c, k, 3) for i in range(n)])
        self.join = nn.Conv2d(c + n * k, out, 1, bias=False)

    def conv(self, inputs, outputs, size):
        conv = nn.Conv2d(inputs, outputs, size, padding=1 if size == 3 else 0, bias=False)
        return nn.Sequential(conv, nn.BatchNorm2d(outputs), nn.ReLU())

    def forward(self, x):
        sources = [x]
        for layer in self.layers:
            sources.append(layer(sources[-1]))
        return self.join(torch.cat(sources, dim=1))


@one_shot.rejects(says="The newest source is joined first; the order is input first, then layers.")
class NewestFirst(nn.Module):
    def __init__(self, c, n, k, out):
        super().__init__()
        self.layers = nn.ModuleList([self.conv(k if i else c, k, 3) for i in range(n)])
        self.join = self.conv(c + n * k, out, 1)

    def conv(self, inputs, outputs, size):
        conv = nn.Conv2d(inputs, outputs, size, padding=1 if size == 3 else 0, bias=False)
        return nn.Sequential(conv, nn.BatchNorm2d(outputs), nn.ReLU())

    def forward(self, x):
        sources = [x]
        for layer in self.layers:
            sources.insert(0, layer(sources[0]))
        return self.join(torch.cat(sources, dim=1))


@one_shot.accepts
class ByACarriedTensor(nn.Module):
    def __init__(self, c, n, k, out):
        super().__init__()
        widths = [c] + [k] * n
        self.convs = nn.ModuleList(
            nn.Conv2d(width, k, 3, padding=1, bias=False) for width in widths[:-1]
        )
        self.norms = nn.ModuleList(nn.BatchNorm2d(k) for _ in range(n))
        self.conv = nn.Conv2d(c + n * k, out, 1, bias=False)
        self.norm = nn.BatchNorm2d(out)

    def forward(self, x):
        joined = last = x
        for conv, norm in zip(self.convs, self.norms, strict=True):
            last = norm(conv(last)).relu()
            joined = torch.cat([joined, last], dim=1)
        return self.norm(self.conv(joined)).relu()
