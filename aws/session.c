#include "aws/session.h"

bool rc_session_open(struct rc_session *session, const struct rc_session_options *options,
                     struct rc_error *err)
{
    const struct rc_profile_options profile = {
        .name = options->profile, .region = options->region, .endpoint = options->endpoint};
    *session = (struct rc_session){0};
    session->loop = rc_loop_new(NULL, err);
    session->profile = session->loop ? rc_profile_load(&profile, err) : NULL;
    if (session->profile && options->log_path)
        session->log = rc_log_open(options->log_path, options->log_level, err);
    if (session->profile && (session->log || !options->log_path))
        session->aws = rc_aws_new(session->loop,
                                  &(struct rc_aws_options){.profile = session->profile,
                                                           .log = session->log,
                                                           .ask_mfa = options->ask_mfa,
                                                           .ask_ctx = options->ask_ctx},
                                  err);
    if (!session->aws)
        rc_session_close(session);
    return session->aws != NULL;
}

void rc_session_close(struct rc_session *session)
{
    rc_aws_free(session->aws);
    rc_log_close(session->log);
    rc_profile_free(session->profile);
    rc_loop_free(session->loop);
    *session = (struct rc_session){0};
}
