/* The gateway to what changes things at AWS (ops/gateway.h), opened with the words of a command. */
#ifndef RC_CLI_GATEWAY_H
#define RC_CLI_GATEWAY_H

#include "ops/gateway.h"

/* How much a session may, by the configuration and the command line. */
struct rc_gateway_words {
    const char *tool; /* "command line" */
    bool read_only;   /* --read-only */
    bool write;       /* --write: lifts what the configuration says of a profile */
};

/* Sends nothing. NULL with an error. */
struct rc_gateway *rc_cli_gateway(const struct rc_session_options *aws,
                                  const struct rc_gateway_words *words, struct rc_error *err);

#endif
