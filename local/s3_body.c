#include "local/s3_body.h"

#include "local/s3_checksum.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

void rc_body_open(struct rc_body *body, const struct rc_exchange *exchange)
{
    const char *hash = rc_exchange_header(exchange, "x-amz-content-sha256");
    body->exchange = exchange;
    body->at = 0;
    body->from = body->to = 0;
    body->left = 0;
    body->inside = body->ended = false;
    body->why = NULL;
    body->trailer[0] = body->value[0] = '\0';
    body->chunked = hash && strncmp(hash, "STREAMING-", 10) == 0;
}

/* Reads more behind what is left of the window; false at the end. */
static bool fill(struct rc_body *body)
{
    const struct rc_exchange *exchange = body->exchange;
    memmove(body->window, body->window + body->from, body->to - body->from);
    body->to -= body->from;
    body->from = 0;
    size_t room = sizeof body->window - body->to;
    int64_t rest = exchange->body_length - body->at;
    if ((int64_t)room > rest)
        room = (size_t)rest;
    if (!room)
        return false;
    if (exchange->body_fd < 0) {
        memcpy(body->window + body->to, exchange->body.data + body->at, room);
    } else {
        ssize_t got = pread(exchange->body_fd, body->window + body->to, room, (off_t)body->at);
        if (got <= 0) {
            body->why = "the body could not be read";
            return false;
        }
        room = (size_t)got;
    }
    body->at += (int64_t)room;
    body->to += room;
    return true;
}

static bool broken(struct rc_body *body, const char *why)
{
    if (!body->why)
        body->why = why;
    return false;
}

/* A line without its end; false when there is none. */
static bool read_line(struct rc_body *body, char line[RC_BODY_LINE])
{
    for (;;) {
        char *start = body->window + body->from;
        char *end = memchr(start, '\n', body->to - body->from);
        size_t length = end ? (size_t)(end - start) : body->to - body->from;
        if (length >= RC_BODY_LINE)
            return broken(body, "a chunk's first line is too long");
        if (end) {
            memcpy(line, start, length);
            line[length - (length && line[length - 1] == '\r')] = '\0';
            body->from += length + 1;
            return true;
        }
        if (!fill(body))
            return broken(body, "the body ends within a chunk");
    }
}

/* "x-amz-checksum-crc32:AAAAAA==", until an empty line or the end. */
static void read_trailers(struct rc_body *body)
{
    char line[RC_BODY_LINE];
    while ((body->from < body->to || fill(body)) && read_line(body, line) && *line) {
        char *colon = strchr(line, ':');
        if (!colon)
            continue;
        *colon = '\0';
        const char *value = colon + 1 + strspn(colon + 1, " ");
        if (rc_checksum_of_header(line) == RC_CHECKSUM_NONE ||
            strlen(value) >= sizeof body->value || strlen(line) >= sizeof body->trailer)
            continue;
        memcpy(body->trailer, line, strlen(line) + 1);
        memcpy(body->value, value, strlen(value) + 1);
    }
}

/* Onto the next chunk; false at the end. */
static bool next_chunk(struct rc_body *body)
{
    char line[RC_BODY_LINE], *end;
    if (body->inside && (!read_line(body, line) || *line))
        return broken(body, "a chunk does not end where it should");
    body->inside = false;
    if (!read_line(body, line))
        return false;
    unsigned long long size = strtoull(line, &end, 16);
    if (end == line || (*end && *end != ';') || size > (unsigned long long)INT64_MAX)
        return broken(body, "a chunk's size cannot be read");
    body->left = (int64_t)size;
    body->inside = true;
    if (size)
        return true;
    body->ended = true;
    read_trailers(body);
    return false;
}

ssize_t rc_body_read(struct rc_body *body, char *bytes, size_t room)
{
    if (body->chunked && !body->left && (body->ended || !next_chunk(body)))
        return body->why ? -1 : 0;
    if (body->from == body->to && !fill(body)) {
        if (body->chunked)
            broken(body, "the body ends within a chunk");
        return body->why ? -1 : 0;
    }
    size_t length = body->to - body->from;
    if (length > room)
        length = room;
    if (body->chunked && (int64_t)length > body->left)
        length = (size_t)body->left;
    memcpy(bytes, body->window + body->from, length);
    body->from += length;
    if (body->chunked)
        body->left -= (int64_t)length;
    return (ssize_t)length;
}
