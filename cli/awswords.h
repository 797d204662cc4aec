/* The options that every command has which talks to AWS. */
#ifndef RC_CLI_AWSWORDS_H
#define RC_CLI_AWSWORDS_H

#include "aws/session.h"

#include <getopt.h>

enum {
    RC_AWSWORD_FIRST = 512,
    RC_AWSWORD_PROFILE = RC_AWSWORD_FIRST,
    RC_AWSWORD_REGION,
    RC_AWSWORD_ENDPOINT,
    RC_AWSWORD_LOG,
    RC_AWSWORD_LOG_LEVEL,
    RC_AWSWORD_LAST = RC_AWSWORD_LOG_LEVEL,
};

/* Rows for a command's table of long options. */
#define RC_AWSWORD_OPTIONS                                                                         \
    {"profile", required_argument, NULL, RC_AWSWORD_PROFILE},                                      \
        {"region", required_argument, NULL, RC_AWSWORD_REGION},                                    \
        {"endpoint-url", required_argument, NULL, RC_AWSWORD_ENDPOINT},                            \
        {"log", required_argument, NULL, RC_AWSWORD_LOG},                                          \
    {                                                                                              \
        "log-level", required_argument, NULL, RC_AWSWORD_LOG_LEVEL                                 \
    }

/* Their lines in a command's help. */
#define RC_AWSWORD_USAGE                                                                           \
    "  --profile NAME       of ~/.aws/config and credentials (default: AWS_PROFILE)\n"             \
    "  --region NAME        (default: AWS_REGION, or the profile's)\n"                             \
    "  --endpoint-url URL   asks there instead of at AWS, for every service\n"                     \
    "  --log FILE           appends what is asked and answered, without secrets\n"                 \
    "  --log-level LEVEL    error, warn, info, debug or trace (default debug)\n"

/* Takes an option that getopt_long found. False when its value is wrong: what is
 * expected has then been said. */
bool rc_awsword(const char *command, int option, const char *value,
                struct rc_session_options *options);

/* Asks for an MFA code on the terminal. */
bool rc_awsword_ask_mfa(void *ctx, const char *serial, char *code, size_t room);

#endif
