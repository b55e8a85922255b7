from bench.visitor_study.corpora import Corpus
from bench.visitor_study.packages import Package
from bench.visitor_study.scores import Score
from bench.visitor_study.table import table


def test_table_has_a_row_per_corpus_and_tool_and_its_notes() -> None:
    package = Package("a@1", ())
    corpora = [
        Corpus("crawlers", lambda _: [], package, is_held_out=True, doubt="some are browsers"),
        Corpus("people", lambda _: [], package, has_traffic=True),
    ]
    scores = {
        "crawlers": {"ours": Score(recall=99.5, microseconds=31.25), "peer": Score(recall=0)},
        "people": {"ours": Score(false_alarms=0.0123, devices=100)},
    }

    assert table(corpora, scores, {"crawlers": 1200, "people": 3}).splitlines() == [
        "| corpus | tool | bot recall | false alarms | devices right | systems right | per call |",
        "|---|---|---:|---:|---:|---:|---:|",
        "| crawlers (1,200 agents, held out) | ours | 99.50 % |  |  |  | 31.2 µs |",
        "|  | peer | 0.00 % |  |  |  |  |",
        "| people (3 agents, traffic) | ours |  | 0.0123 % | 100.00 % |  |  |",
        "",
        "- crawlers: some are browsers; no target.",
    ]
