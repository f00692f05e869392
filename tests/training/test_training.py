"""Training: the optimiser's steps by hand, interruption, resuming, divergence, evaluation."""

import contextlib
import math
import random

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional as F

from densenet_lessons.data.small import flip_and_crop
from densenet_lessons.training import (
    DivergedError,
    History,
    Progress,
    evaluate,
    evaluation,
    one_cycle,
    paper_schedule,
    pick_device,
    seed_everything,
    text_progress,
    train,
)

pytestmark = pytest.mark.usefixtures("one_thread")


@pytest.fixture
def data():
    """Forty pictures of four classes: the bright quarter names the class."""
    generator = torch.Generator().manual_seed(0)
    images = torch.rand(40, 1, 6, 6, generator=generator, dtype=torch.float64)
    labels = torch.arange(40) % 4
    for image, label in zip(images, labels, strict=True):
        image[0, label // 2 * 3 :][:3, label % 2 * 3 :][:, :3] += 1
    return images, labels


def small_net(seed=0):
    with torch.random.fork_rng([]):
        torch.manual_seed(seed)
        return nn.Sequential(
            nn.Conv2d(1, 4, 3, padding=1, bias=False), nn.BatchNorm2d(4), nn.ReLU(),
            nn.Dropout(0.2), nn.Flatten(), nn.Linear(144, 4),
        ).double()  # fmt: skip


def weights(model):
    return {name: value.clone() for name, value in model.state_dict().items()}


def same(left, right):
    return left.keys() == right.keys() and all(torch.equal(left[k], right[k]) for k in left)


def stop_at(epoch, step):
    def progress(p):
        if (p.epoch, p.step) == (epoch, step):
            raise KeyboardInterrupt

    return progress


def test_steps_are_those_of_nesterov_momentum_done_by_hand(data):
    images, labels = data
    model = nn.Sequential(nn.Flatten(), nn.Linear(36, 4)).double()
    by_hand = [parameter.detach().clone() for parameter in model.parameters()]
    velocity = [torch.zeros_like(parameter) for parameter in by_hand]
    losses = []
    for rate in (0.2, 0.2, 0.02, 0.002):  # 4 epochs of one step: a factor at 0, 1/4, 1/2, 3/4
        leaves = [parameter.requires_grad_() for parameter in by_hand]
        loss = F.cross_entropy(F.linear(images.flatten(1), *leaves), labels)
        losses.append(loss.item())
        for index, gradient in enumerate(torch.autograd.grad(loss, leaves)):
            gradient = gradient + 0.01 * by_hand[index].detach()
            velocity[index] = 0.9 * velocity[index] + gradient
            by_hand[index] = by_hand[index].detach() - rate * (gradient + 0.9 * velocity[index])
    history = train(
        model, data, epochs=4, learning_rate=0.2, weight_decay=0.01, batch_size=40, device="cpu"
    )
    for parameter, expected in zip(model.parameters(), by_hand, strict=True):
        torch.testing.assert_close(parameter.detach(), expected, rtol=0, atol=1e-12)
    assert history.loss == pytest.approx(losses, abs=1e-12)
    assert history.learning_rate == pytest.approx((0.2, 0.2, 0.02, 0.002))
    assert len(history) == len(history.seconds) == 4
    assert not history.interrupted


def test_every_image_is_seen_once_an_epoch_in_another_order(data):
    seen = []

    def spy(batch, generator):
        seen.append(batch[:, 0, 0, 0])
        return batch

    train(small_net(), data, epochs=2, batch_size=16, augment=spy)
    epochs = torch.cat(seen[:3]), torch.cat(seen[3:])
    assert [len(part) for part in seen] == [16, 16, 8] * 2
    for epoch in epochs:
        assert torch.equal(epoch.sort().values, data[0][:, 0, 0, 0].sort().values)
    assert not torch.equal(*epochs)


def test_it_learns_and_the_history_says_so(data):
    model = small_net()
    history = train(
        model, data, epochs=15, learning_rate=0.05, batch_size=8, schedule=one_cycle, test_data=data
    )
    assert history.loss[-1] < history.loss[0] / 2
    assert history.test_accuracy[-1] == evaluate(model, data).accuracy > 0.95
    assert all(seconds > 0 for seconds in history.seconds)


def test_a_training_that_was_broken_off_goes_on_to_the_same_result(data, tmp_path):
    settings = {"epochs": 4, "batch_size": 16, "augment": flip_and_crop, "seed": 3}
    whole = small_net()
    expected = train(whole, data, **settings)

    path = tmp_path / "folder" / "net.pt"
    broken = train(small_net(), data, **settings, checkpoint=path, progress=stop_at(3, 2))
    assert broken.interrupted
    assert broken.loss == expected.loss[:2]
    resumed_net = small_net(seed=9)  # all of its weights come from the file
    resumed = train(resumed_net, data, **settings, checkpoint=path)
    assert resumed.loss == expected.loss
    assert resumed.accuracy == expected.accuracy
    assert same(weights(resumed_net), weights(whole))

    again = train(small_net(), data, **settings, checkpoint=path)  # nothing is left to do
    assert again == resumed
    assert [file.name for file in path.parent.iterdir()] == ["net.pt"]


def test_the_momentum_is_kept_in_the_checkpoint(data, tmp_path):
    path = tmp_path / "net.pt"
    train(small_net(), data, epochs=2, batch_size=16, checkpoint=path, progress=stop_at(2, 1))
    state = torch.load(path, weights_only=True)
    for entry in state["optimizer"]["state"].values():
        entry["momentum_buffer"].zero_()
    torch.save(state, path)
    forgetful, whole = small_net(), small_net()
    train(forgetful, data, epochs=2, batch_size=16, checkpoint=path)
    train(whole, data, epochs=2, batch_size=16)
    assert not same(weights(forgetful), weights(whole))


def test_a_checkpoint_of_another_training_or_a_damaged_one_is_refused(data, tmp_path):
    path = tmp_path / "net.pt"
    train(small_net(), data, epochs=1, checkpoint=path)
    with pytest.raises(
        ValueError, match=r"same training, got .*net\.pt with epochs=1, seed=0; del"
    ):
        train(small_net(), data, epochs=2, seed=5, checkpoint=path)
    path.write_bytes(path.read_bytes()[:2000])
    with pytest.raises(RuntimeError, match=r"net\.pt is damaged; delete it to start again"):
        train(small_net(), data, epochs=1, checkpoint=path)


def test_the_stop_button_keeps_what_was_learnt(data):
    model, before = small_net(), weights(small_net())
    history = train(model, data, epochs=3, batch_size=16, progress=stop_at(1, 2))
    assert history == History(interrupted=True)
    assert not same(weights(model), before)


def test_a_loss_that_is_no_number_stops_with_advice_and_keeps_the_history(data):
    def blows_up(done):
        return 1.0 if done < 0.5 else 1e200

    advice = r"the loss became (nan|inf) in step \d of epoch 2: .* a learning_rate below 0\.1"
    with pytest.raises(DivergedError, match=advice) as caught:
        train(small_net(), data, epochs=2, batch_size=8, schedule=blows_up)
    assert len(caught.value.history) == 1


def test_the_seed_decides_and_the_global_state_is_left_alone(data):
    results = []
    for seed, global_seed in ((1, 0), (1, 50), (2, 0)):
        torch.manual_seed(global_seed)
        before = torch.get_rng_state()
        model = small_net()
        train(model, data, epochs=1, batch_size=16, augment=flip_and_crop, seed=seed)
        results.append(weights(model))
        assert torch.equal(torch.get_rng_state(), before)
    assert same(results[0], results[1])
    assert not same(results[0], results[2])


def test_progress_is_told_each_step(data):
    told = []
    history = train(small_net(), data, epochs=2, batch_size=16, progress=told.append)
    assert [(p.epoch, p.step, p.steps) for p in told] == [
        (1, 1, 3), (1, 2, 3), (1, 3, 3), (2, 1, 3), (2, 2, 3), (2, 3, 3),
    ]  # fmt: skip
    assert [len(p.history) for p in told] == [0, 0, 1, 1, 1, 2]
    assert told[-1].history == history
    assert [p.done for p in told] == pytest.approx([1 / 6, 2 / 6, 3 / 6, 4 / 6, 5 / 6, 1])


def test_text_progress(data, capsys, monkeypatch):
    model = small_net()
    train(model, data, epochs=2, batch_size=16, progress=text_progress, test_data=data)
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 2
    assert lines[1].startswith("epoch 2/2: loss ")
    assert f"test accuracy {evaluate(model, data).accuracy:.3f}" in lines[1]
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    text_progress(Progress(1, 4, 5, 10, 0.5, History()))
    assert capsys.readouterr().out == f"epoch 1/4 [{'#' * 15}{' ' * 15}] loss 0.500\r"


def test_lower_precision_still_trains_and_weights_stay_as_they_were(data):
    model = small_net().float()
    history = train(
        model, data, epochs=8, learning_rate=0.05, batch_size=8, autocast=torch.bfloat16
    )
    assert history.loss[-1] < history.loss[0]
    assert {parameter.dtype for parameter in model.parameters()} == {torch.float32}


def test_bytes_are_scaled(data):
    images = (data[0] / 2 * 255).to(torch.uint8)
    model = small_net()
    scaled = evaluate(model, (images.double() / 255, data[1]))
    assert evaluate(model, (images, data[1])).loss == pytest.approx(scaled.loss, abs=1e-12)


def test_evaluate_agrees_with_one_pass_by_hand_and_keeps_the_mode(data):
    model = small_net().train()
    model[1].eval()
    before = weights(model)
    result = evaluate(model, data, batch_size=7)
    assert [module.training for module in model] == [True, False, True, True, True, True]
    assert same(weights(model), before)
    model.eval()
    with torch.no_grad():
        logits = model(data[0])
    assert result.loss == pytest.approx(F.cross_entropy(logits, data[1]).item(), abs=1e-12)
    assert torch.equal(result.predictions, logits.argmax(1))
    assert result.accuracy == (logits.argmax(1) == data[1]).sum().item() / 40
    assert evaluate(model, data).loss == pytest.approx(result.loss, abs=1e-12)


def test_the_paper_schedule_is_torchs_step_schedule():
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=1)
    steps = torch.optim.lr_scheduler.MultiStepLR(optimizer, [150, 225], 0.1)
    for epoch in range(300):
        assert paper_schedule(epoch / 300) == pytest.approx(optimizer.param_groups[0]["lr"])
        optimizer.step()
        steps.step()


def test_one_cycle_is_torchs_with_a_straight_climb():
    total = 101
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=1)
    falls = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, 1, total, pct_start=31 / 101, anneal_strategy="cos", cycle_momentum=False,
        div_factor=25, final_div_factor=1e9,
    )  # fmt: skip
    for step in range(total):
        if step >= 30:
            assert one_cycle(step / 100) == pytest.approx(optimizer.param_groups[0]["lr"], abs=1e-6)
        optimizer.step()
        if step + 1 < total:
            falls.step()
    climb = [one_cycle(done / 100) for done in range(31)]
    assert np.allclose(np.diff(climb), climb[1] - climb[0])
    assert (climb[0], climb[-1]) == (pytest.approx(1 / 25), 1)


def test_pick_device(monkeypatch):
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    assert pick_device() == torch.device("mps")
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    assert pick_device() == torch.device("cuda")
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: False)
    assert pick_device() == torch.device("cpu")


def test_seed_everything():
    drawn = []
    for _ in range(2):
        seed_everything(4)
        drawn.append((random.random(), np.random.rand(), torch.rand(1).item()))
    assert drawn[0] == drawn[1]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"epochs": 0}, "epochs must be a positive integer, got 0"),
        ({"batch_size": 2.5}, "batch_size must be a positive integer, got 2.5"),
        ({"learning_rate": 0}, "learning_rate must be a number above 0, got 0"),
        ({"learning_rate": math.nan}, "learning_rate must be a number above 0, got nan"),
        ({"train_data": torch.zeros(3)}, "train_data must be images .* got Tensor"),
        ({"train_data": 5}, "train_data must be images .* got int"),
        ({"test_data": (torch.zeros(3, 1, 6, 6), torch.zeros(2))}, "test_data must be images"),
    ],
)
def test_wrong_arguments_are_named(data, changes, message):
    arguments = {"train_data": data, "epochs": 1, **changes}
    with pytest.raises(ValueError, match=message):
        train(small_net(), **arguments)
    with pytest.raises(ValueError, match="data must be images"):
        evaluate(small_net(), [])


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs CUDA")
def test_on_a_gpu(data):
    model = small_net()
    history = train(model, data, epochs=2, batch_size=8, autocast=torch.bfloat16)
    assert next(model.parameters()).device.type == "cuda"
    assert len(history) == 2
    assert evaluate(model, data).predictions.device.type == "cpu"


def test_evaluate_keeps_the_widest_activation_under_its_limit(monkeypatch):
    images, labels = torch.rand(50, 1, 8, 8), torch.arange(50) % 3
    net = nn.Sequential(nn.Conv2d(1, 32, 3, padding=1), nn.Flatten(), nn.Linear(2048, 3))
    sizes = []
    net[0].register_forward_hook(lambda _, __, output: sizes.append(output.shape))
    whole = evaluate(net, (images, labels), batch_size=50)
    one = 32 * 8 * 8 * 4
    for limit, most in ((7 * one, 6), (7 * one + 1, 6), (8 * one, 7), (1, 1), (100 * one, 50)):
        monkeypatch.setattr(evaluation, "WIDEST", limit)
        sizes.clear()
        result = evaluate(net, (images, labels))
        assert max(size[0] for size in sizes) == most
        assert torch.equal(result.predictions, whole.predictions)
        assert result.loss == pytest.approx(whole.loss)
    assert list(net[0]._forward_hooks.values())[1:] == []


@pytest.mark.parametrize(("side", "inside"), [(6, 1), (200, 2)])
@pytest.mark.parametrize("ends", ["at its end", "by the stop button", "by an error"])
def test_a_small_net_trains_on_one_thread_and_the_number_comes_back(side, inside, ends):
    """200 pixels a side make activations of 5 MB, where a second thread pays."""
    seen = []

    def progress(told):
        seen.append(torch.get_num_threads())
        if ends != "at its end":
            raise KeyboardInterrupt if ends == "by the stop button" else ArithmeticError

    images, labels = torch.rand(8, 1, side, side), torch.arange(8) % 4
    net = nn.Sequential(
        nn.Conv2d(1, 4, 3, padding=1), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(4, 4)
    )
    torch.set_num_threads(2)
    with contextlib.suppress(ArithmeticError):
        train(net, (images, labels), epochs=1, batch_size=8, device="cpu", progress=progress)
    assert torch.get_num_threads() == 2
    assert seen == [inside]
