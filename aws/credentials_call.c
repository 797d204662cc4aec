/* Calls to STS and SSO on behalf of the chain. */
#include "aws/credentials_internal.h"
#include "aws/secret.h"
#include "aws/sts.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void stop(struct rc_seek *seek)
{
    struct rc_seek_call *job = seek->job;
    rc_call_free(job->call);
    free(job);
}

struct rc_seek_call *rc_seek_call_new(struct rc_seek *seek)
{
    struct rc_seek_call *job = calloc(1, sizeof *job);
    if (!job) {
        rc_error_nomem(&seek->err);
        return NULL;
    }
    job->seek = seek;
    return job;
}

enum rc_seek_step rc_seek_call_started(struct rc_seek_call *job)
{
    struct rc_seek *seek = job->seek;
    if (!job->call) {
        free(job);
        rc_error_nomem(&seek->err);
        return RC_SEEK_FAILED;
    }
    seek->job = job;
    seek->stop = stop;
    return RC_SEEK_WAIT;
}

void rc_seek_call_done(struct rc_call *call, void *ctx)
{
    struct rc_seek_call *job = ctx;
    struct rc_seek *seek = job->seek;
    const struct rc_aws_error *error = rc_call_error(call);
    enum rc_seek_step step = RC_SEEK_FAILED;
    if (!error) {
        step = job->read(seek, rc_call_answer(call));
    } else {
        rc_call_describe(call, &seek->err);
        if (job->word)
            job->word(seek, error);
    }
    rc_call_free(call);
    free(job);
    rc_seek_end(seek, step);
}

enum rc_seek_step rc_seek_read_assumed(struct rc_seek *seek, const void *answer)
{
    const struct rc_sts_assumed *assumed = answer;
    const struct rc_sts_keys *keys = assumed->keys;
    if (!keys || !keys->access_key_id || !keys->secret_access_key || !keys->session_token)
        return rc_seek_fail(seek, RC_DATA, "sts: the answer has no keys");
    enum rc_seek_step step = rc_seek_found(seek, keys->access_key_id, keys->secret_access_key,
                                           keys->session_token, keys->expiration_ms);
    rc_secret_wipe(keys->secret_access_key, strlen(keys->secret_access_key));
    rc_secret_wipe(keys->session_token, strlen(keys->session_token));
    return step;
}

void rc_seek_session_name(const struct rc_seek *seek, char name[RC_CREDENTIAL_ROOM])
{
    int64_t unix_s = rc_loop_unix_ms(rc_aws_loop(seek->aws)) / 1000;
    snprintf(name, RC_CREDENTIAL_ROOM, "reconctl-%" PRId64, unix_s);
}
