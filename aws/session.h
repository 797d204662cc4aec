/* All that a program needs to talk to AWS, opened from the words of its user: loop,
 * profile, log and client. */
#ifndef RC_AWS_SESSION_H
#define RC_AWS_SESSION_H

#include "aws/client.h"
#include "base/timeline.h"

struct rc_session_options {
    const char *profile;  /* --profile; NULL: as the environment says */
    const char *region;   /* --region */
    const char *endpoint; /* --endpoint-url */
    const char *log_path; /* --log; NULL: none */
    enum rc_log_level log_level;
    struct rc_timeline time; /* what there is dated by; requests are signed by this machine's */
    bool (*ask_mfa)(void *ctx, const char *serial, char *code, size_t room); /* NULL: no MFA */
    void *ask_ctx;
};

struct rc_session {
    struct rc_loop *loop;
    struct rc_profile *profile;
    struct rc_log *log;
    struct rc_aws *aws;
};

/* Nothing is sent. False with an error, and nothing held. */
bool rc_session_open(struct rc_session *session, const struct rc_session_options *options,
                     struct rc_error *err);

/* Free the calls first. A session of zeroes is allowed. */
void rc_session_close(struct rc_session *session);

#endif
