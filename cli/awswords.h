/* The options that every command has which talks to AWS. */
#ifndef RC_CLI_AWSWORDS_H
#define RC_CLI_AWSWORDS_H

#include "aws/session.h"
#include "cli/options.h"
#include "model/live.h"

/* Rows for a command's table of options; aws: a struct rc_session_options *, any_given: NULL, or
 * a bool * that says whether one of them was there. */
#define RC_AWSWORDS(aws, any_given)                                                                \
    {"profile", .text = &(aws)->profile, .given = (any_given)},                                    \
        {"region", .text = &(aws)->region, .given = (any_given)},                                  \
        {"endpoint-url", .read = rc_awsword_endpoint, .to = &(aws)->endpoint,                      \
         .expected = "http://... or https://...", .given = (any_given)},                           \
        {"log", .text = &(aws)->log_path, .given = (any_given)},                                   \
    {                                                                                              \
        "log-level", .read = rc_awsword_log_level, .to = &(aws)->log_level,                        \
                     .expected = "error, warn, info, debug or trace", .given = (any_given)         \
    }

/* Their lines in a command's help. */
#define RC_AWSWORD_USAGE                                                                           \
    "  --profile NAME       of ~/.aws/config and credentials (default: AWS_PROFILE)\n"             \
    "  --region NAME        (default: AWS_REGION, or the profile's)\n"                             \
    "  --endpoint-url URL   asks there instead of at AWS, for every service\n"                     \
    "  --log FILE           appends what is asked and answered, without secrets\n"                 \
    "  --log-level LEVEL    error, warn, info, debug or trace (default debug)\n"

/* How the rows read a value: to a const char *, to an enum rc_log_level. */
bool rc_awsword_endpoint(void *to, const char *value);
bool rc_awsword_log_level(void *to, const char *value);

/* What time it is there: RECONCTL_NOW says it, an instant at which it stands still, or
 * RECON_CLOCK. False with an error. */
bool rc_awsword_time(struct rc_timeline *time, struct rc_error *err);

/* Opens a live session with these words, in that time. NULL with an error. */
struct rc_live *rc_awsword_open_live(const struct rc_session_options *aws, struct rc_error *err);

/* Asks for an MFA code on the terminal. */
bool rc_awsword_ask_mfa(void *ctx, const char *serial, char *code, size_t room);

#endif
