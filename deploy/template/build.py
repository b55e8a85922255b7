"""Complete the template that Chalice packages."""

from collections.abc import Mapping
from copy import deepcopy
from typing import Any

from deploy.template import doors, redirect

Template = dict[str, Any]
"""A CloudFormation template, parsed from JSON."""


def build(packaged: Mapping[str, Any], project: redirect.Project) -> Template:
    """Return the template of the stack. `packaged` is Chalice's, merged with `.chalice/resources.json`."""
    template = deepcopy(dict(packaged))
    redirect.add_function(template, project)
    doors.add_tracking_api(template)
    return template
