"""The error that ends a command."""


class CommandError(Exception):
    """A command failed. The message is one line that says what is wrong and what to do."""
