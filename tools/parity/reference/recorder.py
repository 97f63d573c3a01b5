"""Notes what a reference pipeline computes on its way, by looking on: the pipeline's own code runs unchanged."""

import functools
from collections.abc import Callable

import torch

Tensors = dict[str, torch.Tensor]


class Recorder:
    """Watches one pipeline object. `run` makes one edit and returns every tensor of it by name; README.md lists the names."""

    def __init__(self, pipeline) -> None:
        self._pipeline = pipeline
        self._tensors: Tensors = {}
        self._prompts = 0
        self._forwards = 0
        self._step = 0
        self._watch_text()
        self._watch_transformer()
        self._watch_vae()
        self._watch_preparation()

    @torch.no_grad()
    def run(self, **arguments) -> Tensors:
        self._tensors, self._prompts, self._forwards, self._step = {}, 0, 0, 0
        image = self._pipeline(**arguments, output_type="np", callback_on_step_end=self._note_step).images[0]
        scheduler = self._pipeline.scheduler
        self._note("sigmas", scheduler.sigmas)
        self._note("timesteps", scheduler.timesteps)
        self._note("image", torch.from_numpy((image * 255).round().astype("uint8")))
        return {name: tensor.contiguous().clone() for name, tensor in self._tensors.items()}

    def _note(self, name: str, tensor: torch.Tensor) -> None:
        self._tensors.setdefault(name, tensor.detach())

    def _note_step(self, _pipeline, at: int, _timestep, values: dict) -> dict:
        self._note(f"step.{at}.latents", values["latents"])
        self._step = at + 1
        self._forwards = 0
        return values

    def _watch_text(self) -> None:
        """The first prompt is the wanted one, the second the negative one."""
        pipeline = self._pipeline
        encoders = {"": "text_encoder"} if not hasattr(pipeline, "text_encoder_2") else {"clip.": "text_encoder", "t5.": "text_encoder_2"}
        for name, part in encoders.items():
            def note_input(_module, inputs, keywords, name=name):
                ids = keywords.get("input_ids", inputs[0] if inputs else None)
                self._note(f"{self._side()}{name}input_ids", ids[0])
                if keywords.get("attention_mask") is not None:
                    self._note(f"{self._side()}{name}attention_mask", keywords["attention_mask"][0])
            getattr(pipeline, part).register_forward_pre_hook(note_input, with_kwargs=True)

        def note_embeds(result, _inputs, _keywords):
            for name, tensor in zip(("prompt_embeds", "pooled_prompt_embeds") if len(result) == 3 else ("prompt_embeds",), result):
                self._note(f"{self._side()}{name}", tensor)
            self._note("txt_ids", _rows(result[-1]))
            self._prompts += 1
        self._after(pipeline, "encode_prompt", note_embeds)

    def _side(self) -> str:
        return "" if self._prompts == 0 else "negative."

    def _watch_transformer(self) -> None:
        transformer = self._pipeline.transformer
        rope: list[tuple[torch.Tensor, torch.Tensor]] = []

        def note_rope(_module, _inputs, result):
            rope.append(result)

        def note_forward(_module, _inputs, keywords, result):
            at, side = self._step, "" if self._forwards == 0 else "negative_"
            self._note(f"step.{at}.timestep", keywords["timestep"])
            if keywords.get("guidance") is not None:
                self._note("guidance", keywords["guidance"])
            self._note("img_ids", _rows(keywords["img_ids"]))
            # Rows after these belong to the references, and the pipeline drops them.
            self._note(f"step.{at}.{side}velocity", result[0][:, : self._tensors["noise"].shape[1]])
            # Text first. FLUX.2 computes its angles after those of the picture, FLUX.1 in one go.
            self._note("rope.cos", torch.cat([cos for cos, _ in reversed(rope)]))
            self._note("rope.sin", torch.cat([sin for _, sin in reversed(rope)]))
            rope.clear()
            self._forwards += 1

        transformer.pos_embed.register_forward_hook(note_rope)
        transformer.register_forward_hook(note_forward, with_kwargs=True)

    def _watch_vae(self) -> None:
        def note_encoded(result, inputs, _keywords):
            at = sum(name.startswith("vae.mean.") for name in self._tensors)
            self._note(f"prepared.{at}", ((inputs[0][0] + 1) * 127.5).round().to(torch.uint8).permute(1, 2, 0))
            self._note(f"vae.mean.{at}", result.latent_dist.mode())

        def note_decoded(result, inputs, _keywords):
            self._note("decoded.latents", inputs[0])
            self._note("decoded.image", result[0])

        self._after(self._pipeline.vae, "encode", note_encoded)
        self._after(self._pipeline.vae, "decode", note_decoded)

    def _watch_preparation(self) -> None:
        pipeline = self._pipeline
        self._after(pipeline, "prepare_latents", lambda result, _inputs, _keywords: self._note_latents(result))
        if hasattr(pipeline, "prepare_image_latents"):
            self._after(pipeline, "prepare_image_latents", lambda result, _inputs, _keywords: self._note("latents.references", result[0]))
        if hasattr(pipeline, "prepare_mask_latents"):
            self._after(pipeline, "prepare_mask_latents", lambda result, _inputs, _keywords: self._note("mask.latents", result))
        self._after(pipeline.scheduler, "set_timesteps", lambda _result, _inputs, keywords: self._note("mu", torch.tensor([keywords["mu"]], dtype=torch.float64)))

    def _note_latents(self, result: tuple) -> None:
        """Klein: (latents, ids); its inpainting: (latents, noise, reference, ...); Kontext: (latents, reference, ids, ids)."""
        kind = type(self._pipeline).__name__
        self._note("latents.initial", result[0])
        self._note("noise", result[1] if kind == "Flux2KleinInpaintPipeline" else result[0])
        if kind == "FluxKontextPipeline" and result[1] is not None:
            self._note("latents.references", result[1])

    @staticmethod
    def _after(owner, name: str, note: Callable) -> None:
        """Calls `note(result, inputs, keywords)` after each call of a method of this object."""
        original = getattr(owner, name)

        @functools.wraps(original)
        def watched(*inputs, **keywords):
            result = original(*inputs, **keywords)
            note(result, inputs, keywords)
            return result
        setattr(owner, name, watched)


def _rows(ids: torch.Tensor) -> torch.Tensor:
    """Position ids without the batch, which is one, as whole numbers."""
    return (ids[0] if ids.ndim == 3 else ids).to(torch.int64)
