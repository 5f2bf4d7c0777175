/* SPDX-License-Identifier: Apache-2.0 */
/* Keys become lines to the capture; its replies become the status. */
#include <errno.h>
#include <sys/socket.h>
#include "screen.h"

#define WISH_MS 5000
#define STATUS_MS 8000
#define KEY_ESCAPE 27
#define KEY_CONTROL_U 21
#define KEY_DELETE 127

static const struct {
	wint_t key;
	enum state state;
} toggles[] = { { 'm', STATE_MUTED }, { 'v', STATE_CAMERA_OFF }, { 's', STATE_SHARING },
	{ 'c', STATE_CONSENTED }, { 'o', STATE_OPTIONAL_DATA_OFF },
	{ 'i', STATE_IN_CALL } };

const char *
screen_keys_help(size_t line, bool utf8)
{
	static const struct {
		const char *text, *ascii; /* NULL: the same */
	} lines[] = {
		{ "Marks: say what is true of the call at the moment it becomes true.",
		    NULL },
		{ "", NULL },
		{ "  m  muted              v  camera off          s  sharing", NULL },
		{ "  c  consented          o  optional data off   i  in call", NULL },
		{ "  n  a note: a line of text at this moment", NULL },
		{ "", NULL },
		{ "States: \xe2\x97\x8f on by your mark   \xe2\x97\x90 the media show "
		  "it, no "
		  "mark says so   \xe2\x97\x8b off",
		    "States: * on by your mark   ~ the media show it, no mark says so   "
		    "- "
		    "off" },
		{ "  \xe2\x80\xa6 asked for, not taken yet",
		    "  ? asked for, not taken yet" },
		{ "Going up: payload that left this machine, by what it is for. Bars "
		  "share",
		    NULL },
		{ "  one scale; the last minute has a scale for each line.", NULL },
		{ "Recipients: \xe2\x96\xb2 third party; C is content, T telemetry, and "
		  "so on.",
		    "Recipients: ! third party; C is content, T telemetry, and so on." },
		{ "Claims: what the policy says, as the traffic stands now; up, down, "
		  "Tab and",
		    NULL },
		{ "  the page keys move through them. Nothing is final before the end, "
		  "and",
		    NULL },
		{ "  absence means something only once the last lines say that it "
		  "counts.",
		    NULL },
		{ "", NULL },
		{ "  q  ends the capture and writes the report.      Any key leaves this "
		  "page.",
		    NULL },
	};

	if (line >= COUNT_OF(lines))
		return NULL;
	return utf8 || lines[line].ascii == NULL ? lines[line].text : lines[line].ascii;
}

static void
status_set(struct screen *s, const char *text)
{
	snprintf(s->status, sizeof(s->status), "%s", text);
	s->status_ms = screen_clock_ms();
	s->dirty = true;
}

/* False if the line cannot go out now; it is not kept for later. */
static bool
line_send(struct screen *s, const char *line, enum state asked)
{
	char text[CONTROL_LINE];
	int length = snprintf(text, sizeof(text), "%s\n", line);
	ssize_t sent = -1;

	if (s->control >= 0 && s->asked_count < ASKED_ROOM)
		sent =
		    send(s->control, text, (size_t)length, MSG_DONTWAIT | MSG_NOSIGNAL);
	if (sent != length) {
		status_set(s, "error: the capture does not take requests");
		return false;
	}
	s->asked[s->asked_count++] = asked;
	s->status[0] = '\0';
	return true;
}

/* What was asked for already counts as taken. */
static void
state_toggle(struct screen *s, enum state state)
{
	struct wish *w = &s->wishes[state];
	bool on = w->waits ? !w->on : !s->view.on[state];
	char line[64];

	snprintf(line, sizeof(line), "mark %s %s", state_name(state), on ? "on" : "off");
	if (line_send(s, line, state))
		*w = (struct wish){
			.waits = true, .on = on, .since_ms = screen_clock_ms()
		};
}

static void
note_send(struct screen *s)
{
	char line[NOTE_SIZE + 8];

	s->mode = MODE_WATCH;
	if (s->note[strspn(s->note, " ")] == '\0')
		return;
	snprintf(line, sizeof(line), "note %s", s->note);
	(void)line_send(s, line, STATES);
}

static void
note_shorten(struct screen *s)
{
	size_t length = strlen(s->note);

	while (length > 0 && ((unsigned char)s->note[length - 1] & 0xc0) == 0x80)
		length--;
	s->note[length > 0 ? length - 1 : 0] = '\0';
}

static void
note_lengthen(struct screen *s, wint_t key)
{
	size_t length = strlen(s->note);
	char utf8[5];

	if (!text_is_visible((uint32_t)key) || (key >= 0x80 && !s->brush.utf8) ||
	    length + text_utf8((uint32_t)key, utf8) >= sizeof(s->note))
		return;
	strcpy(s->note + length, utf8);
}

static void
note_key(struct screen *s, wint_t key, bool special)
{
	if ((special && key == KEY_ENTER) || (!special && (key == '\n' || key == '\r')))
		note_send(s);
	else if ((special && key == KEY_BACKSPACE) ||
		 (!special && (key == '\b' || key == KEY_DELETE)))
		note_shorten(s);
	else if (!special && key == KEY_ESCAPE)
		s->mode = MODE_WATCH;
	else if (!special && key == KEY_CONTROL_U)
		s->note[0] = '\0';
	else if (!special)
		note_lengthen(s, key);
}

static void
claims_scroll(struct screen *s, int rows)
{
	if (rows < 0 && (size_t)-rows > s->scroll)
		s->scroll = 0;
	else
		s->scroll += (size_t)rows;
}

static void
special_key(struct screen *s, wint_t key)
{
	int page = s->claim_rows > 1 ? (int)s->claim_rows - 1 : 1;

	if (key == KEY_UP || key == KEY_BTAB)
		claims_scroll(s, -1);
	else if (key == KEY_DOWN)
		claims_scroll(s, 1);
	else if (key == KEY_PPAGE)
		claims_scroll(s, -page);
	else if (key == KEY_NPAGE)
		claims_scroll(s, page);
}

static void
watch_key(struct screen *s, wint_t key)
{
	for (size_t i = 0; i < COUNT_OF(toggles); i++)
		if (toggles[i].key == key)
			state_toggle(s, toggles[i].state);
	if (key == 'n') {
		s->note[0] = '\0';
		s->mode = MODE_NOTE;
	} else if (key == 'q') {
		s->mode = MODE_QUIT;
	} else if (key == '?') {
		s->mode = MODE_HELP;
	} else if (key == '\t') {
		claims_scroll(s, 1);
	}
}

void
screen_key(struct screen *s, wint_t key, bool special)
{
	s->dirty = true;
	if (special && key == KEY_RESIZE)
		return;
	if (s->mode == MODE_NOTE) {
		note_key(s, key, special);
	} else if (s->mode == MODE_QUIT) {
		s->mode = MODE_WATCH;
		if (!special && (key == 'y' || key == 'Y'))
			(void)line_send(s, "stop", STATES);
	} else if (s->mode == MODE_HELP) {
		s->mode = MODE_WATCH;
	} else if (special) {
		special_key(s, key);
	} else {
		watch_key(s, key);
	}
}

static void
reply_take(struct screen *s, const char *line)
{
	enum state asked = STATES;

	if (s->asked_count > 0) {
		asked = s->asked[0];
		s->asked_count--;
		memmove(s->asked, s->asked + 1, s->asked_count * sizeof(s->asked[0]));
	}
	if (asked != STATES && strncmp(line, "ok", 2) != 0)
		s->wishes[asked].waits = false;
	status_set(s, line);
}

/* A line that is too long is cut. */
void
screen_replies(struct screen *s)
{
	char bytes[CONTROL_LINE];
	ssize_t length = recv(s->control, bytes, sizeof(bytes), MSG_DONTWAIT);

	if (length < 0 && (errno == EINTR || errno == EAGAIN || errno == EWOULDBLOCK))
		return;
	if (length <= 0) {
		s->control = -1;
		return;
	}
	for (ssize_t i = 0; i < length; i++) {
		if (bytes[i] != '\n') {
			if (s->reply_length < sizeof(s->reply) - 1)
				s->reply[s->reply_length++] = bytes[i];
			continue;
		}
		s->reply[s->reply_length] = '\0';
		s->reply_length = 0;
		reply_take(s, s->reply);
	}
}

bool
screen_forget(struct screen *s, int64_t now_ms)
{
	bool ended = false;

	for (int i = 0; i < STATES; i++) {
		struct wish *w = &s->wishes[i];

		if (!w->waits || now_ms - w->since_ms < WISH_MS)
			continue;
		w->waits = false;
		ended = true;
	}
	if (s->status[0] != '\0' && now_ms - s->status_ms >= STATUS_MS) {
		s->status[0] = '\0';
		ended = true;
	}
	return ended;
}
