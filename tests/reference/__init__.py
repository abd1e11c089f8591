"""Independent oracles of kernels: written from the definition, slow, and never shipped."""
