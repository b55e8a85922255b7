"""The template of CloudFront in front of a tracking domain: it forwards what the redirect reads, and caches nothing."""

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

from deploy import paths

FILE = paths.ROOT / "deploy" / "cloudfront.json"
RESOURCES: dict[str, Any] = json.loads(FILE.read_text())["Resources"]
DISTRIBUTION = RESOURCES["Distribution"]["Properties"]["DistributionConfig"]
POLICY = RESOURCES["ViewerHeaders"]["Properties"]["OriginRequestPolicyConfig"]
CACHING_DISABLED = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"
"""The managed cache policy of that name, which is the same in every account."""


def trusted_headers() -> set[str]:
    """Return the headers of CloudFront that the application reads."""
    sources = (file.read_text() for file in (paths.ROOT / "chalicelib").rglob("*.py"))
    return {name for source in sources for name in re.findall(r'"(cloudfront-[a-z-]+)"', source)}


def test_cloudfront_adds_exactly_the_headers_that_the_redirect_trusts() -> None:
    headers = POLICY["HeadersConfig"]
    assert headers["HeaderBehavior"] == "allViewerAndWhitelistCloudFront"
    assert {name.lower() for name in headers["Headers"]} == trusted_headers() != set()


def test_all_headers_cookies_and_parameters_of_the_visitor_are_forwarded() -> None:
    behaviors = (POLICY["CookiesConfig"]["CookieBehavior"], POLICY["QueryStringsConfig"]["QueryStringBehavior"])
    assert behaviors == ("all", "all")


def test_secret_of_the_edge_is_sent_under_the_name_that_the_redirect_reads() -> None:
    (origin,) = DISTRIBUTION["Origins"]
    (header,) = origin["OriginCustomHeaders"]
    source = (paths.ROOT / "chalicelib" / "domain" / "visitor.py").read_text()
    assert f'"{header["HeaderName"].lower()}"' in source
    assert header["HeaderValue"] == {"Ref": "EdgeSecret"}
    assert json.loads(FILE.read_text())["Parameters"]["EdgeSecret"]["NoEcho"]


def test_every_secret_of_the_edge_fits_into_the_main_stack() -> None:
    main = json.loads((paths.ROOT / ".chalice" / "resources.json").read_text())
    longest = [template["Parameters"]["EdgeSecret"]["MaxLength"] for template in (json.loads(FILE.read_text()), main)]
    assert longest[0] == longest[1]


def test_nothing_is_cached_and_postbacks_pass() -> None:
    behavior = DISTRIBUTION["DefaultCacheBehavior"]
    assert behavior["CachePolicyId"] == CACHING_DISABLED
    assert {"GET", "HEAD", "POST"} <= set(behavior["AllowedMethods"])


def test_visitors_use_modern_tls_and_http_3() -> None:
    assert DISTRIBUTION["HttpVersion"] == "http2and3"
    assert DISTRIBUTION["ViewerCertificate"]["MinimumProtocolVersion"] == "TLSv1.2_2021"


def test_template_passes_cfn_lint() -> None:
    command = [str(Path(sys.executable).parent / "cfn-lint"), "--regions", "us-east-1", "--", str(FILE)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.stdout + done.stderr == ""
    assert done.returncode == 0
