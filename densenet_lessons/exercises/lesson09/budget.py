"""Exercise 9.8: A net within a budget."""

from math import sqrt

import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from densenet_lessons.data import ASSETS, load_images, load_judged_images
from densenet_lessons.densenet import DenseNet
from densenet_lessons.exercises import expect
from densenet_lessons.exercises.capstone import MAX_MACS, MAX_PARAMETERS, MIN_ACCURACY
from densenet_lessons.exercises.core import exercise

#: So many standard errors of a difference are no accident.
_SURE = 4
_AT_A_TIME = 125


@exercise(
    "9.8",
    "A net within a budget",
    kind="function",
    minutes=45,
    difficulty=3,
    importance=3,
    limit=60.0,
    hints=(
        (
            "Where do I start?",
            "Use `count_parameters` and `count_macs` on a `DenseNetSpec`, until both fit. Only "
            "then train.",
        ),
        (
            "It fits, but isn't good enough",
            "Train longer, with `one_cycle` and `augment=flip_and_crop`; depth is cheaper than "
            "width at equal parameters, resolution costs multiply-adds.",
        ),
        (
            "My accuracy differs from the check's",
            "The check uses images that neither split holds. Did yours come from images that "
            "the net was trained on?",
        ),
    ),
)
def budget(answer):
    # Twice, with test images of its own each time: what is found must be found on both.
    judged, known = load_judged_images(), load_images(split="test")
    images = judged.images.float() / 255
    for part in range(2):
        with expect.case():
            given = f"part {part + 1} of the images"
            net = _net_of(answer)
            _behaves(net, images[part : part + 2], given)
            _fits(net, images[:1], given)
            fresh = _share_right(net, images, judged.labels)
            met = slice(part * 500, part * 500 + 500)
            familiar = _share_right(net, known.images[met].float() / 255, known.labels[met])
            _has_learnt(fresh, familiar, len(images), given)


def _net_of(answer) -> nn.Module:
    """The net itself, or what a function without arguments gives."""
    net = getattr(answer, "_answer", answer)
    if not isinstance(net, nn.Module):
        net = answer()
    expect.is_module(net, what="net")
    return net


def _behaves(net, images, given) -> None:
    training = sorted(name or "the net" for name, part in net.named_modules() if part.training)
    words = "the net is in training mode, where an answer depends on the batch; call `eval()`."
    expect.that(not training, words, actual="training mode", given=given)
    handed, before = images.clone(), _state(net)
    with torch.no_grad():
        outputs = net(handed)
    expect.is_tensor(outputs, what="output", given=given)
    expect.same_shape(outputs, (len(images), 10), what="output", given=given)
    expect.unchanged(handed, images, what="batch of images", given=given)
    finite = bool(torch.isfinite(outputs).all())
    expect.that(finite, "the output holds nan or inf.", actual="not finite", given=given)
    same = all(torch.equal(old, new) for old, new in zip(before, _state(net), strict=True))
    words = "the net has changed itself while it answered; its state must stay as it is."
    expect.that(same, words, actual="changed state", given=given)


def _state(net) -> list[torch.Tensor]:
    return [tensor.detach().clone() for tensor in (*net.parameters(), *net.buffers())]


def _fits(net, image, given) -> None:
    # A table of images in a buffer would be a memory, too; running statistics are not.
    norms = [part for part in net.modules() if isinstance(part, nn.modules.batchnorm._BatchNorm)]
    statistics = {id(buffer) for norm in norms for buffer in norm.buffers()}
    kept = [*net.parameters(), *(b for b in net.buffers() if id(b) not in statistics)]
    numbers = sum(tensor.numel() for tensor in kept)
    words = f"the net has {numbers:,} parameters, over the budget of {MAX_PARAMETERS:,}."
    expect.that(numbers <= MAX_PARAMETERS, words, actual="parameters", given=given)
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        net(image)
    macs = counter.get_total_flops() // 2
    words = f"the net needs {macs:,} multiply-adds for an image, over the budget of {MAX_MACS:,}."
    expect.that(macs <= MAX_MACS, words, actual="multiply-adds", given=given)


def _share_right(net, images, labels) -> float:
    with torch.no_grad():
        guesses = [net(batch).argmax(1) for batch in images.split(_AT_A_TIME)]
    return (torch.cat(guesses) == labels).float().mean().item()


def _has_learnt(fresh: float, familiar: float, count: int, given) -> None:
    told = f"of images that it has never seen the net recognises {fresh:.1%}"
    words = f"{told}, hardly more than by guessing: it was never trained, or on other classes."
    expect.that(fresh >= 0.2, words, actual="untrained", given=given)
    both = (fresh + familiar) / 2
    sure = _SURE * sqrt(max(both * (1 - both), 0.01) * 2 / count)
    words = f"{told}, of the test images {familiar:.1%}: it was trained on the test images."
    expect.that(familiar - fresh <= sure, words, actual="knew the test images", given=given)
    words = f"{told}, of the test images {familiar:.1%}: it was trained on the check's own images."
    expect.that(fresh - familiar <= sure, words, actual="knew the judge", given=given)
    words = f"{told}; at least {MIN_ACCURACY:.0%} are asked for."
    expect.that(fresh >= MIN_ACCURACY, words, actual="too few", given=given)


def recorded(name: str) -> DenseNet:
    """A net that was trained for this exercise: "reference", or "cheat" on the test images."""
    net = DenseNet(4, (3, 3, 3), 8, num_classes=10, in_channels=1, small_inputs=True)
    net.load_state_dict(torch.load(ASSETS / f"capstone_{name}.pt", weights_only=True))
    return net.eval()


@budget.solves(
    because="For comparison, the recorded net: k = 4, three blocks of three layers, a stem of 8 "
    "channels; trained for 6 epochs at batch 64 with `one_cycle`, a rate of 0.2 and "
    "`flip_and_crop`."
)
def my_net():
    from densenet_lessons.data import ASSETS
    from densenet_lessons.densenet import DenseNet

    net = DenseNet(4, (3, 3, 3), 8, num_classes=10, in_channels=1, small_inputs=True)
    net.load_state_dict(torch.load(ASSETS / "capstone_reference.pt", weights_only=True))
    return net.eval()


@budget.rejects(says="Call `eval()` on the net before you hand it in.")
def in_training_mode():
    from densenet_lessons.exercises.lesson09.budget import recorded

    return recorded("reference").train()


@budget.rejects(says="The test images are for measuring; a net that learnt them proves nothing.")
def trained_on_the_test_images():
    from densenet_lessons.exercises.lesson09.budget import recorded

    return recorded("cheat")


@budget.rejects(says="These weights are as they were drawn; train the net first.")
def never_trained():
    from densenet_lessons.densenet import DenseNet

    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        net = DenseNet(4, (3, 3, 3), 8, num_classes=10, in_channels=1, small_inputs=True)
    return net.eval()


@budget.rejects(says="Too many parameters; a smaller growth rate or fewer layers would fit.")
def too_large():
    from densenet_lessons.densenet import DenseNet

    return DenseNet(8, (3, 3, 3), 16, num_classes=10, in_channels=1, small_inputs=True).eval()


@budget.rejects(says="Few parameters, but too much work for each pixel of a large map.")
def too_much_work():
    from densenet_lessons.densenet import DenseNet

    return DenseNet(4, (8,), 8, num_classes=10, in_channels=1, small_inputs=True).eval()


@budget.rejects(says="The features come out here; ten logits for each image are asked for.")
def gives_features():
    from densenet_lessons.exercises.lesson09.budget import recorded

    return recorded("reference").features.eval()


@budget.rejects(says="A net must leave the images that it is shown as they are.")
def spoils_its_input():
    from densenet_lessons.exercises.lesson09.budget import recorded

    class Spoils(nn.Module):
        def __init__(self, net):
            super().__init__()
            self.net = net

        def forward(self, x):
            return self.net(x.sub_(0.1))

    return Spoils(recorded("reference")).eval()


@budget.accepts
def the_net_from_a_spec():
    from densenet_lessons.densenet import DenseNet
    from densenet_lessons.exercises.lesson09.budget import recorded

    net = DenseNet.from_spec(recorded("reference").spec)
    net.load_state_dict(recorded("reference").state_dict())
    return net.eval()


@budget.accepts
def compiled_by_tracing():
    from densenet_lessons.exercises.lesson09.budget import recorded

    return torch.jit.trace(recorded("reference"), torch.zeros(2, 1, 28, 28)).eval()
