#include "cli/gateway.h"

#include "cli/awswords.h"
#include "tui/app.h"

#include <stdlib.h>

/* The profile that is meant, as aws/profile.h finds it. */
static const char *profile_of(const struct rc_session_options *aws)
{
    const char *named = aws->profile ? aws->profile : getenv("AWS_PROFILE");
    return named && *named ? named : "default";
}

struct rc_gateway *rc_cli_gateway(const struct rc_session_options *aws,
                                  const struct rc_gateway_words *words, struct rc_error *err)
{
    struct rc_gateway_options options = {.aws = *aws, .tool = words->tool};
    bool read_only;
    if (!rc_awsword_time(&options.aws.time, err) ||
        !rc_app_policy(profile_of(aws), &options.production, &read_only, err))
        return NULL;
    options.read_only = words->read_only || (read_only && !words->write);
    return rc_gateway_open(&options, err);
}
