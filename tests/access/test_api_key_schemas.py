from chalicelib.access.api_key_schemas import KeyDocument, NewKeyDocument


def test_key_document_has_only_the_public_part() -> None:
    assert set(KeyDocument.model_fields) == {"key_id", "prefix", "created_at", "last_used_on"}


def test_text_of_a_new_key_is_shown_once() -> None:
    assert frozenset({"api_key"}) == NewKeyDocument.ONE_TIME_FIELDS
