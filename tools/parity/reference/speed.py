"""The reference's side of the speed comparison, and the model that both sides use."""

import resource
import time
from pathlib import Path

import numpy as np
import torch
from diffusers import AutoencoderKLFlux2, Flux2KleinPipeline, Flux2Transformer2DModel
from PIL import Image
from transformers import Qwen2TokenizerFast, Qwen3Config, Qwen3ForCausalLM

from . import pipelines, vocabularies
from .randomise import randomise
from .shapes import Shapes

PROMPT = "replace the sky with warm light"


def write(folder: Path, side: int, small: bool) -> dict[str, int]:
    """A klein with the proportions of the real one, a picture and noise. Returns parameters by part."""
    heads, double, single, text, channels = (2, 1, 1, 64, (16, 16, 32, 32)) if small else (8, 2, 6, 512, (64, 128, 256, 256))
    bundle = folder / "klein"
    vocabularies.write_qwen(bundle / "tokenizer")
    tokenizer = Qwen2TokenizerFast.from_pretrained(bundle / "tokenizer")
    parts = {
        "text_encoder": Qwen3ForCausalLM(Qwen3Config(
            vocab_size=vocabularies.SIZE, hidden_size=text, intermediate_size=4 * text, num_hidden_layers=8, num_attention_heads=text // 32, num_key_value_heads=text // 64,
            head_dim=64, rope_parameters={"rope_type": "default", "rope_theta": 1e6}, tie_word_embeddings=True,
        )),
        "transformer": Flux2Transformer2DModel(
            in_channels=128, num_layers=double, num_single_layers=single, attention_head_dim=128, num_attention_heads=heads, joint_attention_dim=3 * text,
            axes_dims_rope=[32] * 4, rope_theta=2000, guidance_embeds=False,
        ),
        "vae": AutoencoderKLFlux2(
            down_block_types=("DownEncoderBlock2D",) * 4, up_block_types=("UpDecoderBlock2D",) * 4, block_out_channels=channels, layers_per_block=2,
            latent_channels=32, norm_num_groups=16,
        ),
    }
    for seed, part in enumerate(parts.values()):
        randomise(part, seed)
    pipelines.save(bundle, Flux2KleinPipeline(pipelines.scheduler(), tokenizer=tokenizer, is_distilled=True, **parts), Shapes(shards=False))
    generator = np.random.default_rng(1)
    generator.integers(0, 256, (side, side, 3), dtype=np.uint8).tofile(folder / "picture.rgb")
    generator.standard_normal((1, 128, side // 16, side // 16), dtype=np.float32).tofile(folder / "noise.f32")
    (folder / "side").write_text(str(side))
    return {name: sum(parameter.numel() for parameter in part.parameters()) for name, part in parts.items()}


@torch.no_grad()
def time_reference(folder: Path, threads: int, edits: int) -> dict:
    """Seconds per step and stage, of edits after a first one that is not counted."""
    torch.set_num_threads(threads)
    began = time.perf_counter()
    pipeline = Flux2KleinPipeline.from_pretrained(folder / "klein", dtype=torch.float32)
    pipeline.set_progress_bar_config(disable=True)
    load = time.perf_counter() - began
    side = int((folder / "side").read_text())
    picture = Image.fromarray(np.fromfile(folder / "picture.rgb", dtype=np.uint8).reshape(side, side, 3))
    noise = torch.from_numpy(np.fromfile(folder / "noise.f32", dtype=np.float32).reshape(1, 128, side // 16, side // 16))
    layers = pipeline.text_encoder.config.num_hidden_layers
    marks: list[tuple[str, float]] = []
    _mark_stages(pipeline, marks)
    figures = {name: [] for name in ("encodePrompt", "prepareLatents", "step", "decodeLatents", "edit", "processor")}
    for at in range(edits + 1):
        marks.clear()
        began, before = time.perf_counter(), time.process_time()
        image = pipeline(
            image=picture, prompt=PROMPT, num_inference_steps=4, guidance_scale=1.0, latents=noise.clone(), output_type="np",
            text_encoder_out_layers=(layers // 4, layers // 2, layers * 3 // 4),
            callback_on_step_end=lambda _pipeline, _at, _timestep, values: (marks.append(("step", time.perf_counter())), values)[1],
        ).images[0]
        ended = time.perf_counter()
        if at > 0:
            _add(figures, marks, began, ended)
            figures["processor"].append(time.process_time() - before)
    (image * 255).round().astype(np.uint8).tofile(folder / "reference.rgb")
    return figures | {"load": load, "peakMiB": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}


def _mark_stages(pipeline, marks: list) -> None:
    encode, prepare = pipeline.encode_prompt, pipeline.scheduler.set_timesteps

    def encode_prompt(*inputs, **keywords):
        result = encode(*inputs, **keywords)
        marks.append(("encodePrompt", time.perf_counter()))
        return result

    def set_timesteps(num_inference_steps=None, device=None, sigmas=None, mu=None, timesteps=None):
        result = prepare(num_inference_steps, device=device, sigmas=sigmas, mu=mu, timesteps=timesteps)
        marks.append(("prepareLatents", time.perf_counter()))
        return result

    pipeline.encode_prompt, pipeline.scheduler.set_timesteps = encode_prompt, set_timesteps


def _add(figures: dict[str, list[float]], marks: list, began: float, ended: float) -> None:
    """Each mark ends what it names."""
    previous = began
    for name, moment in [*marks, ("decodeLatents", ended)]:
        figures[name].append(moment - previous)
        previous = moment
    figures["edit"].append(ended - began)


def difference(folder: Path) -> str:
    ours, reference = (np.fromfile(folder / name, dtype=np.uint8).astype(int) for name in ("ours.rgb", "reference.rgb"))
    apart = np.abs(ours - reference)
    return f"largest difference {apart.max()}, {np.mean(apart == 0):.4%} equal"
