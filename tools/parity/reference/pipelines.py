"""Tiny pipelines of the real architectures with random weights, saved the way the real ones are published."""

import json
from pathlib import Path

import diffusers
import torch
from diffusers import (
    AutoencoderKL, AutoencoderKLFlux2, FlowMatchEulerDiscreteScheduler, Flux2KleinPipeline, Flux2Transformer2DModel,
    FluxKontextPipeline, FluxTransformer2DModel,
)
from safetensors.torch import load_file, save_file
from transformers import CLIPTextConfig, CLIPTextModel, CLIPTokenizer, Qwen2TokenizerFast, Qwen3Config, Qwen3ForCausalLM
from transformers import T5Config, T5EncoderModel, T5TokenizerFast

from . import vocabularies
from .randomise import randomise
from .shapes import Shapes

_SHARD = "300KB"
# So that it can be used without a licence being recorded; the Kontext one has no such file, as the gate's tests want it.
_LICENCE = "# Apache License, Version 2.0\n\nRandom weights, made by tools/parity for tests. They show nothing.\n"


def scheduler() -> FlowMatchEulerDiscreteScheduler:
    return FlowMatchEulerDiscreteScheduler(
        num_train_timesteps=1000, shift=3.0, use_dynamic_shifting=True, base_shift=0.5, max_shift=1.15,
        base_image_seq_len=256, max_image_seq_len=4096,
    )


def _autoencoder(kind: type, shapes: Shapes, latents: int, **rest) -> torch.nn.Module:
    return kind(
        in_channels=3, out_channels=3, down_block_types=("DownEncoderBlock2D",) * 4, up_block_types=("UpDecoderBlock2D",) * 4,
        block_out_channels=shapes.channels, layers_per_block=shapes.layers_per_block, act_fn="silu", latent_channels=latents,
        norm_num_groups=4, sample_size=1024, **rest,
    )


def write_klein(folder: Path, shapes: Shapes, seed: int) -> None:
    vocabularies.write_qwen(folder / "tokenizer")
    tokenizer = Qwen2TokenizerFast.from_pretrained(folder / "tokenizer")
    text_encoder = Qwen3ForCausalLM(Qwen3Config(
        vocab_size=vocabularies.SIZE, hidden_size=shapes.text_width, intermediate_size=2 * shapes.text_width, num_hidden_layers=shapes.text_layers,
        num_attention_heads=shapes.text_heads, num_key_value_heads=shapes.text_key_heads, head_dim=16, rms_norm_eps=1e-6,
        max_position_embeddings=40960, rope_parameters={"rope_type": "default", "rope_theta": shapes.rope_theta}, tie_word_embeddings=True,
        attention_bias=shapes.qkv_bias, pad_token_id=tokenizer.pad_token_id, eos_token_id=tokenizer.eos_token_id, bos_token_id=tokenizer.pad_token_id,
    ))
    transformer = Flux2Transformer2DModel(
        patch_size=1, in_channels=128, num_layers=shapes.double_blocks, num_single_layers=shapes.single_blocks, attention_head_dim=shapes.head_size,
        num_attention_heads=shapes.heads, joint_attention_dim=3 * shapes.text_width, timestep_guidance_channels=256, mlp_ratio=3.0,
        axes_dims_rope=shapes.klein_axes, rope_theta=2000, guidance_embeds=False,
    )
    vae = _autoencoder(AutoencoderKLFlux2, shapes, 32, decoder_block_out_channels=shapes.decoder_channels)
    for network, offset in ((text_encoder, 0), (transformer, 1), (vae, 2)):
        randomise(network, seed + offset)
    pipeline = Flux2KleinPipeline(scheduler(), vae, text_encoder, tokenizer, transformer, is_distilled=True)
    save(folder, pipeline, shapes)
    (folder / "LICENSE.md").write_text(_LICENCE)


def write_kontext(folder: Path, shapes: Shapes, seed: int) -> None:
    vocabularies.write_clip(folder / "tokenizer")
    vocabularies.write_t5(folder / "tokenizer_2")
    clip = CLIPTextModel(CLIPTextConfig(
        vocab_size=vocabularies.SIZE, hidden_size=shapes.text_width, intermediate_size=2 * shapes.text_width, num_hidden_layers=2,
        num_attention_heads=4, max_position_embeddings=77, hidden_act="quick_gelu", projection_dim=32,
        bos_token_id=vocabularies.SIZE - 2, eos_token_id=2 if shapes.legacy_end else vocabularies.SIZE - 1, pad_token_id=1,
    ))
    t5 = T5EncoderModel(T5Config(
        vocab_size=vocabularies.SIZE, d_model=shapes.text_width, d_kv=8, num_heads=4, d_ff=2 * shapes.text_width, num_layers=2,
        relative_attention_num_buckets=32, relative_attention_max_distance=128, feed_forward_proj="gated-gelu", tie_word_embeddings=False,
    ))
    transformer = FluxTransformer2DModel(
        patch_size=1, in_channels=64, num_layers=shapes.double_blocks, num_single_layers=shapes.single_blocks, attention_head_dim=shapes.head_size,
        num_attention_heads=shapes.heads, joint_attention_dim=shapes.text_width, pooled_projection_dim=shapes.text_width, guidance_embeds=shapes.guidance,
        axes_dims_rope=shapes.flux_axes,
    )
    vae = _autoencoder(AutoencoderKL, shapes, 16, scaling_factor=0.3611, shift_factor=0.1159, use_quant_conv=False, use_post_quant_conv=False)
    for network, offset in ((clip, 3), (t5, 4), (transformer, 5), (vae, 6)):
        randomise(network, seed + offset)
    tokenizer = CLIPTokenizer.from_pretrained(folder / "tokenizer")
    tokenizer_2 = T5TokenizerFast.from_pretrained(folder / "tokenizer_2")
    save(folder, FluxKontextPipeline(scheduler(), vae, clip, tokenizer, t5, tokenizer_2, transformer), shapes)


def save(folder: Path, pipeline, shapes: Shapes) -> None:
    """As `save_pretrained` does it, but with the tokenizer files as they were written: transformers would leave parts of them out."""
    index = {"_class_name": type(pipeline).__name__, "_diffusers_version": diffusers.__version__}
    for name, part in sorted(pipeline.components.items()):
        if part is None:
            index[name] = [None, None]
            continue
        library = "diffusers" if type(part).__module__.startswith("diffusers") else "transformers"
        index[name] = [library, _published_class(part)]
        if not name.startswith("tokenizer"):
            part.save_pretrained(folder / name, **({"max_shard_size": _SHARD} if shapes.shards and name in _sharded(index) else {}))
    if "is_distilled" in pipeline.config:
        index["is_distilled"] = pipeline.config["is_distilled"]
    _write_json(folder / "model_index.json", index)
    for config in folder.glob("*/config.json"):
        _tidy_config(config, shapes)
    if shapes.as_published and type(pipeline) is FluxKontextPipeline:
        _prefix_tensors(folder / "text_encoder" / "model.safetensors", "text_model.")


def _sharded(index: dict) -> tuple[str, str]:
    """The two large parts: CLIP never comes in pieces."""
    return "transformer", "text_encoder" if index["_class_name"] == "Flux2KleinPipeline" else "text_encoder_2"


def _published_class(part) -> str:
    """Published before transformers 5 renamed its tokenizers."""
    return {"Qwen2Tokenizer": "Qwen2TokenizerFast", "T5Tokenizer": "T5TokenizerFast"}.get(type(part).__name__, type(part).__name__)


def _tidy_config(path: Path, shapes: Shapes) -> None:
    """Without the folder that it was made in; and, `as_published`, with RoPE's base where transformers 4 wrote it."""
    config = {key: value for key, value in json.loads(path.read_text()).items() if key != "_name_or_path"}
    if shapes.as_published and "rope_parameters" in config:
        config["rope_theta"] = config.pop("rope_parameters")["rope_theta"]
        config["rope_scaling"] = None
    _write_json(path, config)


def _prefix_tensors(path: Path, prefix: str) -> None:
    """Transformers 5 dropped it from the names of CLIP's tensors; published files have it."""
    save_file({f"{prefix}{name}": tensor for name, tensor in load_file(path).items()}, path, metadata={"format": "pt"})


def _write_json(path: Path, value: dict) -> None:
    path.write_text(json.dumps(value, indent=2) + "\n")
