"""`python -m dnnbook.experiments`: sets the environment, then starts."""

import os
import sys

from dnnbook import settings

if __name__ == "__main__":
    # Before NumPy is imported. PYTHONHASHSEED comes too late for this process, and reaches only
    # its workers: what a run computes depends on no set's order, and `COMPUTING` leaves it out.
    os.environ.update(settings.ENVIRONMENT)
    from dnnbook.experiments import command

    sys.exit(command.main())
