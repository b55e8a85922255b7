import json
import subprocess
import sys
import zipfile
from importlib.util import cache_from_source
from pathlib import Path

import pytest

from deploy import package
from deploy.target import Target


@pytest.mark.parametrize(
    ("name", "shipped"),
    [
        pytest.param("botocore/data/dynamodb/2012-08-10/service-2.json.gz", True, id="a service we call"),
        pytest.param("botocore/data/ec2/2016-11-15/service-2.json.gz", False, id="a service we never call"),
        pytest.param("botocore/data/endpoints.json", True, id="a file that every service needs"),
        pytest.param("chalicelib/__pycache__/auth.cpython-311.pyc", False, id="a compiled file"),
        pytest.param("country.mmdb", True, id="the country database"),
        pytest.param("aiohttp/client.py", False, id="geoip2's web client"),
        pytest.param("requests/api.py", False, id="geoip2's other web client"),
        pytest.param("geoip2/database.py", True, id="geoip2's reader"),
        pytest.param("pycountry/locales/de/LC_MESSAGES/iso3166-1.mo", False, id="translated names of countries"),
        pytest.param("pycountry/databases/iso3166-2.json", True, id="the regions of ISO 3166-2"),
    ],
)
def test_files_that_lambdas_never_read_are_not_shipped(name: str, shipped: bool) -> None:
    assert package.is_shipped(name) is shipped


def test_fingerprint_depends_on_code_but_not_on_compiled_files(tmp_path: Path) -> None:
    def fingerprint() -> str:
        return package.fingerprint(tmp_path, Target("python3.13", "x86_64"), None)

    library = tmp_path / "chalicelib"
    (library / "__pycache__").mkdir(parents=True)
    deployed = ("deploy/package.py", "deploy/layer.py", "deploy/target.py")
    for name in ("app.py", "requirements.txt", *deployed, "chalicelib/http/authentication.py"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("one")
    before = fingerprint()
    (library / "__pycache__" / "auth.pyc").write_text("compiled")
    assert fingerprint() == before
    (library / "http/authentication.py").write_text("two")
    assert fingerprint() != before


def test_fingerprint_depends_on_the_target_and_on_the_python_that_compiles_for_it(tmp_path: Path) -> None:
    for name in package._INPUTS:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    targets = [Target("python3.13", "x86_64"), Target("python3.13", "arm64"), Target("python3.14", "arm64")]
    made = {package.fingerprint(tmp_path, target, python) for target in targets for python in (None, "/python3.13")}
    assert len(made) == 6


def test_same_contents_give_the_same_archive_for_any_order_and_dates(tmp_path: Path) -> None:
    archives = []
    for number, names in enumerate((["b.py", "a.py"], ["a.py", "b.py"])):
        archive = tmp_path / f"{number}.zip"
        with zipfile.ZipFile(archive, "w") as new:
            for name in names:
                new.writestr(
                    zipfile.ZipInfo(f"python/lib/x/site-packages/{name}", (2020 + number, 1, 1, 0, 0, 0)),
                    f"names = {{{name!r}, 'c', 'd'}}",
                )
        package._rewrite(archive, drop=4)
        archives.append(archive.read_bytes())
        compiled = [cache_from_source(f"python/{name}.py") for name in ("a", "b")]
        assert zipfile.ZipFile(archive).namelist() == [*compiled, "python/a.py", "python/b.py"]
    assert archives[0] == archives[1]


def test_compiled_module_is_used_whatever_its_date_and_path(tmp_path: Path) -> None:
    archive, folder = tmp_path / "code.zip", tmp_path / "elsewhere"
    with zipfile.ZipFile(archive, "w") as new:
        new.writestr(
            "python/lib/x/site-packages/example.py", "print('as compiled', __import__('sys')._getframe().f_code)"
        )
    package._rewrite(archive, drop=4)
    zipfile.ZipFile(archive).extractall(folder)
    module = folder / "python" / "example.py"
    module.write_text("print('as written')")
    command = [sys.executable, "-c", "import example"]
    result = subprocess.run(command, cwd=module.parent, capture_output=True, text=True, check=True)
    assert result.stdout.startswith("as compiled")
    assert str(module) in result.stdout


def test_module_that_cannot_be_compiled_is_shipped_as_source(tmp_path: Path) -> None:
    archive = tmp_path / "code.zip"
    with zipfile.ZipFile(archive, "w") as new:
        new.writestr("template.py", "print 'of another Python'")
    package._rewrite(archive)
    assert zipfile.ZipFile(archive).namelist() == ["template.py"]


def test_archive_without_a_python_to_compile_with_has_the_sources_only(tmp_path: Path) -> None:
    archive = tmp_path / "code.zip"
    with zipfile.ZipFile(archive, "w") as new:
        new.writestr("app.py", "")
    package._rewrite(archive, None)
    assert zipfile.ZipFile(archive).namelist() == ["app.py"]


def test_vendored_data_is_in_the_code_archive_and_not_in_the_layer(tmp_path: Path) -> None:
    data = tmp_path / "country.mmdb"
    data.write_text("data")
    code, layer = tmp_path / "code.zip", tmp_path / "layer.zip"
    for archive, name in ((code, "app.py"), (layer, "python/lib/x/site-packages/country.mmdb")):
        with zipfile.ZipFile(archive, "w") as new:
            new.writestr(name, "text")
    package._rewrite(code, add={"country.mmdb": data})
    package._rewrite(layer, drop=4, leave_out={"country.mmdb": data})
    assert zipfile.ZipFile(code).namelist() == [cache_from_source("app.py"), "app.py", "country.mmdb"]
    assert zipfile.ZipFile(layer).namelist() == []


def test_openapi_document_is_a_file_of_the_package(tmp_path: Path) -> None:
    document = json.loads(package._openapi_document(tmp_path / "openapi.json").read_text())
    assert document["servers"][0]["url"] == "https://smartlink.example/api"
    assert "/admin/campaigns" in document["paths"]
