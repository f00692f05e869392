"""Several processes learn what one learns, also after one of them was killed."""

import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest
import torch
from torch import distributed, nn

from densenet_lessons.experiments import scale_up
from densenet_lessons.training.ranks import of_this_start
from densenet_lessons.training.sync_norm import RanksBatchNorm2d, synchronised

pytestmark = pytest.mark.usefixtures("one_thread")

HERE = Path(__file__).parent
#: Four steps an epoch, on augmented images. In float64 the order of a sum hardly matters.
OPTIONS = [
    "--net", "densenet_cifar", "--depth", "10", "--growth-rate", "4", "--stem-stride", "2",
    "--data", "fashion_mnist_small", "--limit", "64", "--epochs", "3", "--batch-size", "16",
    "--precision", "float64", "--sync-batch-norm", "--device", "cpu",
]  # fmt: skip
WHOLE_EPOCHS = 1


def torchrun(folder: Path, *program: str, restarts: int = 0) -> subprocess.CompletedProcess:
    """Two processes of ``program`` under PyTorch's launcher, ended if they hang for minutes."""
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "DIES_ONCE": str(folder / "died")}
    command = [
        sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2",
        "--max-restarts", str(restarts), "--monitor-interval", "0.2", *program, *OPTIONS,
        "--output", str(folder),
    ]  # fmt: skip
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=900)


def state(folder: Path) -> dict:
    return torch.load(folder / "checkpoint.pt", weights_only=True)


def assert_same(found: dict, expected: dict):
    """The same parameters, running statistics and history, up to rounding in float64."""
    for name, value in expected["model"].items():
        torch.testing.assert_close(found["model"][name], value, rtol=1e-9, atol=1e-9)
    for name in ("loss", "accuracy", "test_accuracy", "learning_rate"):
        assert found["history"][name] == pytest.approx(expected["history"][name], abs=1e-9)


@pytest.fixture(scope="module")
def alone(tmp_path_factory):
    """What one process comes to."""
    folder = tmp_path_factory.mktemp("alone")
    scale_up([*OPTIONS, "--output", str(folder)])
    return state(folder)


def test_two_processes_with_half_a_batch_each_do_what_one_does(alone, tmp_path):
    done = torchrun(tmp_path, "-m", "densenet_lessons.training")
    assert done.returncode == 0, done.stderr[-3000:]
    assert_same(state(tmp_path), alone)
    assert done.stdout.count("epoch 3/3: loss") == 1  # the first process alone speaks
    assert "2 on cpu" in done.stdout


def test_a_killed_process_costs_the_epoch_under_way_and_one_goes_on_for_two(alone, tmp_path):
    done = torchrun(tmp_path, str(HERE / "dying_rank.py"))
    assert done.returncode != 0
    assert (tmp_path / "died").exists()
    assert "SIGKILL" in done.stderr
    assert len(state(tmp_path)["history"]["loss"]) == WHOLE_EPOCHS
    assert sorted(path.name for path in tmp_path.iterdir()) == ["checkpoint.pt", "died"]
    scale_up([*OPTIONS, "--output", str(tmp_path)])
    assert_same(state(tmp_path), alone)


def test_the_launcher_starts_again_by_itself(alone, tmp_path):
    done = torchrun(tmp_path, str(HERE / "dying_rank.py"), restarts=1)
    assert done.returncode == 0, done.stderr[-3000:]
    assert (tmp_path / "died").exists()
    assert done.stdout.count("epoch 1/3: loss") == 1
    assert_same(state(tmp_path), alone)


def test_processes_of_one_start_meet_each_other_and_none_of_an_earlier_start():
    """Two left tokens at an earlier start, agreed, and are gone; of two new ones the second
    comes late.
    """
    store = distributed.HashStore()
    names = []

    def arrive(rank):
        names.append(of_this_start(store, rank, 2).underlying_store and store.get("proposed"))

    for _ in range(3):
        late = threading.Timer(0.3, arrive, [1])
        late.start()
        arrive(0)
        late.join()
    assert len(names) == 6
    assert names[0] == names[1] != names[2] == names[3] != names[4] == names[5]


@pytest.fixture
def group_of_one(tmp_path):
    distributed.init_process_group("gloo", f"file://{tmp_path}/store", rank=0, world_size=1)
    yield
    distributed.destroy_process_group()


def test_the_norm_over_all_processes_is_torchs_where_there_is_one(group_of_one):
    generator = torch.Generator().manual_seed(0)
    x = torch.randn(5, 3, 4, 7, generator=generator, dtype=torch.float64)
    pull = torch.randn(5, 3, 4, 7, generator=generator, dtype=torch.float64)
    theirs = nn.BatchNorm2d(3).double()
    with torch.no_grad():
        theirs.weight.uniform_(generator=generator)
        theirs.bias.uniform_(generator=generator)
    ours = RanksBatchNorm2d(3).double()
    ours.load_state_dict(theirs.state_dict())
    results = []
    for norm in (ours, theirs):
        inputs = x.clone().requires_grad_()
        outputs = norm(inputs)
        outputs.backward(pull)
        results.append([outputs, inputs.grad, norm.weight.grad, norm.bias.grad, *norm.buffers()])
        results[-1].append(norm.eval()(x))
    for found, expected in zip(*results, strict=True):
        torch.testing.assert_close(found, expected, rtol=1e-12, atol=1e-12)


def test_each_batch_norm_is_replaced_and_the_names_stay():
    net = nn.Sequential(nn.Conv2d(1, 4, 3), nn.BatchNorm2d(4), nn.Sequential(nn.BatchNorm2d(4)))
    before = {name: value.clone() for name, value in net.state_dict().items()}
    found = synchronised(net, torch.device("cpu"))
    assert [type(m) for m in found.modules()].count(RanksBatchNorm2d) == 2
    assert found.state_dict().keys() == before.keys()
    assert all(torch.equal(found.state_dict()[name], value) for name, value in before.items())
