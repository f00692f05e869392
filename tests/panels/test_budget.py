"""The budget explorer: nothing is told before the guess, and then what the recorded runs say."""

import colorsys
import copy
import io
import json
import math
import random
import re
import statistics
from itertools import accumulate, pairwise

import numpy as np
import pytest
import torch
from PIL import Image, ImageColor
from scipy import stats

from densenet_lessons.experiments import comparison, comparison_results
from densenet_lessons.experiments import zoo as zoo_files
from densenet_lessons.experiments.comparison import FAMILIES, LEARNING_RATES, SEEDS, SIZES, build
from densenet_lessons.panels import base, budget_explorer
from densenet_lessons.panels.budget import panel as budget
from densenet_lessons.panels.budget import picture as plot
from densenet_lessons.panels.budget.axes import (
    APART,
    FLOOR,
    LEFT,
    RIGHT,
    TOP,
    Across,
    side_by_side,
    spread_out,
)
from densenet_lessons.panels.budget.picture import MARK, Net, beyond, budget_image
from densenet_lessons.pictures.marks import draw_mark
from densenet_lessons.pictures.palette import INK
from densenet_lessons.pictures.plots.curves import FAMILIES as LOOKS

NETS = [(family, size) for size in SIZES for family in FAMILIES]
TIMES = (0.68, 0.66, 0.93, 0.8, 0.82, 1.43, 1.08, 1.09, 1.8)
AXES = ("parameters", "MACs", "milliseconds")
#: Mean accuracy of the small, medium and large net.
CLOSE = {"plain": (0.842, 0.866, 0.881), "residual": (0.853, 0.876, 0.887),
         "dense": (0.858, 0.877, 0.888)}  # fmt: skip
CLEAR = {"plain": (0.84, 0.85, 0.86), "residual": (0.82, 0.83, 0.84), "dense": (0.87, 0.88, 0.9)}


pytestmark = pytest.mark.usefixtures("one_thread")


@pytest.fixture(autouse=True)
def _strict(monkeypatch):
    monkeypatch.setattr(base, "STRICT", True)
    monkeypatch.setattr(budget, "_milliseconds", lambda names: TIMES)


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Records as ``compare`` makes them, of runs that were made up: no training is left to do."""

    def record(means, noise):
        dice = random.Random(7)
        runs = [
            {"phase": "tune", "family": family, "size": "medium", "learning_rate": rate,
             "seed": comparison.TUNING_SEED, "accuracy": 0.9 - abs(rate - 0.1)}
            for family in FAMILIES for rate in LEARNING_RATES
        ] + [
            {"phase": "test", "family": family, "size": size, "learning_rate": 0.1, "seed": seed,
             "accuracy": round(means[family][list(SIZES).index(size)] + dice.gauss(0, noise), 4)}
            for seed in SEEDS for family, size in NETS
        ]  # fmt: skip
        rest = {"train_loss": 0.3, "train_accuracy": 0.9, "seconds": 40.0}
        path = tmp_path_factory.mktemp("runs") / "runs.jsonl"
        lines = [comparison._settings(comparison.EPOCHS, False), *({**run, **rest} for run in runs)]
        path.write_text("".join(json.dumps(line) + "\n" for line in lines))
        return comparison.compare(path)

    return {"close": record(CLOSE, 0.003), "clear": record(CLEAR, 0.002)}


@pytest.fixture(params=["close", "clear"])
def record(request, made):
    return copy.deepcopy(made[request.param])


@pytest.fixture
def panel(made):
    return budget_explorer(copy.deepcopy(made["close"]))


def costs_of(record, axis):
    """Cost of each net, in the unit of its axis, by (family, size)."""
    if axis == "milliseconds":
        return dict(zip(NETS, TIMES, strict=True))
    nets = {(net["family"], net["size"]): net for net in record["nets"]}
    if axis == "MACs":
        return {name: net["macs"] / 1e6 for name, net in nets.items()}
    return {name: sum(p.numel() for p in build(*name, seed=0).parameters()) / 1e3 for name in nets}


def runs_of(record, name):
    return [run["accuracy"] for run in record["runs"] if (run["family"], run["size"]) == name]


def welch(*samples):
    """p and the 95% interval of the difference of two means, by scipy."""
    found = stats.ttest_ind(*samples, equal_var=False)
    return found.pvalue, *found.confidence_interval(0.95)


@pytest.mark.parametrize("axis", AXES)
def test_the_sentence_says_what_the_runs_say(record, axis):
    panel = budget_explorer(record)
    panel.set(guess="dense", axis=axis)
    costs = costs_of(record, axis)
    for value in panel.controls["budget"].allowed:
        panel.set(budget=value)
        runs = {name: runs_of(record, name) for name, cost in costs.items() if cost <= value}
        if not runs:
            continue
        ranked = sorted(runs, key=lambda name: -statistics.mean(runs[name]))
        assert f"Within {value:g} " in panel.sentence
        assert f"{len(runs)} of 9 nets fit." in panel.sentence
        best = runs[ranked[0]]
        assert (
            f"Most accurate: {' '.join(ranked[0])}, {100 * statistics.mean(best):.1f}% ± "
            f"{100 * statistics.stdev(best):.1f} points"
        ) in panel.sentence
        others = re.findall(
            r"(Second|another family): (\w+ \w+), ([\d.]+)% ± ([\d.]+), ([\d.]+) points less: "
            r"(within|more than) the noise \(Welch's t: p ([=<] [\d.]+), 95% interval "
            r"(-?[\d.]+) to ([\d.]+) points\)",
            panel.sentence,
        )
        rivals = [name for name in ranked if name[0] != ranked[0][0]]
        expected = dict.fromkeys([*ranked[1:2], *rivals[:1]])  # once each, in this order
        assert [tuple(other[1].split()) for other in others] == list(expected)
        for _, name, mean, spread, less, verdict, chance, low, high in others:
            mine = runs[tuple(name.split())]
            gap = statistics.mean(best) - statistics.mean(mine)
            assert mean == f"{100 * statistics.mean(mine):.1f}"
            assert spread == f"{100 * statistics.stdev(mine):.1f}"
            assert float(less) == pytest.approx(100 * gap, abs=0.0051)
            p, *interval = welch(best, mine)
            assert chance == (f"= {p:.3f}" if p >= 0.001 else "< 0.001")
            assert [float(low), float(high)] == pytest.approx(
                [100 * end for end in interval], abs=0.0051
            )
            assert verdict == ("more than" if p < 0.05 else "within")


def test_the_noise_is_told_where_it_matters_and_only_there(made):
    for name, verdict in (("close", "within the noise"), ("clear", "more than the noise")):
        panel = budget_explorer(copy.deepcopy(made[name]))
        panel.set(guess="dense")
        assert verdict in panel.sentence


@pytest.mark.parametrize(
    ("which", "guess", "end"),
    [
        ("clear", "dense", "it holds here."),
        ("clear", "plain", "it does not hold here."),
        ("clear", "a tie", "it does not hold here."),
        ("close", "a tie", "it holds here."),
    ],
)
def test_the_guess_is_answered_for_the_budget(made, which, guess, end):
    panel = budget_explorer(copy.deepcopy(made[which]))
    panel.set(guess=guess)
    assert f"Your guess was {guess}: " in panel.sentence
    assert panel.sentence.endswith(f": {end}")


@pytest.mark.parametrize("axis", AXES)
def test_the_guessed_family_itself_is_judged(record, axis):
    panel = budget_explorer(record)
    costs, seen = costs_of(record, axis), set()
    panel.set(axis=axis)
    for value in panel.controls["budget"].allowed:
        runs = {name: runs_of(record, name) for name, cost in costs.items() if cost <= value}
        ranked = sorted(runs, key=lambda name: -statistics.mean(runs[name]))
        for guess in FAMILIES:
            panel.set(guess=guess, budget=value)
            told = panel.sentence.partition(f"Your guess was {guess}: ")[2]
            own = [name for name in ranked if name[0] == guess]
            if not own:  # where nothing fits, the sentence says so before
                assert told.startswith(f"no {guess} net fits this budget." if runs else "")
                seen.add("none")
            elif own[0] != ranked[0]:
                samples = runs[ranked[0]], runs[own[0]]
                gap = statistics.mean(samples[0]) - statistics.mean(samples[1])
                found = re.match(
                    r"its best net that fits, (\w+ \w+), is ([\d.]+) points behind, "
                    r"(more than the noise: it does not hold here|"
                    r"within the noise: these runs do not decide)\.",
                    told,
                )
                assert found[1] == " ".join(own[0])
                assert float(found[2]) == pytest.approx(100 * gap, abs=0.0051)
                clear = bool(welch(*samples)[0] < 0.05)
                assert found[3].startswith("more than" if clear else "within")
                seen.add(clear)
            else:
                assert not re.search("behind|fits this budget", told)
    assert {"none", True} <= seen


def test_a_guess_within_the_noise_of_the_best_is_left_open(panel, made):
    runs = {name: runs_of(made["close"], name) for name in NETS}
    ranked = sorted(NETS, key=lambda name: -statistics.mean(runs[name]))
    own = next(name for name in ranked if name[0] != ranked[0][0])
    panel.set(guess=own[0])
    assert panel.sentence.endswith("behind, within the noise: these runs do not decide.")


def test_a_leading_family_within_the_noise_is_told_so(panel, made):
    best = max(NETS, key=lambda name: statistics.mean(runs_of(made["close"], name)))
    panel.set(guess=best[0])
    assert panel.sentence.endswith(": ahead here, but not by more than the noise.")


def test_what_the_comparison_is_about_is_said_with_its_result(panel):
    words = "nets of 16 layers after 8 epochs on 10,000 grey images of 28 pixels, and about no"
    assert words not in panel.sentence
    panel.set(guess="dense")
    assert words in panel.sentence


def test_one_family_alone_is_no_comparison(record):
    for net in record["nets"]:
        net["macs"] *= 1 if net["family"] == "plain" else 1000
    panel = budget_explorer(record)
    panel.set(guess="plain", axis="MACs", budget=10.0)
    assert "3 of 9 nets fit" in panel.sentence
    assert panel.sentence.endswith("no other family than plain fits to compare.")
    panel.set(budget=1.5)
    assert "1 of 9 nets fit" in panel.sentence
    assert "Second" not in panel.sentence


def test_nothing_tells_who_wins_before_a_guess(made):
    """Other accuracies, the same panel: picture, alternative text and sentence."""
    panels = [budget_explorer(copy.deepcopy(made[name])) for name in ("close", "clear")]
    for axis in AXES:
        for zoo in (False, True):
            for at in (0, 4, -1):
                for panel in panels:
                    panel.set(axis=axis, zoo=zoo)
                    panel.set(budget=panel.controls["budget"].allowed[at])
                first, second = ((p.png, p.alt, p.sentence) for p in panels)
                assert first == second
                assert "%" not in first[2]
                assert "are covered" in first[2]
    for panel in panels:
        panel.set(guess="plain")
    assert panels[0].png != panels[1].png
    assert "are covered" not in panels[0].sentence


@pytest.mark.parametrize("axis", AXES)
def test_a_budget_below_all_nets_is_answered_in_words(panel, made, axis):
    panel.set(guess="dense", axis=axis)
    lowest, *_, highest = panel.controls["budget"].allowed
    costs = costs_of(made["close"], axis).values()
    panel.set(budget=lowest)
    assert f"no net fits: the cheapest takes {min(costs):.3g}." in panel.sentence
    assert "Most accurate" not in panel.sentence
    panel.set(budget=highest)
    assert "9 of 9 nets fit" in panel.sentence
    assert lowest < min(costs)
    assert highest >= max(costs)


def test_each_axis_keeps_its_own_budget(panel):
    panel.set(budget=20.0)
    panel.set(axis="MACs", budget=10.0)
    assert panel.values["budget"] == 10.0
    panel.controls["axis"].children[0].value = "parameters"
    assert panel.values["budget"] == 20.0
    panel.set(axis="MACs")
    assert panel.values["budget"] == 10.0
    assert panel.sentence.startswith("Within 10 million multiply-adds")


def test_slider_and_number_box_go_together_on_each_axis(panel):
    box, bar = panel.controls["budget"].children
    for axis in (*AXES[1:], AXES[0]):
        panel.set(axis=axis)
        offered = panel.controls["budget"].allowed
        assert [value for _, value in bar._options_full] == offered
        assert (box.min, box.max) == (offered[0], offered[-1])
        bar.value = offered[2]
        assert (box.value, panel.values["budget"]) == (offered[2], offered[2])
        box.value += box.step  # an arrow key
        assert (bar.value, panel.values["budget"]) == (offered[3], offered[3])
        assert panel.sentence.startswith(f"Within {offered[3]:g} ")


def test_a_budget_of_another_axis_is_refused_and_nothing_moves(panel):
    before = panel.values, panel.png
    with pytest.raises(ValueError, match=r"budget must be one of 1\.2, .*, got 20000"):
        panel.set(axis="MACs", budget=20000, guess="dense")
    assert (panel.values, panel.png) == before
    with pytest.raises(ValueError, match=r"axis must be one of 'parameters', .* got 'dollars'"):
        panel.set(axis="dollars")
    assert (panel.values, panel.png) == before
    panel.controls["budget"].children[1].value = 20.0  # and it still follows its slider
    assert panel.sentence.startswith("Within 20 thousand parameters")


def pixels(panel_or_image):
    image = panel_or_image
    if not isinstance(image, Image.Image):
        image = Image.open(io.BytesIO(panel_or_image.png))
    return np.asarray(image.convert("RGB"))


def share_of(image, colour, part=np.s_[2 * TOP : 2 * FLOOR, 2 * LEFT : 2 * RIGHT]):
    return (image[part] == ImageColor.getrgb(colour)).all(-1).sum()


def test_nets_beyond_the_budget_keep_their_colour_paler(panel):
    panel.set(guess="dense")
    colours = [LOOKS[family][0] for family in ("residual", "dense")]
    pale = [beyond(colour) for colour in colours]
    lines = [plot.tint(colour, 1 - plot.LINE_BEYOND) for colour in colours]
    for colour, paler in zip(colours, pale, strict=True):
        hues = [colorsys.rgb_to_hsv(*ImageColor.getrgb(one)) for one in (colour, paler)]
        assert hues[1][0] == pytest.approx(hues[0][0], abs=0.02)
        assert 0.3 * hues[0][1] < hues[1][1] < 0.7 * hues[0][1]
    every = [share_of(pixels(panel), colour) for colour in colours]
    assert min(every) > 500
    few = [share_of(pixels(panel), colour) for colour in pale]
    assert [share_of(pixels(panel), colour) for colour in lines] == [0, 0]
    panel.set(budget=20.0)
    some = [share_of(pixels(panel), colour) for colour in colours]
    assert all(0 < a < 0.7 * b for a, b in zip(some, every, strict=True))
    for colour, before in zip(pale, few, strict=True):
        assert share_of(pixels(panel), colour) > before + 100
    assert all(share_of(pixels(panel), colour) > 100 for colour in lines)
    panel.set(budget=10.0)
    assert [share_of(pixels(panel), colour) for colour in colours] == [0, 0]


def test_families_differ_in_colour_marker_and_name():
    assert len({colour for colour, _ in LOOKS.values()}) == len(FAMILIES)
    assert len({marker for _, marker in LOOKS.values()}) == len(FAMILIES)

    def alone(family, size="small"):
        net = Net(family, size, 20, True, 0.85, 0.01, (0.84, 0.86))
        other = Net("plain", "small", 40, True, 0.86, 0.01, (0.85, 0.87))
        return pixels(budget_image([net, other], "things", 50, (10, 50))[0])

    # In one ink: what is left to tell them apart is the shape and the name.
    plain, residual, dense = ((alone(family) < 250).any(-1) for family in FAMILIES)
    assert (plain != residual).sum() > 300
    assert (dense != residual).sum() > 300
    assert not np.array_equal(alone("dense"), alone("dense", "large"))


def test_each_run_is_a_mark_and_the_bar_is_the_spread():
    def drawn(accuracies, spread=0.01):
        nets = [
            Net("dense", "small", 20, True, 0.85, spread, accuracies),
            Net("plain", "small", 40, True, 0.86, 0.02, (0.83, 0.89)),
        ]
        return pixels(budget_image(nets, "things", 50, (10, 50))[0])

    first = drawn((0.84, 0.85, 0.86))
    for other in (drawn((0.84, 0.845, 0.86)), drawn((0.84, 0.85, 0.86), 0.005)):
        changed = np.argwhere((first != other).any(-1))
        # The net's place, in image pixels, as the axis has it.
        place = 2 * Across([20, 40, 10, 50])(20)
        assert len(changed) > 20
        assert (abs(changed[:, 1] - place) < 2 * 14).all()


def test_marks_and_bars_stand_where_the_axes_say():
    nets = [
        Net("dense", "small", 20, True, 0.85, 0.02, (0.83, 0.87)),
        Net("residual", "small", 40, True, 0.89, 0.01, (0.88, 0.9)),
    ]
    image = pixels(budget_image(nets, "things", 100, (10, 100))[0])
    middles = {}
    for family in ("dense", "residual"):
        found = np.argwhere((image == ImageColor.getrgb(LOOKS[family][0])).all(-1))
        columns = np.bincount(found[:, 1]).argmax()  # the bar and the mark are highest there
        rows = found[abs(found[:, 1] - columns) <= 8][:, 0]
        middles[family] = (columns, rows.min(), rows.max())
    unit = (middles["dense"][2] - middles["dense"][1]) / 0.04  # pixels to an accuracy of 1
    assert middles["residual"][2] - middles["residual"][1] == pytest.approx(0.02 * unit, abs=5)
    centres = {family: (top + bottom) / 2 for family, (_, top, bottom) in middles.items()}
    assert centres["dense"] - centres["residual"] == pytest.approx(0.04 * unit, abs=8)
    # Between the limits 10 and 100, on a logarithmic axis.
    across = Across([10, 100])
    assert (across(20) - across(10)) / (across(100) - across(10)) == pytest.approx(math.log10(2))
    for family, cost in (("dense", 20), ("residual", 40)):
        assert middles[family][0] / 2 == pytest.approx(across(cost), abs=7)


def test_equal_costs_stand_side_by_side_in_order_and_no_further_than_needed():
    dice = random.Random(3)
    assert spread_out([100, 200, 300], APART) == [100, 200, 300]
    assert spread_out([100, 100, 100], APART) == [100 - APART, 100, 100 + APART]
    for _ in range(50):
        wanted = sorted(dice.uniform(0, 200) for _ in range(7))
        got = spread_out(wanted, APART)
        steps = [b - a for a, b in pairwise(got)]
        assert min(steps) >= APART - 1e-9

        def cost(places, wanted=wanted):
            return sum((a - b) ** 2 for a, b in zip(places, wanted, strict=True))

        for _ in range(40):  # no nearer places that keep the distance
            share = dice.random()
            other = accumulate([dice.uniform(-50, 200)] + [dice.uniform(APART, 40)] * 6)
            mixed = [(1 - share) * a + share * b for a, b in zip(got, other, strict=True)]
            assert cost(mixed) >= cost(got) - 1e-9


def test_no_net_stands_far_from_its_cost(panel, made, monkeypatch):
    assert side_by_side([100, 100, 100]) == [100 - APART, 100, 100 + APART]
    crowd = side_by_side([300.0] * 9)
    assert crowd[-1] - crowd[0] <= 0.04 * (RIGHT - LEFT)
    assert min(b - a for a, b in pairwise(crowd)) > 2  # and yet they can be told apart
    drawn = []
    monkeypatch.setattr(
        plot, "draw_mark", lambda *at, **look: drawn.append((at[2], look.get("letter")))
    )
    panel.set(guess="dense")
    for axis in AXES:
        drawn.clear()
        panel.set(axis=axis)
        offered = panel.controls["budget"].allowed
        costs = sorted(costs_of(made["close"], axis).values())
        across = Across([*costs, offered[0], offered[-1]])
        places = sorted(x for x, letter in drawn if letter)
        assert len(places) == 9
        for cost, place in zip(costs, places, strict=True):
            assert abs(place - across(cost)) <= 0.02 * (RIGHT - LEFT)


@pytest.mark.parametrize("axis", AXES)
def test_the_line_of_the_budget_parts_those_that_fit_from_the_others(
    panel, made, axis, monkeypatch
):
    panel.set(guess="dense", axis=axis)
    drawn = []

    def spy(canvas, shape, x, y, colour, **look):
        drawn.append((x, look))
        draw_mark(canvas, shape, x, y, colour, **look)

    monkeypatch.setattr(plot, "draw_mark", spy)
    costs = costs_of(made["close"], axis).values()
    for guess in ("dense", "not yet"):
        for value in panel.controls["budget"].allowed:
            drawn.clear()
            panel.set(budget=value, guess=guess)
            row = pixels(panel)[2 * FLOOR + 6]  # below the axis: grey ticks and the budget's line
            line = np.flatnonzero((row == ImageColor.getrgb(INK)).all(-1)).mean() / 2
            nets = [(x, look.get("filled", True)) for x, look in drawn if look.get("letter")]
            assert sum(filled for _, filled in nets) == sum(cost <= value for cost in costs)
            assert len(nets) == 9
            places = {side: [x for x, filled in nets if filled is side] for side in (True, False)}
            last, following = max(places[True], default=0), min(places[False], default=836)
            room = min(MARK / 2, 0.4 * (following - last))  # where it is narrow, about half way
            assert last + room < line < following - room


def test_the_zoo_is_shown_only_when_asked_and_marked_as_not_comparable(panel):
    manifest = json.loads((zoo_files.FOLDER / "manifest.json").read_text())["nets"].values()
    panel.set(guess="dense")
    without = panel.png
    assert "zoo" not in panel.sentence
    panel.set(zoo=True)
    assert panel.png != without
    assert f"The zoo's {len(manifest)} DenseNets are not compared" in panel.sentence
    assert "six times as many images" in panel.alt
    best = panel.sentence.split("Most accurate")[1].split("The zoo")[0]
    panel.set(zoo=False)
    assert best.strip() in panel.sentence  # the zoo takes no part in it
    assert budget._zoo("parameters") == [
        (net["parameters"] / 1e3, net["small_test_accuracy"]) for net in manifest
    ]
    panel.set(zoo=True, axis="milliseconds")
    assert "were not timed" in panel.sentence


def test_the_zoo_learnt_from_six_times_as_many_images():
    from densenet_lessons.data.small import load_images

    assert 60_000 / len(load_images(split="train")) == 6


@pytest.mark.parametrize("content", [None, "{", '{"nets": {"2": {}}}', "[]"])
def test_a_damaged_zoo_is_told_in_words(panel, monkeypatch, tmp_path, content):
    monkeypatch.setattr(zoo_files, "FOLDER", tmp_path)
    if content is not None:
        (tmp_path / "manifest.json").write_text(content)
    panel.set(zoo=True)
    state = "missing" if content is None else "damaged"
    assert panel.sentence.startswith(f"Not possible: {tmp_path / 'manifest.json'} is {state}")
    assert f"git checkout -- {tmp_path / 'manifest.json'}" in panel.sentence
    panel.set(zoo=False)
    assert panel.sentence.startswith("Within 80 thousand parameters")


def test_the_record_that_ships_is_the_default(made, monkeypatch, tmp_path):
    path = tmp_path / "comparison.json"
    path.write_text(json.dumps(made["clear"]))
    monkeypatch.setattr(comparison_results, "RESULTS", path)
    shipped, given = budget_explorer(), budget_explorer(copy.deepcopy(made["clear"]))
    for panel in (shipped, given):
        panel.set(guess="dense")
    assert shipped.sentence == given.sentence
    assert shipped.png == given.png


@pytest.mark.parametrize(
    ("content", "problem"),
    [(None, "is missing"), ("{", "is damaged"), ('{"nets": [{}]}', "holds no")],
)
def test_a_missing_or_damaged_record_is_told_in_words(monkeypatch, tmp_path, content, problem):
    path = tmp_path / "comparison.json"
    if content is not None:
        path.write_text(content)
    monkeypatch.setattr(comparison_results, "RESULTS", path)
    panel = budget_explorer()
    for values in ({}, {"guess": "dense"}, {"axis": "MACs"}, {"zoo": True}):
        panel.set(**values)
        assert panel.sentence.startswith("Not possible: ")
        assert problem in panel.sentence
        assert f"git checkout -- {path}" in panel.sentence
    assert panel.png


def test_another_record_is_refused_in_words(record, monkeypatch):
    monkeypatch.undo()  # the nets must be built to be timed
    monkeypatch.setattr(base, "STRICT", True)
    assert "record must be one of comparison.compare" in budget_explorer({"runs": []}).sentence
    for part in ("nets", "runs"):
        for entry in record[part]:
            entry["family"] = entry["family"].replace("dense", "wide")
    record["chosen"]["wide"] = 0.1
    assert "family must be one of plain, residual, dense" in budget_explorer(record).sentence


def test_the_times_are_of_this_machine_and_leave_no_trace(monkeypatch):
    monkeypatch.undo()
    budget._milliseconds.cache_clear()
    threads, state = torch.get_num_threads(), torch.get_rng_state()
    torch.set_num_threads(2)
    try:
        times = budget._milliseconds((("plain", "small"), ("dense", "large")), passes=3)
        assert torch.get_num_threads() == 2
    finally:
        torch.set_num_threads(threads)
        budget._milliseconds.cache_clear()
    assert torch.equal(torch.get_rng_state(), state)
    assert torch.is_grad_enabled()
    assert all(0 < time < float("inf") for time in times)  # how long depends on the machine


def test_each_control_changes_the_picture_and_the_sentence(panel):
    moved = {"guess": "plain", "axis": "MACs", "budget": 60.0, "zoo": True}
    assert set(moved) == set(panel.controls)
    for first in ("not yet", "a tie"):
        for name, value in moved.items():
            panel.set(guess=first, axis="parameters", budget=80.0, zoo=False)
            png, sentence = panel.png, panel.sentence
            panel.controls[name].children[-1].value = value
            assert panel.sentence != sentence, name
            if first == "not yet" or name != "guess":  # another guess is answered in words
                assert panel.png != png, name


def test_every_setting_draws_within_the_sheet(panel):
    for axis in AXES:
        panel.set(axis=axis)
        states = [("not yet", False), ("a tie", False), ("dense", True)]
        for index, value in enumerate(panel.controls["budget"].allowed):
            guess, zoo = states[index % 3]
            panel.set(budget=value, guess=guess, zoo=zoo)
            image = pixels(panel)
            assert image.shape[1] <= 2 * 836
            assert image.shape[0] <= 2 * 420
            for edge in (image[:2], image[-2:], image[:, :4], image[:, -2:]):
                assert (edge == 255).all(), (axis, value, guess, zoo)


def test_the_alternative_text_tells_the_finding(panel):
    panel.set(guess="dense")
    assert "Most accurate" in panel.alt
    assert panel.alt.startswith("Test accuracy against parameters")


@pytest.mark.parametrize("guess", ["not yet", "dense"])
def test_each_net_tells_its_mean_its_spread_and_its_costs(guess):
    panel = budget_explorer()
    panel.set(guess=guess, zoo=True)
    labels = [region.label for region in panel.scene.regions]
    summaries, _ = comparison_results.load_comparison()
    for one in summaries:
        told = next(x for x in labels if x.lower().startswith(f"{one.family} {one.size}: "))
        assert f"{one.parameters:,} parameters" in told
        assert f"{one.macs:,} multiply-adds" in told
        assert (f"mean {100 * one.mean:.2f}%" in told) == (guess == "dense")
        assert ("%" in told) == (guess == "dense"), "a covered answer stays covered"
    assert len(labels) == len(summaries) + 6
    for region in panel.scene.regions[: len(summaries)]:  # each lies where its mark is drawn
        at = (region.x + region.width / 2, region.y + region.height / 2)
        assert np.ptp(pixels(panel)[int(2 * at[1]) - 12 :, int(2 * at[0]) - 12 :][:24, :24]) > 60
