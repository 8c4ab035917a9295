"""The rungs side by side: every model from a dictionary to GNMT on one corpus at one budget.

`rungs` names them and trains, exports and scores each, `quality` and `speed` measure a bundle,
`attending` reads its attention, `report`, `pictures` and `page` write what was found, `command` is
the command line. This room imports training, export and the runtime.
"""
