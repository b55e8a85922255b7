"""AWS's serverless transform on this machine, by the library that the emulator uses."""

import json
import os
import subprocess
from collections.abc import Mapping
from typing import Any

from deploy import paths
from deploy.errors import CommandError

_SCRIPT = """
import json, logging, sys
from types import SimpleNamespace
from samtranslator.translator.transform import transform

logging.disable(logging.ERROR)
json.dump(transform(json.load(sys.stdin), {}, SimpleNamespace(load=dict)), sys.stdout)
"""
"""The library pins another pydantic than the project, so it runs in the environment of the emulator."""


def transformed(template: Mapping[str, Any], region: str = "us-east-1") -> dict[str, Any]:
    """Return the template as CloudFormation sees it: serverless resources become those of Lambda and API Gateway.

    Raises CommandError if the transform refuses the template.
    """
    command = [str(paths.python(paths.EMULATOR_VENV)), "-c", _SCRIPT]
    environment = {**os.environ, "AWS_DEFAULT_REGION": region}
    text = json.dumps(template).replace('"./', '"s3://package/')
    done = subprocess.run(command, input=text, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        reason = (done.stderr.strip() or "it gave no reason").splitlines()[-1]
        message = f"The serverless transform refused the template: {reason}"
        raise CommandError(message)
    result: dict[str, Any] = json.loads(done.stdout)
    return result
