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


def test_converted_database_reads_like_geolite2(source: Path, tmp_path: Path) -> None:
    geoip_database.convert(source, tmp_path / "country.mmdb")
    with geoip2.database.Reader(tmp_path / "country.mmdb") as reader:
        codes = [reader.country(address).country.iso_code for address in ("8.8.8.8", "81.2.69.142", "2a00:1450::1")]
        assert codes == ["US", "GB", "IE"]
        with pytest.raises(geoip2.errors.AddressNotFoundError):
            reader.country("81.2.69.143")


def test_database_without_countries_is_rejected(source: Path) -> None:
    with pytest.raises(CommandError, match="is a country ipvAll database"):
        geoip_database.use(source)
