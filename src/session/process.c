/* SPDX-License-Identifier: Apache-2.0 */
/* Programs: who is whose, by what the kernel told of them. */
#include <ctype.h>
#include <strings.h>
#include "private.h"

/* A line of parents is no longer, whatever a file says. */
#define LINE_MOST 64

/* The kernel's word behind the path of a file that was replaced while it ran. */
#define DELETED " (deleted)"

static size_t
path_length(const char *path)
{
	size_t length = strlen(path), end = strlen(DELETED);

	return length > end && strcmp(path + length - end, DELETED) == 0 ? length - end
									 : length;
}

static const char *
path_leaf(const char *path, size_t length)
{
	const char *leaf = path;

	for (size_t i = 0; i < length; i++)
		if (path[i] == '/')
			leaf = path + i + 1;
	return leaf;
}

static bool
is_pid(const struct process *p, const char *name)
{
	char pid[16];

	snprintf(pid, sizeof(pid), "%u", p->pid);
	return strcmp(pid, name) == 0;
}

static bool
is_path(const struct process *p, const char *name)
{
	size_t length = p->exe != NULL ? path_length(p->exe) : 0;
	const char *leaf = p->exe != NULL ? path_leaf(p->exe, length) : NULL;
	size_t rest = leaf != NULL ? length - (size_t)(leaf - p->exe) : 0;
	size_t asked = strlen(name);

	if (length == 0 || asked == 0)
		return false;
	return (asked == length && memcmp(name, p->exe, length) == 0) ||
	       (asked == rest && memcmp(name, leaf, rest) == 0);
}

bool
process_is_itself(const struct process *p, const char *name)
{
	return p != NULL && (is_pid(p, name) || is_path(p, name));
}

bool
process_is(const struct process *p, const char *name)
{
	for (unsigned i = 0; p != NULL && i < LINE_MOST; i++, p = p->parent)
		if (process_is_itself(p, name))
			return true;
	return false;
}

bool
process_equal(const struct process *a, const struct process *b)
{
	return a == b || (a != NULL && b != NULL && a->pid == b->pid &&
			     a->started_ns == b->started_ns);
}

static bool
is_same_text(const char *a, const char *b)
{
	return a == NULL || b == NULL || strcmp(a, b) == 0;
}

/* Two files that one interpreter runs are two programs. */
static bool
run_other_files(const struct process *a, const struct process *b)
{
	return a->command != NULL && b->command != NULL &&
	       strchr(a->command, ' ') != NULL && strchr(b->command, ' ') != NULL &&
	       strcmp(a->command, b->command) != 0;
}

static bool
runs_the_same(const struct process *p, const struct process *parent)
{
	return p->exe != NULL && parent->exe != NULL &&
	       strcmp(p->exe, parent->exe) == 0 &&
	       is_same_text(p->sha256, parent->sha256) && !run_other_files(p, parent);
}

const struct process *
process_program(const struct process *p)
{
	for (unsigned i = 0; p != NULL && p->parent != NULL && i < LINE_MOST; i++) {
		if (!runs_the_same(p, p->parent))
			break;
		p = p->parent;
	}
	return p;
}

/* Whether the text is the word, or goes on with what is no letter: "firefox-esr". */
static bool
begins_with_word(const char *text, size_t length, const char *word)
{
	size_t most = strlen(word);

	return length >= most && strncasecmp(text, word, most) == 0 &&
	       (length == most || !isalpha((unsigned char)text[most]));
}

/* Programs that show pages, mails or other vendors' apps; and what fetches these. */
static bool
is_browser_name(const char *text, size_t length)
{
	static const char *const names[] = { "chrome", "chromium", "google-chrome",
		"headless_shell", "ungoogled-chromium", "firefox", "msedge",
		"microsoft-edge", "brave", "opera", "vivaldi", "safari", "epiphany",
		"gnome-www-browser", "WebKitNetworkProcess", "WebKitWebProcess",
		"MiniBrowser", "QtWebEngineProcess", "falkon", "konqueror", "qutebrowser",
		"librewolf", "waterfox", "floorp", "zen", "palemoon", "seamonkey",
		"iceweasel", "iridium", "thorium", "yandex_browser", "midori", "min",
		"torbrowser", "tor-browser", "franz", "ferdium", "rambox", "thunderbird",
		"betterbird", "evolution", "geary" };

	for (size_t i = 0; i < COUNT_OF(names); i++)
		if (begins_with_word(text, length, names[i]))
			return true;
	return length >= 6 && strncasecmp(text, "webkit", 6) == 0;
}

bool
process_is_browser(const struct process *p)
{
	const char *word = p != NULL ? p->command : NULL;

	if (p == NULL)
		return false;
	if (p->exe != NULL) {
		size_t length = path_length(p->exe);
		const char *leaf = path_leaf(p->exe, length);

		if (is_browser_name(leaf, length - (size_t)(leaf - p->exe)))
			return true;
	}
	/* Its own name, and the file of an interpreter. */
	for (; word != NULL && *word != '\0'; word += strspn(word, " ")) {
		size_t length = strcspn(word, " ");
		const char *leaf = path_leaf(word, length);

		if (is_browser_name(leaf, length - (size_t)(leaf - word)))
			return true;
		word += length;
	}
	return false;
}

const char *
process_name(const struct process *p, char *text, size_t size)
{
	if (p->exe != NULL || p->command != NULL)
		return p->exe != NULL ? p->exe : p->command;
	snprintf(text, size, "process %u", p->pid);
	return text;
}
