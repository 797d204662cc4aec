/* How reconlocal misbehaves: its own operations for it (local/weather.h has the rules). */
#ifndef RC_CLI_LOCAL_WEATHER_H
#define RC_CLI_LOCAL_WEATHER_H

#include "aws/call.h"

/* Sets other rules, a list as JSON (NULL: as they are), and waits. Gives the rules that are in
 * force then, which the caller frees; NULL with an error. */
char *rc_local_weather(struct rc_aws *aws, const char *rules, struct rc_error *err);

#endif
