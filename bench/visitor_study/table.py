"""The table of the comparison in Markdown."""

from collections.abc import Mapping, Sequence

from bench.visitor_study.corpora import Corpus
from bench.visitor_study.scores import Score, Scores

_HEAD = (
    "| corpus | tool | bot recall | false alarms | devices right | systems right | per call |",
    "|---|---|---:|---:|---:|---:|---:|",
)


def table(corpora: Sequence[Corpus], scores: Scores, sizes: Mapping[str, int]) -> str:
    """Return one row for each corpus and tool, then the remarks on the corpora."""
    rows = [
        _row(_name(corpus, sizes) if first else "", tool, score)
        for corpus in corpora
        for first, (tool, score) in zip(_firsts(), scores[corpus.name].items(), strict=False)
    ]
    notes = [f"- {corpus.name}: {corpus.doubt}; no target." for corpus in corpora if corpus.doubt]
    return "\n".join([*_HEAD, *rows, "", *notes])


def _firsts() -> list[bool]:
    return [True, *[False] * 9]


def _name(corpus: Corpus, sizes: Mapping[str, int]) -> str:
    kinds = [name for name, is_so in (("held out", corpus.is_held_out), ("traffic", corpus.has_traffic)) if is_so]
    return f"{corpus.name} ({', '.join([f'{sizes[corpus.name]:,} agents', *kinds])})"


def _row(corpus: str, tool: str, score: Score) -> str:
    shares = (score.recall, score.false_alarms, score.devices, score.systems)
    time = "" if score.microseconds is None else f"{score.microseconds:,.1f} µs"
    return f"| {corpus} | {tool} | {' | '.join(_percent(share) for share in shares)} | {time} |"


def _percent(share: float | None) -> str:
    return "" if share is None else f"{share:.3g} %" if 0 < share < 1 else f"{share:.2f} %"
