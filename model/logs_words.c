#include "model/logs_words.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WORD_BYTES = 1024 };

static const struct {
    char unit;
    int64_t seconds;
} units[] = {{'d', 86400}, {'h', 3600}, {'m', 60}, {'s', 1}, {'\0', 1}};

enum { UNITS = sizeof units / sizeof *units };

/* "90", "15m", "2h", "3d"; 0: it is none. */
static int64_t read_time(const char *text)
{
    char *end;
    long long number = strtoll(text, &end, 10);
    if (end == text || number <= 0 || number > 1000000 || (*end && end[1]))
        return 0;
    for (size_t i = 0; i < UNITS; i++)
        if (units[i].unit == *end)
            return number * units[i].seconds;
    return 0;
}

static void write_time(int64_t seconds, char *text, size_t room)
{
    size_t unit = 0;
    while (seconds % units[unit].seconds)
        unit++;
    snprintf(text, room, "since %lld%c ", (long long)(seconds / units[unit].seconds),
             units[unit].unit);
}

/* "file-" and 32 hex digits: rc_key_run_name in pipeline/keys.h. */
static bool is_run_name(const char *text)
{
    static const char start[] = "file-";
    enum { DIGITS = 32 };
    if (strncmp(text, start, sizeof start - 1) != 0)
        return false;
    const char *digits = text + sizeof start - 1;
    return strspn(digits, "0123456789abcdef") == DIGITS && strlen(digits) == DIGITS;
}

static bool is_filter(const char *word)
{
    size_t name = 0;
    while (isalnum((unsigned char)word[name]) || word[name] == '_')
        name++;
    return *word == '!' || *word == '"' || (name && word[name] && strchr("<>=:!", word[name]));
}

/* The next word; false when it does not fit. */
static bool next(const char **text, char word[WORD_BYTES])
{
    const char *at = *text + strspn(*text, " ");
    size_t length = strcspn(at, " ");
    if (length >= WORD_BYTES)
        return false;
    memcpy(word, at, length);
    word[length] = '\0';
    *text = at + length + strspn(at + length, " ");
    return true;
}

static bool keep(const char *word, char *to, size_t room, const char *what, struct rc_error *err)
{
    size_t length = strlen(word);
    if (length && length < room) {
        memcpy(to, word, length + 1);
        return true;
    }
    if (length)
        rc_error_set(err, RC_LIMIT, "logs: %s has at most %zu bytes", what, room - 1);
    else
        rc_error_set(err, RC_USAGE, "logs: %s is missing", what);
    return false;
}

/* A word that is named by the one before it. */
static bool take_named(const char *name, const char **text, struct rc_logs_words *words,
                       struct rc_error *err)
{
    char word[WORD_BYTES];
    if (!next(text, word)) {
        rc_error_set(err, RC_LIMIT, "logs: a word is too long");
        return false;
    }
    if (strcmp(name, "since") != 0) {
        words->is_run = strcmp(name, "run") == 0;
        return keep(word, words->term, sizeof words->term, name, err);
    }
    words->since_s = read_time(word);
    if (!words->since_s)
        rc_error_set(err, RC_USAGE, "logs since TIME: \"%.40s\" is no time (90, 15m, 2h, 3d)",
                     word);
    return words->since_s != 0;
}

const char *rc_logs_words_read(const char *text, struct rc_logs_words *words, struct rc_error *err)
{
    char word[WORD_BYTES];
    *words = (struct rc_logs_words){.since_s = 0};
    while (*(text += strspn(text, " "))) {
        const char *before = text;
        bool ok = true;
        if (!next(&text, word) || is_filter(word))
            return before;
        if (*word == '/' && !*words->group)
            ok = keep(word, words->group, sizeof words->group, "the group's name", err);
        else if (strcmp(word, "run") == 0 || strcmp(word, "request") == 0 ||
                 strcmp(word, "since") == 0)
            ok = take_named(word, &text, words, err);
        else if (strcmp(word, "metrics") == 0)
            words->metrics = true;
        else if (!*words->term && (ok = keep(word, words->term, sizeof words->term, word, err)))
            words->is_run = is_run_name(word);
        else if (ok)
            return before;
        if (!ok)
            return NULL;
    }
    return text;
}

void rc_logs_words_write(const struct rc_logs_words *words, char *text, size_t room)
{
    char since[32] = "";
    const char *named = words->is_run && !is_run_name(words->term) ? "run " : "";
    if (words->since_s)
        write_time(words->since_s, since, sizeof since);
    snprintf(text, room, "%s%s%s%s%s%s%s", words->group, *words->group ? " " : "", since,
             words->metrics ? "metrics " : "", named, words->term, *words->term ? " " : "");
    size_t length = strlen(text);
    if (length && text[length - 1] == ' ')
        text[length - 1] = '\0';
}

/* Source: "Filter pattern syntax", Amazon CloudWatch Logs User Guide. Every document of the
 * embedded metric format has CloudWatchMetrics. */
void rc_logs_words_pattern(const struct rc_logs_words *words, char pattern[RC_LOGS_PATTERN_BYTES])
{
    size_t used = 0;
    if (*words->term)
        pattern[used++] = '"';
    for (const char *at = words->term; *at; at++) {
        if (*at == '"' || *at == '\\')
            pattern[used++] = '\\';
        pattern[used++] = *at;
    }
    if (*words->term)
        pattern[used++] = '"';
    pattern[used] = '\0';
    if (!words->metrics)
        snprintf(pattern + used, RC_LOGS_PATTERN_BYTES - used, "%s-CloudWatchMetrics",
                 used ? " " : "");
}
