from http import HTTPStatus

import pytest

from chalicelib import errors


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (errors.Malformed, 400),
        (errors.Unauthenticated, 401),
        (errors.Forbidden, 403),
        (errors.NotFound, 404),
        (errors.Conflict, 409),
        (errors.Gone, 410),
        (errors.Stale, 412),
        (errors.TooLarge, 413),
        (errors.Unavailable, 503),
    ],
)
def test_a_problem_is_its_document(error: type[errors.Problem], status: int) -> None:
    assert error("it is so").document() == {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": "it is so",
    }


def test_invalid_input_is_every_complaint_with_its_pointer() -> None:
    problem = errors.Invalid(("/offers/0/weight", "must be 0 or more"), ("", "is another body"))

    assert problem.document() == {
        "type": "about:blank",
        "title": "Unprocessable Entity",
        "status": 422,
        "detail": "/offers/0/weight must be 0 or more; the document is another body",
        "errors": [
            {"pointer": "/offers/0/weight", "detail": "must be 0 or more"},
            {"pointer": "", "detail": "is another body"},
        ],
    }


@pytest.mark.parametrize(
    ("error", "headers"),
    [
        pytest.param(errors.Unauthenticated, {"WWW-Authenticate": "Bearer"}, id="who are you"),
        pytest.param(errors.Unavailable, {"Retry-After": "1"}, id="come again"),
        pytest.param(errors.Conflict, {}, id="nothing more to say"),
    ],
)
def test_an_answer_carries_the_headers_that_belong_to_it(error: type[errors.Problem], headers: dict[str, str]) -> None:
    assert error("it is so").headers() == headers
