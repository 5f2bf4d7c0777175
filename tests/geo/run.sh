#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# usage: run.sh GEO_TEST FOLDER    packages go to FOLDER; run from the source root
# The unit test and whole captures with a real database of countries.
set -u
sh tests/npm.sh tests/geo "$2" || exit
base=$2/node_modules/@ip-location-db/geo-whois-asn-country-mmdb
CALLWITNESS_GEOIP=$base/geo-whois-asn-country.mmdb
export CALLWITNESS_GEOIP
"$1" && exec "${PYTHON:-python3}" tests/cases/places.py
