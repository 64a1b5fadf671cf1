#!/bin/bash
# Runs lit (which runs the unit tests too) and pytest, and adds up their reports.

source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

run() { # name, command...: keeps going when tests fail, the summary tells
  local name=$1 start=$SECONDS
  shift
  rm -f "$BUILD/$name.xml"
  printf '%-52s' "Running the tests of $name ..."
  "$@" >"$BUILD/$name.log" 2>&1 || true
  printf '%4d s\n' $((SECONDS - start))
}

QNN_PYTHON=$VENV/bin/python run lit "$LLVM/bin/lit" -v "$BUILD/test" --xunit-xml-output "$BUILD/lit.xml"
QNN_BUILD=$(realpath "$BUILD") run pytest "$VENV/bin/python" -m pytest -q test/Python --junit-xml "$BUILD/pytest.xml"
/usr/bin/python3 .ci/summary.py "$BUILD"
