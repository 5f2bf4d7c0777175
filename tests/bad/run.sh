#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# usage: tests/bad/run.sh CALLWITNESS    what lint says and how it exits; from the source root
set -u
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/build"
cp "$1" "$work/build/callwitness"
ln -s "$PWD/config" "$work/config"
failed=0

# The program as built in a tree whose shipped files are the source's.
lint() { # files; fills out, err, code
	"$work/build/callwitness" lint "$@" >"$work/out" 2>"$work/err"
	code=$?
	out=$(cat "$work/out")
	err=$(cat "$work/err")
}

wrong() {
	echo "$*: exit $code"
	echo "$out"
	echo "$err"
	failed=1
}

is() { # what, found, wanted
	[ "$2" = "$3" ] || wrong "$1: wanted '$3', found '$2'"
}

has() { # what, text, part
	case $2 in
	*"$3"*) ;;
	*) wrong "$1: '$3' is not in '$2'" ;;
	esac
}

# Every broken file is found out, every complaint has its place.
for file in tests/bad/*/*.yaml; do
	lint "$file"
	[ $code = 1 ] || wrong "$file"
	[ -n "$err" ] || wrong "$file: nothing said"
	strange=$(grep -v "^$file:" "$work/err")
	[ -z "$strange" ] || wrong "$file: no place in '$strange'"
	has "$file" "$out" " $(wc -l <"$work/err") error"
done

lint signatures/*.yaml config/policies/*.yaml config/ontology/*.yaml captures/*.marks.yaml
is "shipped files" "$code$err" 0
for noun in rules claims terms marks "0 errors" tensions; do
	has "shipped files" "$out" " $noun"
done

lint config/policies/zoom-tos-2023-08-07.yaml config/policies/zoom-tos-2023-08-11.yaml
is "a tension is no error" "$code$err" 0
is "one tension" "$(grep -c '^config/.*: tension ' "$work/out")" 1
has "its label" "$out" ": tension N1, a narrowing: data of which a part is denied, the same recipients"
has "the claim" "$out" " tos-10.4-content-licence collects: \"a perpetual, worldwide"
has "the denial" "$out" " tos-10.4-no-training-without-consent never: \"Notwithstanding the above"
has "the sum" "$out" " claims, 0 errors, 1 tension"
is "places of both" "$(grep -c '^  config/policies/zoom-tos-2023-08-07.yaml:[0-9]*:[0-9]*: ' "$work/out")" 2

# All files are read, whatever is wrong with one.
printf -- '- {at: today, state: mutted, on: true}\n' >"$work/marks.yaml"
printf 'polcy: x\nvendor: y\n' >"$work/neither.yaml"
lint tests/bad/policy/syntax.yaml "$work/marks.yaml" tests/bad/signature/typo-key.yaml \
	"$work/neither.yaml" "$work/none.yaml" captures/lab_call.marks.yaml
is "several files" "$code" 1
for file in tests/bad/policy/syntax.yaml:11:1 "$work/marks.yaml:1:8" "$work/marks.yaml:1:22" \
	tests/bad/signature/typo-key.yaml:8:5 "$work/neither.yaml:1:1" "$work/none.yaml"; do
	has "several files" "$err" "$file: "
done
has "a mistyped kind" "$err" "did you mean 'policy'?"
has "several files" "$out" "6 files: 11 marks, "

# An ontology that is given stands for the shipped one.
sed 's/content\.chat/content.messages/' config/ontology/data.yaml >"$work/data.yaml"
sed 's/content\.chat/content.messages/' config/policies/zoom-tos-2023-08-07.yaml \
	>"$work/zoom-tos-2023-08-07.yaml"
lint "$work/zoom-tos-2023-08-07.yaml" "$work/data.yaml"
is "terms of one's own" "$code$err" 0
lint "$work/zoom-tos-2023-08-07.yaml"
is "terms of nobody" "$code" 1
has "terms of nobody" "$err" "'data' is 'content.messages': expected a term of the data ontology"
lint tests/bad/ontology/circle.yaml config/policies/zoom-tos-2023-08-07.yaml
is "no ontologies" "$code" 1
has "no ontologies" "$err" "config/policies/zoom-tos-2023-08-07.yaml: not checked"

lint
is "no files" "$code" 2
lint "$work/none.yaml"
is "a missing file" "$code" 1
exit $failed
