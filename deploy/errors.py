"""How a command gives up."""


class CommandError(Exception):  # noqa: N818 - it ends a command, it is not a bug
    """A command cannot go on. Its text is one line that says what to do next."""
