"""No test asks a clock: what is measured stands in the benchmark, as a ratio."""

import re

from lessons import ROOT

TESTS = ROOT / "tests"
CLOCKS = re.compile(
    r"\b(perf_counter|process_time|monotonic|time\.time)(_ns)?\(|\btimeit\b|\bperformance\.now\("
)
#: A time that somebody else took, held against a limit.
LIMITS = re.compile(r"(?i)\bmax_(milli)?seconds\b|\b(milli)?seconds\w* *<|\bmax\(times\)")
#: The benchmark and what it measures with; scripts run by hand; waiting for a server to end.
MAY = {
    "benchmark.py", "browser/touch_ratio.py", "panels/callback_ratio.py",
    "live_training.py", "time_to_accuracy.py",
    "browser/lab.py", "browser/panel_page.py",
}  # fmt: skip


def test_no_test_asks_a_clock():
    asking = {
        path.relative_to(TESTS).as_posix(): found[0]
        for path in TESTS.rglob("*.py")
        if (found := CLOCKS.search(path.read_text(encoding="utf8")))
    }
    assert set(asking) - MAY - {"test_clocks.py"} == set(), asking
    assert set(asking) >= MAY, "no longer asks a clock: take it from the list"


def test_no_test_holds_a_time_against_a_limit():
    holding = {
        path.relative_to(TESTS).as_posix(): found[0]
        for path in TESTS.rglob("test_*.py")
        if path.name != "test_clocks.py"
        and (found := LIMITS.search(path.read_text(encoding="utf8")))
    }
    assert holding == {}
