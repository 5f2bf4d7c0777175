/* SPDX-License-Identifier: Apache-2.0 */
/* Tables: read back by the rules of RFC 4180, and harmless to a spreadsheet. */
#include "make_view.h"

#define ROWS 32
#define COLUMNS 64

struct table {
	size_t rows, columns;
	char *cell[ROWS][COLUMNS];
};

/* One cell; *end is behind its comma or line break. */
static char *
cell_read(const char *text, const char **end, bool *last)
{
	bool quoted = *text == '"';
	char *cell = calloc(1, strlen(text) + 1), *to = cell;

	for (text += quoted; quoted || (*text != ',' && *text != '\r'); text++) {
		assert_true(*text != '\0');
		if (quoted && *text == '"' && *++text != '"')
			break;
		*to++ = *text;
	}
	*last = *text == '\r';
	assert_true(*text == ',' || (text[0] == '\r' && text[1] == '\n'));
	*end = text + 1 + *last;
	return cell;
}

static struct table
table_read(const char *text)
{
	struct table t = { 0 };

	while (*text != '\0') {
		size_t column = 0;
		bool last = false;

		assert_true(t.rows < ROWS);
		while (!last) {
			assert_true(column < COLUMNS);
			t.cell[t.rows][column++] = cell_read(text, &text, &last);
		}
		if (t.rows++ == 0)
			t.columns = column;
		assert_int_equal(column, t.columns);
	}
	return t;
}

static void
table_free(struct table *t)
{
	for (size_t i = 0; i < t->rows; i++)
		for (size_t k = 0; k < t->columns; k++)
			free(t->cell[i][k]);
}

static const char *
cell_at(const struct table *t, size_t row, const char *column)
{
	assert_true(row < t->rows);
	for (size_t i = 0; i < t->columns; i++)
		if (strcmp(t->cell[0][i], column) == 0)
			return t->cell[row][i];
	fail_msg("no column %s", column);
	return NULL;
}

static void
a_row_for_each_stream(void **state)
{
	struct desk *d = *state;
	char *text = view_made(&view_csv, &d->report);
	struct table t = table_read(text);

	assert_int_equal(t.rows, 1 + 7);
	assert_string_equal(cell_at(&t, 3, "flow"), "2");
	assert_string_equal(cell_at(&t, 3, "stream"), "0");
	assert_string_equal(cell_at(&t, 3, "local_ip"), "192.168.1.10");
	assert_string_equal(cell_at(&t, 3, "remote_port"), "443");
	assert_string_equal(cell_at(&t, 3, "host"), "evt.demo.example");
	assert_string_equal(cell_at(&t, 3, "entity"), "Demo Inc.");
	assert_string_equal(cell_at(&t, 3, "country_source"), "vendor");
	assert_string_equal(cell_at(&t, 3, "asn"), "");
	assert_string_equal(cell_at(&t, 3, "category"), "telemetry");
	assert_string_equal(cell_at(&t, 3, "up_bytes"), "3104");
	assert_string_equal(cell_at(&t, 3, "first_frame"), "6");
	assert_string_equal(cell_at(&t, 3, "last_frame"), "9");
	assert_string_equal(cell_at(&t, 6, "flow"), "4");
	assert_string_equal(cell_at(&t, 6, "stream"), "1");
	table_free(&t);
	free(text);
}

static void
disclosures_join_their_streams(void **state)
{
	struct desk *d = *state;
	char *text = view_made(&view_csv, &d->report);
	struct table t = table_read(text);
	static const struct {
		size_t row;
		const char *disclosure, *claim, *severity;
	} rows[] = { { 1, "", "", "" }, { 3, "vague", "collects-usage", "none" },
		{ 4, "omitted", "", "medium" },
		{ 5, "ambiguous", "collects-usage", "none" },
		{ 6, "omitted", "", "none" }, { 7, "", "", "" } };

	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		assert_string_equal(
		    cell_at(&t, rows[i].row, "disclosure demo-tos-2026-01-01"),
		    rows[i].disclosure);
		assert_string_equal(
		    cell_at(&t, rows[i].row, "claim demo-tos-2026-01-01"), rows[i].claim);
		assert_string_equal(
		    cell_at(&t, rows[i].row, "severity demo-tos-2026-01-01"),
		    rows[i].severity);
		assert_string_equal(
		    cell_at(&t, rows[i].row, "disclosure demo-empty"), "");
	}
	table_free(&t);
	free(text);
}

static void
a_row_for_each_claim(void **state)
{
	struct desk *d = *state;
	char *text = view_made(&view_claims_csv, &d->report);
	struct table t = table_read(text);

	assert_int_equal(t.rows, 1 + 6);
	assert_string_equal(cell_at(&t, 2, "policy"), "demo-tos-2026-01-01");
	assert_string_equal(cell_at(&t, 2, "claim"), "no-usage-before");
	assert_string_equal(cell_at(&t, 2, "recipients"), "first_party; third_party");
	assert_string_equal(cell_at(&t, 2, "when"), "before_consent");
	assert_string_equal(cell_at(&t, 2, "outcome"), "contradicted");
	assert_string_equal(cell_at(&t, 2, "severity"), "high");
	assert_string_equal(cell_at(&t, 2, "streams"), "31");
	assert_string_equal(cell_at(&t, 2, "evidence"), "2/0:4-9; 4/0:20-30");
	assert_string_equal(cell_at(&t, 4, "quote"), "not \"train\" on it");
	assert_string_equal(cell_at(&t, 3, "restated"), "no sound while muted");
	assert_string_equal(cell_at(&t, 3, "quote"), "");
	table_free(&t);
	free(text);
}

static void
without_policies_there_are_no_claims(void **state)
{
	struct desk *d = *state;
	char *text = view_made(&view_claims_csv, &d->report);
	struct table t = table_read(text);

	assert_int_equal(t.rows, 1);
	table_free(&t);
	free(text);
	text = view_made(&view_csv, &d->report);
	t = table_read(text);
	assert_int_equal(t.rows, 1 + 7);
	assert_null(strstr(text, "disclosure"));
	table_free(&t);
	free(text);
}

/* A spreadsheet takes what begins so for a formula, unless it is a number. */
static void
no_cell_is_a_formula(void **state)
{
	static const struct {
		const char *json, *cell;
	} rows[] = {
		{ "=1+1", "'=1+1" },
		{ "+cmd|' /C calc'!A0", "'+cmd|' /C calc'!A0" },
		{ "-2+3", "'-2+3" },
		{ "@SUM(A1)", "'@SUM(A1)" },
		{ "\\t=1", "' =1" },
		{ "\\r=1", "' =1" },
		{ "-5", "-5" },
		{ "+49.30", "+49.30" },
		{ "-", "'-" },
		{ "-.", "'-." },
		{ "-5e", "'-5e" },
		{ "a=1", "a=1" },
		{ "", "" },
		{ "a\\\"b,c", "a\"b,c" },
		{ "a\\r\\nb", "a  b" },
		{ "\\u001b[2J\\u009bx\\u007f", " [2J x " },
		{ "d\\u00e9j\\u00e0 \\u4f60", "d\xc3\xa9j\xc3\xa0 \xe4\xbd\xa0" },
	};
	char flow[256];

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		json_t *report = json_pack("{s:[]}", "policies");
		char *text = NULL;
		struct table t;

		snprintf(flow, sizeof(flow),
		    "{\"id\": 1, \"remote\": {\"host\": \"%s\"}, \"streams\": [{}]}\n",
		    rows[i].json);
		text = view_of(&view_csv, report, flow);
		t = table_read(text);
		assert_int_equal(t.rows, 2);
		assert_string_equal(cell_at(&t, 1, "host"), rows[i].cell);
		table_free(&t);
		free(text);
		json_decref(report);
	}
}

/* Lists and names of policies are no way around that; wrong types are empty cells. */
static void
strangers_records_stay_a_table(void **state)
{
	json_t *report = json_loads(
	    "{\"policies\": [{\"policy\": \"=x\\\"y\", \"disclosures\": [{\"flow\": 1, "
	    "\"stream\": 0, \"disclosure\": \"=z\"}, 7], \"claims\": [{\"data\": "
	    "[\"=a\", "
	    "\"=b\", null], \"evidence\": 7}, 7]}, 7]}",
	    0, NULL);
	char *text = NULL;
	struct table t;

	(void)state;
	assert_non_null(report);
	text = view_of(&view_csv, report,
	    "{\"id\": 1, \"streams\": [{\"up\": []}]}\n{\"id\": 2, \"streams\": {}}\n");
	t = table_read(text);
	assert_int_equal(t.rows, 2);
	assert_string_equal(cell_at(&t, 1, "disclosure =x\"y"), "'=z");
	table_free(&t);
	free(text);
	text = view_of(&view_claims_csv, report, "");
	t = table_read(text);
	assert_int_equal(t.rows, 3);
	assert_string_equal(cell_at(&t, 1, "policy"), "'=x\"y");
	assert_string_equal(cell_at(&t, 1, "data"), "'=a; =b; 0/0:0-0");
	assert_string_equal(cell_at(&t, 1, "evidence"), "7");
	table_free(&t);
	free(text);
	json_decref(report);
}

#define JUDGED(name) cmocka_unit_test_setup_teardown(name, judged_setup, desk_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		JUDGED(a_row_for_each_stream),
		JUDGED(disclosures_join_their_streams),
		JUDGED(a_row_for_each_claim),
		cmocka_unit_test_setup_teardown(
		    without_policies_there_are_no_claims, desk_setup, desk_teardown),
		cmocka_unit_test(no_cell_is_a_formula),
		cmocka_unit_test(strangers_records_stay_a_table),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
