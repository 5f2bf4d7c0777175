#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# What the compiler and clang-format leave open of the house style: lengths, tabs, the SPDX
# line, loose ends. Run from the source root.

c=$(find src include tests -name '*.[ch]')
scripts=$(find dev .ci/run tests -type f \( -name dev -o -name run -o -name '*.sh' \
	-o -name '*.py' -o -path tests/lab/lab -o -path tests/bench/bench \))
cmake=$(find CMakeLists.txt tests -name CMakeLists.txt)

# lines and place of every function, from the line of its name to the closing brace.
functions() {
	awk '
	FNR == 1 { start = 0 }
	/^[a-z_][a-zA-Z0-9_]*\(/ { start = FNR; name = $0; sub(/\(.*/, "", name) }
	/^}/ { if (start) print FNR - start + 1, FILENAME ":" start ": " name; start = 0 }
	/;$/ && !/^[ \t]/ { start = 0 }' "$@"
}

# "place: what is wrong", a line each.
findings() {
	functions $c | awk '$1 > 90 { print $2, $3 " has " $1 " lines, over 90" }'
	wc -l $c $scripts | awk '$1 > 500 && $2 != "total" { print $2 ": " $1 " lines, over 500" }'
	[ ! -f src/main.c ] || wc -l src/main.c | awk '$1 >= 60 { print $2 ": 60 lines or more" }'
	awk '/ \t/ || /^        / { print FILENAME ":" FNR ": indent with tabs" }' $c
	awk '/[ \t]+$/ { print FILENAME ":" FNR ": space at the end" }' $c $scripts $cmake
	expand_columns $c | awk '$1 > 100 { print $2 ": over 100 columns" }'
	for file in $c $scripts $cmake; do
		head -n 3 "$file" | grep -q 'SPDX-License-Identifier: Apache-2.0' ||
			echo "$file: no SPDX line at the top"
	done
	grep -HnE '\b(TO''DO|FIX''ME|XX''X|HA''CK)\b|^#if 0' $c $scripts $cmake |
		sed 's/\([^:]*:[0-9]*\):.*/\1: a loose end/'
	find src include -iname 'utils.*' -o -iname 'common.*' | sed 's/$/: says nothing by its name/'
}

# clang-format holds sources to 90; headers, laid out by hand, have some room.
expand_columns() {
	awk '{
		n = split($0, part, "\t")
		columns = 0
		for (i = 1; i < n; i++) {
			columns += length(part[i])
			columns += 8 - columns % 8
		}
		print columns + length(part[n]), FILENAME ":" FNR
	}' "$@"
}

functions $(find src -name '*.c') | sort -n | awk '{ n[NR] = $1 }
	END { if (NR) printf "%d functions in src: median %d lines, nine in ten up to %d, longest %d\n",
	      NR, n[int((NR + 1) / 2)], n[int(NR * .9 + .5)], n[NR] }'
found=$(findings)
[ -z "$found" ] || {
	echo "$found"
	exit 1
}
