"""What a GPU is worth: the ways to run a model on one, against each other, the CPU and PyTorch.

`ways` makes the systems, `__main__` measures them: `python -m benchmarks.gpu`. See README.md beside.
"""
