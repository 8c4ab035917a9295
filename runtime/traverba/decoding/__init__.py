"""The decoding engine: source ids in, target ids out.

`engine` puts sentences into batches (`batching`) and gives answers back in order; `loop`
runs one batch, encode once and then step by step; `search` keeps the books of live
hypotheses (`trellis`, `harvest`), while `greedy`, `beam`, `sampling` and `constraints`
each are one way to pick among `candidates`, which `shaping` and `steering` restrict and
`made_up` marks down;
`shortlist` narrows the vocabulary to what a source may need; `scoring` has the formula
hypotheses are compared by; `guards`, `control` and `streaming` watch, stop and narrate a
search; `forced` scores a given target and `alternatives` finds others. The model is seen
only through `model.DecoderStep`. Imports numpy and `traverba.errors`, nothing else.
"""

from traverba.decoding.alternatives import alternatives, diverse
from traverba.decoding.batching import Batching
from traverba.decoding.control import CancelToken, Control
from traverba.decoding.engine import decode, decode_iter
from traverba.decoding.forced import score
from traverba.decoding.hypotheses import Decoded, Flag, Hypothesis
from traverba.decoding.made_up import TargetWords, WordPieces
from traverba.decoding.model import DecoderStep, Memory, State, StepOutput
from traverba.decoding.options import DecodeOptions, Guards, Sampling
from traverba.decoding.request import AllowedNext, BannedNext, Request, SpecialIds, Spellings
from traverba.decoding.shortlist import Lexicon, Shortlist
from traverba.decoding.streaming import stream_decode

__all__ = [
    "AllowedNext",
    "BannedNext",
    "Batching",
    "CancelToken",
    "Control",
    "DecodeOptions",
    "Decoded",
    "DecoderStep",
    "Flag",
    "Guards",
    "Hypothesis",
    "Lexicon",
    "Memory",
    "Request",
    "Sampling",
    "Shortlist",
    "SpecialIds",
    "Spellings",
    "State",
    "StepOutput",
    "TargetWords",
    "WordPieces",
    "alternatives",
    "decode",
    "decode_iter",
    "diverse",
    "score",
    "stream_decode",
]
