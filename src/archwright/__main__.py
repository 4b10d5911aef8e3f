"""`python -m archwright` is the command `archwright`."""

import sys

from archwright.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
