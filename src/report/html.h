/* SPDX-License-Identifier: Apache-2.0 */
/* report.html and report.md: what both need to say, and how a page is written. */
#ifndef REPORT_HTML_H
#define REPORT_HTML_H

#include <stdarg.h>
#include "json.h"

/* Text of strangers. */

/* Its first `points` code points into text (`size` bytes), with "…" if there are more. */
const char *text_clipped(const char *from, size_t points, char *text, size_t size);
/* "first_party" as "first party" into text; returns text. */
const char *text_plain(const char *id, char *text, size_t size);

/* A longer text is cut, and says so. */
#define TEXT_POINTS_MAX 4000

/*
 * Writes a code point so that it is text and nothing else. `last`: the two before it,
 * the nearest first. What is not visible never comes here: it is written as [U+202E].
 */
typedef void text_escaper(FILE *out, uint32_t code, const uint32_t last[2]);

/* At most so many code points of a text. */
void text_escape(FILE *out, text_escaper *escape, const char *text, size_t most);
/*
 * printf() whose %s is escaped, all that it brings in; %.10s is the first ten code points.
 * Whole numbers (%u, %d, %zu, %lld ...), %f, %g and %% are as usual.
 */
void text_put(FILE *out, text_escaper *escape, const char *format, va_list *list);
/* The same for HTML: for text and for attributes in double quotes alike. */
void html_put(FILE *out, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Numbers. */

#define NUMBER_SIZE 32

/* "12,345" into text; returns text. */
const char *number_text(uint64_t number, char text[NUMBER_SIZE]);
/* "47.7 s", "12 min 3 s", "2 h 10 min". */
const char *length_text(int64_t ns, char text[NUMBER_SIZE]);

/* Words of a report: what an id is called, and what that means. */

struct word {
	const char *id, *title, *means;
};

enum word_table {
	WORDS_CATEGORIES,
	WORDS_STRENGTHS,
	WORDS_OUTCOMES,
	WORDS_DISCLOSURES,
	WORDS_SEVERITIES,
	WORDS_PARTIES,
	WORDS_COUNTRIES, /* sources of a country */
	WORDS_GATES,
	WORDS_STATES,
	WORDS_GLOSSARY,
	WORD_TABLES
};

/* NULL after the last. */
const struct word *word_at(enum word_table table, size_t index);
/* Never NULL: an id that is not known has a word with nothing but that id. */
struct word word_of(enum word_table table, const char *id);
size_t word_index(enum word_table table, const char *id); /* SIZE_MAX if not known */
/* Its outcome's place in WORDS_OUTCOMES, or OUTCOMES if that is not known. */
size_t outcome_rank(const json_t *claim);

/* What the flows add to the report. */

#define STREAMS_SHOWN 300
#define RECIPIENTS_SHOWN 200
#define GROUPS_SHOWN 200
#define GROUP_FLOWS 4

/* One of the streams with most bytes up. */
struct stream_row {
	uint64_t flow, up_bytes;
	size_t index;
	json_t *remote, *stream; /* copies of the record's */
	json_t *process;         /* the same; NULL if it is not known */
};

/* A stream that some claim rests on. */
struct witness {
	uint64_t flow;
	size_t stream;
	char *what, *where; /* "telemetry.usage", "events.lab.example"; NULL: not found */
};

/* Streams of one disclosure: the same words, the same data, the same recipient. */
struct disclosure_group {
	size_t policy;              /* its index */
	const json_t *disclosure;   /* the one with most bytes up */
	char *what, *where, *party; /* NULL: not found */
	size_t streams;
	uint64_t up_bytes, most_bytes;
	struct {
		uint64_t flow, stream;
	} first[GROUP_FLOWS];
};

struct facts {
	const json_t *report;
	int64_t first_ns, last_ns; /* of the capture; 0 if nothing was captured */
	bool full;                 /* memory ran out */
	size_t stream_total;       /* streams with bytes up */
	uint64_t stream_bytes;     /* of all these */
	size_t row_count;
	struct stream_row rows[STREAMS_SHOWN]; /* sorted by facts_close() */
	size_t witness_count;
	struct witness *witnesses; /* by flow, then stream */
	size_t group_count, *cursors;
	struct disclosure_group *groups; /* the same */
	size_t *groups_left;             /* streams beyond GROUPS_SHOWN, for each policy */
};

/* The report is a loan until facts_free(). NULL when memory is full. */
struct facts *facts_new(const json_t *report);
/* Each flow, in order. -1 when memory is full. */
int facts_add(struct facts *f, const json_t *flow);
/* After the last flow. -1 when memory was full. */
int facts_close(struct facts *f);
void facts_free(struct facts *f);
const struct witness *facts_witness(const struct facts *f, uint64_t flow, size_t stream);
/* Time since the capture began: "+12.3 s"; "" if text is no time. */
const char *facts_offset(const struct facts *f, const char *time, char text[NUMBER_SIZE]);
/* Payload bytes up of that category; of all if it is NULL. */
uint64_t facts_up(const struct facts *f, const char *category);
/* Some flow's program is known. */
bool facts_programs(const struct facts *f);
/* Of a flow's record: its executable, else its command or number, into text. */
const char *facts_program(const json_t *process, char *text, size_t size);
/* A recipient's name: its entity, or "local network", or its first host. */
const char *recipient_name(const json_t *recipient);
uint64_t bytes_of(const json_t *by_category);
/* What the app is called, or "the recorded machine". */
const char *facts_app(const struct facts *f, char *text, size_t size);

/* Parts of the page, in files of their own: what stands above, then each section's inside.
 */
typedef void html_section(FILE *out, const struct facts *f);

html_section html_top, html_answer, html_sent, html_received, html_claims, html_disclosures,
    html_recipients, html_states, html_streams, html_unseen, html_legal, html_method,
    html_glossary, html_environment;

/* Small things that several of them write. */
void html_category(FILE *out, const char *id);   /* with its pattern */
void html_outcome(FILE *out, const char *id);    /* with its sign */
void html_disclosure(FILE *out, const char *id); /* the same */
void html_severity(FILE *out, const char *id);   /* nothing for none */
/* "content 12.3 kB, telemetry 4.3 kB", or "nothing". */
void html_categories(FILE *out, const json_t *by_category);
/* "+12.3 s"; with the time of day below. */
void html_offset(FILE *out, const struct facts *f, const char *time);
void html_time(FILE *out, const struct facts *f, const char *time);

/*
 * Tables. A column is its heading, "#" before it for numbers, "=" for words of our own,
 * which do not break within; NULL ends them. On a phone
 * each row of a table of class "cards" is a card, and a cell says its own heading. End
 * tags of cells and rows are left out, as HTML allows.
 */
void html_table(FILE *out, const char *attributes, const char *caption,
    const char *const *columns);
void html_table_end(FILE *out);
void html_row(FILE *out, const char *column); /* a row, and its heading cell */
void html_cell(FILE *out, const char *column);

/* Fixed parts. */
extern const char html_style[], html_script[];
extern const char html_sprite[]; /* patterns and signs, for "#c-content" and the like */

#endif
