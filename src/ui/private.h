/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UI_PRIVATE_H
#define UI_PRIVATE_H

#include <callwitness/ui.h>

/* Words. */

/* What a person wants to know first comes first. */
extern const enum category category_order[CATEGORIES];

/* A word is never alone: it has a sign, in UTF-8 and in ASCII. */
struct sign {
	const char *word, *utf8, *ascii;
};

extern const struct sign outcome_signs[OUTCOMES];
const char *state_words(enum state s);
const char *party_words(enum party p); /* "third party" */
/* Entity, or "local network", or host. */
const char *recipient_words(const struct view_recipient *r);
/* "mm:ss" since the capture began. */
#define WORDS_SIZE 32
const char *elapsed_text(const struct view *v, char text[WORDS_SIZE]);
const char *count_text(uint64_t number, char text[WORDS_SIZE]); /* "12,345" */
/* Its whole code points that fit, and NUL; "" for NULL. */
void text_fit(char *to, size_t size, const char *from);
uint64_t view_drops(const struct view *v);

/* Views, as they come. */

enum arrival { ARRIVAL_NONE, ARRIVAL_VIEW, ARRIVAL_END };

/* Takes the next view, if one waits; nothing of it is out of its bounds afterwards. */
enum arrival view_receive(int fd, struct view *v);
void view_mend(struct view *v);

/* The news of a view: streams that are accused, contradicted claims first. */
void view_accuse(struct view *v, const struct session *s,
    const struct judgement *const *judgements, size_t count);

/* What is new from view to view. */

struct watch;

/* A line without its end; `alarm`: something is accused or missing. */
typedef void watch_teller(void *context, bool alarm, const char *line);

struct watch *watch_new(void);
void watch_view(
    struct watch *w, const struct view *v, watch_teller *tell, void *context);
void watch_free(struct watch *w);

#endif
