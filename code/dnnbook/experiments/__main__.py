"""`python -m dnnbook.experiments`: sets the environment, then starts."""

import os
import sys

from dnnbook import settings

if __name__ == "__main__":
    # Before NumPy is imported. PYTHONHASHSEED comes too late for this process, and Dask sets its
    # own in the workers that it starts: a run may not depend on it, and `COMPUTING` lacks it.
    os.environ.update(settings.ENVIRONMENT)
    from dnnbook.experiments import command

    sys.exit(command.main())
