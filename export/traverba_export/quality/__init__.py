"""Quality of a finished bundle, measured through the runtime that users run.

`test_sets` knows the public test sets by name, `evaluation` translates and scores them with
`metrics`, `language` asks an independent identifier about the output, `challenge/` holds
hand-written cases with checks, `report` writes figures down with their origin, `ledger` keeps those
of a run that was stopped, `command` is `traverba-export evaluate`. `word_for_word` is the lowest rung
beside a bundle, `calibration` fits the confidence.
This room imports the runtime, sacrebleu and py3langid.
"""
