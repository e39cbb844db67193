#!/usr/bin/env bash
# Set up the checkout: two Python virtual environments, Node packages (Azurite), a Chromium for the tests of the dashboard.
# Nothing here needs an answer, an account or Docker.
# Lives here: finding a Python 3.13 and Node, and installing what the requirements files name. Never here: starting anything.
# Run it as often as you like: each part is skipped while the files that decide it are unchanged (stamps under build/setup).
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
stamps=build/setup

fail() {
  printf 'setup: %s\n' "$*" >&2
  exit 1
}

runs_313() { # a pyenv shim can be on the path and still refuse to run, so it is tried, not only found
  [ -n "$1" ] && "$1" -c 'import sys, venv, ssl, sqlite3; sys.exit(sys.version_info < (3, 13))' >/dev/null 2>&1
}

find_python() {
  local candidate
  for candidate in "${PYTHON:-}" python3.13 python3.14 python3 \
    "${PYENV_ROOT:-$HOME/.pyenv}"/versions/3.1[3-9]*/bin/python3 \
    "$(command -v uv >/dev/null 2>&1 && uv python find 3.13 2>/dev/null || true)"; do
    if runs_313 "$candidate"; then
      command -v "$candidate"
      return
    fi
  done
  fail "no working Python 3.13 or newer. Install one (python.org, 'pyenv install 3.13', 'uv python install 3.13'," \
    "or your package manager, with its venv module) and run this again, or name it: PYTHON=/path/to/python3.13"
}

stamp_of() { # what the result depends on, as one word
  cat "$@" | cksum | tr ' ' '-'
}

make_venv() { # FOLDER REQUIREMENTS_FILE [MORE FILES THE STAMP DEPENDS ON]
  local folder=$1 requirements=$2 stamp
  stamp="$stamps/${folder#.}.$(stamp_of "${@:2}")"
  if [ -e "$stamp" ] && runs_313 "$folder/bin/python"; then return; fi
  echo "setup: $folder from $requirements"
  runs_313 "$folder/bin/python" || "$python" -m venv --clear "$folder"
  "$folder/bin/python" -m pip install -qq --disable-pip-version-check --no-input -r "$requirements" ||
    fail "pip could not install $requirements (its message is above); is a package index reachable?"
  rm -f "$stamps/${folder#.}".*
  touch "$stamp"
}

make_node_modules() {
  local stamp
  stamp="$stamps/node_modules.$(stamp_of package.json package-lock.json)"
  if [ -e "$stamp" ] && [ -x node_modules/.bin/azurite ]; then return; fi
  echo "setup: node_modules from package-lock.json"
  npm ci --silent --no-progress </dev/null || fail "npm could not install Azurite; 'npm ci' shows why"
  rm -f "$stamps"/node_modules.*
  touch "$stamp"
}

find_browser() { # as tests/web/browser.py looks for it
  local candidate
  for candidate in chromium chromium-browser google-chrome; do
    if command -v "$candidate" >/dev/null 2>&1; then return; fi
  done
  .venv/bin/python -c 'import pathlib, sys
from playwright.sync_api import sync_playwright
with sync_playwright() as it: sys.exit(not pathlib.Path(it.chromium.executable_path).exists())' 2>/dev/null
}

get_browser() { # a machine that can have none still runs everything else, so this never fails
  local tried=$stamps/chromium.tried
  if [ -e "$tried" ] || find_browser; then return; fi
  echo "setup: Chromium"
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    DEBIAN_FRONTEND=noninteractive apt-get install -qq -y chromium >/dev/null 2>&1 </dev/null || true
  fi
  find_browser || .venv/bin/python -m playwright install chromium >/dev/null 2>&1 </dev/null || true
  find_browser || echo "setup: no Chromium could be installed; tests of the dashboard are skipped." \
    "Install one, or delete $tried to have it tried again." >&2
  touch "$tried"
}

command -v npm >/dev/null 2>&1 && node -e 'process.exit(Number(process.versions.node.split(".")[0] < 20))' 2>/dev/null ||
  fail "no Node.js 20 or newer with npm on the path. Azurite (Azure Storage) needs it: nodejs.org or your package manager."
mkdir -p "$stamps"
python=$(find_python)
# Side by side: one unpacks while another downloads. Each ends before this does, whatever becomes of the others.
make_node_modules & node_modules=$!
make_venv .venv-ministack local/ministack-requirements.txt & ministack=$!
make_venv .venv requirements-dev.txt requirements.txt & own=$!
failed=0
for part in "$node_modules" "$ministack" "$own"; do wait "$part" || failed=1; done
[ "$failed" = 0 ] || exit 1
get_browser
