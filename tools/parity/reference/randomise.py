"""Random weights under which activations keep their size and every parameter matters."""

import torch
from torch import nn

_EMBEDDINGS = (nn.Embedding,)


@torch.no_grad()
def randomise(network: nn.Module, seed: int) -> None:
    """Fills all parameters and the statistics of batch norms from `seed`, in the order of their names."""
    generator = torch.Generator().manual_seed(seed)

    def normal(shape, deviation: float) -> torch.Tensor:
        return torch.randn(shape, generator=generator) * deviation

    embeddings = {id(module.weight) for module in network.modules() if isinstance(module, _EMBEDDINGS)}
    for name, parameter in sorted(network.named_parameters()):
        if id(parameter) in embeddings:
            parameter.copy_(normal(parameter.shape, 1.0))
        elif parameter.ndim > 1:
            parameter.copy_(normal(parameter.shape, parameter[0].numel() ** -0.5))
        elif name.endswith("bias"):
            parameter.copy_(normal(parameter.shape, 0.1))
        else:
            parameter.copy_(1 + normal(parameter.shape, 0.2))
    for module in network.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.running_mean.copy_(normal(module.running_mean.shape, 0.3))
            module.running_var.copy_(0.5 + torch.rand(module.running_var.shape, generator=generator))
