"""What a text has in figures: dates, times of day, numbers.

`numbers` watches that none is lost; `writing` has them as the target language writes them; `dates` (with the
`calendars` of five languages) and `clocks` say in it what the model would garble. They look at a text and
know nothing of the model.
"""
