/* From an operation's struct to what goes over the wire, before it is signed. */
#ifndef RC_AWS_REQUEST_H
#define RC_AWS_REQUEST_H

#include "aws/http.h"
#include "aws/operation.h"

enum {
    RC_REQUEST_HEADERS = 64,
    RC_REQUEST_BODY_CAP = 64 << 20, /* larger payloads come from files */
    RC_REQUEST_URL_CAP = 16 << 10,
};

struct rc_wire {
    struct rc_buf url;   /* scheme, host and path, as sent */
    size_t host_offset;  /* in url */
    size_t path_offset;  /* in url */
    struct rc_buf query; /* behind the "?" */
    struct rc_buf body;
    struct rc_http_header headers[RC_REQUEST_HEADERS];
    size_t header_count;
    struct rc_arena texts; /* of the headers */
};

/* base: "https://HOST[:PORT][/PATH]". virtual_host: the bucket of an S3 operation
 * goes in front of the host, when its name can be one. */
bool rc_request_build(const struct rc_operation *operation, const void *in, const char *base,
                      bool virtual_host, struct rc_wire *wire, struct rc_error *err);
void rc_request_free(struct rc_wire *wire);

/* Overwrites body, query and headers, before they are freed. */
void rc_request_wipe(struct rc_wire *wire);

/* Adds a header whose texts stay the caller's. */
bool rc_request_header(struct rc_wire *wire, const char *name, const char *value,
                       struct rc_error *err);

#endif
