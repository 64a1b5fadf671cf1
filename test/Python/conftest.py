"""Makes the Python package importable from its place in the source tree."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parents[2] / "python-frontend"))
