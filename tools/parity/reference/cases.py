"""The edits that are compared: K1 to K5 of FLUX.2 klein, X1 and X2 of FLUX.1 Kontext (research page, section 9.2)."""

from dataclasses import dataclass, field
from pathlib import Path

import torch
from diffusers import Flux2KleinInpaintPipeline, Flux2KleinPipeline, FluxKontextPipeline
from PIL import Image

from .recorder import Recorder, Tensors

Size = tuple[int, int]
TEXT_TOKENS = 64


# More tokens than CLIP takes and fewer than T5: scripts that T5 does not know are one token to it, and three a sign to CLIP.
_BEYOND_CLIP = "Ünïcode ﬁsh  ½, in RED, " + "나무 옆에 개를 추가하고 하늘을 붉게" * 3


@dataclass(frozen=True)
class Case:
    """`sources` are sizes of pictures as a person sends them; `output` is the size of the result, where no picture gives it."""

    name: str
    bundle: str
    prompt: str
    steps: int
    sources: tuple[Size, ...] = ()
    output: Size | None = None
    guidance: float | None = None
    negative_prompt: str | None = None
    strength: float | None = None
    seed: int = 0
    extra: dict = field(default_factory=dict)


def cases(seed: int, sizes: tuple[Size, Size]) -> list[Case]:
    first, second = sizes
    klein = [
        Case("K1", "flux2-klein", "add a dog next to the tree", 4, (first,)),
        Case("K2", "flux2-klein", "put the dog of the second picture into the first", 4, (first, second)),
        Case("K3", "flux2-klein", "Füge einen Hund hinzu; 背景中添加一只狗", 3, (first,), guidance=4.0, negative_prompt=""),
        Case("K4", "flux2-klein", "replace the sign", 4, (_floored(first),), strength=0.75),
        Case("K5", "flux2-klein", "", 4, output=_floored(second)),
    ]
    kontext = [
        Case("X1", "flux-kontext", "A cat holding a sign that says hello world", 3, (first,), guidance=2.5),
        Case("X2", "flux-kontext", _BEYOND_CLIP, 2, (second,), guidance=3.5, negative_prompt="blurry", extra={"true_cfg_scale": 2.0}),
    ]
    return [Case(**{**vars(case), "seed": seed * 100 + at}) for at, case in enumerate(klein + kontext)]


@torch.no_grad()
def record(case: Case, bundle: Path) -> tuple[dict, Tensors]:
    """Runs one case. Returns what was asked for, and what the reference made of it."""
    generator = torch.Generator().manual_seed(case.seed)
    sources = [_picture(size, generator) for size in case.sources]
    mask = _mask(case.sources[0]) if case.strength is not None else None
    arguments = {
        "prompt": case.prompt, "num_inference_steps": case.steps, "max_sequence_length": TEXT_TOKENS,
        "generator": torch.Generator().manual_seed(case.seed + 1),
    }
    if case.output:
        arguments |= {"width": case.output[0], "height": case.output[1]}
    run = _record_kontext if case.bundle == "flux-kontext" else _record_klein
    tensors = run(case, bundle, sources, mask, arguments)
    for at, source in enumerate(sources):
        tensors[f"source.{at}"] = _bytes(source)
    if mask:
        tensors["mask"] = _bytes(mask)
    return _description(case, tensors), tensors


def _record_klein(case: Case, bundle: Path, sources: list, mask, arguments: dict) -> Tensors:
    kind = Flux2KleinInpaintPipeline if mask else Flux2KleinPipeline
    pipeline = kind.from_pretrained(bundle, dtype=torch.float32, is_distilled=case.guidance is None)
    pipeline.set_progress_bar_config(disable=True)
    layers = pipeline.text_encoder.config.num_hidden_layers
    arguments |= {"guidance_scale": case.guidance or 1.0, "text_encoder_out_layers": (layers // 4, layers // 2, layers * 3 // 4)}
    if mask:
        arguments |= {"image": sources[0], "mask_image": mask, "strength": case.strength}
    elif sources:
        arguments |= {"image": sources}
    return Recorder(pipeline).run(**arguments)


def _record_kontext(case: Case, bundle: Path, sources: list, _mask_image, arguments: dict) -> Tensors:
    """The result is as large as the reference: the pipeline's own choice of 1024x1024 is one of the things we do not follow."""
    pipeline = FluxKontextPipeline.from_pretrained(bundle, dtype=torch.float32)
    pipeline.set_progress_bar_config(disable=True)
    width, height = _floored(case.sources[0])
    arguments |= {
        "image": sources[0], "width": width, "height": height, "max_area": width * height, "_auto_resize": False,
        "guidance_scale": case.guidance, "negative_prompt": case.negative_prompt, **case.extra,
    }
    return Recorder(pipeline).run(**arguments)


def _description(case: Case, tensors: Tensors) -> dict:
    height, width, _ = tensors["image"].shape
    return {
        "name": case.name, "bundle": case.bundle, "prompt": case.prompt, "negativePrompt": case.negative_prompt, "steps": case.steps,
        "guidance": case.guidance, "trueGuidance": case.extra.get("true_cfg_scale"), "strength": case.strength, "maxLength": TEXT_TOKENS,
        "output": {"width": width, "height": height}, "references": len(case.sources),
    }


def _floored(size: Size) -> Size:
    return size[0] // 16 * 16, size[1] // 16 * 16


def _picture(size: Size, generator: torch.Generator) -> Image.Image:
    """Soft colours with grain, so that every filter shows."""
    width, height = size
    coarse = torch.rand((1, 3, 5, 5), generator=generator)
    soft = torch.nn.functional.interpolate(coarse, size=(height, width), mode="bicubic")[0].permute(1, 2, 0)
    grain = 0.1 * torch.randn((height, width, 3), generator=generator)
    return Image.fromarray(((soft + grain).clamp(0, 1) * 255).round().to(torch.uint8).numpy())


def _mask(size: Size) -> Image.Image:
    """A soft-edged disc: its edge shows how masks are cut at one half and reduced."""
    width, height = size
    rows, columns = torch.meshgrid(torch.arange(height), torch.arange(width), indexing="ij")
    distance = ((rows - height / 2) ** 2 + (columns - width / 3) ** 2).sqrt()
    return Image.fromarray(((height / 3 - distance) * 16 + 128).clamp(0, 255).round().to(torch.uint8).numpy())


def _bytes(image: Image.Image) -> torch.Tensor:
    return torch.frombuffer(bytearray(image.tobytes()), dtype=torch.uint8).reshape(image.height, image.width, *([3] if image.mode == "RGB" else []))
