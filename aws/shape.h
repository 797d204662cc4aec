/* What a service's requests and answers look like, as tables: each C struct has a
 * shape that says which member goes where in JSON, XML, query, headers and path.
 * The engines in aws/shape_*.c read and write every struct by its shape, so a
 * service is a file of structs and tables.
 *
 * In a struct that is all zeroes, everything is absent. An absent member is not
 * sent; where 0 or false has a meaning of its own, the member says RC_ALWAYS.
 * Answers live in the arena of their call. */
#ifndef RC_AWS_SHAPE_H
#define RC_AWS_SHAPE_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/error.h"

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum rc_shape_kind {
    RC_SHAPE_TEXT,   /* const char * */
    RC_SHAPE_INT,    /* int64_t */
    RC_SHAPE_REAL,   /* double */
    RC_SHAPE_BOOL,   /* bool */
    RC_SHAPE_TIME,   /* int64_t, ms since 1970, UTC. JSON: seconds; XML and query: ISO 8601;
                       headers: RFC 7231 */
    RC_SHAPE_MS,     /* int64_t, ms since 1970, as that number (CloudWatch Logs) */
    RC_SHAPE_BLOB,   /* struct rc_bytes: base64, or the body itself at RC_AT_PAYLOAD */
    RC_SHAPE_RAW,    /* const char *: JSON that is sent as it is */
    RC_SHAPE_JSON,   /* json_t *: any JSON; of an answer borrowed from the call */
    RC_SHAPE_STRUCT, /* pointer to a struct of `shape`; NULL: absent */
    RC_SHAPE_LIST,   /* struct rc_list of `of` elements */
    RC_SHAPE_MAP,    /* struct rc_list of structs of `shape`, whose first member is a
                       `const char *key`; the others stand in the value. With
                       rc_shape_pair the value is text */
};

struct rc_bytes {
    const char *data;
    size_t length;
};

/* Typed where it is used: RC_LIST(struct rc_sqs_message) messages; */
#define RC_LIST(type)                                                                              \
    struct {                                                                                       \
        const type *items;                                                                         \
        size_t count;                                                                              \
    }

struct rc_list {
    const void *items;
    size_t count;
};

/* Element of a map from text to text. */
struct rc_pair {
    const char *key;
    const char *value;
};

extern const struct rc_shape rc_shape_pair;

enum rc_at {
    RC_AT_BODY,
    RC_AT_QUERY,
    RC_AT_HEADER,  /* a map's name is the prefix of its headers: "x-amz-meta-" */
    RC_AT_PATH,    /* "{Bucket}" in the operation's path; "{Key+}" keeps slashes */
    RC_AT_PAYLOAD, /* this member is the body */
    RC_AT_STATUS,  /* RC_SHAPE_INT in answers: the HTTP status */
};

enum {
    RC_NEEDED = 1, /* a request without it is refused before it is sent */
    RC_ALWAYS = 2, /* sent even if 0, false or empty */
    RC_FLAT = 4,   /* XML: the list's items stand side by side, without one element around */
    RC_URL = 8,    /* XML: percent-encoded in a document that says EncodingType "url" (S3's keys,
                     which may hold characters that XML cannot) */
};

struct rc_member {
    const char *name; /* on the wire */
    enum rc_shape_kind kind;
    enum rc_shape_kind of; /* of a list's elements: RC_SHAPE_TEXT, _INT, _REAL, _JSON or _STRUCT */
    enum rc_at at;
    unsigned flags;
    size_t offset;
    const struct rc_shape *shape;
    const char *item; /* XML: name of a list's elements ("member" when NULL) */
};

struct rc_shape {
    size_t size;
    const struct rc_member *members;
    size_t count;
};

/* RC_SHAPE(rc_shape_sqs_message, struct rc_sqs_message, members) */
#define RC_SHAPE(name, type, table)                                                                \
    const struct rc_shape name = {                                                                 \
        .size = sizeof(type), .members = (table), .count = sizeof(table) / sizeof *(table)}

/* ----- single members ----- */

/* False when the member of this struct is absent. */
bool rc_shape_has(const struct rc_member *member, const void *value);

/* Appends a member of a single value as text: a number, "true", a time as `at` wants
 * it. False when the buffer is full. */
bool rc_shape_add_text(const struct rc_member *member, const void *value, enum rc_at at,
                       struct rc_buf *out);

/* Sets a member of a single value from text, of which the arena gets a copy. False when it is
 * no such value. */
bool rc_shape_set_text(const struct rc_member *member, void *value, const char *text,
                       struct rc_arena *arena);

/* "ListQueues: QueueUrl is missing" for a member that is needed and absent. */
bool rc_shape_missing(const struct rc_member *member, struct rc_error *err);

/* Times: "2026-04-01T12:00:00.123Z" (RFC 3339) and "Wed, 01 Apr 2026 12:00:00 GMT"
 * (RFC 7231) to ms since 1970. */
bool rc_shape_parse_time(const char *text, int64_t *unix_ms);

const struct rc_member *rc_shape_find(const struct rc_shape *shape, const char *name);

/* ----- JSON ----- */

/* Appends the body members of `value` as an object. */
bool rc_shape_write_json(const struct rc_shape *shape, const void *value, struct rc_buf *out,
                         struct rc_error *err);

/* Fills `value`, which has shape->size zeroed bytes, from an object. Members that
 * the shape does not know are passed over; null is absent; a member of another
 * type is an error. Texts are borrowed from `json`. */
bool rc_shape_read_json(const struct rc_shape *shape, json_t *json, void *value,
                        struct rc_arena *arena, struct rc_error *err);

/* ----- XML (S3) and query (STS) ----- */

/* Appends a document whose root element is `root`, with S3's namespace. */
bool rc_shape_write_xml(const struct rc_shape *shape, const void *value, const char *root,
                        struct rc_buf *out, struct rc_error *err);

struct rc_xml_node;

/* Fills `value`, which has shape->size zeroed bytes, from the children of `node`, a
 * document's root; elements that the shape does not know are passed over. False with an
 * error for text that is no value of its member, and when the arena is full. */
bool rc_shape_read_xml(const struct rc_shape *shape, const struct rc_xml_node *node, void *value,
                       struct rc_arena *arena, struct rc_error *err);

/* Appends "&Name=value" for each body member (and "&List.member.1=…"). */
bool rc_shape_write_query(const struct rc_shape *shape, const void *value, struct rc_buf *out,
                          struct rc_error *err);

#endif
