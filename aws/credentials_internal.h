/* How the chain looks for keys. A seek goes through the rows of a table of
 * providers; each says at once that it has nothing, what it found, or that it is at
 * work. A role is found in two steps: its profile says whose keys ask for it, the
 * seek goes on with that one, and behind what it finds the roles are assumed, the
 * innermost first. */
#ifndef RC_AWS_CREDENTIALS_INTERNAL_H
#define RC_AWS_CREDENTIALS_INTERNAL_H

#include "aws/client_internal.h"
#include "aws/credentials.h"

enum {
    RC_CREDENTIAL_ROLES = 32,              /* roles that are assumed one for the other */
    RC_CREDENTIAL_ANSWER_BYTES = 64 << 10, /* of metadata services, processes and token files */
    RC_CREDENTIAL_KEY_BYTES = 16 << 10,    /* of an access key, a secret key, a token */
    RC_CREDENTIAL_ROOM = 64,               /* bytes of a session's name (STS) and a NUL */
};

enum rc_seek_step {
    RC_SEEK_NEXT,   /* nothing is said there; rc_seek_note told what is missing */
    RC_SEEK_WAIT,   /* at work: job and stop are set, rc_seek_end will be called */
    RC_SEEK_FOUND,  /* seek->found has keys */
    RC_SEEK_FAILED, /* something is said, and it does not work: seek->err */
    RC_SEEK_AGAIN,  /* begins anew with `of`, `table` and `only` as they are now */
};

struct rc_seek;

enum {
    RC_SEEK_CHAIN = 1,  /* a row of the whole chain */
    RC_SEEK_SOURCE = 2, /* also of a profile that is another's source_profile */
};

struct rc_provider {
    const char *name;   /* for people */
    const char *source; /* its word in credential_source; NULL: it has none */
    unsigned tables;
    enum rc_seek_step (*start)(struct rc_seek *seek);
};

struct rc_seek {
    struct rc_aws *aws;
    struct rc_http *http;
    const struct rc_profile *profile;
    struct rc_credential_options ask;

    const char *of;                         /* the profile that is looked at */
    unsigned table;                         /* RC_SEEK_CHAIN or RC_SEEK_SOURCE */
    const struct rc_provider *only;         /* of credential_source; NULL: the table's */
    size_t row;                             /* the next one */
    const char *roles[RC_CREDENTIAL_ROLES]; /* profiles whose roles are to be assumed */
    size_t role_count;
    bool asked_mfa;

    struct rc_credentials found;
    struct rc_error err;
    struct rc_buf tried; /* what has nothing, for the error at the end */

    void *job; /* of the provider at work */
    void (*stop)(struct rc_seek *seek);
    void (*done)(struct rc_seek *seek, bool found); /* once; also from within rc_seek_start */
    void *ctx;
};

/* ----- aws/credentials_seek.c ----- */

void rc_seek_start(struct rc_seek *seek);
void rc_seek_stop(struct rc_seek *seek);                         /* ends it without done */
void rc_seek_end(struct rc_seek *seek, enum rc_seek_step step);  /* the provider has ended */
void rc_seek_note(struct rc_seek *seek, const char *format, ...) /* why there is nothing */
    __attribute__((format(printf, 2, 3)));
enum rc_seek_step rc_seek_fail(struct rc_seek *seek, enum rc_code code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
const struct rc_provider *rc_provider_of_source(const char *source); /* NULL: no such word */

/* Whether the environment counts: it does not for a profile that was named, nor for
 * a source. */
bool rc_seek_from_environment(const struct rc_seek *seek);

/* The variable when the environment counts and has it, or else the profile's setting. */
const char *rc_seek_setting(const struct rc_seek *seek, const char *variable, const char *setting);

/* Fills found; fails without memory. */
enum rc_seek_step rc_seek_found(struct rc_seek *seek, const char *access_key,
                                const char *secret_key, const char *token, int64_t expires_unix_ms);

/* ----- the providers, in the order of the chain ----- */

enum rc_seek_step rc_provider_environment(struct rc_seek *seek);
enum rc_seek_step rc_provider_role(struct rc_seek *seek);
enum rc_seek_step rc_provider_web_identity(struct rc_seek *seek);
enum rc_seek_step rc_provider_sso(struct rc_seek *seek);
enum rc_seek_step rc_provider_shared(struct rc_seek *seek);
enum rc_seek_step rc_provider_process(struct rc_seek *seek);
enum rc_seek_step rc_provider_config(struct rc_seek *seek);
enum rc_seek_step rc_provider_container(struct rc_seek *seek);
enum rc_seek_step rc_provider_instance(struct rc_seek *seek);

/* Assumes the last of seek->roles with the keys in seek->found (credentials_role.c). */
enum rc_seek_step rc_seek_assume(struct rc_seek *seek);

/* ----- STS and SSO (credentials_call.c) ----- */

/* Waits for the call, whose answer `read` turns into found. `fail`, when there is
 * one, words the failure. call NULL: fails without memory. */
struct rc_seek_call {
    struct rc_seek *seek;
    struct rc_call *call;
    enum rc_seek_step (*read)(struct rc_seek *seek, const void *answer);
    void (*word)(struct rc_seek *seek, const struct rc_aws_error *error);
};

struct rc_seek_call *rc_seek_call_new(struct rc_seek *seek);
void rc_seek_call_done(struct rc_call *call, void *ctx); /* ctx: the struct rc_seek_call */
enum rc_seek_step rc_seek_call_started(struct rc_seek_call *job);

/* Reads struct rc_sts_assumed, and wipes its secrets. */
enum rc_seek_step rc_seek_read_assumed(struct rc_seek *seek, const void *answer);

/* "NAME-1793620800" in the manner of the SDKs. */
void rc_seek_session_name(const struct rc_seek *seek, char name[RC_CREDENTIAL_ROOM]);

/* ----- answers of metadata services and processes (credentials_json.c) ----- */

/* Fills found from {AccessKeyId, SecretAccessKey, <token_name>, Expiration}. `from`
 * is who said so, for the error, which quotes nothing. */
enum rc_seek_step rc_seek_read_json(struct rc_seek *seek, const char *bytes, size_t length,
                                    const char *token_name, const char *from);

/* "2026-11-24T20:00:00Z", also with "UTC" in place of the Z (old SSO caches). */
bool rc_credentials_time(const char *text, int64_t *unix_ms);

/* ----- asking a metadata service (credentials_fetch.c) ----- */

enum { RC_FETCH_HEADERS = 2, RC_FETCH_URL_BYTES = 1024 };

struct rc_fetch {
    struct rc_aws *aws;
    struct rc_http *http;
    const char *method;
    char url[RC_FETCH_URL_BYTES];
    struct rc_http_header headers[RC_FETCH_HEADERS]; /* borrowed until done */
    size_t header_count;
    int attempts; /* 0: 1; tried again without an answer and on 5xx */
    int64_t between_ms;
    int64_t connect_timeout_ms;
    int64_t timeout_ms;                   /* of an attempt */
    void (*done)(struct rc_fetch *fetch); /* from the loop */
    void *ctx;

    /* for done */
    int status;    /* 0: no answer came */
    char *body;    /* of a 2xx answer, in secret memory, with a NUL behind */
    size_t length; /* of it */
    char why[256]; /* what failed; "" when nothing did */

    /* its own */
    struct rc_http_transfer *transfer;
    struct rc_timer timer;
    int attempt;
};

bool rc_fetch_start(struct rc_fetch *fetch, struct rc_error *err);
void rc_fetch_clear(struct rc_fetch *fetch); /* ends it, when it runs, and wipes the body */

#endif
