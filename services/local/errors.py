"""What goes wrong on the machine itself, told so that its reader can do something about it."""


class LocalError(Exception):
    """One clear line for the person at the terminal; commands print it and exit with a code other than 0."""
