#include "pipeline/settings.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <openssl/crypto.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    /* A key below the strength of what it is to hide would be found by trying. NIST SP
     * 800-107, 5.3.4: at least as many bits as the security that is wanted. */
    CARD_KEY_LEAST = 16,
    KEY_FILE_CAP = 2 * RC_CARD_KEY_BYTES + 64, /* digits, and blanks around them */
};

struct environment {
    const char *(*getenv)(void *ctx, const char *name);
    void *ctx;
};

static const char *of_process(void *ctx, const char *name)
{
    (void)ctx;
    return getenv(name);
}

/* NULL when it is not set or empty. */
static const char *get(const struct environment *environment, const char *name)
{
    const char *text = environment->getenv(environment->ctx, name);
    return text && *text ? text : NULL;
}

/* ----- texts ----- */

static bool is_made_of(const char *text, const char *others, size_t least, size_t most)
{
    size_t length = 0;
    for (; text[length]; length++)
        if (!isascii(text[length]) ||
            (!isalnum((unsigned char)text[length]) && !strchr(others, text[length])))
            return false;
    return length >= least && length <= most;
}

/* "Naming rules", Amazon DynamoDB Developer Guide. */
static bool is_table(const char *text)
{
    return is_made_of(text, "_-.", 3, 255);
}

static bool is_url(const char *text)
{
    return strncmp(text, "https://", 8) == 0 || strncmp(text, "http://", 7) == 0;
}

static bool is_machine(const char *text)
{
    return strncmp(text, "arn:", 4) == 0 && strstr(text, ":states:") &&
           strstr(text, ":stateMachine:");
}

/* PutEvents, Amazon EventBridge API Reference: a name or an ARN. */
static bool is_bus(const char *text)
{
    return is_made_of(text, "/.-_:", 1, 1600);
}

struct text {
    const char *name;
    size_t at; /* in struct rc_pipeline */
    bool needed;
    bool (*good)(const char *text);
    const char *what;
    const char *allowed;
};

#define AT(member) offsetof(struct rc_pipeline, member)

static const char table_allowed[] = "3 to 255 letters, digits, '_', '-' and '.'";

static const struct text texts[] = {
    {"RECON_TABLE_SETTLEMENT", AT(table[RC_TABLE_SETTLEMENT]), true, is_table,
     "the DynamoDB table of the network's records", table_allowed},
    {"RECON_TABLE_INTERNAL", AT(table[RC_TABLE_INTERNAL]), true, is_table,
     "the DynamoDB table of your own records", table_allowed},
    {"RECON_TABLE_STATE", AT(table[RC_TABLE_STATE]), true, is_table,
     "the DynamoDB table of files, days and runs", table_allowed},
    {"RECON_FAILED_QUEUE_URL", AT(failed_queue_url), false, is_url,
     "the queue of files that failed", "the URL of an SQS queue, https://…"},
    {"RECON_ARRIVALS_QUEUE_URL", AT(arrivals_queue_url), false, is_url,
     "the queue that files arrive in", "the URL of an SQS queue, https://…"},
    {"RECON_MACHINE_ARN", AT(machine_arn), false, is_machine,
     "the state machine that files are given to",
     "arn:aws:states:REGION:ACCOUNT:stateMachine:NAME"},
    {"RECON_EVENT_BUS", AT(event_bus), false, is_bus, "the event bus that outcomes go to",
     "its name or its ARN"},
};

static bool read_text(const struct environment *environment, const struct text *text,
                      struct rc_pipeline *pipeline, struct rc_error *err)
{
    const char *value = get(environment, text->name);
    if (!value && text->needed)
        rc_error_set(err, RC_USAGE, "%s is not set: it names %s (%s)", text->name, text->what,
                     text->allowed);
    else if (value && !text->good(value))
        rc_error_set(err, RC_USAGE, "%s is \"%.64s\": it names %s (%s)", text->name, value,
                     text->what, text->allowed);
    else
        memcpy((char *)pipeline + text->at, &value, sizeof value);
    return value ? text->good(value) : !text->needed;
}

static bool tables_differ(const struct rc_pipeline *pipeline, struct rc_error *err)
{
    for (int i = 0; i < RC_TABLES; i++)
        for (int j = 0; j < i; j++)
            if (strcmp(pipeline->table[i], pipeline->table[j]) == 0) {
                rc_error_set(err, RC_USAGE,
                             "%s and %s both are \"%.64s\": each needs a table of "
                             "its own",
                             texts[j].name, texts[i].name, pipeline->table[i]);
                return false;
            }
    return true;
}

/* ----- numbers ----- */

struct number {
    const char *name;
    size_t at;
    int64_t otherwise, least, most;
};

/* The limits of stop_ms are those of stopTimeout on Fargate: "Task definition parameters",
 * Amazon ECS Developer Guide. A step has at most Lambda's 15 minutes. */
static const struct number numbers[] = {
    {"RECON_LEASE_MS", AT(lease_ms), 60000, 1000, 900000},
    {"RECON_SPARE_MS", AT(spare_ms), 20000, 100, 300000},
    {"RECON_STOP_MS", AT(stop_ms), 30000, 2000, 120000},
    {"RECON_HANDOVER", AT(hands_over), 1, 0, 1},
    {"RECON_WRITE_UNITS", AT(write_units), 0, 0, 1000000},
    {"RECON_SLOTS_LAMBDA", AT(slots[0]), 0, 0, 10000},
    {"RECON_SLOTS_FARGATE", AT(slots[1]), 0, 0, 10000},
    {"AWS_LAMBDA_FUNCTION_MEMORY_SIZE", AT(memory_mib), 0, 0, 1000000},
    {"RECON_PAGE_ITEMS", AT(page_items), 0, 0, 1000000},
};

static const struct number in_flight = {"RECON_IN_FLIGHT", 0, 8, 1, 64};

static bool read_number(const struct environment *environment, const struct number *number,
                        int64_t *value, struct rc_error *err)
{
    const char *text = get(environment, number->name);
    char *end = NULL;
    *value = number->otherwise;
    if (!text)
        return true;
    errno = 0;
    *value = isdigit((unsigned char)*text) ? strtoll(text, &end, 10) : -1;
    if (end && !*end && !errno && *value >= number->least && *value <= number->most)
        return true;
    rc_error_set(err, RC_USAGE, "%s is \"%.32s\": it has to be a whole number from %lld to %lld",
                 number->name, text, (long long)number->least, (long long)number->most);
    return false;
}

static bool read_numbers(const struct environment *environment, struct rc_pipeline *pipeline,
                         struct rc_error *err)
{
    int64_t value;
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        if (!read_number(environment, &numbers[i], &value, err))
            return false;
        memcpy((char *)pipeline + numbers[i].at, &value, sizeof value);
    }
    if (!read_number(environment, &in_flight, &value, err))
        return false;
    pipeline->in_flight = (int)value;
    return true;
}

/* ----- the card key ----- */

static bool key_from_hex(struct rc_card_key *key, const char *text, const char *from,
                         struct rc_error *err)
{
    size_t digits = strspn(text, "0123456789abcdefABCDEF");
    if (text[digits + strspn(text + digits, " \t\r\n")] || digits % 2 ||
        digits / 2 < CARD_KEY_LEAST || digits / 2 > RC_CARD_KEY_BYTES) {
        rc_error_set(err, RC_USAGE,
                     "%s: the key of card hashes has to be %d to %d hexadecimal digits, an even "
                     "number of them",
                     from, 2 * CARD_KEY_LEAST, 2 * RC_CARD_KEY_BYTES);
        return false;
    }
    for (size_t i = 0; i < digits / 2; i++) {
        const char pair[] = {text[2 * i], text[2 * i + 1], '\0'};
        key->bytes[i] = (unsigned char)strtoul(pair, NULL, 16);
    }
    key->length = digits / 2;
    return true;
}

static bool key_from_file(struct rc_card_key *key, const char *path, struct rc_error *err)
{
    char text[KEY_FILE_CAP + 2] = "", from[128];
    size_t length = 0;
    ssize_t got = -1;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    while (fd >= 0 && length < sizeof text - 1 &&
           (got = read(fd, text + length, sizeof text - 1 - length)) > 0)
        length += (size_t)got;
    bool ok = fd >= 0 && got >= 0;
    if (!ok)
        rc_error_errno(err, RC_IO, "RECON_CARD_KEY_FILE: cannot read %.128s", path);
    if (fd >= 0)
        close(fd);
    snprintf(from, sizeof from, "RECON_CARD_KEY_FILE (%.96s)", path);
    ok = ok && key_from_hex(key, text, from, err);
    OPENSSL_cleanse(text, sizeof text);
    return ok;
}

static bool read_key(const struct environment *environment, struct rc_card_key *key,
                     struct rc_error *err)
{
    const char *hex = get(environment, "RECON_CARD_KEY");
    const char *path = get(environment, "RECON_CARD_KEY_FILE");
    if (hex && path)
        rc_error_set(err, RC_USAGE,
                     "RECON_CARD_KEY and RECON_CARD_KEY_FILE are both set: only one can count");
    else if (hex)
        return key_from_hex(key, hex, "RECON_CARD_KEY", err);
    else if (path)
        return key_from_file(key, path, err);
    else
        rc_error_set(err, RC_USAGE,
                     "RECON_CARD_KEY is not set: it is the key of the hashes that stand for card "
                     "numbers, %d to %d hexadecimal digits; or RECON_CARD_KEY_FILE names a file "
                     "that holds them",
                     2 * CARD_KEY_LEAST, 2 * RC_CARD_KEY_BYTES);
    return false;
}

static bool read_clock(const struct environment *environment, struct rc_pipeline *pipeline,
                       struct rc_error *err)
{
    return rc_timeline_read(&pipeline->time, get(environment, RC_TIMELINE_VARIABLE), err);
}

bool rc_settings_read(struct rc_pipeline *pipeline,
                      const char *(*variable)(void *ctx, const char *name), void *ctx,
                      struct rc_error *err)
{
    const struct environment environment = {variable ? variable : of_process, ctx};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        if (!read_text(&environment, &texts[i], pipeline, err))
            return false;
    return tables_differ(pipeline, err) && read_numbers(&environment, pipeline, err) &&
           read_clock(&environment, pipeline, err) &&
           read_key(&environment, &pipeline->card_key, err);
}

void rc_settings_wipe(struct rc_pipeline *pipeline)
{
    OPENSSL_cleanse(&pipeline->card_key, sizeof pipeline->card_key);
}
