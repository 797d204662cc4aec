#include "cli/awswords.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

bool rc_awsword_endpoint(void *to, const char *value)
{
    const char **endpoint = to;
    *endpoint = value;
    return strncmp(value, "http://", 7) == 0 || strncmp(value, "https://", 8) == 0;
}

bool rc_awsword_log_level(void *to, const char *value)
{
    return rc_log_level_parse(value, to);
}

bool rc_awsword_time(struct rc_timeline *time, struct rc_error *err)
{
    const char *now = getenv("RECONCTL_NOW");
    if (!now || !*now)
        return rc_timeline_read(time, getenv(RC_TIMELINE_VARIABLE), err);
    if (rc_timeline_stop(time, now))
        return true;
    rc_error_set(err, RC_USAGE,
                 "RECONCTL_NOW is \"%.64s\": it has to be an instant, such as "
                 "2026-04-01T12:00:00Z",
                 now);
    return false;
}

struct rc_live *rc_awsword_open_live(const struct rc_session_options *aws, struct rc_error *err)
{
    struct rc_session_options options = *aws;
    return rc_awsword_time(&options.time, err) ? rc_live_open(&options, err) : NULL;
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
