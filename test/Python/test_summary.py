"""What CI's last line says, from reports as lit and pytest write them."""

import pathlib
import subprocess
import sys

import pytest

SUMMARY = pathlib.Path(__file__).parents[2] / ".ci" / "summary.py"
PASSED = '<testcase classname="a" name="b"/>'
FAILED = '<testcase classname="QNN" name="c.mlir"><failure><![CDATA[no]]></failure></testcase>'
SKIPPED = '<testcase classname="QNN" name="d.test"><skipped message="Missing required feature(s): data"/></testcase>'


def summary(folder, lit, tests):
    for name, cases in [("lit", lit), ("pytest", tests)]:
        (folder / f"{name}.log").write_text(f"log of {name}")
        if cases is not None:
            (folder / f"{name}.xml").write_text(f"<testsuites><testsuite>{cases}</testsuite></testsuites>")
    result = subprocess.run([sys.executable, SUMMARY, folder], capture_output=True, text=True)
    return result.returncode, result.stdout.splitlines()


def test_skipped_are_counted_and_explained(tmp_path):
    code, lines = summary(tmp_path, PASSED + SKIPPED, PASSED)
    assert code == 0
    assert lines == ["skipped (Missing required feature(s): data): QNN d.test", "2 passed, 0 failed, 1 skipped"]


@pytest.mark.parametrize("lit, tests, last", [
    (PASSED + FAILED, PASSED, "2 passed, 1 failed, 0 skipped"),
    (PASSED, None, "1 passed, 0 failed, 0 skipped"),
    ("", PASSED, "1 passed, 0 failed, 0 skipped"),
    (SKIPPED, PASSED, "1 passed, 0 failed, 1 skipped"),
])
def test_failures_and_suites_that_ran_nothing_fail(tmp_path, lit, tests, last):
    code, lines = summary(tmp_path, lit, tests)
    assert code == 1
    assert lines[-1] == last
