"""Run the benchmarks and print their table: medians of one run, ratio to each peer, and the ratio aimed at.

python -m benchmarks.report                       print the table of speeds
python -m benchmarks.report --commands            print the table of commands, which takes no measuring
python -m benchmarks.report [--commands] --write  put it into README.md; without --commands, both tables
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path

REPOSITORY = Path(__file__).parents[1]
README = REPOSITORY / "README.md"
OURS = "sensorann"
SINGLE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS"), "1")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--write", action="store_true", help="update README.md")
    parser.add_argument("--commands", action="store_true", help="the table of commands only")
    options = parser.parse_args()
    tables = {"commands": command_table()}
    if not options.commands:
        tables["benchmarks"] = speed_table(run_benchmarks())
    print(tables["commands" if options.commands else "benchmarks"])
    if options.write:
        write(tables, README)


def write(tables: Mapping[str, str], readme: Path) -> None:
    """Put tables between their marks in a file."""
    text = readme.read_text()
    for mark, table in tables.items():
        text = between_marks(text, mark, table)
    readme.write_text(text)


def command_table() -> str:
    """Markdown rows of the commands, as the program knows them."""
    from sensorann.cli import COMMANDS, GROUPS, SUBGROUPS

    rows = []
    for name, summary in COMMANDS:
        words = []
        for word, _ in GROUPS.get(name, ()):
            inner, _ = SUBGROUPS.get((name, word), ((), ""))
            words += [word, *(f"{word} {deeper}" for deeper, _ in inner)]
        within = ", ".join(f"`{word}`" for word in words)
        rows.append(f"| `sensorann {name}` | {summary}{f' Commands: {within}.' if within else ''} |")
    return "\n".join(rows)


def run_benchmarks() -> list[dict]:
    """Measurements of pytest-benchmark, one per operation and implementation.

    Every file has a process of its own: memory that one benchmark leaves to the allocator makes the next one faster.
    """
    return [one for path in sorted(REPOSITORY.glob("benchmarks/test_*.py")) for one in _run_file(path)]


def _run_file(path: Path) -> list[dict]:
    with tempfile.TemporaryDirectory() as folder:
        result = Path(folder) / "benchmarks.json"
        options = ["-o", "addopts=", "-p", "no:dash", "-W", "ignore", "-q", f"--benchmark-json={result}"]
        command = [sys.executable, "-m", "pytest", *options, str(path)]
        subprocess.run(command, cwd=REPOSITORY, env=os.environ | SINGLE_THREAD, check=True, stdout=sys.stderr)
        return json.loads(result.read_text())["benchmarks"]


def speed_table(measurements: list[dict]) -> str:
    """Markdown table: one row per operation and peer."""
    groups: dict[str, dict[str, dict]] = defaultdict(dict)
    for measurement in measurements:
        groups[measurement["group"] or measurement["name"]][implementation(measurement)] = measurement
    rows = ["| operation | sensorann | peer | ratio | aim |", "|---|---|---|---|---|"]
    for operation, by_name in groups.items():
        rows += operation_rows(operation, by_name)
    return "\n".join(rows)


def operation_rows(operation: str, by_name: dict[str, dict]) -> list[str]:
    ours = median_s(by_name[OURS])
    peers = [name for name in by_name if name != OURS]
    if not peers:
        return [f"| {operation} | {shown(ours)} | | | |"]
    goals = by_name[OURS]["extra_info"].get("goal", {})
    rows = []
    for peer in peers:
        theirs = median_s(by_name[peer])
        aim = f"{goals[peer]:,g}x" if peer in goals else ""
        rows.append(f"| {operation} | {shown(ours)} | {peer} {shown(theirs)} | {theirs / ours:,.1f}x | {aim} |")
    return rows


def implementation(measurement: dict) -> str:
    """The first parameter of the benchmark: which program was timed."""
    return (measurement["param"] or OURS).split("-")[0]


def median_s(measurement: dict) -> float:
    """Median in seconds; a peer that ran on fewer items is scaled up."""
    return measurement["stats"]["median"] * measurement["extra_info"].get("scale", 1)


def shown(seconds: float) -> str:
    return f"{seconds:.2f} s" if seconds >= 1 else f"{seconds * 1e3:.2f} ms"


def between_marks(text: str, mark: str, content: str) -> str:
    """Replace what stands between the two comments of a mark."""
    head, begin, rest = text.partition(f"<!-- {mark}: begin")
    note, arrow, rest = rest.partition("-->\n")
    _, end, tail = rest.partition(f"<!-- {mark}: end -->")
    if not (begin and arrow and end):
        raise SystemExit(f"the page has no marks for {mark}")
    return f"{head}{begin}{note}{arrow}{content}\n{end}{tail}"


if __name__ == "__main__":
    main()
