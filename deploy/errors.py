"""How a command gives up."""


class CommandError(Exception):
    """A command cannot go on. Its text is one line that says what to do next."""
