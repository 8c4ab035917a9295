"""What is timed, how, and against what. Each benchmark is one command: ``python -m benchmarks.NAME``.

`measuring` takes turns and turns times into ratios, `machines` says what they were measured on, `floors`
asks the hardware for its limit in the same run, `subjects` makes the models, `systems` holds what runs
them (ours and what a user would pick instead), and `reporting` writes it all down.
"""
