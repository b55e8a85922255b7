from http import HTTPStatus

import pytest

from chalicelib.http import problems


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (problems.MalformedRequest, 400),
        (problems.Unauthenticated, 401),
        (problems.Forbidden, 403),
        (problems.NotFound, 404),
        (problems.Conflict, 409),
        (problems.Gone, 410),
        (problems.PreconditionFailed, 412),
        (problems.PayloadTooLarge, 413),
        (problems.Unavailable, 503),
    ],
)
def test_a_problem_is_its_document(error: type[problems.Problem], status: int) -> None:
    assert error("it is so").document() == {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": "it is so",
    }


def test_invalid_input_is_every_complaint_with_its_pointer() -> None:
    problem = problems.ValidationFailed(("/offers/0/weight", "must be 0 or more"), ("", "is another body"))

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
        pytest.param(problems.Unauthenticated, {"WWW-Authenticate": "Bearer"}, id="who are you"),
        pytest.param(problems.Unavailable, {"Retry-After": "1"}, id="come again"),
        pytest.param(problems.Conflict, {}, id="nothing more to say"),
    ],
)
def test_an_answer_carries_the_headers_that_belong_to_it(
    error: type[problems.Problem], headers: dict[str, str]
) -> None:
    assert error("it is so").headers() == headers
