"""The panels of lessons 01 and 02: true sentences, quick callbacks, refusals in words."""

import statistics
import time

import pytest
import torch

from densenet_lessons.arithmetic import cifar_spec, count_macs, count_parameters
from densenet_lessons.panels import add_concat_panel, growth_rate_explorer
from densenet_lessons.panels import base as panel_base


@pytest.fixture(autouse=True)
def strict(monkeypatch):
    monkeypatch.setattr(panel_base, "STRICT", True)


def median_callback(panel, moves) -> float:
    """Seconds of this thread's own work, which other programs' work doesn't lengthen."""
    times = []
    for values in moves:
        start = time.thread_time()
        panel.set(**values)
        times.append(time.thread_time() - start)
    return statistics.median(times)


def quick(panel, moves, limit=0.05, tries=5) -> bool:
    """One of a few tries on a machine that may be busy."""
    return any(median_callback(panel, moves) <= limit for _ in range(tries))


@pytest.mark.parametrize("growth_rate", [2, 4, 8, 12, 16, 24])
def test_growth_rate_explorer_says_what_arithmetic_says(growth_rate):
    panel = growth_rate_explorer(growth_rate)
    spec = cifar_spec(22, growth_rate, in_channels=1)
    for block, (entering, _) in enumerate(spec.block_ends(), 1):
        for layers in (1, 3):
            panel.set(block=block, layers=layers)
            assert f"starts with {entering} channels" in panel.sentence
            assert f"it has {entering + layers * growth_rate}" in panel.sentence
    panel.set(block=1, layers=3, map=2 * growth_rate)  # the first channel after the input's 2k
    assert panel.sentence.endswith(f"Map {2 * growth_rate} comes from layer 1.")
    assert f"{count_parameters(spec):,} parameters" in panel.sentence
    assert f"{count_macs(spec, 28) / 1e6:.1f} million" in panel.sentence


def test_growth_rate_explorer_refuses_in_words_and_recovers():
    panel = growth_rate_explorer(2)
    good = panel.png
    panel.set(map=20)
    assert panel.sentence == "Not possible: map must be from 0 to 9 here, got 20"
    panel.set(map=0)
    assert panel.png == good
    with pytest.raises(ValueError, match=r"growth_rate must be one of 2, 4, .* got 0"):
        growth_rate_explorer(0)
    with pytest.raises(ValueError, match=r"image must be one of T-shirt/top, .* got 'sock'"):
        growth_rate_explorer(image="sock")


def test_every_setting_has_a_picture_of_its_own():
    panel, seen = growth_rate_explorer(), set()
    for values in [{"growth_rate": 4}, {"block": 2}, {"layers": 1}, {"image": "photo"}, {"map": 3}]:
        panel.set(**values)
        seen.add(panel.png)
    assert len(seen) == 5


def test_building_a_panel_leaves_the_random_state_alone():
    state = torch.get_rng_state()
    growth_rate_explorer()
    add_concat_panel()
    assert torch.equal(state, torch.get_rng_state())


def test_a_step_of_the_slider_is_quick():
    moves = [{"growth_rate": k} for k in (2, 4, 8, 12, 16, 24)] * 3
    assert quick(growth_rate_explorer(), moves)
    assert quick(add_concat_panel(), [{"dim": dim} for dim in (0, 1, 2, 3)] * 4)


@pytest.mark.parametrize(
    ("second", "possible"),
    [
        ("upside down", [True, True, True, True]),
        ("in grey, one channel", [False, True, False, False]),
        ("wider", [False, False, False, True]),
        ("a batch of two", [True, False, False, False]),
    ],
)
def test_add_concat_panel_knows_what_torch_knows(second, possible):
    panel = add_concat_panel()
    for dim, fits in enumerate(possible):
        panel.set(operation="concat", second=second, dim=dim)
        assert panel.sentence.startswith("Not possible") != fits
    panel.set(operation="add")
    assert panel.sentence.startswith("Not possible") == (second == "wider")
    assert ("broadcasting" in panel.sentence) == (
        second in ("in grey, one channel", "a batch of two")
    )
