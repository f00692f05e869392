"""Counted work against sums by hand; times against a clock that the test turns."""

import itertools

import pytest
import torch
from torch import nn

from densenet_lessons.probes.profiling import profile_operations
from densenet_lessons.probes.timing import MachineSpeed, machine_speed, time_each
from densenet_lessons.probes.work import work_of


def test_work_counts_by_hand():
    net = nn.Sequential(nn.Conv2d(3, 5, 3, bias=False), nn.ReLU(), nn.Flatten(), nn.Linear(20, 2))
    work = work_of(net, torch.zeros(2, 3, 4, 4))
    assert work.macs == 2 * (5 * 4 * 27 + 20 * 2)
    read, maps = 2 * 3 * 16, 2 * 5 * 4
    conv = read + 5 * 3 * 9 + maps
    linear = maps + (20 * 2 + 2) + 2 * 2  # flatten and the weight's transpose are views
    assert work.bytes_moved == 4 * (conv + 2 * maps + linear)
    assert work.intensity == work.macs / work.bytes_moved


def test_an_operation_in_place_reads_and_writes():
    work = work_of(nn.ReLU(inplace=True), torch.zeros(3, 4))
    assert work.bytes_moved == 2 * 3 * 4 * 4


def test_counting_leaves_the_net_alone():
    net = nn.Sequential(nn.BatchNorm2d(2)).train()
    before = {name: value.clone() for name, value in net.state_dict().items()}
    work_of(net, torch.rand(2, 2, 3, 3))
    assert net.training
    assert net[0].training
    assert all(torch.equal(value, before[name]) for name, value in net.state_dict().items())


def test_each_function_is_warmed_up_and_measured_in_turn():
    calls = []
    ticks = iter([0, 5, 10, 11, 20, 23, 30, 32])  # start and end of a, b, a, b
    functions = {"a": lambda: calls.append("a"), "b": lambda: calls.append("b")}
    times = time_each(functions, rounds=2, clock=lambda: next(ticks))
    assert calls == ["a", "b", "a", "b", "a", "b"]
    assert times["a"].rounds == (5, 3)
    assert times["a"].seconds == 4
    assert times["b"].rounds == (1, 2)
    assert times["b"].name == "b"


def test_two_numbers_of_a_machine():
    clock = itertools.count(0, 0.5)  # everything takes half a second
    speed = machine_speed(rounds=2, clock=lambda: next(clock))
    assert speed.copy_rate == 2 * 2**27 / 0.5
    assert speed.mac_rate == 1024**3 / 0.5


def test_a_roofline_has_a_slope_and_a_flat_part():
    speed = MachineSpeed(copy_rate=10.0, mac_rate=40.0)
    assert speed.ridge == 4
    assert [speed.attainable(x) for x in (1, 4, 100)] == [10, 40, 40]
    assert speed.least_seconds(macs=80, num_bytes=5) == 2
    assert speed.least_seconds(macs=80, num_bytes=50) == 5


def test_a_profile_names_operations_and_their_calls(capfd):
    net = nn.Sequential(nn.Conv2d(1, 2, 3), nn.ReLU(), nn.Conv2d(2, 2, 3))
    found = profile_operations(lambda: net(torch.zeros(1, 1, 8, 8)))
    calls = {operation.name: operation.calls for operation in found}
    assert calls["aten::conv2d"] == 2
    assert calls["aten::relu"] == 1
    seconds = [operation.seconds for operation in found]
    assert seconds == sorted(seconds, reverse=True)
    print("heard again")
    assert capfd.readouterr().err == ""


def test_wrong_arguments_are_named():
    with pytest.raises(ValueError, match="rounds must be a positive integer, got 0"):
        time_each({"a": list}, rounds=0)
    with pytest.raises(ValueError, match="functions must name at least one function, got none"):
        time_each({})
