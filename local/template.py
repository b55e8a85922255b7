"""Changes of the template for the emulator, each with its reason."""

from copy import deepcopy
from typing import Any

from deploy import paths

Template = dict[str, Any]


def for_emulator(template: Template) -> Template:
    """Return the template with all changes below."""
    changed = deepcopy(template)
    for change in (_delete_with_the_stack, _print_links_of_the_gateway):
        change(changed)
    return changed


def _delete_with_the_stack(template: Template) -> None:
    """Delete every resource with its stack: a table that stays would make the next creation of the stack fail."""
    for resource in template["Resources"].values():
        resource.pop("DeletionPolicy", None)
        resource.pop("UpdateReplacePolicy", None)


def _print_links_of_the_gateway(template: Template) -> None:
    """Print links with the address of the HTTP API on this machine instead of its address at AWS."""
    variables = template["Resources"]["APIHandler"]["Properties"]["Environment"]["Variables"]
    variables["TRACKING_URL"] = {"Fn::Sub": f"http://${{TrackingApi}}.execute-api.localhost:{paths.port()}"}
