"""Named crash points, as kill -9 would: `REDLETTER_FAILPOINT=shell.before_commit:7` ends it there the seventh time."""

import os

_NAME, _, _COUNT = os.environ.get("REDLETTER_FAILPOINT", "").partition(":")
_left = [int(_COUNT or 1)]


def failpoint(name: str) -> None:
    """Die here when it is this point's turn."""
    if name == _NAME:
        _left[0] -= 1
        if _left[0] == 0:
            os._exit(137)
