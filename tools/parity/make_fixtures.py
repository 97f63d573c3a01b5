#!/usr/bin/env python3
"""
Makes tiny pipelines and what the reference implementation computes with them: see README.md.

    make_fixtures.py packages/diffusion/fixtures            the committed ones
    make_fixtures.py /tmp/fresh --seed 7 --sizes 130x80,72x110 --draw
"""

import argparse
import json
import logging
from pathlib import Path

import torch
from safetensors.torch import save_file

from reference import geometry, pipelines, shapes
from reference.cases import Size, cases, record


def main() -> None:
    arguments = _arguments()
    torch.manual_seed(arguments.seed)
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    logging.getLogger("diffusers").setLevel(logging.ERROR)
    size = shapes.drawn(arguments.seed) if arguments.draw else shapes.committed()
    folder = arguments.folder
    sizes = arguments.sizes or (shapes.drawn_sizes(arguments.seed) if arguments.draw else ((100, 70), (70, 90)))
    print(f"seed {arguments.seed}, pictures {sizes[0]} and {sizes[1]}, {size}")
    pipelines.write_klein(folder / "flux2-klein", size, arguments.seed)
    pipelines.write_kontext(folder / "flux-kontext", size, arguments.seed)
    expected = folder / "expected"
    expected.mkdir(parents=True, exist_ok=True)
    descriptions = []
    for case in cases(arguments.seed, sizes):
        description, tensors = record(case, folder / case.bundle)
        save_file(tensors, expected / f"{case.name}.safetensors")
        descriptions.append(description)
        print(case.name, f"{sum(tensor.nbytes for tensor in tensors.values()) / 1e3:.0f} kB, image {tuple(tensors['image'].shape)}")
    _write(expected / "cases.json", {"seed": arguments.seed, "versions": _versions(), "cases": descriptions})
    _write(expected / "geometry.json", geometry.record())


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seed", type=int, default=1, help="of weights, pictures and noise")
    parser.add_argument("--sizes", type=_sizes, help="of the first and the second picture, such as 100x70,70x90; sides of at least 64")
    parser.add_argument("--draw", action="store_true", help="draw from the seed how large networks and pictures are")
    return parser.parse_args()


def _sizes(text: str) -> tuple[Size, Size]:
    first, second = (tuple(int(side) for side in size.split("x")) for size in text.split(","))
    return first, second


def _versions() -> dict:
    import diffusers
    import PIL
    import transformers
    return {"torch": torch.__version__, "diffusers": diffusers.__version__, "transformers": transformers.__version__, "pillow": PIL.__version__}


def _write(path: Path, value: dict) -> None:
    """One line for each entry of a list."""
    entries = {key: ("[\n" + ",\n".join(f"    {_line(entry)}" for entry in item) + "\n  ]") if isinstance(item, list) else _line(item) for key, item in value.items()}
    path.write_text("{\n" + ",\n".join(f"  {_line(key)}: {text}" for key, text in entries.items()) + "\n}\n")


def _line(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


if __name__ == "__main__":
    main()
