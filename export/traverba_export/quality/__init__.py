"""Quality of a finished bundle, measured through the runtime that users run.

`test_sets` knows the public test sets by name, `evaluation` translates, scores and prints,
`calibration` fits the confidence.
This room imports the runtime and sacrebleu.
"""
