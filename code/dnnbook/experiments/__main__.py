"""`python -m dnnbook.experiments`: sets the environment, then starts."""

import os
import sys

from dnnbook import seeds

if __name__ == "__main__":  # the worker processes import this file too
    if any(os.environ.get(name) != value for name, value in seeds.ENVIRONMENT.items()):
        # Anew, since NumPy is imported, and some variables are read once.
        os.environ.update(seeds.ENVIRONMENT)
        os.execv(sys.executable, [sys.executable, "-m", "dnnbook.experiments", *sys.argv[1:]])
    from dnnbook.experiments import command

    sys.exit(command.main())
