from pathlib import Path

import geoip2.database
import geoip2.errors
import pytest
from mmdb_writer import MMDBWriter
from netaddr import IPSet

from deploy import geoip_database
from deploy.errors import CommandError


@pytest.fixture
def source(tmp_path: Path) -> Path:
    writer = MMDBWriter(6, "country ipvAll", ipv4_compatible=True)
    for network, country in (("8.8.8.0/24", "US"), ("81.2.69.142/32", "GB"), ("2a00:1450::/32", "IE")):
        writer.insert_network(IPSet([network]), {"country_code": country})
    path = tmp_path / "source.mmdb"
    writer.to_db_file(str(path))
    return path


def test_the_free_database_reads_like_geolite2_once_converted(source: Path, tmp_path: Path) -> None:
    geoip_database.convert(source, tmp_path / "country.mmdb")
    with geoip2.database.Reader(tmp_path / "country.mmdb") as reader:
        found = [reader.country(address).country.iso_code for address in ("8.8.8.8", "81.2.69.142", "2a00:1450::1")]
        assert found == ["US", "GB", "IE"]
        with pytest.raises(geoip2.errors.AddressNotFoundError):
            reader.country("81.2.69.143")


def test_a_customers_file_of_another_kind_is_refused_by_name(source: Path) -> None:
    with pytest.raises(CommandError, match="holds country ipvAll: a Country or City database is needed"):
        geoip_database.use(source)
