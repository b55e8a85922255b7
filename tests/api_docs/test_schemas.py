from chalicelib.api_docs.schemas import ProblemDocument
from chalicelib.http.problems import NotFound, ValidationFailed


def test_problem_document_describes_a_problem() -> None:
    problem = NotFound("There is no campaign cmp_1.").document()
    assert ProblemDocument.model_validate(problem).model_dump(exclude_none=True) == problem


def test_problem_document_describes_the_errors_of_invalid_input() -> None:
    problem = ValidationFailed(("/name", "is required")).document()
    assert ProblemDocument.model_validate(problem).model_dump() == problem
