"""How large the networks of a tiny pipeline are. `committed` is what the fixtures hold; `drawn` gives other ones for a fresh run."""

import random
from dataclasses import dataclass


@dataclass(frozen=True)
class Shapes:
    heads: int = 2
    head_size: int = 16
    double_blocks: int = 2
    single_blocks: int = 2
    text_width: int = 32
    text_layers: int = 8
    text_heads: int = 4
    text_key_heads: int = 2
    channels: tuple[int, int, int, int] = (8, 8, 16, 16)
    decoder_channels: tuple[int, int, int, int] | None = None
    layers_per_block: int = 1
    rope_theta: float = 1_000_000.0
    qkv_bias: bool = False
    shards: bool = True
    as_published: bool = True
    # CLIP's end token: as its configuration says, or, as in the first published ones, another than the one it says.
    legacy_end: bool = False
    guidance: bool = True

    @property
    def klein_axes(self) -> list[int]:
        return [self.head_size // 4] * 4

    @property
    def flux_axes(self) -> list[int]:
        first = self.head_size // 4
        rest = (self.head_size - first) // 2
        return [first, rest, rest]


def committed() -> Shapes:
    return Shapes()


def drawn(seed: int) -> Shapes:
    """Other sizes of everything that may differ between published models of these families."""
    pick = random.Random(seed)
    text_heads = pick.choice([2, 4, 8])
    narrow, wide = pick.choice([(8, 16), (8, 24), (16, 32)])
    return Shapes(
        heads=pick.choice([1, 2, 3]),
        head_size=pick.choice([16, 32, 48]),
        double_blocks=pick.choice([1, 2, 3]),
        single_blocks=pick.choice([1, 2, 4]),
        text_width=pick.choice([32, 48, 64]),
        text_layers=pick.choice([4, 8, 12]),
        text_heads=text_heads,
        text_key_heads=pick.choice([count for count in (1, 2, 4) if text_heads % count == 0]),
        channels=(narrow, narrow, wide, wide),
        decoder_channels=pick.choice([None, (narrow, narrow, narrow, wide)]),
        layers_per_block=pick.choice([1, 2]),
        rope_theta=pick.choice([10_000.0, 1_000_000.0, 5_000_000.0]),
        qkv_bias=pick.choice([False, True]),
        shards=pick.choice([False, True]),
        as_published=pick.choice([False, True]),
        legacy_end=pick.choice([False, True]),
        guidance=pick.choice([False, True, True]),
    )


def drawn_sizes(seed: int) -> tuple[tuple[int, int], tuple[int, int]]:
    """Of two pictures, in pixels, most of them no multiples of anything."""
    pick = random.Random(seed + 1)
    return (pick.randint(64, 200), pick.randint(64, 160)), (pick.randint(64, 160), pick.randint(64, 200))
