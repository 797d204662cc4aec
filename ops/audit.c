#include "ops/audit.h"

#include "base/buf.h"
#include "base/folder.h"
#include "base/json.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PATH_BYTES = 4096, HASH_TEXT = 65 };

static const char hash_member[] = ",\"hash\":\"";

struct rc_audit {
    int fd;
    off_t mark;       /* up to here it was read, ... */
    int64_t mark_seq; /* to this line */

    /* What is known of keys and payloads, up to that line: an array of entries each. */
    json_t *keys, *payloads;
    int64_t known_seq;
    char path[PATH_BYTES];
};

/* ----- the file ----- */

static bool find_folder(const char *named, char folder[PATH_BYTES], struct rc_error *err)
{
    const char *state = getenv("XDG_STATE_HOME"), *home = getenv("HOME");
    int length;
    if (named)
        length = snprintf(folder, PATH_BYTES, "%s", named);
    else if (state && *state == '/')
        length = snprintf(folder, PATH_BYTES, "%s/reconctl", state);
    else if (home && *home == '/')
        length = snprintf(folder, PATH_BYTES, "%s/.local/state/reconctl", home);
    else {
        rc_error_set(err, RC_USAGE,
                     "there is no place for the audit, without which nothing is changed: set "
                     "XDG_STATE_HOME or HOME");
        return false;
    }
    if (length < PATH_BYTES - 32)
        return true;
    rc_error_set(err, RC_LIMIT, "the folder of the audit has too long a name: %.60s...", folder);
    return false;
}

struct rc_audit *rc_audit_open(const char *folder, struct rc_error *err)
{
    char path[PATH_BYTES];
    if (!find_folder(folder, path, err) || !rc_make_folders(path, 0700, err)) {
        rc_error_prefix(err, "the audit cannot be kept");
        return NULL;
    }
    struct rc_audit *audit = calloc(1, sizeof *audit);
    if (!audit) {
        rc_error_nomem(err);
        return NULL;
    }
    audit->keys = json_object();
    audit->payloads = json_object();
    snprintf(audit->path, sizeof audit->path, "%.*s/audit.jsonl", PATH_BYTES - 32, path);
    audit->fd = open(audit->path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (audit->fd >= 0 && audit->keys && audit->payloads)
        return audit;
    if (audit->fd >= 0)
        rc_error_nomem(err);
    else
        rc_error_errno(err, RC_IO,
                       "the audit cannot be kept in %s, without which nothing is changed",
                       audit->path);
    rc_audit_close(audit);
    return NULL;
}

void rc_audit_close(struct rc_audit *audit)
{
    if (!audit)
        return;
    if (audit->fd >= 0)
        close(audit->fd);
    json_decref(audit->keys);
    json_decref(audit->payloads);
    free(audit);
}

const char *rc_audit_path(const struct rc_audit *audit)
{
    return audit->path;
}

static bool failed(const struct rc_audit *audit, const char *what, struct rc_error *err)
{
    rc_error_errno(err, RC_IO, "the audit %s cannot be %s", audit->path, what);
    return false;
}

/* ----- lines ----- */

static bool hash_of(const char *bytes, size_t length, char text[HASH_TEXT])
{
    unsigned char digest[EVP_MAX_MD_SIZE];
    if (EVP_Digest(bytes, length, digest, NULL, EVP_sha256(), NULL) != 1)
        return false;
    for (int i = 0; i < 32; i++)
        snprintf(text + 2 * (size_t)i, 3, "%02x", digest[i]);
    return true;
}

/* Where `,"hash":"…"}` begins, when the line ends with it. */
static const char *hash_begins(const char *line, size_t length)
{
    size_t tail = sizeof hash_member - 1 + HASH_TEXT - 1 + 2; /* and `"}` */
    if (length < tail || memcmp(line + length - tail, hash_member, sizeof hash_member - 1) != 0 ||
        memcmp(line + length - 2, "\"}", 2) != 0)
        return NULL;
    return line + length - tail;
}

/* The end of what was written: its last line and where the file ends. */
struct tail {
    int64_t seq;
    char hash[HASH_TEXT]; /* of the last line that is one */
    bool torn;            /* something without an end stands behind it */
};

struct lines {
    struct rc_buf buf; /* bytes of the line that is being read */
    off_t at;          /* where the next read begins */
    off_t end;
    bool whole; /* the line has its end */
};

/* The next line, without its end; NULL at the end of the file or on failure (err). Lines that are
 * longer than what is written here come in pieces, none of which is an entry. */
static const char *next_line(const struct rc_audit *audit, struct lines *lines, size_t *length,
                             struct rc_error *err)
{
    char piece[RC_AUDIT_LINE_BYTES + 2];
    size_t want = sizeof piece - 1;
    if ((off_t)want > lines->end - lines->at)
        want = (size_t)(lines->end - lines->at);
    ssize_t got = want ? pread(audit->fd, piece, want, lines->at) : 0;
    if (got < 0)
        failed(audit, "read", err);
    if (got <= 0)
        return NULL;
    char *newline = memchr(piece, '\n', (size_t)got);
    *length = newline ? (size_t)(newline - piece) : (size_t)got;
    lines->whole = newline != NULL;
    lines->at += (off_t)*length + lines->whole;
    rc_buf_clear(&lines->buf);
    if (rc_buf_add(&lines->buf, piece, *length) && rc_buf_add_char(&lines->buf, '\0'))
        return lines->buf.data;
    rc_error_nomem(err);
    return NULL;
}

static bool begin_lines(const struct rc_audit *audit, struct lines *lines, struct rc_error *err)
{
    struct stat file;
    *lines = (struct lines){.at = 0};
    rc_buf_init(&lines->buf, RC_AUDIT_LINE_BYTES + 4);
    if (fstat(audit->fd, &file) != 0)
        return failed(audit, "read", err);
    lines->end = file.st_size;
    return true;
}

/* A line as an entry of its hash, or NULL when it is none. */
static json_t *read_entry(const char *line, size_t length, char hash[HASH_TEXT])
{
    const char *begins = hash_begins(line, length);
    if (!begins)
        return NULL;
    memcpy(hash, begins + sizeof hash_member - 1, HASH_TEXT - 1);
    hash[HASH_TEXT - 1] = '\0';
    return json_loadb(line, length, JSON_REJECT_DUPLICATES, NULL);
}

/* The last line stands within its greatest length of the end; a cut one may stand behind it. */
static bool find_tail(const struct rc_audit *audit, struct tail *tail, struct rc_error *err)
{
    struct lines lines;
    size_t length;
    const char *line;
    struct rc_error trouble = {0};
    *tail = (struct tail){.seq = 0};
    if (!begin_lines(audit, &lines, err))
        return false;
    off_t back = 3 * (RC_AUDIT_LINE_BYTES + 1);
    lines.at = lines.end > back ? lines.end - back : 0;
    while ((line = next_line(audit, &lines, &length, &trouble))) {
        char hash[HASH_TEXT];
        json_t *entry = read_entry(line, length, hash);
        tail->torn = !lines.whole;
        if (entry) {
            tail->seq = json_integer_value(json_object_get(entry, "seq"));
            memcpy(tail->hash, hash, sizeof hash);
        }
        json_decref(entry);
    }
    rc_buf_free(&lines.buf);
    if (err && trouble.code)
        *err = trouble;
    return trouble.code == RC_OK;
}

/* ----- adding ----- */

static bool write_all(const struct rc_audit *audit, const char *bytes, size_t length,
                      struct rc_error *err)
{
    while (length) {
        ssize_t put = write(audit->fd, bytes, length);
        if (put < 0 && errno == EINTR)
            continue;
        if (put < 0)
            return failed(audit, "written", err);
        bytes += put;
        length -= (size_t)put;
    }
    return fdatasync(audit->fd) == 0 || failed(audit, "written to disk", err);
}

static char *dump(json_t *entry)
{
    char *text = json_dumps(entry, JSON_COMPACT | JSON_PRESERVE_ORDER | JSON_ENSURE_ASCII);
    if (text && strlen(text) < RC_AUDIT_LINE_BYTES - 128)
        return text;
    free(text);
    json_object_set_new(entry, "params", json_null());
    json_object_set_new(entry, "detail", json_string("too long to be kept"));
    json_object_set_new(entry, "requests", json_array());
    return json_dumps(entry, JSON_COMPACT | JSON_PRESERVE_ORDER | JSON_ENSURE_ASCII);
}

/* Writes the line behind what is there; the file is locked. */
static bool append(const struct rc_audit *audit, json_t *entry, struct rc_error *err)
{
    struct tail tail;
    char hash[HASH_TEXT];
    if (!find_tail(audit, &tail, err))
        return false;
    json_object_set_new(entry, "seq", json_integer(tail.seq + 1));
    json_object_del(entry, "hash");
    json_object_del(entry, "prev");
    json_object_set_new(entry, "prev", json_string(tail.hash));
    char *text = dump(entry);
    size_t length = text ? strlen(text) : 0;
    struct rc_buf line;
    rc_buf_init(&line, RC_AUDIT_LINE_BYTES);
    bool ok = length > 1 && hash_of(text, length - 1, hash);
    if (ok) {
        /* a line that was cut stays what it is */
        if (tail.torn)
            rc_buf_add_char(&line, '\n');
        rc_buf_add(&line, text, length - 1);
        ok = rc_buf_printf(&line, "%s%s\"}\n", hash_member, hash);
        json_object_set_new(entry, "hash", json_string(hash));
    }
    if (!ok)
        rc_error_set(err, RC_LIMIT, "the audit %s: the entry is too long", audit->path);
    ok = ok && write_all(audit, line.data, line.length, err);
    rc_buf_free(&line);
    free(text);
    return ok;
}

bool rc_audit_add(struct rc_audit *audit, json_t *entry, struct rc_error *err)
{
    json_object_set_new(entry, "v", json_integer(1));
    while (flock(audit->fd, LOCK_EX) != 0)
        if (errno != EINTR)
            return failed(audit, "locked", err);
    bool ok = append(audit, entry, err);
    flock(audit->fd, LOCK_UN);
    return ok;
}

/* ----- reading ----- */

bool rc_audit_each(struct rc_audit *audit, int64_t after,
                   bool (*each)(void *ctx, const json_t *entry, struct rc_error *err), void *ctx,
                   struct rc_error *err)
{
    struct lines lines;
    size_t length;
    const char *line;
    struct rc_error trouble = {0};
    bool ok = begin_lines(audit, &lines, err);
    if (ok && after >= audit->mark_seq && audit->mark <= lines.end)
        lines.at = audit->mark;
    while (ok && (line = next_line(audit, &lines, &length, &trouble))) {
        char hash[HASH_TEXT];
        json_t *entry = read_entry(line, length, hash);
        int64_t seq = json_integer_value(json_object_get(entry, "seq"));
        if (entry && seq > after)
            ok = each(ctx, entry, err);
        if (ok && entry && lines.whole) {
            audit->mark = lines.at;
            audit->mark_seq = seq;
        }
        json_decref(entry);
    }
    rc_buf_free(&lines.buf);
    if (ok && trouble.code && err)
        *err = trouble;
    return ok && trouble.code == RC_OK;
}

/* ----- what is known ----- */

static bool note_under(json_t *lists, const char *name, json_t *entry)
{
    json_t *list = json_object_get(lists, name);
    if (!list && json_object_set_new(lists, name, json_array()) == 0)
        list = json_object_get(lists, name);
    return list && json_array_append(list, entry) == 0;
}

/* Keeps of an entry what is asked for later. */
static bool note_entry(void *ctx, const json_t *entry, struct rc_error *err)
{
    static const char *const members[] = {"kind", "key", "at", "outcome", "detail"};
    struct rc_audit *audit = ctx;
    json_t *kept = json_object();
    bool is_part = strcmp(rc_json_word(entry, "kind"), "part") == 0;
    for (size_t i = 0; i < sizeof members / sizeof *members - !is_part; i++)
        json_object_set(kept, members[i], json_object_get(entry, members[i]));
    bool ok = kept && (!*rc_json_word(entry, "key") ||
                       (note_under(audit->keys, rc_json_word(entry, "key"), kept) &&
                        note_under(audit->payloads, rc_json_word(entry, "payload"), kept)));
    json_decref(kept);
    audit->known_seq = json_integer_value(json_object_get(entry, "seq"));
    if (!ok)
        rc_error_nomem(err);
    return ok;
}

/* Learns what has been written since it was asked last. */
static bool catch_up(struct rc_audit *audit, struct rc_error *err)
{
    return rc_audit_each(audit, audit->known_seq, note_entry, audit, err);
}

static void take_fate(struct rc_audit_found *found, const json_t *entry)
{
    const char *kind = rc_json_word(entry, "kind");
    snprintf(found->at, sizeof found->at, "%.31s", rc_json_word(entry, "at"));
    if (strcmp(kind, "attempt") == 0) {
        found->begun = true;
        found->ended = false;
        found->outcome[0] = '\0';
    } else if (strcmp(kind, "part") == 0) {
        json_array_append(found->parts, json_object_get(entry, "detail"));
    } else if (strcmp(kind, "outcome") == 0) {
        snprintf(found->outcome, sizeof found->outcome, "%.15s", rc_json_word(entry, "outcome"));
        found->ended = strcmp(found->outcome, "unknown") != 0;
    }
}

bool rc_audit_find(struct rc_audit *audit, const char *key, struct rc_audit_found *found,
                   struct rc_error *err)
{
    *found = (struct rc_audit_found){.parts = NULL};
    if (!catch_up(audit, err))
        return false;
    found->parts = json_array();
    if (!found->parts) {
        rc_error_nomem(err);
        return false;
    }
    const json_t *entries = json_object_get(audit->keys, key);
    for (size_t i = 0; i < json_array_size(entries); i++)
        take_fate(found, json_array_get(entries, i));
    return true;
}

struct open_attempt {
    char *key;
    bool parts; /* some of it was done */
};

/* What has failed when a part of it was done goes on where it was. */
static bool leaves_open(const char *outcome, bool parts)
{
    return strcmp(outcome, "unknown") == 0 || (parts && strcmp(outcome, "failed") == 0);
}

static void take_attempt(struct open_attempt *open, const json_t *entry)
{
    const char *kind = rc_json_word(entry, "kind"), *key = rc_json_word(entry, "key");
    if (strcmp(kind, "attempt") == 0) {
        open->parts = open->parts && strcmp(open->key, key) == 0;
        snprintf(open->key, HASH_TEXT, "%.64s", key);
    } else if (strcmp(open->key, key) == 0) {
        open->parts = open->parts || strcmp(kind, "part") == 0;
        if (strcmp(kind, "outcome") == 0 &&
            !leaves_open(rc_json_word(entry, "outcome"), open->parts))
            open->key[0] = '\0';
    }
}

bool rc_audit_find_open(struct rc_audit *audit, const char *payload, char key[65],
                        struct rc_error *err)
{
    struct open_attempt open = {.key = key};
    key[0] = '\0';
    if (!catch_up(audit, err))
        return false;
    const json_t *entries = json_object_get(audit->payloads, payload);
    for (size_t i = 0; i < json_array_size(entries); i++)
        take_attempt(&open, json_array_get(entries, i));
    return true;
}

/* ----- verifying ----- */

static bool wrong(struct rc_audit_verdict *verdict, int64_t line, const char *why)
{
    verdict->wrong_line = line;
    snprintf(verdict->why, sizeof verdict->why, "%s", why);
    return false;
}

struct chain {
    int64_t seq;
    char hash[HASH_TEXT];
};

/* False when the line is not what was written behind the one before it. */
static bool follows(const char *line, size_t length, int64_t number, struct chain *chain,
                    struct rc_audit_verdict *verdict)
{
    char said[HASH_TEXT], is[HASH_TEXT];
    json_t *entry = read_entry(line, length, said);
    if (!entry) {
        /* Whatever was cut off has no end, so nothing that was complete can pass for it. */
        if (hash_begins(line, length) || (length && line[length - 1] == '}'))
            return wrong(verdict, number, "it is not what an entry looks like");
        verdict->cut++;
        return true;
    }
    size_t before = (size_t)(hash_begins(line, length) - line);
    int64_t seq = json_integer_value(json_object_get(entry, "seq"));
    bool same_prev = strcmp(rc_json_word(entry, "prev"), chain->hash) == 0;
    json_decref(entry);
    if (!hash_of(line, before, is) || strcmp(is, said) != 0)
        return wrong(verdict, number, "it was changed: its hash is another");
    if (seq != chain->seq + 1)
        return wrong(verdict, number, "entries before it are missing, or it was put in");
    if (!same_prev)
        return wrong(verdict, number, "it does not follow the entry before it");
    chain->seq = verdict->last = seq;
    memcpy(chain->hash, is, sizeof is);
    verdict->lines++;
    return true;
}

bool rc_audit_verify(struct rc_audit *audit, struct rc_audit_verdict *verdict, struct rc_error *err)
{
    struct lines lines;
    struct chain chain = {0};
    struct rc_error trouble = {0};
    size_t length;
    const char *line;
    int64_t number = 0;
    *verdict = (struct rc_audit_verdict){.lines = 0};
    if (!begin_lines(audit, &lines, err))
        return false;
    while ((line = next_line(audit, &lines, &length, &trouble)))
        if (!follows(line, length, ++number, &chain, verdict))
            break;
    rc_buf_free(&lines.buf);
    if (trouble.code && err)
        *err = trouble;
    return trouble.code == RC_OK;
}
