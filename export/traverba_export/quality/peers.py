"""What other offline translators score on news-like text: a far mark, not a comparison.

Published outputs of Argos Translate, OPUS-MT and the tiny models of Firefox Translations on FLORES
(flores-test), scored with sacreBLEU. FLORES is not among our test sets; NTREX-128 is the nearest.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

NEAREST_TEST_SET = "NTREX-128"
PEERS = ("Argos Translate", "OPUS-MT", "Firefox tiny")
FLORES_BLEU: Mapping[str, tuple[float, float, float]] = MappingProxyType(
    {
        "en-de": (31.8, 36.1, 38.8),
        "de-en": (36.2, 40.6, 39.1),
        "en-fr": (42.7, 47.8, 48.7),
        "fr-en": (39.5, 41.7, 42.1),
        "en-es": (23.3, 26.7, 26.2),
        "es-en": (25.1, 27.6, 26.8),
        "en-ru": (27.6, 25.5, 28.5),
        "ru-en": (26.4, 29.4, 30.3),
    }
)
"""BLEU of `PEERS`, in their order, by direction."""
