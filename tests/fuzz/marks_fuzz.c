/* SPDX-License-Identifier: Apache-2.0 */
/* Bytes as t.yaml; what is read is in order, whole, and can be added again. */
#include <stdlib.h>

#include <callwitness/session.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
check_mark(const struct marks *m, size_t i)
{
	const struct mark *mark = marks_at(m, i);

	if (mark->time_ns < 0 || (i > 0 && marks_at(m, i - 1)->time_ns > mark->time_ns))
		abort();
	if (mark->state == STATE_SILENT || mark->state > STATES)
		abort();
	if (mark->state == STATES && (mark->on || mark->note == NULL))
		abort();
	if (mark->note != NULL && mark->note[0] == '\0')
		abort();
}

static void
check_marks(const struct marks *m, size_t size)
{
	struct marks *again = marks_new();
	size_t length = 0;

	if (again == NULL || marks_bytes(m, &length) == NULL || length != size)
		abort();
	for (size_t i = marks_count(m); i-- > 0;) {
		check_mark(m, i);
		if (marks_add(again, marks_at(m, i)) < 0)
			abort();
	}
	if (marks_count(again) != marks_count(m))
		abort();
	for (size_t i = 0; i < marks_count(m); i++)
		if (marks_at(again, i)->time_ns != marks_at(m, i)->time_ns)
			abort();
	marks_free(again);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct error e = { 0 };
	struct marks *m = marks_parse("t.yaml", data, size, &e);

	if ((m == NULL) != (e.count > 0))
		abort();
	if (m != NULL)
		check_marks(m, size);
	error_clear(&e);
	marks_free(m);
	return 0;
}
