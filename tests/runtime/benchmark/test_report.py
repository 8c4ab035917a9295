"""From turns to figures, by hand; and what the three ways of presenting say."""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ElementTree
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from tests.runtime.benchmark.scripted import OTHER, PLAIN, TWO_THREADS

from traverba.benchmark.figures import Difference, Percentiles, Report, Spread
from traverba.benchmark.page import report_page
from traverba.benchmark.tables import fastest, footnotes, format_plain, heading, report_tables, summary_line

VOID = ("meta",)


def test_the_figures_of_a_configuration_are_those_of_its_turns(report: Report) -> None:
    """Turns of 8 and 4 ms a sentence in alternation, a tenth of that for each of three steps."""
    pace = report.measured[0].paces[0]
    assert report.measured[0].configuration == PLAIN
    assert pace.sentence_ms == Spread(median=6.0, low=4.0, high=8.0, count=6)
    assert pace.step_ms == Percentiles(p50=pytest.approx(0.4), p95=0.8, p99=0.8, count=18)
    assert pace.encode_ms.count == 6
    # 6 tokens in two calls of 4 or 8 ms each
    assert (pace.tokens_per_second.low, pace.tokens_per_second.high) == (375.0, 750.0)
    # encoder 0.2 and steps 0.3 of one call's time, of two calls
    assert pace.outside_percent == pytest.approx(75.0)


def test_what_is_twice_as_fast_in_every_round_is_seen_through_the_rounds_noise(report: Report) -> None:
    speedup = report.measured[1].paces[0].speedup
    assert (report.measured[1].configuration, speedup.verdict) == (TWO_THREADS, "faster")
    assert speedup.spread == Spread(2.0, 2.0, 2.0, 6)
    assert report.measured[2].paces[0].speedup.verdict == "no difference seen"


def test_other_words_and_other_probabilities_are_counted(report: Report) -> None:
    agreement = report.measured[2].agreement
    assert (agreement.sentences, agreement.identical) == (2, 1)
    assert agreement.largest_log_prob_difference == pytest.approx(0.05)
    assert agreement.first_difference == Difference("two three", "deux", "<b>d'eux</b>")
    assert report.measured[1].agreement.first_difference is None


def test_json_has_every_figure_under_its_name(report: Report) -> None:
    value = json.loads(json.dumps(report.to_json(), allow_nan=False))
    first = value["measured"][0]
    assert first["configuration"] == {"provider": "CPUExecutionProvider", "precision": "fp32", "threads": 1}
    assert first["paces"][0]["step_ms"]["p99"] == 0.8
    assert first["footprint"] == {
        "resident_bytes": 10 * 2**20,
        "peak_bytes": 20 * 2**20,
        "idle_cpu_percent": 0.5,
    }
    assert value["failed"][0]["reason"] == "out of memory"


def test_the_tables_show_ratio_noise_and_agreement(report: Report) -> None:
    speed, start, agreement = (format_plain(table) for table in report_tables(report))
    lines = speed.splitlines()
    assert len({len(line) for line in lines[3:4]} | {len(lines[2])}) == 1
    assert [line.split("  ")[-1].strip() for line in lines[4:7]] == [
        "baseline",
        "2.00 x [2.00–2.00]",
        "= 1.00 x [1.00–1.00]",
    ]
    assert "100.0 [100.0–100.0]" in start
    assert "1 of 2" in agreement
    assert "3 of 50" in agreement
    assert "97% probability" in heading(report)


def test_the_notes_name_failures_fallen_nodes_and_the_first_difference(report: Report) -> None:
    assert footnotes(report) == [
        "CUDA fp32, 1 thread did not run: out of memory",
        "OpenVINO fp32, 1 thread: 3 nodes run on the CPU instead (LSTM, TopK)",
        "OpenVINO fp32, 1 thread first differs at 'two three': \"<b>d'eux</b>\" instead of 'deux'",
    ]


def test_a_long_translation_is_shown_around_the_place_where_it_differs(report: Report) -> None:
    long = Difference("a source", "x " * 100 + "old " + "y " * 100, "x " * 100 + "new " + "y " * 100)
    other = report.measured[2]
    changed = replace(other, agreement=replace(other.agreement, first_difference=long))
    note = footnotes(replace(report, measured=(changed,)))[-1]
    around = "…" + "x " * 15 + "{} " + "y " * 13 + "…"
    assert note.endswith(f"{around.format('new')!r} instead of {around.format('old')!r}")


def test_a_busy_machine_is_said_aloud(report: Report) -> None:
    busy = replace(report, machine=replace(report.machine, load_average=3.9))
    assert "other programs were running (load 3.9 on 4 CPUs)" in footnotes(busy)[1]


def test_figures_that_cannot_be_read_are_called_not_measured(report: Report) -> None:
    plain = report.measured[0]
    blind = replace(plain, footprint=replace(plain.footprint, resident_bytes=None, peak_bytes=None))
    blind_report = replace(report, measured=(blind,))
    assert format_plain(report_tables(blind_report)[1]).count("not measured") == 2
    assert "not measured" in report_page(blind_report)


def test_the_advice_is_the_fastest_that_a_policy_would_choose(report: Report) -> None:
    assert fastest(report).configuration == TWO_THREADS
    assert "CPU fp32, 2 threads, 3.0 ms a sentence (2.00 x" in summary_line(report)


def test_what_is_no_faster_than_the_baseline_is_not_advised(report: Report) -> None:
    without = replace(report, measured=(report.measured[0], report.measured[2]))
    assert fastest(without).configuration == PLAIN


class Balance(HTMLParser):
    """Checks that every element is closed, and collects what a browser would show or fetch."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.text: list[str] = []
        self.attributes: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.attributes += [name for name, _ in attrs]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.attributes += [name for name, _ in attrs]

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text.append(data)


def test_the_page_is_whole_and_fetches_nothing(report: Report) -> None:
    page = report_page(report)
    parser = Balance()
    parser.feed(page)
    assert parser.open == []
    assert not {"src", "href", "srcset", "action", "xlink:href", "onload"} & set(parser.attributes)
    assert "url(" not in page
    assert "@import" not in page
    assert "prefers-color-scheme: dark" in page


def test_the_page_shows_every_configuration_in_every_chart_and_table(report: Report) -> None:
    page = report_page(report)
    charts = [ElementTree.fromstring(svg) for svg in re.findall(r"<svg.*?</svg>", page, re.DOTALL)]
    assert len(charts) == 4 * 2 + 2
    for measured in report.measured:
        assert page.count(f"<td>{measured.configuration}</td>") == 2 + 2
    assert "CUDA fp32, 1 thread did not run" in page


def test_text_from_outside_cannot_become_markup(report: Report) -> None:
    page = report_page(report)
    assert "everyday &lt;1&gt;" in page
    assert "&lt;b&gt;d" in page
    assert "<b>d" not in page
    assert OTHER.provider_label in page
