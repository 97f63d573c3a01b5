#!/usr/bin/env python3
"""
Exports the fixtures the way communities publish ONNX: torch's own exporter, position ids instead of rotation tables, klein's latents
patchified and normalised inside the graph, Kontext's as mean and variance. Weights stay where they are: each graph points into a `model.onnx_data` that is byte for
byte the part's safetensors file, so only the graphs are committed.

    export_onnx.py packages/diffusion/fixtures
"""

import argparse
import json
import logging
import os
import tempfile
from pathlib import Path

import onnx
import torch
from diffusers import Flux2KleinPipeline, FluxKontextPipeline
from onnx import numpy_helper
from safetensors import safe_open

_DATA = "model.onnx_data"


class KleinTransformer(torch.nn.Module):
    def __init__(self, transformer) -> None:
        super().__init__()
        self.network = transformer

    def forward(self, hidden_states, encoder_hidden_states, timestep, img_ids, txt_ids):
        return self.network(
            hidden_states=hidden_states, encoder_hidden_states=encoder_hidden_states, timestep=timestep, img_ids=img_ids, txt_ids=txt_ids,
            guidance=None, return_dict=False,
        )[0]


class KleinTextEncoder(torch.nn.Module):
    def __init__(self, encoder, layers) -> None:
        super().__init__()
        self.network, self.layers = encoder, layers

    def forward(self, input_ids, attention_mask):
        states = self.network(input_ids=input_ids, attention_mask=attention_mask, output_hidden_states=True, use_cache=False).hidden_states
        return torch.cat([states[layer] for layer in self.layers], dim=-1)


class KleinEncoder(torch.nn.Module):
    def __init__(self, vae) -> None:
        super().__init__()
        self.network = vae

    def forward(self, image):
        latents = Flux2KleinPipeline._patchify_latents(self.network.encode(image).latent_dist.mode())
        bn = self.network.bn
        deviation = torch.sqrt(bn.running_var.view(1, -1, 1, 1) + self.network.config.batch_norm_eps)
        return (latents - bn.running_mean.view(1, -1, 1, 1)) / deviation


class KleinDecoder(torch.nn.Module):
    def __init__(self, vae) -> None:
        super().__init__()
        self.network = vae

    def forward(self, latents):
        bn = self.network.bn
        deviation = torch.sqrt(bn.running_var.view(1, -1, 1, 1) + self.network.config.batch_norm_eps)
        latents = latents * deviation + bn.running_mean.view(1, -1, 1, 1)
        return self.network.decode(Flux2KleinPipeline._unpatchify_latents(latents), return_dict=False)[0]


class KontextTransformer(torch.nn.Module):
    def __init__(self, transformer) -> None:
        super().__init__()
        self.network = transformer

    def forward(self, hidden_states, encoder_hidden_states, pooled_projections, timestep, img_ids, txt_ids, guidance):
        return self.network(
            hidden_states=hidden_states, encoder_hidden_states=encoder_hidden_states, pooled_projections=pooled_projections, timestep=timestep,
            img_ids=img_ids, txt_ids=txt_ids, guidance=guidance, return_dict=False,
        )[0]


class Clip(torch.nn.Module):
    def __init__(self, encoder) -> None:
        super().__init__()
        self.network = encoder

    def forward(self, input_ids):
        states = self.network(input_ids=input_ids)
        return states.last_hidden_state, states.pooler_output


class T5(torch.nn.Module):
    def __init__(self, encoder) -> None:
        super().__init__()
        self.network = encoder

    def forward(self, input_ids, attention_mask):
        return self.network(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state


class KontextEncoder(torch.nn.Module):
    def __init__(self, vae) -> None:
        super().__init__()
        self.network = vae

    def forward(self, sample):
        return self.network.encode(sample).latent_dist.parameters


class KontextDecoder(torch.nn.Module):
    def __init__(self, vae) -> None:
        super().__init__()
        self.network = vae

    def forward(self, latent_sample):
        return self.network.decode(latent_sample, return_dict=False)[0]


_tokens, _words = torch.export.Dim("tokens", min=8, max=65536), torch.export.Dim("words", min=8, max=4096)
_rows, _columns = torch.export.Dim("rows", min=2, max=512), torch.export.Dim("columns", min=2, max=512)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("fixtures", type=Path)
    fixtures = parser.parse_args().fixtures
    logging.getLogger("torch.onnx").setLevel(logging.ERROR)
    export_klein(fixtures / "flux2-klein", fixtures / "flux2-klein-onnx")
    export_kontext(fixtures / "flux-kontext", fixtures / "flux-kontext-onnx")


def export_klein(source: Path, target: Path) -> None:
    pipeline = Flux2KleinPipeline.from_pretrained(source)
    width = pipeline.transformer.config.joint_attention_dim
    layers = pipeline.text_encoder.config.num_hidden_layers
    captured = (layers // 4, layers // 2, layers * 3 // 4)
    _export(
        KleinTransformer(pipeline.transformer), target / "transformer", source / "transformer", ["noise_pred"],
        {
            "hidden_states": (torch.randn(1, 48, 128), {1: _tokens}), "encoder_hidden_states": (torch.randn(1, 64, width), {1: _words}),
            "timestep": (torch.tensor([0.5]), {}), "img_ids": (torch.zeros(1, 48, 4), {1: _tokens}), "txt_ids": (torch.zeros(1, 64, 4), {1: _words}),
        },
    )
    _export(KleinTextEncoder(pipeline.text_encoder, captured), target / "text_encoder", source / "text_encoder", ["prompt_embeds"], _prompt())
    _export(KleinEncoder(pipeline.vae), target / "vae_encoder", source / "vae", ["latents"], {"image": (torch.randn(1, 3, 96, 64), {2: 16 * _rows, 3: 16 * _columns})})
    _export(KleinDecoder(pipeline.vae), target / "vae_decoder", source / "vae", ["image"], {"latents": (torch.randn(1, 128, 6, 4), {2: _rows, 3: _columns})})


def export_kontext(source: Path, target: Path) -> None:
    pipeline = FluxKontextPipeline.from_pretrained(source)
    config = pipeline.transformer.config
    _export(
        KontextTransformer(pipeline.transformer), target / "transformer", source / "transformer", ["out_hidden_states"],
        {
            "hidden_states": (torch.randn(1, 48, config.in_channels), {1: _tokens}), "encoder_hidden_states": (torch.randn(1, 64, config.joint_attention_dim), {1: _words}),
            "pooled_projections": (torch.randn(1, config.pooled_projection_dim), {}), "timestep": (torch.tensor([0.5]), {}),
            "img_ids": (torch.zeros(48, 3), {0: _tokens}), "txt_ids": (torch.zeros(64, 3), {0: _words}), "guidance": (torch.tensor([2.5]), {}),
        },
    )
    _export(Clip(pipeline.text_encoder), target / "text_encoder", source / "text_encoder", ["last_hidden_state", "pooler_output"], {"input_ids": (torch.ones(1, 77, dtype=torch.int64), {})})
    _export(T5(pipeline.text_encoder_2), target / "text_encoder_2", source / "text_encoder_2", ["last_hidden_state"], _prompt())
    _export(KontextEncoder(pipeline.vae), target / "vae_encoder", source / "vae", ["latent_parameters"], {"sample": (torch.randn(1, 3, 96, 64), {2: 8 * _rows, 3: 8 * _columns})})
    _export(KontextDecoder(pipeline.vae), target / "vae_decoder", source / "vae", ["sample"], {"latent_sample": (torch.randn(1, 16, 12, 8), {2: _rows, 3: _columns})})


def _prompt() -> dict:
    # Two tensors: one that is given twice becomes one input.
    return {name: (torch.ones(1, 64, dtype=torch.int64), {1: _words}) for name in ("input_ids", "attention_mask")}


def _export(module: torch.nn.Module, folder: Path, weights: Path, outputs: list[str], inputs: dict) -> None:
    module.eval()
    shapes = {name: shape for name, (_, shape) in inputs.items()}
    with torch.no_grad(), tempfile.TemporaryDirectory() as scratch:
        program = torch.onnx.export(
            module, tuple(example for example, _ in inputs.values()), dynamo=True, input_names=list(inputs), output_names=outputs, dynamic_shapes=shapes, optimize=False,
            opset_version=21, verbose=False,
        )
        program.save(os.path.join(scratch, "model.onnx"))
        model = onnx.load(os.path.join(scratch, "model.onnx"))
    _point_into(model, sorted(weights.glob("*.safetensors")))
    _strip(model)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "model.onnx").write_bytes(model.SerializeToString(deterministic=True))
    print(folder.name, (folder / "model.onnx").stat().st_size, "bytes;", [port.name for port in model.graph.input], "->", [port.name for port in model.graph.output])


def _point_into(model: onnx.ModelProto, files: list[Path]) -> None:
    """Tensors that lie in the weights as they are carry no bytes of their own. Several files count as one, in the order of their names."""
    places, base = {}, 0
    for file in files:
        header = int.from_bytes(file.read_bytes()[:8], "little")
        table = json.loads(file.read_bytes()[8:8 + header])
        with safe_open(file, "pt") as tensors:
            for name in tensors.keys():
                begin, end = table[name]["data_offsets"]
                places[tensors.get_tensor(name).numpy().tobytes()] = (base + 8 + header + begin, end - begin)
        base += file.stat().st_size
    for tensor in model.graph.initializer:
        place = places.get(numpy_helper.to_array(tensor).tobytes())
        if place is None or place[1] < 256:
            continue
        tensor.ClearField("raw_data")
        tensor.data_location = onnx.TensorProto.EXTERNAL
        del tensor.external_data[:]
        for key, value in (("location", _DATA), ("offset", place[0]), ("length", place[1])):
            tensor.external_data.add(key=key, value=str(value))


def _strip(model: onnx.ModelProto) -> None:
    """Where in torch's sources a node came from is half of the file, and names folders."""
    model.doc_string = ""
    del model.metadata_props[:]
    for graph in (model.graph, *model.functions):
        for node in graph.node:
            node.doc_string = ""
            del node.metadata_props[:]
    del model.graph.metadata_props[:]
    del model.graph.value_info[:]
    for port in (*model.graph.input, *model.graph.output, *model.graph.initializer):
        port.doc_string = ""
        del port.metadata_props[:]


if __name__ == "__main__":
    main()
