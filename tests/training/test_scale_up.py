"""The scale-up command in one process: its options, what they change, and what they must not."""

import re

import pytest
import torch
from torch import nn
from torch.utils.data import TensorDataset

from densenet_lessons.densenet import DenseNet, densenet_cifar
from densenet_lessons.experiments import scale_up
from densenet_lessons.experiments.scaling import command, options
from densenet_lessons.experiments.scaling.options import choices_of, parser
from densenet_lessons.training import (
    DivergedError,
    Ranks,
    ScaleSettings,
    imagenet_schedule,
    train_scaled,
)

pytestmark = pytest.mark.usefixtures("one_thread")

ALONE = Ranks(0, 1, 0, torch.device("cpu"))
SMALL = [
    "--depth", "10", "--growth-rate", "4", "--stem-stride", "2", "--limit", "32",
    "--batch-size", "16", "--epochs", "2", "--device", "cpu",
]  # fmt: skip


def run(folder, *more):
    scale_up([*SMALL, "--output", str(folder), *more])
    return torch.load(folder / "checkpoint.pt", weights_only=True)


def close(left, right, **margin):
    for name, value in left["model"].items():
        torch.testing.assert_close(right["model"][name], value, **margin)


def test_it_trains_says_so_and_ends_with_a_table(tmp_path, capsys):
    state = run(tmp_path / "new folder")
    told = capsys.readouterr().out
    assert re.search(r"epoch 2/2: loss \d\.\d{4}, training error .*%, test error .*%", told)
    rows = dict(re.split(r"  +", line) for line in told.splitlines() if re.search(r"\S  +\S", line))
    assert rows["parameters"] == "2,522"
    assert rows["data"] == "fashion_mnist_small, 32 images"
    assert rows["processes"] == "1 on cpu"
    assert len(state["history"]["loss"]) == 2
    assert state["history"]["learning_rate"] == pytest.approx((0.1, 0.001))
    net = densenet_cifar(10, 4, in_channels=1)
    net.load_state_dict(state["model"])  # the names are the net's own


def test_it_goes_on_where_it_was_and_refuses_another_training(tmp_path, capsys, monkeypatch):
    whole = run(tmp_path / "whole", "--precision", "float64")
    folder = tmp_path / "broken"

    class Stop(Exception):
        pass

    def stop(history, epochs):
        raise Stop

    line = command._line
    monkeypatch.setattr(command, "_line", stop)
    with pytest.raises(Stop):
        run(folder, "--precision", "float64")
    monkeypatch.setattr(command, "_line", line)
    capsys.readouterr()
    again = run(folder, "--precision", "float64", "--workers", "1")  # speed may change
    assert "epoch 1/2" not in capsys.readouterr().out
    close(whole, again, rtol=0, atol=0)
    with pytest.raises(SystemExit, match=r"same training, got .* with seed=0; delete it"):
        run(folder, "--seed", "3")
    (folder / "checkpoint.pt").write_bytes(b"")
    with pytest.raises(RuntimeError, match="is damaged; delete it"):
        run(folder)


@pytest.mark.parametrize(
    "speed", [["--workers", "2"], ["--no-channels-last"], ["--memory-efficient"]]
)
def test_what_is_for_speed_does_not_change_what_is_learnt(tmp_path, speed):
    exact = ["--precision", "float64"]
    close(run(tmp_path / "a", *exact), run(tmp_path / "b", *exact, *speed), rtol=0, atol=1e-9)


@pytest.mark.parametrize("precision", ["bfloat16", "float16"])
def test_mixed_precision_keeps_weights_in_float32(tmp_path, precision):
    state = run(tmp_path, "--precision", precision)
    assert {v.dtype for v in state["model"].values() if v.is_floating_point()} == {torch.float32}


def test_compile_runs_the_compiled_net_and_keeps_the_names(tmp_path, monkeypatch):
    compiled = []
    monkeypatch.setattr(torch, "compile", lambda model: compiled.append(model) or model.forward)
    state = run(tmp_path, "--compile")
    assert [type(model) for model in compiled] == [DenseNet]
    assert not any("_orig_mod" in name for name in state["model"])


def data(count=24):
    generator = torch.Generator().manual_seed(0)
    images = torch.rand(count, 1, 6, 6, generator=generator)
    return TensorDataset(images, torch.arange(count) % 4)


def train_small(path, **settings):
    torch.manual_seed(0)
    net = nn.Sequential(nn.Conv2d(1, 4, 3), nn.ReLU(), nn.Flatten(), nn.Linear(64, 4))
    chosen = ScaleSettings(**{"epochs": 2, "batch_size": 8, "precision": torch.float64, **settings})
    history = train_scaled(net, data(), data(10), chosen, ALONE, checkpoint=path, identity={})
    return history, {"model": net.state_dict()}


@pytest.mark.parametrize("parts", [2, 4, 8])
def test_a_batch_in_parts_gives_the_same_step(tmp_path, parts):
    expected, whole = train_small(tmp_path / "whole.pt")
    found, again = train_small(tmp_path / "parts.pt", accumulate=parts)
    close(whole, again, rtol=0, atol=1e-12)
    assert found.loss == pytest.approx(expected.loss, abs=1e-9)
    assert found.test_accuracy == expected.test_accuracy


def test_a_loss_that_is_no_number_ends_it(tmp_path):
    with pytest.raises(DivergedError, match="learning rate below 1e"):
        train_small(tmp_path / "net.pt", learning_rate=1e200)
    assert not (tmp_path / "net.pt").exists()


def test_a_batch_must_be_shared_evenly(tmp_path):
    message = "batch_size must be a multiple of 6 for 2 processes and 3 parts, such as 60 or 66, "
    with pytest.raises(ValueError, match=message):
        ScaleSettings(epochs=1, accumulate=3).share(2)
    with pytest.raises(SystemExit, match="multiple of 3 for 1 processes and 3 parts, such as 15"):
        run(tmp_path, "--accumulate", "3")


def test_the_imagenet_schedule_is_that_of_the_paper():
    assert [imagenet_schedule(epoch / 90) for epoch in (0, 29, 30, 59, 60, 89)] == [
        1, 1, 0.1, 0.1, 0.01, 0.01,
    ]  # fmt: skip


def test_help_says_each_option_with_its_default_and_the_papers_value():
    for action in parser()._actions[1:]:
        text = action.help % vars(action) if "%(default)" in action.help else action.help
        assert re.search(r"\(default: .+; paper: .+\)$|^folder of the data", text), text
    shown = parser().format_help()
    for word in ("--download", "torchrun", "--rdzv-endpoint", "paper: 300 for CIFAR"):
        assert word in " ".join(shown.split())


def test_what_is_left_out_is_the_papers():
    def chosen(*arguments):
        return choices_of(parser(), list(arguments))

    cifar = chosen("--data", "cifar10", "--root", "there")
    assert cifar.recipe == {
        "epochs": 300, "batch_size": 64, "schedule": "paper", "learning_rate": 0.1,
        "momentum": 0.9, "weight_decay": 1e-4, "seed": 0, "sync_batch_norm": False,
    }  # fmt: skip
    assert cifar.data["augment"] is True
    net = command.build_net(cifar.net, 10, 3, seed=0)
    assert net.spec == densenet_cifar(100, 12).spec
    svhn = chosen("--data", "svhn", "--root", "there")
    assert (svhn.recipe["epochs"], svhn.data["augment"]) == (40, False)
    folder = chosen("--data", "imagefolder", "--root", "there", "--net", "densenet121")
    assert [folder.recipe[n] for n in ("epochs", "batch_size", "schedule")] == [90, 256, "imagenet"]
    assert command.build_net(folder.net, 7, 3, seed=0).classifier.out_features == 7
    assert set(options.RECIPES) == set(command.DATA_SETS)


@pytest.mark.parametrize(
    ("arguments", "allowed"),
    [
        ("--data mnist", r"choose from .*cifar100'?, .*stl10"),
        ("--net resnet", "choose from .*densenet264"),
        ("--epochs 0", "argument --epochs: must be a whole number from 1 on, got '0'"),
        ("--batch-size 2.5", "argument --batch-size: must be a whole number from 1 on"),
        ("--learning-rate -1", "argument --learning-rate: must be a number above 0"),
        ("--learning-rate nan", "argument --learning-rate: must be a number above 0"),
        ("--drop-rate 1", "must be at least 0 and below 1, got '1'"),
        ("--compression 0", "must be above 0 and at most 1, got '0'"),
        ("--precision half", "choose from .*bfloat16"),
        ("--deep 3", "unrecognized arguments: --deep 3; allowed are .*--depth"),
        ("--net densenet121 --depth 40", "argument --depth: allowed with --net densenet_cifar"),
        ("--data cifar10", "argument --root: must name the folder of cifar10"),
        ("--root here", "allowed with another --data; this one ships"),
        ("--data imagefolder --root x --download", "argument --download: allowed with another"),
    ],
)
def test_a_wrong_option_says_what_is_allowed(arguments, allowed, capsys, monkeypatch):
    with pytest.raises(SystemExit):
        scale_up(arguments.split())
    assert re.search(allowed, capsys.readouterr().err)
    monkeypatch.setenv("RANK", "1")
    with pytest.raises(SystemExit):
        scale_up(arguments.split())
    assert capsys.readouterr().err == ""  # one process is enough to say it


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ("--depth 41", "depth must be 6n \\+ 4"),
        ("--data cifar10 --root nowhere", "cifar10 is not in nowhere: fetch it by download"),
        ("--data imagefolder --root nowhere", "imagefolder is not in nowhere: put a folder a cl"),
    ],
)
def test_what_does_not_fit_is_told_in_a_line(arguments, message, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit, match=message):
        scale_up([*arguments.split(), "--device", "cpu"])


def test_a_place_that_cannot_be_written_is_refused_and_a_stop_says_how_to_go_on(
    tmp_path, monkeypatch
):
    (tmp_path / "file").write_text("")
    with pytest.raises(SystemExit, match="checkpoint must be a file that can be written, got "):
        run(tmp_path / "file")

    def stop(history, epochs):
        raise KeyboardInterrupt

    monkeypatch.setattr(command, "_line", stop)
    with pytest.raises(SystemExit, match="stopped; the same command goes on after the last whole"):
        run(tmp_path / "folder")
    assert (tmp_path / "folder" / "checkpoint.pt").exists()


def test_scalars_go_to_tensorboard_where_it_is_installed(tmp_path, monkeypatch):
    """Installed or not, here a stand-in writes."""
    written = []

    class Writer:
        def __init__(self, folder):
            self.folder = folder

        def add_scalar(self, name, value, epoch):
            written.append((name, epoch))

        def flush(self):
            pass

    stand_in = type("module", (), {"SummaryWriter": Writer})
    monkeypatch.setitem(__import__("sys").modules, "torch.utils.tensorboard", stand_in)
    run(tmp_path)
    assert written.count(("test_accuracy", 1)) == written.count(("loss", 2)) == 1
    monkeypatch.setitem(__import__("sys").modules, "torch.utils.tensorboard", None)
    assert command._scalars(tmp_path) is None
