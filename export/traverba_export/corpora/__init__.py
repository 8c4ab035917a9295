"""Parallel text, from files to padded batches.

`reading` yields sentence pairs from TSV or plain files, `cleaning` drops what would teach nonsense and
counts it, `variants` says pairs once more in other forms, `examples` turns pairs into subword ids for
each direction, which `keeping` leaves on disk for a run that goes on, `mixing` says how often each is
seen, `batching` makes arrays, with `noise` if asked for. `synthetic` has a bundle write new pairs.
This room imports numpy and the runtime, never torch.
"""
