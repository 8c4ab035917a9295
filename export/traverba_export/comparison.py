"""Before a bundle is written: its graphs beside PyTorch and beside each other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from traverba_export.graph_files import Sources, WrittenGraphs
from traverba_export.half_verification import HALF_TOLERANCE
from traverba_export.model import TranslationModel
from traverba_export.quantisation import Agreement, agreement, mean_agreement
from traverba_export.verification import ParityReport, compare_numbers, verify


@dataclass(frozen=True)
class ExportReport:
    """How close the bundle's graphs are to PyTorch, and its integer graphs to the others."""

    parity: ParityReport
    agreement: Agreement | None
    half: Agreement | None = None
    """The same of the fp16 graphs."""


def compare(model: TranslationModel, graphs: WrittenGraphs, sentences: Sources) -> ExportReport:
    """The graphs of one target language; `ParityError` if the floats are not PyTorch's."""
    parity = verify(model, graphs.exact, sentences)
    if graphs.half is not None:
        compare_numbers(model, graphs.half, HALF_TOLERANCE)
    agreed, half_agreed = (
        agreement(graphs.exact, pair, sentences) if pair and sentences else None
        for pair in (graphs.integer, graphs.half)
    )
    return ExportReport(parity, agreed, half_agreed)


def of_all(reports: Sequence[ExportReport]) -> ExportReport:
    """The largest difference and the mean agreement of several target languages."""
    names = reports[0].parity.largest_difference
    largest = {name: max(r.parity.largest_difference[name] for r in reports) for name in names}
    return ExportReport(
        ParityReport(largest, sum(r.parity.sentences for r in reports)),
        mean_agreement([r.agreement for r in reports if r.agreement]),
        mean_agreement([r.half for r in reports if r.half]),
    )
