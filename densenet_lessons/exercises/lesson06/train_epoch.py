"""Exercise 6.6: Find the bugs: a loop that doesn't learn."""

import torch
from torch import nn
from torch.nn import functional as F

from densenet_lessons.exercises import expect
from densenet_lessons.exercises.core import exercise


class _Small(nn.Module):
    """Stands in for a net; like one, it behaves differently in training and in eval mode."""

    def __init__(self):
        super().__init__()
        self.norm, self.classifier = nn.BatchNorm1d(6), nn.Linear(6, 3)

    def forward(self, x):
        return self.classifier(self.norm(x))


class _Descent:
    """Plain gradient descent. torch.optim's first step takes seconds, for what it imports."""

    def __init__(self, model):
        self.parameters = list(model.parameters())

    def zero_grad(self, set_to_none=True):
        for parameter in self.parameters:
            parameter.grad = None

    def step(self):
        with torch.no_grad():
            for parameter in self.parameters:
                if parameter.grad is not None:
                    parameter -= 0.5 * parameter.grad


def _after_an_epoch(epoch, labels, batch_size):
    """What a small net knows after one epoch: its weights and its running statistics."""
    model = expect.randomise(_Small()).eval()
    images = expect.noise(len(labels), 6, seed=1)
    order = torch.tensor([5, 2, 8, 0, 7, 3, 1, 9, 4, 6])
    epoch(model, _Descent(model), images, labels, order, batch_size)
    return torch.cat([value.detach().flatten().float() for value in model.state_dict().values()])


def _reference_epoch(model, optimizer, images, labels, order, batch_size):
    model.train()
    images, labels = images[order], labels[order]
    while len(labels):
        loss = F.nll_loss(model(images[:batch_size]).log_softmax(1), labels[:batch_size])
        parameters = list(model.parameters())
        for parameter, gradient in zip(
            parameters, torch.autograd.grad(loss, parameters), strict=True
        ):
            parameter.grad = gradient
        optimizer.step()
        images, labels = images[batch_size:], labels[batch_size:]


@exercise(
    "6.6",
    "Find the bugs: a loop that doesn't learn",
    kind="bug",
    minutes=12,
    hints=(
        "What does `F.cross_entropy` want: logits, or probabilities?",
        "Write down which image and which label meet in the second batch.",
        "The backward pass *adds* to what is in `.grad`. What is in there from the step before?",
    ),
)
def train_epoch(answer):
    labels = torch.tensor([0, 2, 1, 1, 0, 2, 2, 1, 0, 1])
    # The epoch of several batches first: in one comparison each set of bugs leaves other weights,
    # so the loop as it was given is told apart from one with a single bug left.
    for batch_size, given in [(4, "an epoch of three batches"), (10, "an epoch of one batch")]:
        came = _after_an_epoch(answer, labels, batch_size)
        right = _after_an_epoch(_reference_epoch, labels, batch_size)
        expect.that(
            came.shape == right.shape and torch.allclose(came, right, rtol=1e-4, atol=1e-5),
            "the net's weights or running statistics aren't those that a right loop leaves.",
            actual=came,
            given=given,
        )


@train_epoch.solves(
    because="Logits go into the loss, image and label go together, and each step starts from zero."
)
def _(model, optimizer, images, labels, order, batch_size):
    model.train()
    for chosen in order.split(batch_size):
        logits = model(images[chosen])
        loss = F.cross_entropy(logits, labels[chosen])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()


@train_epoch.rejects(says="This is still the loop as it was given.")
def as_it_was_given(model, optimizer, images, labels, order, batch_size):
    model.train()
    for start in range(0, len(order), batch_size):
        chosen = order[start : start + batch_size]
        probabilities = model(images[chosen]).softmax(1)
        loss = F.cross_entropy(probabilities, labels[start : start + batch_size])
        loss.backward()
        optimizer.step()


@train_epoch.rejects(says="The loss takes the right thing now; two bugs are left.")
def mends_the_softmax(model, optimizer, images, labels, order, batch_size):
    model.train()
    for start in range(0, len(order), batch_size):
        chosen = order[start : start + batch_size]
        loss = F.cross_entropy(model(images[chosen]), labels[start : start + batch_size])
        loss.backward()
        optimizer.step()


@train_epoch.rejects(says="Image and label go together now; two bugs are left.")
def mends_the_labels(model, optimizer, images, labels, order, batch_size):
    model.train()
    for start in range(0, len(order), batch_size):
        chosen = order[start : start + batch_size]
        probabilities = model(images[chosen]).softmax(1)
        loss = F.cross_entropy(probabilities, labels[chosen])
        loss.backward()
        optimizer.step()


@train_epoch.rejects(says="Each step follows its own gradient now; two bugs are left.")
def mends_the_gradients(model, optimizer, images, labels, order, batch_size):
    model.train()
    for start in range(0, len(order), batch_size):
        chosen = order[start : start + batch_size]
        probabilities = model(images[chosen]).softmax(1)
        loss = F.cross_entropy(probabilities, labels[start : start + batch_size])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()


@train_epoch.rejects(says="One bug is left: even a net that is sure and right pays a high loss.")
def softmax_left(model, optimizer, images, labels, order, batch_size):
    model.train()
    for start in range(0, len(order), batch_size):
        chosen = order[start : start + batch_size]
        probabilities = model(images[chosen]).softmax(1)
        loss = F.cross_entropy(probabilities, labels[chosen])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()


@train_epoch.rejects(says="One bug is left: a net trained like this stays near chance.")
def strangers_label(model, optimizer, images, labels, order, batch_size):
    model.train()
    for start in range(0, len(order), batch_size):
        chosen = order[start : start + batch_size]
        loss = F.cross_entropy(model(images[chosen]), labels[start : start + batch_size])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()


@train_epoch.rejects(says="Each step follows the sum of all gradients so far, not its own batch's.")
def adds_up(model, optimizer, images, labels, order, batch_size):
    model.train()
    for start in range(0, len(order), batch_size):
        chosen = order[start : start + batch_size]
        loss = F.cross_entropy(model(images[chosen]), labels[chosen])
        loss.backward()
        optimizer.step()


@train_epoch.rejects(
    says="The gradients are set to zero between backward and step: nothing is left to step along."
)
def zero_too_late(model, optimizer, images, labels, order, batch_size):
    model.train()
    for chosen in order.split(batch_size):
        loss = F.cross_entropy(model(images[chosen]), labels[chosen])
        loss.backward()
        optimizer.zero_grad()
        optimizer.step()


@train_epoch.rejects(
    says="The net stays in eval mode, so its batch norms never see the statistics of a batch."
)
def in_eval_mode(model, optimizer, images, labels, order, batch_size):
    for chosen in order.split(batch_size):
        loss = F.cross_entropy(model(images[chosen]), labels[chosen])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()


@train_epoch.rejects(says="The images come as floats already; there is nothing to divide by 255.")
def divides_again(model, optimizer, images, labels, order, batch_size):
    model.train()
    for chosen in order.split(batch_size):
        loss = F.cross_entropy(model(images[chosen] / 255), labels[chosen])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()


@train_epoch.accepts
def zero_after_the_step(model, optimizer, images, labels, order, batch_size):
    model.train()
    for start in range(0, len(order), batch_size):
        chosen = order[start : start + batch_size]
        F.cross_entropy(model(images[chosen]), labels[chosen]).backward()
        optimizer.step()
        optimizer.zero_grad()
