/* SPDX-License-Identifier: Apache-2.0 */
/* The keys of QUIC's Initial packets, between quic.c and quic_crypto.c. */
#ifndef CALLWITNESS_QUIC_H
#define CALLWITNESS_QUIC_H

#include <callwitness/dissect.h>

#define QUIC_SALT 20
#define QUIC_SAMPLE 16
#define QUIC_TAG 16

/* What a client seals its Initials with: RFC 9001 section 5.2. Labels: "quic ", "quicv2 ". */
bool quic_keys_derive(struct quic_keys *k, const uint8_t salt[QUIC_SALT],
    const char *label, const uint8_t *dcid, size_t length);
/* Header protection, RFC 9001 section 5.4.3: what to xor first byte and number with. */
bool quic_mask(
    const struct quic_keys *k, const uint8_t sample[QUIC_SAMPLE], uint8_t mask[5]);
/*
 * Decrypts in place what follows `header` bytes of a packet whose header is in clear
 * already; the last QUIC_TAG bytes are the tag. False when it does not authenticate.
 */
bool quic_unseal(const struct quic_keys *k, uint32_t number, uint8_t *packet,
    size_t header, size_t length);

#endif
