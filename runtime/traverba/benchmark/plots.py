"""Which figures of a report become which chart."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from html import escape

from traverba.benchmark.charts import Part, Row, Scale, bar_chart, extent, ratio_chart
from traverba.benchmark.figures import Measured, Pace, Report
from traverba.benchmark.tables import MIB, NOT_MEASURED, interval, mebibytes, times_faster

START_PARTS = ("Python itself", "import", "load", "first translation")
Chart = Callable[[Sequence[Row], str, Scale | None], str]


def latency(report: Report) -> str:
    """Time per sentence at every workload."""

    def row(measured: Measured, pace: Pace) -> Row:
        spread = pace.sentence_ms
        return _row(
            report,
            measured,
            value=f"{spread.median:.1f}",
            detail=f"{interval(spread)} ms a sentence, 95 of 100 calls within {pace.call_ms.p95:.1f} ms",
            length=spread.median,
            line=(spread.low, spread.high),
        )

    return _facets(report, row, bar_chart, "ms")


def throughput(report: Report) -> str:
    """Tokens a second at every workload."""

    def row(measured: Measured, pace: Pace) -> Row:
        spread = pace.tokens_per_second
        return _row(
            report,
            measured,
            value=f"{spread.median:,.0f}",
            detail=f"{interval(spread)} tokens a second",
            length=spread.median,
            line=(spread.low, spread.high),
        )

    return _facets(report, row, bar_chart, "tokens / s")


def speedup(report: Report) -> str:
    """Ratio to the baseline at every workload."""

    def row(measured: Measured, pace: Pace) -> Row:
        ratio = pace.speedup
        return Row(
            label=str(measured.configuration),
            value="baseline" if ratio.verdict == "baseline" else f"{ratio.spread.median:.2f} ×",
            title=f"{measured.configuration}: {times_faster(ratio)}, {ratio.verdict}",
            series=_series(report, measured),
            dots=(ratio.spread.median,),
            line=(ratio.spread.low, ratio.spread.high),
            quiet=ratio.verdict not in ("faster", "slower"),
        )

    return _facets(report, row, ratio_chart, "× as fast", shared=True)


def steps(report: Report) -> str:
    """Median and tail of one decoder step at every workload."""

    def row(measured: Measured, pace: Pace) -> Row:
        step = pace.step_ms
        return Row(
            label=str(measured.configuration),
            value=f"{step.p50:.2f} … {step.p99:.2f}",
            title=f"{measured.configuration}: p50 {step.p50:.3f}, p95 {step.p95:.3f}, p99 {step.p99:.3f} ms "
            f"of {step.count} steps",
            series=_series(report, measured),
            dots=(step.p50, step.p95, step.p99),
            line=(step.p50, step.p99),
        )

    return _facets(report, row, bar_chart, "p50 … p99, ms")


def cold_start(report: Report) -> str:
    """From process start to first translation, in parts."""
    rows = []
    for measured in report.measured:
        cold = measured.cold_start
        inner = [cold.import_ms.median, cold.load_ms.median, cold.first_ms.median]
        lengths = [max(cold.total_ms.median - sum(inner), 0.0), *inner]
        parts = [
            Part(length, number, f"{name}: {length:.0f} ms")
            for number, (name, length) in enumerate(zip(START_PARTS, lengths, strict=True))
        ]
        title = f"{measured.configuration}: {interval(cold.total_ms)} ms"
        rows.append(Row(str(measured.configuration), f"{sum(lengths):.0f}", title, parts=tuple(parts)))
    return _legend(START_PARTS) + bar_chart(rows, "ms")


def memory(report: Report) -> str:
    """Resident memory at the end of the run."""
    rows = []
    for measured in report.measured:
        size, peak = measured.footprint.resident_bytes, measured.footprint.peak_bytes
        rows.append(
            _row(
                report,
                measured,
                value=mebibytes(size),
                detail=NOT_MEASURED
                if size is None
                else f"{mebibytes(size)} MiB, {mebibytes(peak)} at its peak",
                length=(size or 0) / MIB,
            )
        )
    return bar_chart(rows, "MiB")


def provider_legend(report: Report) -> str:
    """Which colour is which provider; nothing if there is only one."""
    providers = _providers(report)
    return _legend([name.removesuffix("ExecutionProvider") for name in providers]) if providers[1:] else ""


def _facets(
    report: Report, row: Callable[[Measured, Pace], Row], chart: Chart, unit: str, *, shared: bool = False
) -> str:
    """One chart for each workload, on one scale if it is ``shared``."""
    workloads = [pace.workload for pace in report.measured[0].paces]
    facets = [[row(m, m.paces[number]) for m in report.measured] for number in range(len(workloads))]
    room = extent([each for rows in facets for each in rows]) if shared else None
    figures = (
        f"<figure><figcaption>{escape(str(workload))}</figcaption>{chart(rows, unit, room)}</figure>"
        for workload, rows in zip(workloads, facets, strict=True)
    )
    return f'{provider_legend(report)}<div class="facets">{"".join(figures)}</div>'


def _row(
    report: Report,
    measured: Measured,
    *,
    value: str,
    detail: str,
    length: float,
    line: tuple[float, float] | None = None,
) -> Row:
    """A single bar in its provider's colour."""
    series, label = _series(report, measured), str(measured.configuration)
    title = f"{label}: {detail}"
    return Row(label, value, title, parts=(Part(length, series, title),), line=line)


def _providers(report: Report) -> list[str]:
    return list(dict.fromkeys(measured.configuration.provider for measured in report.measured))


def _series(report: Report, measured: Measured) -> int:
    return _providers(report).index(measured.configuration.provider)


def _legend(names: Sequence[str]) -> str:
    items = (f'<span><i class="s{number}"></i>{escape(name)}</span>' for number, name in enumerate(names))
    return f'<p class="legend">{"".join(items)}</p>'
