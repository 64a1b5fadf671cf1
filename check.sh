#!/bin/bash
# As demo.sh, then runs all tests. The last line counts what ran.

source "$(dirname "$0")/.ci/common.sh"
./demo.sh
echo
.ci/test.sh
