#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# usage: run.sh CALLWITNESS FOLDER    packages and bundles go to FOLDER; run from the source root
# OSCAL views of the shipped call are valid: check.js says of what. 77 without node or packages.
set -u
callwitness=$1 folder=$2

sh tests/npm.sh tests/oscal "$folder" || exit
cp tests/oscal/check.js "$folder" || exit 1

bad=0
check() { # name, then options of replay
	name=$1
	shift
	for round in 1 2; do # the same capture gives the same bytes
		rm -rf "$folder/$name.$round"
		if ! "$callwitness" replay captures/lab_call.pcap --signatures signatures \
			--ontology config/ontology --fail-on never -o "$folder/$name.$round" "$@" \
			>"$folder/replay.log" 2>&1 ||
			! "$callwitness" report "$folder/$name.$round" --format oscal \
				>"$folder/$name.$round.json" 2>>"$folder/replay.log"; then
			echo "$name: replay or report failed:"
			tail -n 5 "$folder/replay.log"
			bad=1
			return
		fi
	done
	cmp "$folder/$name.1.json" "$folder/$name.2.json" || bad=1
	node "$folder/check.js" tests/oscal/oscal-ar-schema-1.0.6.json "$folder/$name.1.json" \
		"$folder/$name.1" || bad=1
}

check bare
check lab --marks captures/lab_call.marks.yaml --policy config/policies/lab-meet-2026-11-21.yaml
all=
for policy in config/policies/*.yaml; do
	all="$all --policy $policy"
done
# shellcheck disable=SC2086 # a list of options
check all $all
exit $bad
