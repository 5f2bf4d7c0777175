#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# usage: tests/npm.sh SOURCE FOLDER    the packages of SOURCE's lock file, into FOLDER
# Exits with 77, and says why, where node or npm are missing or the packages cannot be had.
set -u
source=$1 folder=$2

if ! command -v node >/dev/null || ! command -v npm >/dev/null; then
	echo "skipped: node and npm are not installed"
	exit 77
fi
mkdir -p "$folder" || exit 1
cp "$source/package.json" "$source/package-lock.json" "$folder" || exit 1
cmp -s "$folder/package-lock.json" "$folder/installed.json" && exit 0
if ! npm ci --prefix "$folder" --ignore-scripts --no-audit --no-fund --fetch-retries 1 \
	--fetch-retry-mintimeout 1000 >"$folder/npm.log" 2>&1; then
	echo "skipped: npm cannot get the packages of $source/package-lock.json:"
	tail -n 5 "$folder/npm.log"
	exit 77
fi
cp "$folder/package-lock.json" "$folder/installed.json"
