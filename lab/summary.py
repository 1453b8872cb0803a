"""Adds up the reports (Common Test Report Format) of a test run; names what failed and why each test was skipped.

Usage: summary.py FOLDER. The last line is `N passed, N failed, N skipped`; exit status 1 when anything failed or nothing ran.
"""
import collections
import json
import pathlib
import sys


def main(folder: str) -> int:
    counts: collections.Counter[str] = collections.Counter()
    failed: list[tuple[str, str]] = []
    skipped: dict[str, list[str]] = collections.defaultdict(list)
    for report in sorted(pathlib.Path(folder).glob("*.json")):
        for test in json.loads(report.read_text())["results"]["tests"]:
            status = test["status"]
            # "pending" and "other" are tests that did not run to an end: neither may pass unseen.
            kind = status if status in ("passed", "skipped") else "failed"
            counts[kind] += 1
            message = (test.get("message") or "no reason given").strip()
            if kind == "failed":
                failed.append((test["name"], message))
            elif kind == "skipped":
                skipped[message.removeprefix("$XunitDynamicSkip$")].append(test["name"])
    print()
    for reason, names in sorted(skipped.items()):
        print(f"skipped {len(names)}: {reason}")
        for name in names:
            print(f"    {name}")
    for name, message in failed:
        print(f"FAILED {name}")
        for line in message.splitlines()[:12]:
            print(f"    {line}")
    print(f"{counts['passed']} passed, {counts['failed']} failed, {counts['skipped']} skipped")
    return 1 if counts["failed"] or not counts["passed"] else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
