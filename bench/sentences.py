"""`python -m bench.sentences`: print a random sample of the project's sentences, to judge how its English reads.

The sentences are those of docstrings, comments, error messages, API summaries, help texts and documents, without code
blocks and tables. The same source and seed give the same sample.
"""

import argparse
import ast
import re
import sys
from bisect import bisect
from collections.abc import Iterable, Iterator, Sequence
from io import StringIO
from itertools import groupby
from pathlib import Path
from random import Random
from textwrap import dedent
from tokenize import COMMENT, generate_tokens
from typing import NamedTuple

ROOT = Path(__file__).parent.parent
_PYTHON = (
    *("app.py", "manage.py"),
    *(f"{folder}/**/*.py" for folder in ("acceptance", "bench", "chalicelib", "demo", "deploy", "local", "tests")),
)
_DOCUMENTS = ("README.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md", "docs/**/*.md")

_MESSAGE_NAMES = {"message", "detail"}
_TEXT_KEYS = {"help", "description", "epilog", "summary", "detail"}
"""Keyword arguments and dictionary keys whose values are shown to users."""

_TARGET = re.compile(r"^[a-z-]+:.*?## *(.+)")
_ITEM = re.compile(r"^\s*(?:[-*]|\d+\.) +")
_LINK = re.compile(r"\[([^\]]+)\]\([^)]*\)")
_FENCE = re.compile(r"^\s*(?:```|~~~)")
_NOT_PROSE = re.compile(r"^\s*(?:\||#|<!--|<)")
_MARKER = re.compile(r"^(?:noqa|type: ignore|pragma|!)[^-]*(?:- |$)")
_END = re.compile(r"[.!?…][\"'`)*]*\s+(?=[\"'`(*\[]*[A-Z0-9`{])")
_ABBREVIATION = re.compile(r"(?:\b(?:e\.g|i\.e|cf|ch|vs|ed|St|No)\.|\s…)\s*$")
_WORD = re.compile(r"[^\W\d_]{2,}")
_MIN_WORDS = 2

Line = tuple[int, str]
"""A line's number, from 1, and its text."""


class Sentence(NamedTuple):
    """One sentence, and where it begins."""

    path: str
    line: int
    text: str


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the sample, one sentence per line."""
    parser = argparse.ArgumentParser(prog="python -m bench.sentences", description=__doc__)
    parser.add_argument("--count", type=int, default=30, help="size of the sample (default %(default)s)")
    parser.add_argument("--seed", type=int, default=11, help="seed of the sample (default %(default)s)")
    options = parser.parse_args(arguments)
    found = collect(ROOT)
    for path, line, text in sample(found, options.count, options.seed):
        print(f"{path}:{line}  {text}")
    print(f"{min(options.count, len(found))} of {len(found):,} sentences", file=sys.stderr)
    return 0


def sample(sentences: Iterable[Sentence], count: int, seed: int) -> list[Sentence]:
    """Return `count` random sentences, or all if there are fewer, sorted by path and line."""
    ordered = sorted(set(sentences))
    return sorted(Random(seed).sample(ordered, min(count, len(ordered))))


def collect(root: Path) -> list[Sentence]:
    """Return every sentence of the project, sorted by path and line."""
    found = {
        sentence
        for pattern in (*_PYTHON, *_DOCUMENTS, "Makefile")
        for file in root.glob(pattern)
        for sentence in sentences_of_file(str(file.relative_to(root)), file.read_text())
    }
    return sorted(found)


def sentences_of_file(path: str, text: str) -> Iterator[Sentence]:
    """Yield the sentences of a Python file, a Markdown document or a Makefile. Tests have no error messages."""
    if path.endswith(".py"):
        blocks = python_blocks(text, with_messages=not path.startswith("tests/"))
    elif path.endswith(".md"):
        blocks = iter([markdown_lines(text)])
    else:
        blocks = iter(makefile_blocks(text))
    for block in blocks:
        for paragraph in paragraphs(block):
            for line, sentence in split_sentences(paragraph):
                yield Sentence(path, line, sentence)


def markdown_lines(text: str) -> list[Line]:
    """Return the lines of a document. Headings, tables, HTML and code blocks become empty lines."""
    lines, is_code = list[Line](), False
    for number, line in enumerate(text.splitlines(), start=1):
        is_fence = bool(_FENCE.match(line))
        is_code ^= is_fence
        lines.append((number, "" if is_code or is_fence or _NOT_PROSE.match(line) else line.lstrip("> ")))
    return lines


def makefile_blocks(text: str) -> list[list[Line]]:
    """Return the help of each target."""
    matches = ((number, _TARGET.match(line)) for number, line in enumerate(text.splitlines(), start=1))
    return [[(number, match[1].replace("$$", "$"))] for number, match in matches if match]


def python_blocks(source: str, *, with_messages: bool) -> Iterator[list[Line]]:
    """Yield the lines of each docstring and comment, and with `with_messages` of each text that users read."""
    yield from _comments(source)
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            yield list(enumerate(_dedented(node.value.value), start=node.lineno))
        elif with_messages:
            yield from ([(text.lineno, words)] for text in _messages(node) if (words := _literal(text)))


def _dedented(docstring: str) -> list[str]:
    first, _, rest = docstring.partition("\n")
    return [first, *dedent(rest).splitlines()]


def _comments(source: str) -> Iterator[list[Line]]:
    """Yield each comment. Comments of adjacent lines, without code before them, are one."""
    tokens = [token for token in generate_tokens(StringIO(source).readline) if token.type == COMMENT]
    whole = [token for token in tokens if token.line.lstrip().startswith("#")]
    for _, run in groupby(enumerate(whole), key=lambda pair: (pair[1].start[0] - pair[0], pair[1].start[1])):
        yield [(token.start[0], _without_marker(token.string)) for _, token in run]
    for token in tokens:
        if token not in whole:
            yield [(token.start[0], _without_marker(token.string))]


def _without_marker(comment: str) -> str:
    """Return the text of a comment. Only the reason remains of `noqa: S101 - a reason`."""
    return _MARKER.sub("", comment.lstrip("# "))


def _messages(node: ast.AST) -> list[ast.expr]:
    """Return the expressions of this node that users read: error messages, summaries and help."""
    match node:
        case ast.Assign(targets=[ast.Name(id=name)], value=value) if name in _MESSAGE_NAMES:
            return [value]
        case ast.keyword(arg=str(name), value=value) if name in _TEXT_KEYS:
            return [value]
        case ast.Raise(exc=ast.Call(args=[first, *_])):
            return [first]
        case ast.Tuple(elts=[pointer, detail]) if (_literal(pointer) or "").startswith("/"):
            return [detail]
        case ast.Call(func=ast.Name(id="ValidationFailed"), args=arguments):
            return [pair.elts[1] for pair in arguments if isinstance(pair, ast.Tuple)]
        case ast.Dict(keys=keys, values=values):
            pairs = zip(keys, values, strict=True)
            return [value for key, value in pairs if isinstance(key, ast.Constant) and key.value in _TEXT_KEYS]
        case _:
            return []


def _literal(node: ast.expr) -> str | None:
    """Return the text of a string, with the expressions of an f-string in braces; None for anything else."""
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else None
    if not isinstance(node, ast.JoinedStr):
        return None
    parts = (f"{{{ast.unparse(v.value)}}}" if isinstance(v, ast.FormattedValue) else _literal(v) for v in node.values)
    return "".join(part or "" for part in parts)


def paragraphs(lines: Iterable[Line]) -> Iterator[list[Line]]:
    """Yield the paragraphs: empty lines separate them, and each list item is one of its own."""
    paragraph: list[Line] = []
    for number, line in lines:
        if paragraph and (not line.strip() or _ITEM.match(line)):
            yield paragraph
            paragraph = []
        if line.strip():
            paragraph.append((number, _ITEM.sub("", line)))
    if paragraph:
        yield paragraph


def split_sentences(paragraph: Iterable[Line]) -> Iterator[Line]:
    """Yield each sentence of at least two words, with the line where it begins."""
    text, starts, numbers = "", list[int](), list[int]()
    for number, line in paragraph:
        starts.append(len(text))
        numbers.append(number)
        text += f"{line.strip()} "
    begin = 0
    for end in [*_ends(text), len(text)]:
        sentence = _LINK.sub(r"\1", text[begin:end].strip()).replace("**", "")
        if len(_WORD.findall(sentence)) >= _MIN_WORDS:
            yield numbers[bisect(starts, begin) - 1], sentence
        begin = end


def _ends(text: str) -> list[int]:
    """Return the positions after each sentence's end; the full stop of an abbreviation is none."""
    return [match.end() for match in _END.finditer(text) if not _ABBREVIATION.search(text[: match.end()])]


if __name__ == "__main__":
    sys.exit(main())
