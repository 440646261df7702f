"""Synth of the production environment against a one-bucket stack: CPU seconds, both reviewed, in the same run.

Run by `make bench-synth`; the result is also written to docs/benchmarks/synth.json.
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).parents[2]
RUNS = 5
FULL_TO_FLOOR_RATIO = 2.5  # a prototype of 315 resources needed 1.9


def main() -> int:
    """Measure both in turn, print one JSON object, answer 1 when a limit does not hold."""
    full, floor = ["app.py"], ["-m", "tests.bench.one_bucket"]
    _cpu_seconds(floor)  # the first start fills jsii's package cache
    pairs = [(_cpu_seconds(full), _cpu_seconds(floor)) for _ in range(RUNS)]
    figures = {
        "full_cpu_seconds": round(statistics.median(pair[0] for pair in pairs), 2),
        "floor_cpu_seconds": round(statistics.median(pair[1] for pair in pairs), 2),
        "full_to_floor_ratio": round(statistics.median(a / b for a, b in pairs), 2),
        "resources": _resources(),
        "runs": RUNS,
    }
    limits = {"full_to_floor_ratio": FULL_TO_FLOOR_RATIO}
    holds = all(figures[name] <= limit for name, limit in limits.items())
    result = json.dumps({"bench": "synth", "figures": figures, "limits": limits, "holds": holds})
    (ROOT / "docs" / "benchmarks" / "synth.json").write_text(result + "\n")
    print(result)
    return 0 if holds else 1


def _cpu_seconds(arguments: Sequence[str]) -> float:
    """User and system time of one synth, its Node process included."""
    with tempfile.TemporaryDirectory() as out:
        process = subprocess.Popen([sys.executable, *arguments], cwd=ROOT, env=_environment(out))
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{' '.join(arguments)} exited with {process.returncode}")
    return usage.ru_utime + usage.ru_stime


def _resources() -> int:
    with tempfile.TemporaryDirectory() as out:
        subprocess.run([sys.executable, "app.py"], cwd=ROOT, env=_environment(out), check=True)
        templates = [json.loads(path.read_text()) for path in Path(out).glob("*.template.json")]
    return sum(len(template["Resources"]) for template in templates)


def _environment(out: str) -> dict[str, str]:
    paths = os.pathsep.join([str(ROOT), str(ROOT / "constructs")])
    context = json.dumps({"environment": "prod"})
    return {**os.environ, "CDK_OUTDIR": out, "CDK_CONTEXT_JSON": context, "PYTHONPATH": paths}


if __name__ == "__main__":
    sys.exit(main())
