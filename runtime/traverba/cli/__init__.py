"""The command line: parse (`arguments`), run (one module for each command), report (`main`).

The only room that prints or configures logging.
"""

from traverba.cli.main import main

__all__ = ["main"]
