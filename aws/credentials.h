/* Where keys come from: the chain of the SDKs, resolved without blocking and
 * renewed ahead of time. In this order: environment, assume-role profile, web
 * identity, SSO, shared credentials file, credential_process, config file,
 * container, instance metadata (IMDSv2 alone). A profile that the command line names
 * drops the environment's keys. What is configured and does not work is an error: the
 * chain goes on only where nothing is said. An SSO login is not renewed; the error says
 * how to log in again. A provider is one file, aws/credentials_NAME.c, and a row in
 * aws/credentials_seek.c. */
#ifndef RC_AWS_CREDENTIALS_H
#define RC_AWS_CREDENTIALS_H

#include "aws/http.h"
#include "aws/profile.h"

struct rc_credentials {
    char *access_key;
    char *secret_key;
    char *session_token;     /* NULL: none */
    int64_t expires_unix_ms; /* 0: never */
    char source[128];        /* for people */
};

/* Copies the three into one piece of secret memory (aws/secret.h) and leaves the
 * rest alone; what was there is released. session_token may be NULL. The only ways
 * to fill a struct: this and rc_credentials_copy. */
bool rc_credentials_set(struct rc_credentials *credentials, const char *access_key,
                        const char *secret_key, const char *session_token);
bool rc_credentials_copy(struct rc_credentials *to, const struct rc_credentials *from);

/* Wipes the secrets before it releases them; all zeroes afterwards. */
void rc_credentials_clear(struct rc_credentials *credentials);

struct rc_credential_chain;
struct rc_aws;

struct rc_credential_options {
    bool (*ask_mfa)(void *ctx, const char *serial, char *code, size_t room);
    void *ask_ctx;
};

/* `aws` is the client that the chain serves: STS and SSO are asked through it, with
 * calls that are unsigned or signed with the source's keys. */
struct rc_credential_chain *rc_credential_chain_new(struct rc_aws *aws, struct rc_http *http,
                                                    const struct rc_profile *profile,
                                                    const struct rc_credential_options *options,
                                                    struct rc_error *err);
void rc_credential_chain_free(struct rc_credential_chain *chain);

/* Credentials that are good now, to be used or copied before the loop runs again; or
 * NULL: then `ready` is called, from the loop, when there are some or none can be had
 * (err says what was tried and what to do). The waiter lives until it was called or
 * forgotten. All who wait at a time share one answer.
 *
 * Fifteen minutes before they expire they are renewed while they are still given;
 * ten minutes before, all wait for the new ones (botocore's rules, cut to a half and a
 * quarter of a short life). Those that somebody gave an MFA code for are used up. */
struct rc_credential_waiter {
    void (*ready)(struct rc_credential_waiter *waiter, const struct rc_credentials *credentials,
                  const struct rc_error *err);
    void *ctx;
    struct rc_credential_waiter *next;
};

const struct rc_credentials *rc_credential_chain_get(struct rc_credential_chain *chain,
                                                     struct rc_credential_waiter *waiter);
void rc_credential_chain_forget(struct rc_credential_chain *chain,
                                struct rc_credential_waiter *waiter);

/* The service said that they have expired: the next get asks anew. */
void rc_credential_chain_expired(struct rc_credential_chain *chain);

/* "profile prod: role arn:…", of those that were had last; "" before. */
const char *rc_credential_chain_source(const struct rc_credential_chain *chain);

/* When those expire; 0: never, or there are none. */
int64_t rc_credential_chain_expires_ms(const struct rc_credential_chain *chain);

#endif
