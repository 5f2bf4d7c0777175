#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# usage: tests/web/run.sh CALLWITNESS FOLDER
# report.html in a browser. Its packages and pages go to FOLDER, of the build. Exits 77 if
# node, npm, a browser or the packages cannot be had.
set -eu
callwitness=$1 folder=$2
here=$(cd "$(dirname "$0")" && pwd)

skip() {
	echo "skipped: $*"
	exit 77
}

browser() {
	for name in ${CHROMIUM-} chromium chromium-browser google-chrome; do
		command -v "$name" && return
	done
	return 1
}

command -v node >/dev/null || skip "node is not installed"
[ "$(node -p 'process.versions.node.split(".")[0] >= 18')" = true ] || skip "node is older than 18"
CHROMIUM=$(browser) || skip "no browser: install chromium, or name one in CHROMIUM"
sh "$here/../npm.sh" "$here" "$folder" || exit
CALLWITNESS=$callwitness WEB_FOLDER=$folder CHROMIUM=$CHROMIUM node --test "$here/report_test.js"
