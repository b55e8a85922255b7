"""The runtime and architecture of every function and of the layer."""

from typing import Any

from deploy.target import Target


def set_target(template: dict[str, Any], target: Target) -> None:
    """Set runtime and architecture: Chalice writes those of the Python that runs it."""
    for resource in template["Resources"].values():
        match resource["Type"]:
            case "AWS::Serverless::Function":
                resource["Properties"] |= {"Runtime": target.runtime, "Architectures": [target.architecture]}
            case "AWS::Serverless::LayerVersion":
                compatible = {"CompatibleRuntimes": [target.runtime]}
                resource["Properties"] |= {**compatible, "CompatibleArchitectures": [target.architecture]}
