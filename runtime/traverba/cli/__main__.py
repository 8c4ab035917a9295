"""``python -m traverba.cli``."""

import sys

from traverba.cli.main import main

sys.exit(main())
