"""Adds up the reports of lit and pytest; fails if a test failed or a suite ran none.

Usage: summary.py BUILD, which holds lit.xml, lit.log, pytest.xml and pytest.log.
Prints the failures, the skipped tests by reason, and last `N passed, N failed, N skipped`.
"""

import collections
import pathlib
import sys
import xml.etree.ElementTree as xml


def read(path):
    """Yields (name, "passed" | "failed" | "skipped", reason) for each test of a report."""
    for case in xml.parse(path).iter("testcase"):
        name = f"{case.get('classname', '')} {case.get('name', '')}".strip()
        skipped = case.find("skipped")
        if case.find("failure") is not None or case.find("error") is not None:
            yield name, "failed", ""
        elif skipped is not None:
            yield name, "skipped", skipped.get("message") or "no reason given"
        else:
            yield name, "passed", ""


def main():
    build = pathlib.Path(sys.argv[1])
    counts = collections.Counter()
    reasons = collections.defaultdict(list)
    broken = False
    for suite in ("lit", "pytest"):
        report, log = build / f"{suite}.xml", build / f"{suite}.log"
        results = list(read(report)) if report.exists() else []
        failed = [name for name, outcome, _ in results if outcome == "failed"]
        if not any(outcome != "skipped" for _, outcome, _ in results):
            print(f"{suite} ran no tests")
            broken = True
        if failed or not results:
            print("".join(log.read_text(errors="replace").splitlines(keepends=True)[-200:]))
        for name in failed:
            print(f"FAILED {suite}: {name}")
        for name, outcome, reason in results:
            counts[outcome] += 1
            if outcome == "skipped":
                reasons[reason].append(name)
    for reason, names in sorted(reasons.items()):
        print(f"skipped ({reason}): {', '.join(names)}")
    print(f"{counts['passed']} passed, {counts['failed']} failed, {counts['skipped']} skipped")
    sys.exit(broken or counts["failed"] > 0)


if __name__ == "__main__":
    main()
