#!/bin/bash
# Installs what is missing, builds, and runs the main job: a binary network is
# trained, compiled to a native object, and tried on images that it has not seen.

source "$(dirname "$0")/.ci/common.sh"
.ci/setup.sh
.ci/build.sh
echo
PYTHONPATH=python-frontend "$VENV/bin/python" -m qnn.demo --build "$BUILD" "$@"
