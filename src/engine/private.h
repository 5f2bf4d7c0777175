/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ENGINE_PRIVATE_H
#define ENGINE_PRIVATE_H

#include "hello.h"
#include "processes.h"

struct flow_detail {
	struct inspection *inspection; /* while nDPI is being shown packets */
	struct ndpi_facts facts;
	bool inspected;
	uint8_t realm_tries;
	const char *realm;
	const struct process *process; /* whose it is, if that is known */
	struct hello hello;
};

struct engine {
	struct engine_options options;
	struct decoder *decoder;
	struct flow_table *flows;
	struct names *names;
	struct strings *strings;
	struct inspector *inspector;
	struct hellos *hellos;
	struct processes *processes;
	struct session *session;
	struct traffic traffic;
	struct decoder_stats restored; /* what the decoder counted before */
	struct flow_update last;
	struct dns dns;
	struct stun stun;
	struct codec codec; /* the record being written */
};

#endif
