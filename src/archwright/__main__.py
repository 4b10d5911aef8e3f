"""`python -m archwright` is the command `archwright`."""

import os
import sys

if __name__ == "__main__":
    # `python -m` puts the working directory first: often the project under review, of which nothing may be imported.
    if not sys.flags.safe_path and os.path.isdir(sys.path[0] or os.curdir):  # noqa: PTH112 - pathlib is not imported yet
        del sys.path[0]
    from archwright.cli.main import main

    sys.exit(main())
