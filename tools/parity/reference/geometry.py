"""How the reference brings pictures of many sizes to the size that a model sees: sizes, crops, and the hash of the bytes."""

import hashlib

import numpy as np
from diffusers.image_processor import VaeImageProcessor
from diffusers.pipelines.flux.pipeline_flux_kontext import PREFERRED_KONTEXT_RESOLUTIONS
from diffusers.pipelines.flux2.image_processor import Flux2ImageProcessor
from PIL import Image

# Of these the bytes are compared too: a crop alone, a tall one, a wide one, one that barely is too large.
_SIZES = [(100, 70), (600, 2400), (1700, 800), (1025, 1024)]
_LARGE = [(64, 64), (1024, 1024), (1920, 1080), (1237, 997), (3000, 1000), (700, 5000), (2000, 1999), (6000, 4000), (4032, 3024), (8000, 1001)]


def record() -> dict:
    return {
        "klein": [_klein(size, hashed=size in _SIZES) for size in _SIZES + _LARGE],
        "kontext": [_kontext(size, hashed=size in _SIZES) for size in _SIZES + _LARGE],
    }


def pattern(size: tuple[int, int]) -> Image.Image:
    """Byte i is the upper byte of (i * 2654435761) mod 2^32: noise that any language makes alike."""
    width, height = size
    count = np.arange(width * height * 3, dtype=np.uint64)
    values = ((count * 2654435761) & 0xFFFFFFFF) >> 24
    return Image.fromarray(values.astype(np.uint8).reshape(height, width, 3))


def _klein(size: tuple[int, int], hashed: bool) -> dict:
    """The steps of Flux2KleinPipeline.__call__ before the picture becomes a tensor."""
    processor = Flux2ImageProcessor(vae_scale_factor=16)
    image = pattern(size) if hashed else Image.new("RGB", size)
    processor.check_image_input(image)
    if image.width * image.height > 1024 * 1024:
        image = processor._resize_to_target_area(image, 1024 * 1024)
    width, height = image.width // 16 * 16, image.height // 16 * 16
    return {
        "source": size, "resized": image.size,
        "crop": [(image.width - width) // 2, (image.height - height) // 2, width, height],
        "sha256": _hash(processor._resize_and_crop(image, width, height)) if hashed else None,
    }


def _kontext(size: tuple[int, int], hashed: bool) -> dict:
    """The steps of FluxKontextPipeline.__call__ before the picture becomes a tensor."""
    processor = VaeImageProcessor(vae_scale_factor=16)
    image = pattern(size) if hashed else Image.new("RGB", size)
    height, width = processor.get_default_height_width(image)
    ratio = width / height
    _, width, height = min((abs(ratio - w / h), w, h) for w, h in PREFERRED_KONTEXT_RESOLUTIONS)
    resized = processor.resize(image, height, width) if hashed else None
    return {"source": size, "resized": [width, height], "crop": [0, 0, width, height], "sha256": _hash(resized) if hashed else None}


def _hash(image: Image.Image) -> str:
    return hashlib.sha256(image.tobytes()).hexdigest()
