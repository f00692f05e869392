"""Curves: what is drawn are the numbers that were given."""

import pytest

from densenet_lessons.experiments.comparison_results import Summary
from densenet_lessons.pictures.display import png_bytes
from densenet_lessons.pictures.plots.confusions import plot_confusions
from densenet_lessons.pictures.plots.curves import (
    plot_comparison,
    plot_gradient_norms,
    plot_histories,
    plot_history,
    plot_runs,
    plot_schedules,
)
from densenet_lessons.training.history import History

HISTORY = History((2.0, 1.5, 1.0), (0.3, 0.5, 0.7), (0.4, 0.5, 0.6), (0.1,) * 3, (1.0,) * 3)


def points(line):
    return list(zip(line.get_xdata(), line.get_ydata(), strict=True))


def test_history():
    left, right = plot_history(HISTORY).axes
    assert points(left.get_lines()[0]) == [(1, 2.0), (2, 1.5), (3, 1.0)]
    assert [points(line) for line in right.get_lines()] == [
        [(1, 0.3), (2, 0.5), (3, 0.7)],
        [(1, 0.4), (2, 0.5), (3, 0.6)],
    ]
    assert left.get_ylim()[0] == 0
    assert [text.get_text() for text in right.get_legend().get_texts()] == ["training", "test"]


def test_history_while_it_grows():
    empty = plot_history(History(), steps=[(0.1, 2.3), (0.2, 2.2)])
    assert points(empty.axes[0].get_lines()[0]) == [(0.1, 2.3), (0.2, 2.2)]
    assert png_bytes(empty) != png_bytes(plot_history(History()))


def test_the_axes_stay_while_a_training_goes_on():
    shorter = History((2.0,), (0.3,), (0.4,), (0.1,), (1.0,))
    limits = [
        [(axes.get_xlim(), plot.axes[1].get_ylim()) for axes in plot.axes]
        for plot in (plot_history(shorter, epochs=5), plot_history(HISTORY, epochs=5))
    ]
    assert limits[0] == limits[1]
    assert limits[0][0][0][1] >= 5


def test_runs_stand_side_by_side():
    other = History((3.0,), (0.1,), (0.2,))
    plot = plot_runs({"A": HISTORY, "B": other})
    above, below = plot.axes[:2], plot.axes[2:]
    assert [axes.get_title() for axes in above] == ["A", "B"]
    assert [points(axes.get_lines()[0])[0] for axes in above] == [(1, 2.0), (1, 3.0)]
    assert [[line.get_ydata()[0] for line in axes.get_lines()] for axes in below] == [
        [0.3, 0.4],
        [0.1, 0.2],
    ]
    assert [text.get_text() for text in below[0].get_legend().get_texts()] == ["training", "test"]


def test_confusions_show_each_count_in_its_cell():
    [axes] = plot_confusions([[5, 2, 0], [0, 4, 1], [3, 0, 6]], ["a", "b", "c"]).axes
    texts = {text.get_position(): text.get_text() for text in axes.texts}
    assert texts == {
        (0, 0): "5", (1, 0): "2", (1, 1): "4", (2, 1): "1", (0, 2): "3", (2, 2): "6"
    }  # fmt: skip
    assert [label.get_text() for label in axes.get_yticklabels()] == ["a", "b", "c"]
    shades = axes.images[0].get_array()
    assert shades.tolist() == [[0, 2, 0], [0, 0, 1], [3, 0, 0]]


def test_confusions_must_fit_the_names():
    with pytest.raises(ValueError, match="counts must be a table of 3 x 3"):
        plot_confusions([[1, 2], [3, 4]], ["a", "b", "c"])


def test_several_histories_show_the_test_accuracy_where_there_is_one():
    only_training = History(HISTORY.loss, HISTORY.accuracy)
    _, right = plot_histories({"dense": HISTORY, "other": only_training}).axes
    assert [list(line.get_ydata()) for line in right.get_lines()] == [
        [0.4, 0.5, 0.6],
        [0.3, 0.5, 0.7],
    ]


def test_schedules_go_from_the_first_to_the_last_step():
    [axes] = plot_schedules({"steps": [1.0, 1.0, 0.1], "one": [1.0]}).axes
    assert points(axes.get_lines()[0]) == [(0, 1.0), (0.5, 1.0), (1, 0.1)]


def test_gradient_norms_are_on_a_logarithmic_axis():
    [axes] = plot_gradient_norms({"plain": [1.0, 0.01], "dense": [1.0, 0.5]}).axes
    assert axes.get_yscale() == "log"
    assert points(axes.get_lines()[0]) == [(1, 1.0), (2, 0.01)]
    colours = {line.get_color() for line in axes.get_lines()}
    assert len(colours) == 2


def summary(family, parameters, mean):
    return Summary(
        family, "", parameters, 0, 0.1, 5, mean, 0.01, lowest=mean - 0.03, highest=mean + 0.02,
        seconds=1,
    )  # fmt: skip


def test_comparison():
    given = [summary(f, n, 0.8 + n / 1e6) for n in (30_000, 10_000) for f in ("plain", "dense")]
    [axes] = plot_comparison(given).axes
    assert [line.get_label() for line in axes.get_lines()] == ["plain", "dense"]
    for line in axes.get_lines():
        assert list(line.get_ydata()) == pytest.approx([0.81, 0.83])
    bars = [
        sorted(y for _, y in segment)
        for collection in axes.collections
        for segment in collection.get_segments()
    ]
    assert bars[0] == pytest.approx([0.78, 0.83])
    assert bars[1] == pytest.approx([0.8, 0.82])
    assert len(bars) == 8
    assert [label.get_text() for label in axes.get_xticklabels()] == ["10,000", "30,000"]
