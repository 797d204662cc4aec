#include "cli/awswords.h"

#include "cli/cli.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

bool rc_awsword(const char *command, int option, const char *value,
                struct rc_session_options *options)
{
    switch (option) {
    case RC_AWSWORD_PROFILE:
        options->profile = value;
        return true;
    case RC_AWSWORD_REGION:
        options->region = value;
        return true;
    case RC_AWSWORD_ENDPOINT:
        if (strncmp(value, "http://", 7) == 0 || strncmp(value, "https://", 8) == 0) {
            options->endpoint = value;
            return true;
        }
        rc_cli_usage(command, "--endpoint-url %s: it has to begin with http:// or https://", value);
        return false;
    case RC_AWSWORD_LOG:
        options->log_path = value;
        return true;
    case RC_AWSWORD_LOG_LEVEL:
        if (rc_log_level_parse(value, &options->log_level))
            return true;
        rc_cli_usage(command, "--log-level %s: error, warn, info, debug or trace is expected",
                     value);
        return false;
    default:
        return false;
    }
}

bool rc_awsword_ask_mfa(void *ctx, const char *serial, char *code, size_t room)
{
    (void)ctx;
    int terminal = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
    if (terminal < 0)
        return false;
    dprintf(terminal, "MFA code of %s: ", serial);
    ssize_t got = read(terminal, code, room - 1);
    close(terminal);
    if (got <= 0)
        return false;
    code[got] = '\0';
    code[strcspn(code, "\r\n")] = '\0';
    return *code != '\0';
}
