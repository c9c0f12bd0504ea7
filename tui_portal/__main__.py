"""`python -m tui_portal` is the same as `tui-portal`."""

import sys

from tui_portal.cli import main

if __name__ == "__main__":
    sys.exit(main())
