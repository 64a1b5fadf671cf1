#!/bin/bash
# Installs what the build needs and is not there yet: Debian packages, the ONNX
# C++ library (built once per machine into $QNN_DEPS) and a Python environment.
# Quick when all of it is there; asks for root only to install a package.

source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

packages=(
  # LLVM and MLIR, and the -dev packages that their CMake files look for
  llvm-22-dev libmlir-22-dev mlir-22-tools llvm-22-tools clang-22 lld-22 clang-format-22 clang-tidy-22
  libpolly-22-dev libzstd-dev zlib1g-dev libxml2-dev libedit-dev libcurl4-openssl-dev libz3-dev
  # building
  cmake ninja-build ccache git libc6-dev libstdc++-12-dev libgtest-dev libgmock-dev
  # ONNX's C++ library
  protobuf-compiler libprotobuf-dev
  # descriptions of training
  libtomlplusplus-dev
  # running what is compiled for other machines
  qemu-user gcc-aarch64-linux-gnu libc6-dev-arm64-cross
  python3 python3-venv
)

missing_packages() {
  local installed
  # dpkg-query fails where one of them is unknown, and still lists the others.
  installed=$(dpkg-query -W -f='${db:Status-Status} ${Package}\n' "${packages[@]}" 2>/dev/null || true)
  installed=$(sed -n 's/^installed //p' <<<"$installed")
  comm -23 <(printf '%s\n' "${packages[@]}" | sort -u) <(sort -u <<<"$installed")
}

as_root() {
  if [ "$(id -u)" -eq 0 ]; then
    env DEBIAN_FRONTEND=noninteractive "$@"
  else
    sudo env DEBIAN_FRONTEND=noninteractive "$@"
  fi
}

install_packages() {
  as_root apt-get update
  as_root apt-get install -y --no-install-recommends "$@"
}

# pip asks a source package for its metadata even to download it; with a current
# setuptools in the environment that takes seconds and needs no other download.
download_onnx() {
  /usr/bin/python3 -m venv pip
  pip/bin/pip install setuptools==80.9.0
  cat >source.txt <<'EOF'
onnx==1.19.1 --hash=sha256:737524d6eb3907d3499ea459c6f01c5a96278bb3a0f2ff8ae04786fb5d7f1ed5
EOF
  pip/bin/pip download --require-hashes --no-deps --no-build-isolation --no-binary :all: -r source.txt
}

# Built in a temporary folder and moved into place at the end, so that a broken
# build leaves nothing that looks finished.
build_onnx() (
  work=$(mktemp -d "$QNN_DEPS/.onnx.XXXXXX")
  trap 'rm -rf "$work"' EXIT
  cd "$work"
  download_onnx
  tar xf "onnx-$ONNX_VERSION.tar.gz"
  cmake -S "onnx-$ONNX_VERSION" -B build -G Ninja -DCMAKE_BUILD_TYPE=Release \
    -DCMAKE_C_COMPILER=clang-22 -DCMAKE_CXX_COMPILER=clang++-22 -DCMAKE_CXX_COMPILER_LAUNCHER=ccache \
    -DCMAKE_POSITION_INDEPENDENT_CODE=ON -DONNX_USE_PROTOBUF_SHARED_LIBS=ON -DONNX_BUILD_PYTHON=OFF \
    -DCMAKE_INSTALL_PREFIX="$ONNX"
  ninja -C build
  cmake --install build --prefix "$work/install"
  mv "$work/install" "$ONNX"
)

build_venv() {
  rm -rf "$VENV"
  /usr/bin/python3 -m venv "$VENV"
  "$VENV/bin/pip" install --only-binary :all: -r python-frontend/requirements.txt
  touch "$VENV/complete"
}

mapfile -t missing < <(missing_packages)
if [ ${#missing[@]} -gt 0 ]; then
  step "Installing ${#missing[@]} Debian packages" apt install_packages "${missing[@]}"
fi
mkdir -p "$QNN_DEPS"
exec 8>"$QNN_DEPS/.lock"
flock 8 # another clone may be setting up this folder at the same time
if [ ! -d "$ONNX" ]; then
  step "Building the ONNX library, once on this machine" onnx build_onnx
fi
if [ ! -e "$VENV/complete" ]; then
  step "Installing Python packages" pip build_venv
fi
exec 8>&-
ln -sfn "$VENV" "$BUILD/venv"
