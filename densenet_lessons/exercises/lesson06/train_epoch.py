"""Exercise 6.4: Find the bugs: a loop that doesn't learn."""

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


class _Descent(torch.optim.Optimizer):
    """Plain gradient descent, with what a loop may use of an optimiser; it keeps what it has made.

    Its own `__init__` and `zero_grad`: those of torch.optim take seconds, for what they import.
    """

    def __init__(self, model):
        self.model, self.defaults, self.state = model, {"lr": 0.5}, {}
        self.param_groups = [{"params": list(model.parameters()), "lr": 0.5}]
        self.made = []

    def zero_grad(self, set_to_none=True):
        for parameter in self.param_groups[0]["params"]:
            parameter.grad = None

    def step(self, closure=None):
        with torch.enable_grad():
            loss = closure() if closure is not None else None
        with torch.no_grad():
            for parameter in self.param_groups[0]["params"]:
                if parameter.grad is not None:
                    parameter -= self.param_groups[0]["lr"] * parameter.grad
        self.made.append(_state(self.model))
        return loss


def _state(model):
    return {name: value.detach().clone().float() for name, value in model.state_dict().items()}


def _reference_epoch(model, optimizer, images, labels, order, batch_size):
    model.train()
    for start in range(0, len(order), batch_size):
        chosen = order[start : start + batch_size]
        loss = F.nll_loss(model(images[chosen]).log_softmax(1), labels[chosen])
        parameters = list(model.parameters())
        gradients = torch.autograd.grad(loss, parameters)
        for parameter, gradient in zip(parameters, gradients, strict=True):
            parameter.grad = gradient
        optimizer.step()


@exercise(
    "6.4",
    "Find the bugs: a loop that doesn't learn",
    kind="bug",
    minutes=12,
    difficulty=3,
    importance=3,
    hints=(
        (
            "What does the loss want?",
            "What does `F.cross_entropy` want: logits, or probabilities?",
        ),
        (
            "Do images and labels belong together?",
            "Write down which image and which label meet in the second batch.",
        ),
        (
            "The loss grows instead of falling",
            "The backward pass *adds* to what is in `.grad`. What is in there from the step "
            "before?",
        ),
    ),
)
def train_epoch(answer):
    every = torch.tensor([5, 2, 8, 0, 7, 3, 1, 9, 4, 6])
    labels = torch.tensor([0, 2, 1, 1, 0, 2, 2, 1, 0, 1])
    # Epochs of several batches first: in one comparison each set of bugs leaves other weights,
    # so the loop as it was given is told apart from one with a single bug left.
    for batch_size, order in [(4, every), (3, every[:8]), (5, every.flip(0)), (10, every)]:
        with expect.case():
            data = [expect.noise(10, 6, seed=1).sigmoid(), labels.clone(), order.clone()]
            given, nets, steps = f"{len(order)} images in batches of {batch_size}", [], []
            for epoch in (_reference_epoch, answer):
                nets.append(expect.randomise(_Small()).eval())
                optimizer = _Descent(nets[-1])
                epoch(nets[-1], optimizer, *[part.clone() for part in data], batch_size)
                steps.append(optimizer.made)
            expect.equal(len(steps[1]), len(steps[0]), given=given, what="number of steps")
            way = torch.cat([value.flatten() for made in steps[1] for value in made.values()])
            for number, (right, made) in enumerate(zip(*steps, strict=True), 1):
                for name, value in right.items():
                    same = torch.allclose(made[name], value, rtol=1e-4, atol=1e-5)
                    words = f"the net's `{name}` isn't right from step {number} on."
                    expect.that(same, words, actual=way, given=given)
            expect.unchanged(nets[1], nets[0], given=given)


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


@train_epoch.rejects(says="The weights never move: at each step the gradients are gone, or zero.")
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


@train_epoch.rejects(says="The last batch is left out where it is smaller than the others.")
def drops_the_last(model, optimizer, images, labels, order, batch_size):
    model.train()
    for start in range(0, len(order) - batch_size + 1, batch_size):
        chosen = order[start : start + batch_size]
        loss = F.cross_entropy(model(images[chosen]), labels[chosen])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()


@train_epoch.accepts
def with_a_closure(model, optimizer, images, labels, order, batch_size):
    model.train()
    for chosen in order.split(batch_size):

        def closure(chosen=chosen):
            optimizer.zero_grad()
            loss = F.cross_entropy(model(images[chosen]), labels[chosen])
            loss.backward()
            return loss

        optimizer.step(closure)


@train_epoch.accepts
def by_param_groups(model, optimizer, images, labels, order, batch_size):
    model.train()
    for chosen in order.split(batch_size):
        for group in optimizer.param_groups:
            for parameter in group["params"]:
                parameter.grad = None
        F.cross_entropy(model(images[chosen]), labels[chosen]).backward()
        optimizer.step()


@train_epoch.accepts
def zero_after_the_step(model, optimizer, images, labels, order, batch_size):
    model.train()
    for start in range(0, len(order), batch_size):
        chosen = order[start : start + batch_size]
        F.cross_entropy(model(images[chosen]), labels[chosen]).backward()
        optimizer.step()
        optimizer.zero_grad()
