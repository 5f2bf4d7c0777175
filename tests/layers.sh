#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# An include may only point left on the ladder, private headers stay in their folder, and
# every foreign header has one home. Run from the source root.
ladder="base capture packet dissect flow classify session policy report engine tap ui cmd"
homes="pcap/pcap.h=src/capture/ pcap.h=src/capture/ ndpi_api.h=src/classify/ndpi.c
yaml.h=src/base/yaml.c jansson.h=src/report/json ldns/ldns.h=src/dissect/dns.c
libpsl.h=src/classify/names.c gcrypt.h=src/base/digest.c,src/dissect/quic_crypto.c
sodium.h=src/report/seal maxminddb.h=src/session/geo.c
libmnl/libmnl.h=src/tap/sockets.c cap-ng.h=src/tap/privileges.c seccomp.h=src/tap/confine.c
ncurses.h=src/ui/ curses.h=src/ui/"
bad=0

rank() { # of a folder, or of the header of that name; 0 for none
	n=0
	for rung in $ladder; do
		n=$((n + 1))
		[ "$rung" = "$1" ] && echo $n && return
	done
	echo 0
}

complain() {
	echo "$*"
	bad=1
}

included() { # names that match $2 in the include lines of file $1
	sed -n "s|^[ 	]*#[ 	]*include[ 	]*$2.*|\\1|p" "$1"
}

for file in $(find src -mindepth 2 -name '*.[ch]') include/callwitness/*.h; do
	case $file in
	include/*) from=$(basename "$file" .h) ;;
	*) from=$(echo "$file" | cut -d/ -f2) ;;
	esac
	[ "$(rank "$from")" -gt 0 ] || complain "$file: $from is not on the ladder"
	for to in $(included "$file" '<callwitness/\([a-z]*\)\.h>'); do
		[ "$(rank "$to")" -gt 0 ] || complain "$file: no step is called $to"
		[ "$(rank "$to")" -le "$(rank "$from")" ] || complain "$file: $from may not include $to"
	done
	for to in $(included "$file" '"\([^"]*/[^"]*\)"'); do
		complain "$file: \"$to\" is another folder's own"
	done
done
for pair in $homes; do
	for file in $(grep -rlE "^[[:space:]]*#[[:space:]]*include[[:space:]]*[<\"]${pair%%=*}[>\"]" src include); do
		at_home=
		for home in $(echo "${pair#*=}" | tr , ' '); do
			case $file in
			"$home"*) at_home=yes ;;
			esac
		done
		[ "$at_home" ] || complain "$file: ${pair%%=*} belongs in ${pair#*=}"
	done
done
exit $bad
