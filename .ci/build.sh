#!/bin/bash
# Configures and builds everything. The compiler is pinned, so warnings are
# errors here as in CI; QNN_WERROR=OFF in the environment turns that off.

source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

configure() {
  cmake -S . -B "$BUILD" -G Ninja -DQNN_DEPS="$QNN_DEPS" -DQNN_WERROR="${QNN_WERROR:-ON}" \
    -DCMAKE_C_COMPILER=clang-22 -DCMAKE_CXX_COMPILER=clang++-22 \
    -DCMAKE_C_COMPILER_LAUNCHER=ccache -DCMAKE_CXX_COMPILER_LAUNCHER=ccache \
    -DCMAKE_EXE_LINKER_FLAGS=-fuse-ld=lld-22 -DCMAKE_SHARED_LINKER_FLAGS=-fuse-ld=lld-22
}

step "Configuring" configure configure
step "Building" ninja ninja -C "$BUILD"
