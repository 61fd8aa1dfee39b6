"""`python -m lk_audit` is the same as `lk-audit`."""

import os
import sys


def _leave_out_working_folder() -> None:
    """Let no module come from the working folder: a scanned project may well have an `inspect.py` or a `yaml`.

    `python -m` puts that folder first (Python documentation, `sys.path`). It stays where lk-audit itself lies in it:
    its libraries may, too.
    """
    try:
        here = os.getcwd()  # noqa: PTH109 - nothing is imported yet
    except OSError:  # it is gone, which the command line tells of
        return
    is_home = os.path.realpath(here) == os.path.realpath(os.path.join(__file__, "..", ".."))  # noqa: PTH118 - as above
    if sys.path[:1] == [here] and not sys.flags.safe_path and not is_home:
        del sys.path[0]


if __name__ == "__main__":
    _leave_out_working_folder()
    from lk_audit.cli import main

    main()
