#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# usage: tests/fuzz.sh PROGRAM SECONDS    one fuzzer, from its shipped corpus; one line of result
set -u
name=$(basename "$1" _fuzz)
grown=out/fuzz/$name.corpus
mkdir -p "$grown"
if "$1" -max_total_time="$2" -timeout=10 -rss_limit_mb=2048 -print_final_stats=1 \
	-artifact_prefix="out/fuzz/$name-" "$grown" "tests/fuzz/corpus/$name" \
	>"out/fuzz/$name.log" 2>&1; then
	runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "out/fuzz/$name.log")
	echo "ok   $name: $runs inputs, $(find "$grown" -type f | wc -l) kept"
else
	echo "FAIL $name:"
	grep -aE 'ERROR|SUMMARY|Test unit written|runtime error' "out/fuzz/$name.log" | sed 's/^/     /'
	exit 1
fi
