from chalicelib.access.api_key_schemas import KeyDocument, NewKeyDocument


def test_a_key_is_shown_by_its_public_part_alone() -> None:
    assert set(KeyDocument.model_fields) == {"key_id", "prefix", "created_at"}


def test_a_new_keys_text_is_shown_once() -> None:
    assert frozenset({"api_key"}) == NewKeyDocument.ONE_TIME_FIELDS
