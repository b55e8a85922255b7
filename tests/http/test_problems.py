from http import HTTPStatus

import pytest

from chalicelib.http import problems
from chalicelib.http.problems import ValidationFailed, errors_of


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
def test_problem_document_has_status_and_detail(error: type[problems.Problem], status: int) -> None:
    assert error("This is wrong.").document() == {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": "This is wrong.",
    }


def test_validation_problem_lists_every_error_with_its_pointer() -> None:
    problem = problems.ValidationFailed(("/offers/0/weight", "must be 0 or more"), ("", "must have the same body"))

    assert problem.document() == {
        "type": "about:blank",
        "title": "Unprocessable Entity",
        "status": 422,
        "detail": "/offers/0/weight must be 0 or more; the request must have the same body",
        "errors": [
            {"pointer": "/offers/0/weight", "detail": "must be 0 or more"},
            {"pointer": "", "detail": "must have the same body"},
        ],
    }


@pytest.mark.parametrize(
    ("error", "headers"),
    [
        pytest.param(problems.Unauthenticated, {"WWW-Authenticate": "Bearer"}, id="unauthenticated"),
        pytest.param(problems.Unavailable, {"Retry-After": "1"}, id="unavailable"),
        pytest.param(problems.Conflict, {}, id="conflict"),
    ],
)
def test_problem_has_its_headers(error: type[problems.Problem], headers: dict[str, str]) -> None:
    assert error("This is wrong.").headers() == headers


def test_errors_of_a_check_are_those_with_which_it_fails() -> None:
    def check() -> None:
        raise ValidationFailed(("/name", "is required"))

    assert errors_of(check) == (("/name", "is required"),)
    assert errors_of(lambda: 1) == ()
