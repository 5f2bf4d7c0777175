#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# usage: tests/install/run.sh BUILD FOLDER
# What `cmake --install` and `cpack -G DEB` leave, tried out. FOLDER is emptied. With
# CALLWITNESS_DEBOOTSTRAP=MIRROR (as root) the package goes into a new Debian 12, too.
set -eu
build=$1 folder=$2
here=$(cd "$(dirname "$0")" && pwd)
source=$(cd "$here/../.." && pwd)

fail() {
	echo "FAIL $*"
	exit 1
}

left_out() {
	echo "left out: $*"
}

# The data is found from the program's own place, wherever one stands.
installed() { # prefix
	cmake --install "$build" --prefix "$1" >/dev/null
	for file in bin/callwitness share/man/man1/callwitness.1 \
		share/bash-completion/completions/callwitness \
		share/zsh/site-functions/_callwitness \
		share/fish/vendor_completions.d/callwitness.fish \
		lib/systemd/system/callwitness@.service share/doc/callwitness/LICENSE \
		share/doc/callwitness/README.md; do
		[ -s "$1/$file" ] || fail "$file is not installed"
	done
	(cd / && "$1/bin/callwitness" replay "$source/captures/lab_call.pcap" --policy \
		lab-meet-2026-11-21 --marks "$source/captures/lab_call.marks.yaml" \
		-o "$folder/bundle" --fail-on never >"$folder/summary")
	"$1/bin/callwitness" verify "$folder/bundle" --capture "$source/captures/lab_call.pcap"
	if command -v strace >/dev/null; then
		(cd / && strace -f -e trace=openat -o "$folder/opened" "$1/bin/callwitness" \
			list policies >/dev/null)
		! grep -F "$source/config" "$folder/opened" || fail "reads the data of the source"
	fi
}

manual() { # page
	"$1/bin/callwitness" --man | cmp - "$1/share/man/man1/callwitness.1"
	command -v man >/dev/null || {
		left_out "the man page's rendering: man is not installed"
		return 0
	}
	said=$(LC_ALL=C.UTF-8 man --warnings -l -Tutf8 -Z "$1/share/man/man1/callwitness.1" \
		2>&1 >/dev/null) || fail "man: $said"
	[ -z "$said" ] || fail "man warns: $said"
}

# One place for the unit's wishes and the program's.
unit() { # prefix
	unit=$1/lib/systemd/system/callwitness@.service
	caps=$(sed -n 's/^#define TAP_CAPABILITIES "\(.*\)"/\1/p' \
		"$source/include/callwitness/tap.h" | tr , '\n' | sort)
	for set in AmbientCapabilities CapabilityBoundingSet; do
		said=$(sed -n "s/^$set=//p" "$unit" | tr 'A-Z ' 'a-z\n' | sort)
		[ "$said" = "$caps" ] || fail "$set of the unit is not what the program needs"
	done
	for option in $(grep -o -- ' --[a-z-]*' "$unit" | sort -u); do
		"$1/bin/callwitness" --help | grep -q '^  capture ' || break
		"$1/bin/callwitness" capture --help | grep -q -- "$option\\b" ||
			fail "the unit's $option is no option of capture"
	done
	command -v systemd-analyze >/dev/null || {
		left_out "the unit's check: systemd-analyze is not installed"
		return 0
	}
	said=$(PATH="$1/bin:$PATH" systemd-analyze verify --man=no "$unit" 2>&1) ||
		left_out "systemd-analyze: $said"
}

package() { # folder
	command -v dpkg-shlibdeps >/dev/null || {
		left_out "the package: dpkg-dev is not installed"
		return 1
	}
	cpack --config "$build/CPackConfig.cmake" -G DEB -B "$1" >"$folder/cpack.log" 2>&1 || {
		tail -n 20 "$folder/cpack.log"
		fail "cpack"
	}
	dpkg-deb -I "$1"/callwitness_*.deb >"$folder/control"
	dpkg-deb --contents "$1"/callwitness_*.deb >"$folder/contents"
	for want in 'Depends:.*libpcap' 'Depends:.*libndpi' 'Depends:.*libseccomp' \
		'Depends:.*libncursesw' 'Section: net' 'Maintainer: callwitness developers'; do
		grep -q "$want" "$folder/control" || fail "the package has no \"$want\""
	done
	for want in ./usr/bin/callwitness ./usr/share/man/man1/callwitness.1.gz \
		./usr/share/doc/callwitness/copyright ./usr/share/doc/callwitness/changelog.gz \
		./usr/share/zsh/vendor-completions/_callwitness \
		./usr/lib/systemd/system/callwitness@.service; do
		grep -q " $want\$" "$folder/contents" || fail "the package has no $want"
	done
	! grep -v ' root/root ' "$folder/contents" || fail "not all of it is root's"
	! grep -E 'postinst|prerm' "$folder/control" || fail "the package runs scripts"
	if command -v lintian >/dev/null; then
		said=$(lintian --fail-on error,warning "$1"/callwitness_*.deb 2>/dev/null) ||
			fail "lintian: $said"
	fi
}

# A Debian 12 that never saw a compiler.
debian() { # mirror, package
	root=$folder/root
	debootstrap --variant=minbase bookworm "$root" "$1" >"$folder/debootstrap.log" 2>&1 ||
		fail "debootstrap, see $folder/debootstrap.log"
	cp "$2" "$source/captures/lab_call.pcap" "$source/captures/lab_call.marks.yaml" "$root/tmp"
	unshare -m sh -eu -c '
		mount -t proc proc "$1/proc"
		exec chroot "$1" sh -eu -c "
			apt-get update -qq
			DEBIAN_FRONTEND=noninteractive apt-get install -qq --no-install-recommends \
				/tmp/callwitness_*.deb >/tmp/apt.log 2>&1
			cd /
			callwitness --version
			callwitness list policies | grep lab-meet
			callwitness replay /tmp/lab_call.pcap --policy lab-meet-2026-11-21 \
				--marks /tmp/lab_call.marks.yaml -o /tmp/out --fail-on never >/dev/null
			callwitness verify /tmp/out --capture /tmp/lab_call.pcap
			dpkg -V callwitness
		"' sh "$root" || fail "in a new Debian 12"
	cmp "$root/tmp/out/flows.ndjson" "$folder/bundle/flows.ndjson"
	rm -rf "$root"
}

rm -rf "$folder"
mkdir -p "$folder"
folder=$(cd "$folder" && pwd)
installed "$folder/prefix"
manual "$folder/prefix"
unit "$folder/prefix"
"${PYTHON-python3}" "$here/completion.py" "$folder/prefix"
if package "$folder/deb" && [ -n "${CALLWITNESS_DEBOOTSTRAP-}" ]; then
	debian "$CALLWITNESS_DEBOOTSTRAP" "$folder"/deb/callwitness_*.deb
fi
echo "installed and packed"
