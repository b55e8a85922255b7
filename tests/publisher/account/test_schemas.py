from chalicelib.publisher.account.schemas import AccountDocument


def test_account_has_no_keys() -> None:
    assert set(AccountDocument.model_fields) == {"id", "name", "email", "status", "created_at"}
