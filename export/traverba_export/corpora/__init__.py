"""Parallel text, from files to padded batches.

`reading` yields sentence pairs from TSV or plain files, `cleaning` drops what would teach nonsense and
counts it, `examples` turns pairs into subword ids for each direction, `batching` into arrays.
This room imports numpy and the runtime's tokenizer, never torch.
"""
