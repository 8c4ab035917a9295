"""``traverba bench``: which provider, precision and thread count suit this machine.

`plan` lists what is to be compared; `runner` starts one process for each configuration
(`process` in front of `worker` and `subject`) and lets them take turns, so that a busy moment
hits all of them alike; `statistics` says what is noise. The result is a `figures.Report`, which
`tables` (terminal), `page` and `charts` (HTML) and plain JSON only present. Imports the public
API, `traverba.graphs` and the standard library; nothing else in the runtime imports this room.
"""
