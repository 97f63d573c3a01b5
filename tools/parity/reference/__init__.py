"""The reference implementation (torch, transformers, diffusers) on pipelines small enough to run and to commit anywhere."""
