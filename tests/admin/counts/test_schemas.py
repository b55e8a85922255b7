from chalicelib.admin.counts.schemas import CountsDocument


def test_each_count_may_be_unknown() -> None:
    assert set(CountsDocument(**dict.fromkeys(CountsDocument.model_fields)).model_dump().values()) == {None}
