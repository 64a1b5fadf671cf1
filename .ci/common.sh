# Sourced by the scripts beside it: where things are, and how a step is shown.

set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

export QNN_DEPS=${QNN_DEPS:-$HOME/.cache/qnn}
BUILD=${QNN_BUILD:-build}
LLVM=/usr/lib/llvm-22
ONNX_VERSION=1.19.1
ONNX=$QNN_DEPS/onnx-$ONNX_VERSION
# One environment for each list of packages, so that branches do not disturb each other.
VENV=$QNN_DEPS/venv-$(sha256sum python-frontend/requirements.txt | cut -c1-12)
# What ccache must overlook to reuse objects that were built with a precompiled header.
export CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime
mkdir -p "$BUILD"

# step "what happens" NAME command...: one line for people; the output goes to
# NAME.log in the build folder, and its end is shown if the command fails.
step() {
  local what=$1 log=$BUILD/$2.log start=$SECONDS status
  shift 2
  printf '%-52s' "$what ..."
  # Not as a condition: that would switch off -e inside the command.
  set +e
  (set -e; "$@") >"$log" 2>&1
  status=$?
  set -e
  if [ $status -eq 0 ]; then
    printf '%4d s\n' $((SECONDS - start))
  else
    printf 'failed after %d s; the end of %s:\n' $((SECONDS - start)) "$log"
    tail -n 40 "$log"
    exit 1
  fi
}
