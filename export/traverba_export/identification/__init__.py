"""Training and exporting the language identifier: the rung that reads a sequence into one vector.

In order: `recipe` says what is done, `corpus` reads and splits labelled sentences, `vocabulary`
chooses character n-grams, `augmentation` makes texts short and untidy, `model` is the network,
`training` finds its weights, `calibration` makes its probabilities mean what they say, `graph`
writes it as ONNX and `bundling` puts the folder together that `traverba.identification` reads.
"""
