#!/bin/bash
# Fails, and shows where, if a C or C++ file is not as clang-format writes it.

source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
git ls-files -z '*.cpp' '*.h' '*.c' | xargs -0 clang-format-22 --dry-run -Werror
