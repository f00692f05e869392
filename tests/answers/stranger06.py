"""Answers to lesson 06 by a stranger who knew the notebook alone.

Right or wrong was judged before any verdict; what a verdict may lead with was filled in after.
"""

import math

import torch
import torch.utils.checkpoint
from torch import nn
from torch.nn import functional as F

from .judged import right, wrong

# ---------------------------------------------------------------- learning_rate


@wrong(
    "learning_rate",
    "> instead of >=: the step at exactly one half (or three quarters) still has the old rate",
    "one_step_late",
)
def _(step, steps, largest):
    if step > 0.75 * steps:
        return largest / 100
    if step > 0.5 * steps:
        return largest / 10
    return largest


@wrong(
    "learning_rate",
    "takes the share of steps - 1, so the drops come a step early for some lengths (step 7 of 10)",
)
def _(step, steps, largest):
    share = step / max(steps - 1, 1)
    return largest * (1 if share < 0.5 else 0.1 if share < 0.75 else 0.01)


@wrong(
    "learning_rate", "asks for one half first, so the second division is never reached", "one_drop"
)
def _(step, steps, largest):
    if step >= steps / 2:
        return largest / 10
    elif step >= steps * 3 / 4:
        return largest / 100
    return largest


@wrong("learning_rate", "begins with the paper's 0.1 whatever largest says", "ignores_largest")
def _(step, steps, largest):
    rate = 0.1
    for mark in (0.5, 0.75):
        if step / steps >= mark:
            rate /= 10
    return rate


@wrong("learning_rate", "has the paper's 300 epochs hard-coded and ignores steps")
def _(step, steps, largest):
    if step < 150:
        return largest
    if step < 225:
        return largest * 0.1
    return largest * 0.01


@wrong(
    "learning_rate",
    "rounds a quarter down, so with steps not a multiple of 4 it drops too early and too often",
)
def _(step, steps, largest):
    quarter = max(steps // 4, 1)
    return largest * 0.1 ** max(0, step // quarter - 1)


@right("learning_rate")
def _(step, steps, largest):
    return largest / 10 ** ((2 * step >= steps) + (4 * step >= 3 * steps))


@right("learning_rate")
def _(step, steps, largest):
    from bisect import bisect_right

    return largest * (1, 0.1, 0.01)[bisect_right([0.5, 0.75], step / steps)]


@right("learning_rate")
def _(step, steps, largest):
    left = steps - step
    while 4 * left > steps and 2 * left <= steps:  # third quarter
        return largest * 1e-1
    return largest if 2 * left > steps else largest * 1e-2


# ---------------------------------------------------------------- standard_error


@wrong("standard_error", "returns the variance, the root is missing", "variance")
def _(accuracy, images):
    return accuracy * (1 - accuracy) / images


@wrong("standard_error", "takes the root of the numerator alone", "divides_by_n")
def _(accuracy, images):
    return math.sqrt(accuracy * (1 - accuracy)) / images


@wrong(
    "standard_error",
    "divides by images - 1, the sample estimate; the probability is given, so it is images",
    "one_less",
)
def _(accuracy, images):
    return math.sqrt(accuracy * (1 - accuracy) / (images - 1))


@wrong("standard_error", "returns two standard errors", "doubled")
def _(accuracy, images):
    return 2 * math.sqrt(accuracy * (1 - accuracy) / images)


@wrong("standard_error", "rounds to three digits, which is up to half of a small standard error")
def _(accuracy, images):
    return round(math.sqrt(accuracy * (1 - accuracy) / images), 3)


@wrong(
    "standard_error",
    "takes the worst case 1/4 for the variance instead of accuracy * (1 - accuracy)",
    "widest",
)
def _(accuracy, images):
    return 0.5 / math.sqrt(images)


@right("standard_error")
def _(accuracy, images):
    return (accuracy - accuracy**2) ** 0.5 * images**-0.5


@right("standard_error")
def _(accuracy, images):
    chance = torch.tensor(accuracy, dtype=torch.float64)
    return (torch.distributions.Bernoulli(chance).variance / images).sqrt().item()


@right("standard_error")
def _(accuracy, images):
    outcomes = {1: accuracy, 0: 1 - accuracy}
    variance = sum(p * (value - accuracy) ** 2 for value, p in outcomes.items())
    return math.sqrt(images * variance) / images


# ---------------------------------------------------------------- train_epoch


@wrong(
    "train_epoch",
    "clears the gradients once an epoch, so they pile up from batch to batch",
    "adds_up",
)
def _(model, optimizer, images, labels, order, batch_size):
    model.train()
    optimizer.zero_grad()
    for start in range(0, len(order), batch_size):
        chosen = order[start : start + batch_size]
        loss = F.cross_entropy(model(images[chosen]), labels[chosen])
        loss.backward()
        optimizer.step()


@wrong(
    "train_epoch",
    "clears the gradients between backward and step, so nothing is learnt",
    "zero_too_late",
)
def _(model, optimizer, images, labels, order, batch_size):
    model.train()
    for start in range(0, len(order), batch_size):
        chosen = order[start : start + batch_size]
        loss = F.cross_entropy(model(images[chosen]), labels[chosen])
        loss.backward()
        optimizer.zero_grad()
        optimizer.step()


@wrong("train_epoch", "leaves out the last, shorter batch", "drops_the_last")
def _(model, optimizer, images, labels, order, batch_size):
    model.train()
    for start in range(0, len(order) - batch_size + 1, batch_size):
        chosen = order[start : start + batch_size]
        optimizer.zero_grad()
        loss = F.cross_entropy(model(images[chosen]), labels[chosen])
        loss.backward()
        optimizer.step()


@wrong(
    "train_epoch",
    "images and labels fit, but both are taken in stored order: the shuffled order is ignored",
)
def _(model, optimizer, images, labels, order, batch_size):
    model.train()
    for start in range(0, len(order), batch_size):
        chosen = slice(start, start + batch_size)
        optimizer.zero_grad()
        loss = F.cross_entropy(model(images[chosen]), labels[chosen])
        loss.backward()
        optimizer.step()


@wrong(
    "train_epoch",
    "trains in eval mode: batch norm uses its running statistics and dropout is off",
    "in_eval_mode",
)
def _(model, optimizer, images, labels, order, batch_size):
    model.eval()
    for start in range(0, len(order), batch_size):
        chosen = order[start : start + batch_size]
        optimizer.zero_grad()
        loss = F.cross_entropy(model(images[chosen]), labels[chosen])
        loss.backward()
        optimizer.step()


@wrong("train_epoch", "nll_loss wants log probabilities, it gets probabilities")
def _(model, optimizer, images, labels, order, batch_size):
    model.train()
    for start in range(0, len(order), batch_size):
        chosen = order[start : start + batch_size]
        probabilities = model(images[chosen]).softmax(1)
        loss = F.nll_loss(probabilities, labels[chosen])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()


@right("train_epoch")
def _(model, optimizer, images, labels, order, batch_size):
    model.train()
    for chosen in torch.as_tensor(order).split(batch_size):
        logs = model(images[chosen]).log_softmax(1)
        loss = -logs[torch.arange(len(chosen)), labels[chosen]].mean()
        model.zero_grad(set_to_none=False)
        loss.backward()
        optimizer.step()


@right("train_epoch")
def _(model, optimizer, images, labels, order, batch_size):
    model.train(True)
    images, labels = images[order], labels[order]  # shuffled copies
    for start in range(0, len(order), batch_size):
        stop = min(start + batch_size, len(order))

        def closure(start=start, stop=stop):
            optimizer.zero_grad()
            loss = F.cross_entropy(model(images[start:stop]), labels[start:stop])
            loss.backward()
            return loss

        optimizer.step(closure)


@right("train_epoch")
def _(model, optimizer, images, labels, order, batch_size):
    model.train()
    optimizer.zero_grad()
    while len(order):
        chosen, order = order[:batch_size], order[batch_size:]
        log_probabilities = F.log_softmax(model(images[chosen]), dim=1)
        F.cross_entropy(log_probabilities, labels[chosen]).backward()  # log_softmax twice is once
        optimizer.step()
        optimizer.zero_grad()


# ---------------------------------------------------------------- dropout_layer


@wrong("dropout_layer", "drops before the convolution instead of after it", "BeforeTheConvolution")
class _(nn.Module):
    def __init__(self, num_input_features, growth_rate, drop_rate):
        super().__init__()
        self.norm = nn.BatchNorm2d(num_input_features)
        self.conv = nn.Conv2d(num_input_features, growth_rate, 3, padding=1, bias=False)
        self.drop = nn.Dropout(drop_rate)

    def forward(self, x):
        return self.conv(self.drop(F.relu(self.norm(x))))


@wrong("dropout_layer", "F.dropout without self.training drops in eval mode as well", "AlwaysOn")
class _(nn.Module):
    def __init__(self, num_input_features, growth_rate, drop_rate):
        super().__init__()
        self.norm = nn.BatchNorm2d(num_input_features)
        self.conv = nn.Conv2d(num_input_features, growth_rate, 3, padding=1, bias=False)
        self.drop_rate = drop_rate

    def forward(self, x):
        return F.dropout(self.conv(F.relu(self.norm(x))), self.drop_rate)


@wrong("dropout_layer", "Dropout2d drops whole maps, not single values", "WholeMaps")
class _(nn.Module):
    def __init__(self, num_input_features, growth_rate, drop_rate):
        super().__init__()
        self.norm = nn.BatchNorm2d(num_input_features)
        self.conv = nn.Conv2d(num_input_features, growth_rate, 3, padding=1, bias=False)
        self.drop = nn.Dropout2d(drop_rate)

    def forward(self, x):
        return self.drop(self.conv(F.relu(self.norm(x))))


@wrong(
    "dropout_layer",
    "passes the share that is kept where the share that is dropped belongs",
    "KeepsTheShare",
)
class _(nn.Module):
    def __init__(self, num_input_features, growth_rate, drop_rate):
        super().__init__()
        self.norm = nn.BatchNorm2d(num_input_features)
        self.conv = nn.Conv2d(num_input_features, growth_rate, 3, padding=1, bias=False)
        self.drop = nn.Dropout(1 - drop_rate)

    def forward(self, x):
        return self.drop(self.conv(F.relu(self.norm(x))))


@wrong(
    "dropout_layer",
    "zeroes values but doesn't multiply the others by 1 / (1 - p), so the mean falls",
    "NotScaled",
)
class _(nn.Module):
    def __init__(self, num_input_features, growth_rate, drop_rate):
        super().__init__()
        self.norm = nn.BatchNorm2d(num_input_features)
        self.conv = nn.Conv2d(num_input_features, growth_rate, 3, padding=1, bias=False)
        self.drop_rate = drop_rate

    def forward(self, x):
        new = self.conv(F.relu(self.norm(x)))
        if self.training:
            new = new * (torch.rand_like(new) >= self.drop_rate)
        return new


@wrong(
    "dropout_layer",
    "returns the input joined with the new channels instead of the k new ones",
    "Concatenates",
)
class _(nn.Module):
    def __init__(self, num_input_features, growth_rate, drop_rate):
        super().__init__()
        self.layer = nn.Sequential(
            nn.BatchNorm2d(num_input_features),
            nn.ReLU(),
            nn.Conv2d(num_input_features, growth_rate, 3, padding=1, bias=False),
            nn.Dropout(drop_rate),
        )

    def forward(self, x):
        return torch.cat([x, self.layer(x)], dim=1)


@right("dropout_layer")
class _(nn.Sequential):
    def __init__(self, num_input_features, growth_rate, drop_rate):
        super().__init__(
            nn.BatchNorm2d(num_input_features),
            nn.ReLU(inplace=True),
            nn.Conv2d(num_input_features, growth_rate, 3, padding="same", bias=False),
            nn.Dropout(drop_rate),
        )


@right("dropout_layer")
class _(nn.Module):
    def __init__(self, num_input_features, growth_rate, drop_rate):
        super().__init__()
        self.rate = drop_rate
        self.conv = nn.Conv2d(num_input_features, growth_rate, (3, 3), 1, (1, 1), bias=False)
        self.norm = nn.BatchNorm2d(num_input_features)

    def forward(self, x):
        new = self.conv(self.norm(x).clamp(min=0))
        return F.dropout(new, p=self.rate, training=self.training)


@right("dropout_layer")
class _(nn.Module):
    def __init__(self, num_input_features, growth_rate, drop_rate):
        super().__init__()
        self.keep = 1 - drop_rate
        self.first = nn.BatchNorm2d(num_input_features)
        self.second = nn.Conv2d(num_input_features, growth_rate, 3, padding=1, bias=False)

    def forward(self, x):
        new = self.second(torch.relu(self.first(x)))
        if not self.training:
            return new
        mask = torch.bernoulli(torch.full_like(new, self.keep))
        return new * mask / self.keep
