"""The comparison: fair by construction, resumable, and its summary is what the runs say."""

import json
import statistics

import pytest
import torch
from scipy import stats

from densenet_lessons.data.small import LabelledImages, load_images
from densenet_lessons.experiments import comparison, comparison_results
from densenet_lessons.experiments.comparison import (
    FAMILIES,
    SEEDS,
    SIZES,
    Run,
    build,
    compare,
    split_off,
)
from densenet_lessons.experiments.comparison_results import (
    accuracies_of,
    differ,
    load_comparison,
    summarise,
    verdicts,
)
from densenet_lessons.training.history import History

pytestmark = pytest.mark.usefixtures("one_thread")


def pretend(run, *, epochs, bfloat16):
    """The result of a run, without a training: dense nets learn best at rate 0.2, others at 0.1."""
    best = 0.2 if run.family == "dense" else 0.1
    accuracy = 0.9 - abs(run.learning_rate - best) + 0.001 * run.seed
    return {
        **vars(run), "accuracy": round(accuracy, 4), "train_loss": 0.3, "train_accuracy": 0.9,
        "seconds": 2.0,
    }  # fmt: skip


class Pool:
    """A process pool that works here and now, and counts."""

    done = 0
    limit = 10**9

    def __init__(self, *_, **__):
        pass

    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass

    def submit(self, function, *args, **kwargs):
        if Pool.done >= Pool.limit:
            raise KeyboardInterrupt
        Pool.done += 1
        return Future(function(*args, **kwargs))

    def shutdown(self, **_):
        pass


class Future:
    def __init__(self, value):
        self.value = value

    def result(self):
        return self.value


@pytest.fixture
def quick(monkeypatch):
    monkeypatch.setattr(comparison, "ProcessPoolExecutor", Pool)
    monkeypatch.setattr(comparison, "as_completed", list)
    monkeypatch.setattr(comparison, "perform", pretend)
    monkeypatch.setattr(Pool, "done", 0)


def test_each_family_gets_the_same_chances(quick, tmp_path):
    record = compare(tmp_path / "runs.jsonl")
    rates = {
        family: [run["learning_rate"] for run in record["tuning"] if run["family"] == family]
        for family in FAMILIES
    }
    assert rates["plain"] == rates["residual"] == rates["dense"]
    assert len(set(rates["dense"])) == len(rates["dense"]) >= 3
    assert record["chosen"] == {"plain": 0.1, "residual": 0.1, "dense": 0.2}
    for family in FAMILIES:
        for size in SIZES:
            mine = [r for r in record["runs"] if (r["family"], r["size"]) == (family, size)]
            assert sorted(run["seed"] for run in mine) == sorted(SEEDS)
            assert {run["learning_rate"] for run in mine} == {record["chosen"][family]}
    assert len(SEEDS) >= 5
    assert not {run["seed"] for run in record["tuning"]} & set(SEEDS)
    assert {run["phase"] for run in record["tuning"]} == {"tune"}


def test_the_nets_of_one_size_have_equal_parameters():
    for size in SIZES:
        counts = {f: sum(p.numel() for p in build(f, size, seed=0).parameters()) for f in FAMILIES}
        assert max(counts.values()) <= 1.02 * min(counts.values())


def test_weights_come_from_the_seed_and_the_global_state_stays():
    state = torch.get_rng_state()
    first, again, other = (build("dense", "small", seed=seed) for seed in (1, 1, 2))
    assert torch.equal(torch.get_rng_state(), state)
    weights = [net.features.conv0.weight for net in (first, again, other)]
    assert torch.equal(weights[0], weights[1])
    assert not torch.equal(weights[0], weights[2])


def test_held_back_images_are_balanced_and_not_trained_on():
    data = load_images(split="train")
    (_, rest_labels), (held, held_labels) = split_off(data, 200)
    assert torch.bincount(held_labels).tolist() == [200] * 10
    assert torch.bincount(rest_labels).tolist() == [800] * 10
    marked = LabelledImages("", "", torch.arange(10_000), data.labels, data.class_names)
    (rest_index, _), (held_index, _) = split_off(marked, 200)
    assert torch.equal(torch.cat([rest_index, held_index]).sort().values, torch.arange(10_000))
    assert torch.equal(data.images[held_index], held)


def test_tuning_never_looks_at_the_test_images(monkeypatch):
    splits, trained = [], []

    def spy(*, split):
        splits.append(split)
        return LabelledImages(
            "", split, torch.zeros(40, 1, 28, 28), torch.arange(40) % 10, tuple("abcdefghij")
        )

    def no_training(model, train_data, **settings):
        trained.append((len(images_of(train_data)), settings))
        return a_history()

    monkeypatch.setattr(comparison, "load_images", spy)
    monkeypatch.setattr(comparison, "train", no_training)
    monkeypatch.setattr(comparison, "HELD_BACK", 1)
    for phase in ("tune", "test"):
        result = comparison.perform(Run(phase, "plain", "small", 0.1, 3))
        assert result["seed"] == 3
    assert splits == ["train", "train", "test"]
    assert [count for count, _ in trained] == [30, 40]
    first, second = (settings for _, settings in trained)
    assert first == second
    assert first["seed"] == 3
    assert first["augment"] is not None


def images_of(data):
    return data.images if hasattr(data, "images") else data[0]


def a_history():
    return History().plus(loss=1.0, accuracy=0.5, learning_rate=0.1, seconds=1.0)


def test_a_stopped_comparison_goes_on(quick, tmp_path, monkeypatch):
    whole = compare(tmp_path / "whole.jsonl")
    total, path = Pool.done, tmp_path / "runs.jsonl"
    monkeypatch.setattr(Pool, "done", 0)
    compare(path)
    lines = path.read_text().splitlines(keepends=True)
    path.write_text("".join(lines[:20]) + lines[20][:30])  # stopped in the middle of a line
    monkeypatch.setattr(Pool, "done", 0)
    assert compare(path) == whole
    assert Pool.done == total - 19
    compare(path)
    assert Pool.done == total - 19


def test_runs_with_other_settings_are_refused(quick, tmp_path):
    path = tmp_path / "runs.jsonl"
    compare(path)
    with pytest.raises(ValueError, match=r"path must hold runs with the present settings, got"):
        compare(path, bfloat16=True)


def test_the_summary_is_mean_and_spread_over_the_seeds(quick, tmp_path):
    record = compare(tmp_path / "runs.jsonl")
    for summary in summarise(record):
        accuracies = [
            run["accuracy"]
            for run in record["runs"]
            if (run["family"], run["size"]) == (summary.family, summary.size)
        ]
        assert summary.mean == pytest.approx(sum(accuracies) / len(SEEDS))
        assert summary.spread == pytest.approx(statistics.stdev(accuracies))
        assert (summary.lowest, summary.highest) == (min(accuracies), max(accuracies))
        assert summary.parameters == sum(
            p.numel() for p in build(summary.family, summary.size, seed=0).parameters()
        )
        assert summary.macs > summary.parameters


def test_single_runs_come_in_the_order_of_their_seeds(quick, tmp_path):
    record = compare(tmp_path / "runs.jsonl")
    record["runs"].reverse()
    for summary in summarise(record):
        accuracies = accuracies_of(record, summary.family, summary.size)
        assert accuracies == sorted(accuracies)  # as they were made up: a later seed does better
        assert len(accuracies) == len(SEEDS)
        assert (summary.lowest, summary.highest) == (accuracies[0], accuracies[-1])


def a_summary(*accuracies):
    runs = [
        {"family": "dense", "size": "small", "seed": seed, "accuracy": accuracy, "seconds": 1.0}
        for seed, accuracy in enumerate(accuracies)
    ]
    net = {"family": "dense", "size": "small", "parameters": 1, "macs": 1}
    [summary] = summarise({"nets": [net], "runs": runs, "chosen": {"dense": 0.1}})
    return summary


def test_two_nets_differ_as_scipy_says():
    samples = (0.86, 0.88, 0.90), (0.87, 0.87, 0.89, 0.93, 0.89)
    found = differ(*(a_summary(*sample) for sample in samples))
    oracle = stats.ttest_ind(*samples, equal_var=False)
    assert (found.t, found.p) == pytest.approx((oracle.statistic, oracle.pvalue))
    assert (found.low, found.high) == pytest.approx(tuple(oracle.confidence_interval(0.95)))


def test_the_record_holds_a_verdict_of_each_two_families_at_each_size():
    summaries, record = load_comparison()
    assert record["verdicts"] == verdicts(summaries)
    assert len(record["verdicts"]) == 9
    for verdict in record["verdicts"]:
        samples = [
            accuracies_of(record, verdict[one], verdict["size"]) for one in ("first", "second")
        ]
        oracle = stats.ttest_ind(*samples, equal_var=False)
        assert verdict["p"] == pytest.approx(oracle.pvalue, abs=1e-6)
        assert verdict["degrees"] == pytest.approx(oracle.df, abs=1e-6)


def test_a_real_run_in_another_process(tmp_path):
    """One training of an epoch on the real images, in a real worker process."""
    run, path = Run("test", "residual", "small", 0.1, 0), tmp_path / "runs.jsonl"
    [(done, result)] = comparison._perform_all([run], path, workers=1, epochs=1, bfloat16=False)
    assert done == run
    assert result["accuracy"] > 0.3
    assert json.loads(path.read_text()) == result


def test_missing_and_damaged_results_say_how_to_restore(monkeypatch, tmp_path):
    monkeypatch.setattr(comparison_results, "RESULTS", tmp_path / "comparison.json")
    with pytest.raises(FileNotFoundError, match=r"comparison\.json is missing; .*git checkout -- "):
        load_comparison()
    (tmp_path / "comparison.json").write_text('{"nets": [{}], "runs": ')
    with pytest.raises(RuntimeError, match=r"comparison\.json is damaged: .*git checkout -- "):
        load_comparison()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("wide", "small"), "family must be one of plain, residual, dense, got 'wide'"),
        (("dense", "tiny"), "size must be one of small, medium, large, got 'tiny'"),
    ],
)
def test_wrong_arguments_are_named(arguments, message):
    with pytest.raises(ValueError, match=message):
        build(*arguments, seed=0)


def test_the_results_that_ship():
    summaries, record = load_comparison()
    assert [(net.family, net.size) for net in summaries] == [
        (family, size) for size in SIZES for family in FAMILIES
    ]
    done = {(run["family"], run["size"], run["seed"]) for run in record["runs"]}
    assert len(done) == len(record["runs"]) == len(FAMILIES) * len(SIZES) * len(SEEDS)
    assert len(SEEDS) >= 5
    assert record["versions"].keys() >= {"python", "torch"}
    for net in summaries:
        assert net.seeds == len(SEEDS)
        model = build(net.family, net.size, seed=0)
        assert net.parameters == sum(parameter.numel() for parameter in model.parameters())
        dense = next(n for n in summaries if (n.family, n.size) == ("dense", net.size))
        assert net.parameters == pytest.approx(dense.parameters, rel=0.02)
    tried = {family: {} for family in FAMILIES}
    for run in record["tuning"]:
        tried[run["family"]][run["learning_rate"]] = run["accuracy"]
    for family, accuracies in tried.items():
        assert list(accuracies) == record["settings"]["learning_rates"]
        chosen = record["chosen"][family]
        assert accuracies[chosen] == max(accuracies.values())
        assert min(accuracies) < chosen < max(accuracies)  # else the grid should have been wider
        assert {r["learning_rate"] for r in record["runs"] if r["family"] == family} == {chosen}
