from bench.sentences import Sentence, sample, sentences_of_file

PYTHON = '''"""First sentence of the module. Second one (see `a.b`), e.g. Example
text that goes on. Third one.

- An item of a list
  over two lines.
"""

MAX = 3
"""Maximum number of things."""

# A comment over
# two lines. It ends here.
if MAX:  # a reason at the end
    import os  # noqa: F401 - needed by the tests


def work(name: str) -> None:
    """Do the work."""
    parser.add_argument("--n", help="number of things")
    message = f"There is no {name}."
    raise ValueError(message)


def check() -> None:
    raise ValidationFailed(("", "must be an object"), *((f"/{n}", "is not known") for n in names))


INFO = {"summary": "Click a link."}
'''

MARKDOWN = """# A heading of words

A paragraph over
two lines. It has a [link](docs/a.md) at **its** end.

| a table | has no sentences |
|---|---|

```sh
make run  # no sentence either
```

1. Step one of two.
2. Step two of two.
"""


def found(path: str, text: str) -> list[tuple[int, str]]:
    return sorted((line, sentence) for _, line, sentence in sentences_of_file(path, text))


def test_docstrings_comments_and_messages_of_python_are_found_with_their_lines() -> None:
    assert found("chalicelib/things.py", PYTHON) == [
        (1, "First sentence of the module."),
        (1, "Second one (see `a.b`), e.g. Example text that goes on."),
        (2, "Third one."),
        (4, "An item of a list over two lines."),
        (9, "Maximum number of things."),
        (11, "A comment over two lines."),
        (12, "It ends here."),
        (13, "a reason at the end"),
        (14, "needed by the tests"),
        (18, "Do the work."),
        (19, "number of things"),
        (20, "There is no {name}."),
        (25, "is not known"),
        (25, "must be an object"),
        (28, "Click a link."),
    ]


def test_tests_have_docstrings_and_comments_only() -> None:
    lines = [line for line, _ in found("tests/test_things.py", PYTHON)]
    assert lines == [1, 1, 2, 4, 9, 11, 12, 13, 14, 18]


def test_documents_are_read_without_headings_tables_and_code() -> None:
    assert found("docs/a.md", MARKDOWN) == [
        (3, "A paragraph over two lines."),
        (4, "It has a link at its end."),
        (13, "Step one of two."),
        (14, "Step two of two."),
    ]


def test_help_of_make_targets_is_found() -> None:
    assert found("Makefile", 'up: install  ## start it: eval "$$(make env)"\n\t@run up\n') == [
        (1, 'start it: eval "$(make env)"')
    ]


def test_single_words_are_no_sentences() -> None:
    assert found("Makefile", "up:  ## start\n") == []


def test_sample_depends_on_the_seed_and_not_on_the_order() -> None:
    sentences = [Sentence("a.md", n, f"Sentence number {n}.") for n in range(1000)]
    chosen = sample(sentences, 30, 11)
    assert len(set(chosen)) == 30
    assert chosen == sample(sentences[::-1], 30, 11) == sorted(chosen)
    assert chosen != sample(sentences, 30, 12)


def test_sample_of_few_sentences_is_all_of_them() -> None:
    sentences = [Sentence("a.md", n, f"Sentence number {n}.") for n in range(3)]
    assert sample(sentences, 30, 11) == sentences
