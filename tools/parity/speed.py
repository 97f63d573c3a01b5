#!/usr/bin/env python3
"""
Ours against the reference implementation on this machine, in one run: the same random FLUX.2 klein of a few hundred million
parameters, the same picture, noise and threads, float32 on the CPU, each side in processes of its own that take turns.

    speed.py [--side 512] [--rounds 3] [--threads N] [--small]
"""

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

import torch

from reference import speed

_OURS = Path(__file__).parent / "dist" / "main.js"


def main() -> None:
    arguments = _arguments()
    if arguments.reference:
        print(json.dumps(speed.time_reference(arguments.reference, arguments.threads, arguments.edits)))
        return
    with tempfile.TemporaryDirectory(prefix="parity-speed-") as temporary:
        folder = Path(temporary)
        parameters = speed.write(folder, arguments.side, small=arguments.small)
        _introduce(arguments, parameters)
        reference, ours = [], []
        for _ in range(arguments.rounds):
            reference.append(_reference(folder, arguments))
            ours.append(_ours(folder, arguments))
        _compare(reference, ours, speed.difference(folder))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--side", type=int, default=512, help="of picture and result, in pixels")
    parser.add_argument("--rounds", type=int, default=3, help="how often each side gets a process")
    parser.add_argument("--edits", type=int, default=2, help="measured per process, after one that is not")
    parser.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--small", action="store_true", help="a model that shows that the measurement runs, and nothing else")
    parser.add_argument("--reference", type=Path, help=argparse.SUPPRESS)
    return parser.parse_args()


def _introduce(arguments: argparse.Namespace, parameters: dict[str, int]) -> None:
    model = next((line.split(":", 1)[1].strip() for line in Path("/proc/cpuinfo").read_text().splitlines() if line.startswith("model name")), platform.machine())
    print(f"{model}, {arguments.threads} threads, load {os.getloadavg()[0]:.1f}")
    print(f"torch {torch.__version__}, {torch.backends.cpu.get_cpu_capability()}, MKL {torch.backends.mkl.is_available()}, oneDNN {torch.backends.mkldnn.is_available()}")
    print(" ".join(line.strip() for line in torch.__config__.show().splitlines()[1:6]))
    print(f"{arguments.side}x{arguments.side}, one reference, 4 steps, float32; parameters: " + ", ".join(f"{name} {count / 1e6:.1f} M" for name, count in parameters.items()))


def _reference(folder: Path, arguments: argparse.Namespace) -> dict:
    return _run([sys.executable, __file__, "--reference", str(folder), "--threads", str(arguments.threads), "--edits", str(arguments.edits)])


def _ours(folder: Path, arguments: argparse.Namespace) -> dict:
    return _run(["node", str(_OURS), str(folder), str(arguments.threads), str(arguments.edits)])


def _run(command: list[str]) -> dict:
    """The last line that a side prints is its figures."""
    finished = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    return json.loads(finished.stdout.strip().splitlines()[-1])


def _compare(reference: list[dict], ours: list[dict], difference: str) -> None:
    print(f"\n{'':22}{'reference':>12}{'ours':>12}{'ratio':>9}")
    for name, unit in (("step", "s"), ("encodePrompt", "s"), ("prepareLatents", "s"), ("decodeLatents", "s"), ("edit", "s"), ("processor", "s"), ("load", "s"), ("peakMiB", "MiB")):
        left, right = (statistics.median(value for run in runs for value in _list(run[name])) for runs in (reference, ours))
        print(f"{name:22}{left:>9.3f} {unit:<3}{right:>8.3f} {unit:<3}{right / left:>8.2f}x")
    spread = [max(values) / min(values) - 1 for values in ([value for run in runs for value in run["edit"]] for runs in (reference, ours))]
    print(f"edits spread by {spread[0]:.0%} and {spread[1]:.0%}; results: {difference}; load at the end {os.getloadavg()[0]:.1f}")


def _list(value: float | list[float]) -> list[float]:
    return value if isinstance(value, list) else [value]


if __name__ == "__main__":
    main()
