"""A shortlist is a bundle's default only where it costs next to nothing."""

from pathlib import Path

import pytest

from traverba.bundle import ShortlistReport, open_bundle
from traverba_export.shortlisting import with_report

TINY = Path(__file__).parent.parent / "data" / "tiny.traverba"


@pytest.mark.parametrize(
    ("bleu_change", "stays"),
    [
        ({"en-fr": -0.1, "fr-en": 0.3}, True),
        ({"en-fr": -0.11, "fr-en": 0.3}, False),  # the mean gains, one direction loses
        ({}, True),
    ],
)
def test_one_direction_that_loses_makes_the_whole_vocabulary_the_default(
    bleu_change: dict[str, float], stays: bool
) -> None:
    with open_bundle(TINY) as bundle:
        manifest = with_report(bundle.manifest, ShortlistReport({}, bleu_change, "beam 5"))
    assert manifest.decoding.get("shortlist", True) is stays
    assert manifest.shortlist is not None and manifest.shortlist.bleu_change == bleu_change
