"""From a recipe and a data folder to trained weights.

`preparation` makes pools of examples, `trainer` runs the loop, `schedule`, `loss` and `checkpoints`
are its parts, `generation` and `evaluation` watch dev quality, `journal` keeps the log and the curves.
`transfer` begins with another model's weights, `growing` with a smaller one's.
`word_by_word` makes what the rungs without generation learn from; `run` is the whole, for any recipe.
"""
