"""The exercises of lesson 05: training."""

import math

import torch
from torch import nn
from torch.nn import functional as F

from densenet_lessons.exercises import expect
from densenet_lessons.exercises.core import exercise

CLASSES = (
    "T-shirt/top", "trouser", "pullover", "dress", "coat",
    "sandal", "shirt", "sneaker", "bag", "ankle boot",
)  # fmt: skip


@exercise(
    "5.1",
    "Steps in an epoch",
    kind="predict",
    minutes=1,
    hints=(
        "An epoch shows each training image once.",
        "The images that are left over after the last full batch are a batch too.",
    ),
)
def steps_per_epoch(answer):
    expect.guess(answer, math.ceil(10_000 / 64))


steps_per_epoch.solves(157, because="156 full batches hold 9,984 images; 16 images are left over.")
steps_per_epoch.rejects(156, says="The full batches are right; some images are still left over.")
steps_per_epoch.rejects(
    156.25, says="A quarter of a step doesn't exist: the images left over make a whole one."
)
steps_per_epoch.rejects(
    10_000, says="This would be a step for each image; a step takes a whole batch."
)
steps_per_epoch.rejects(
    188, says="The test images are counted too; no step may ever learn from them."
)


@exercise(
    "5.2",
    "The paper's schedule",
    minutes=6,
    hints=(
        "Which share of the training is done before this step? Count from 0.",
        "There are three cases. Test the later one first, or the earlier one never ends.",
        "At exactly half of the steps, the second stage has begun.",
    ),
)
def learning_rate(answer):
    for step, steps, largest in [
        (0, 100, 0.1), (49, 100, 0.1), (50, 100, 0.1), (74, 100, 0.1), (75, 100, 0.1),
        (99, 100, 0.1), (3, 8, 0.4), (4, 8, 0.4), (5, 8, 0.4), (6, 8, 0.4), (7, 8, 0.4),
    ]:  # fmt: skip
        share = step / steps
        factor = 1 if share < 0.5 else 0.1 if share < 0.75 else 0.01
        expect.close(answer(step, steps, largest), largest * factor)


@learning_rate.solves(because="Two drops by 10: at half, and at three quarters of the training.")
def _(step, steps, largest):
    if step < 0.5 * steps:
        return largest
    if step < 0.75 * steps:
        return largest / 10
    return largest / 100


@learning_rate.rejects(says="The second drop divides by 10 *again*; this one goes back to one.")
def one_drop(step, steps, largest):
    return largest if step < 0.5 * steps else largest / 10


@learning_rate.rejects(says="The rate is halved here; the paper divides it by 10.")
def halves(step, steps, largest):
    return largest if step < 0.5 * steps else largest / 2 if step < 0.75 * steps else largest / 4


@learning_rate.rejects(says="This gives the factor alone; the largest rate is left out.")
def only_the_factor(step, steps, largest):
    return 1.0 if step < 0.5 * steps else 0.1 if step < 0.75 * steps else 0.01


@learning_rate.rejects(says="`largest` isn't used: these are the rates for a largest one of 0.1.")
def ignores_largest(step, steps, largest):
    return 0.1 if step < 0.5 * steps else 0.01 if step < 0.75 * steps else 0.001


@learning_rate.rejects(says="The drops come one step late: at half, the first one is due.")
def one_step_late(step, steps, largest):
    return largest if step <= 0.5 * steps else largest / (10 if step <= 0.75 * steps else 100)


@learning_rate.rejects(says="Here the rate sinks all the time; the paper's stays level in between.")
def straight_line(step, steps, largest):
    return largest * (1 - step / steps)


@learning_rate.accepts
def by_powers(step, steps, largest):
    return largest * 0.1 ** ((step >= steps / 2) + (step >= 3 * steps / 4))


@learning_rate.accepts
def by_share(step, steps, largest):
    done = step / steps
    return largest * (1.0 if done < 0.5 else 0.1 if done < 0.75 else 0.01)


@exercise(
    "5.3",
    "The loss of a net that knows nothing",
    kind="predict",
    minutes=3,
    hints=(
        "Which probability does such a net give to the right class?",
        "Cross-entropy is minus the natural logarithm of that probability.",
    ),
)
def first_loss(answer):
    expect.guess(answer, math.log(10), rel=0.003)


first_loss.solves(2.303, because="Each class gets probability 1/10, and −ln(1/10) = ln 10.")
first_loss.accepts(2.3)
first_loss.rejects(0.1, says="This is the probability of the right class; take its logarithm.")
first_loss.rejects(1.0, says="This is the logarithm to base 10; here it is the natural one.")
first_loss.rejects(-2.303, says="Cross-entropy is *minus* the logarithm, and never below zero.")
first_loss.rejects(-2.3, says="Mind the sign: −ln p is positive where p is below 1.")
first_loss.rejects(3.322, says="This counts in bits, to base 2; here it is the natural one.")


@exercise(
    "5.4",
    "The hardest garment",
    kind="predict",
    minutes=2,
    hints=(
        "Picture each garment at 28 pixels, without colour. Which outlines are alike?",
        "Three or four of them are tops with sleeves. One of these lies between all the others.",
    ),
)
def hardest(answer):
    expect.one_of(answer, "shirt", CLASSES)


hardest.solves("shirt", because="Most tops have its outline; buttons and a collar hardly show.")
hardest.rejects("coat", says="Close: coats go wrong too, but another top has more neighbours.")
hardest.rejects("pullover", says="Close: it is mixed up too, but another top has more neighbours.")
hardest.rejects("T-shirt/top", says="Close: it is mixed up too, but its short sleeves often show.")
hardest.rejects("sandal", says="Shoes have outlines of their own; look at what has sleeves.")


@exercise(
    "5.5",
    "How far to trust an accuracy",
    minutes=5,
    hints=(
        "Each test image is a toss of a coin that shows *right* with probability p.",
        "The variance of one toss is p(1 − p). What is that of a mean of n tosses?",
        "The standard error is a standard deviation, not a variance.",
    ),
)
def standard_error(answer):
    for accuracy, images in [(0.9, 2000), (0.5, 100), (0.75, 10_000)]:
        toss = torch.tensor([1.0, 0.0], dtype=torch.float64)
        odds = torch.tensor([accuracy, 1 - accuracy], dtype=torch.float64)
        variance = (odds * (toss - accuracy) ** 2).sum()
        expect.close(answer(accuracy, images), (variance / images).sqrt().item())


@standard_error.solves(because="The mean of n tosses has a variance n times smaller than one toss.")
def _(accuracy, images):
    return math.sqrt(accuracy * (1 - accuracy) / images)


@standard_error.rejects(says="This is the variance; its root is in the unit of the accuracy.")
def variance(accuracy, images):
    return accuracy * (1 - accuracy) / images


@standard_error.rejects(says="This is the spread of a single image; a mean of n spreads less.")
def one_image(accuracy, images):
    return math.sqrt(accuracy * (1 - accuracy))


@standard_error.rejects(says="It shrinks with the *root* of the number of images, not with it.")
def divides_by_n(accuracy, images):
    return math.sqrt(accuracy * (1 - accuracy)) / images


@standard_error.rejects(says="This is two standard errors, the usual *give or take*; return one.")
def doubled(accuracy, images):
    return 2 * math.sqrt(accuracy * (1 - accuracy) / images)


@standard_error.rejects(says="This is in percent; `accuracy` is a fraction, and so is its error.")
def in_percent(accuracy, images):
    return 100 * math.sqrt(accuracy * (1 - accuracy) / images)


@standard_error.rejects(says="n − 1 is for a spread that is estimated; here p itself is given.")
def one_less(accuracy, images):
    return math.sqrt(accuracy * (1 - accuracy) / (images - 1))


@standard_error.rejects(says="This holds at an accuracy of one half only; elsewhere it is smaller.")
def widest(accuracy, images):
    return 0.5 / math.sqrt(images)


@standard_error.rejects(says="The chance to be wrong is left out: p(1 − p), not p.")
def forgets_the_wrong(accuracy, images):
    return math.sqrt(accuracy / images)


@standard_error.accepts
def by_power(accuracy, images):
    return (accuracy * (1 - accuracy)) ** 0.5 / images**0.5


@standard_error.accepts
def by_tosses(accuracy, images):
    spread = accuracy * (1 - accuracy) ** 2 + (1 - accuracy) * accuracy**2
    return (spread / images) ** 0.5


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
    "5.6",
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


@exercise(
    "5.7",
    "Read the curves",
    kind="plot",
    minutes=4,
    hints=(
        "Where do the two accuracies part, and where do they stay together?",
        "A net with a rate that is too low still learns, only slowly. Which is that?",
        "What can a net at best do with labels that have nothing to do with the images?",
    ),
)
def faults(answer):
    expect.ordering(answer, ["too few images", "labels shuffled", "rate too low"])


faults.solves(
    ["too few images", "labels shuffled", "rate too low"],
    because="A knows its own images by heart, B learns nothing that helps, C is on its way.",
)
faults.rejects(
    ["too few images", "rate too low", "labels shuffled"],
    says="A is right. Of B and C, one is at chance on the test images all the time. Which?",
)
faults.rejects(
    ["labels shuffled", "too few images", "rate too low"],
    says="C is right. One of A and B does well on test images that it has never seen. Which?",
)
faults.rejects(
    ["rate too low", "labels shuffled", "too few images"],
    says="B is right. One of A and C is right about almost every training image. Which?",
)


@exercise(
    "5.8",
    "A plain net of 58 layers",
    kind="predict",
    minutes=2,
    hints=(
        "In lesson 01 a chain could do both: it depended on the factor at each step.",
        "Batch norm keeps the *forward* signal at one size. That says nothing yet about the way "
        "back.",
        "A ReLU shrinks the spread of its input, and the next batch norm scales it up again. "
        "Which factor does the gradient meet on its way back?",
    ),
)
def plain_gradient(answer):
    if type(answer) is str:  # the question's own words will do: "much larger"
        answer = answer.strip().casefold().removeprefix("much ").removeprefix("about ")
    expect.one_of(answer, "larger", ("smaller", "equal", "larger"))


plain_gradient.solves(
    "larger", because="Batch norm holds the forward signal level; on the way back it grows."
)
plain_gradient.accepts("much larger")
plain_gradient.rejects(
    "smaller", says="The textbook answer, for nets without batch norm. Run the next cell and see."
)
plain_gradient.rejects(
    "equal",
    says="Fifty-seven convolutions, and no factor at all? Even a small one for each multiplies up.",
)


@exercise(
    "5.9",
    "Gradient norms in order",
    kind="predict",
    minutes=2,
    hints=(
        "In which of the nets does the first layer have a short way to the loss?",
        "A sum passes the gradient on whole, and each unit adds its own. Does a concatenation add?",
    ),
)
def most_even(answer):
    expect.ordering(answer, ["dense", "residual", "plain"])


most_even.solves(
    ["dense", "residual", "plain"],
    because="A short way for each layer, and nothing that is added up on the main path.",
)
most_even.rejects(
    ["plain", "residual", "dense"], says="The question asks for the most even net first."
)
most_even.rejects(
    ["residual", "dense", "plain"],
    says="The first two the other way round: sums of sums grow with depth.",
)
most_even.rejects(
    ["dense", "plain", "residual"],
    says="The first is right. Of the other two, one has a way past every convolution.",
)


@exercise(
    "5.10",
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
