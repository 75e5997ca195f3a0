#!/usr/bin/env bash
# Tests the page: its types and form, that what is generated and built from it is what is committed,
# and then all that it does in a browser. It installs what it needs where it can. What can't be tested
# here is said and passes; with "require" it fails.
set -euo pipefail
cd "$(dirname "$0")/.."
require=${1:-}

# skip says what is not tested, and why.
skip() {
  echo
  echo "NOT TESTED: $1"
  echo
  if [ "$require" = require ]; then
    echo "CINEFORGE_UI=require wants it tested."
    exit 1
  fi
  exit 0
}

# root does something as root, if that takes no password.
root() {
  if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n "$@"; fi
}

# browser prints the path of a Chromium that runs here.
browser() {
  local name
  for name in "${CHROMIUM:-}" chromium-headless-shell chromium chromium-browser google-chrome google-chrome-stable \
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome" "/Applications/Chromium.app/Contents/MacOS/Chromium"; do
    if [ -n "$name" ] && name=$(command -v "$name") && "$name" --version >/dev/null 2>&1; then
      echo "$name"
      return
    fi
  done
  return 1
}

# install_browser installs Debian's Chromium; the one without windows is a third faster.
install_browser() {
  command -v apt-get >/dev/null && root true 2>/dev/null || return 1
  echo "Installing Chromium, which the tests of the page use ..."
  root env DEBIAN_FRONTEND=noninteractive timeout 600 sh -c \
    'apt-get -qq update && for browser in chromium-headless-shell chromium; do
      apt-get -qq install -y --no-install-recommends $browser fonts-dejavu-core && exit; done; exit 1' >/dev/null 2>&1
}

node -e 'const [a, b] = process.versions.node.split("."); process.exit(+a > 20 || (+a === 20 && +b >= 19) ? 0 : 1)' 2>/dev/null &&
  command -v npm >/dev/null || skip "the page, which needs Node.js 20.19 or newer and npm."
if ! [ node_modules/.package-lock.json -nt package-lock.json ]; then
  npm ci >/dev/null 2>&1 || skip "the page: npm can't install what its tests use."
fi
npm run -s check
node scripts/generate.mjs --check
node scripts/built.mjs
CHROMIUM=$(browser) || { install_browser && CHROMIUM=$(browser); } || skip "the page in a browser: there is no Chromium."
export CHROMIUM
npx playwright test --reporter=dot
