/* The console: begins on a day, on one file by its layout, or on what is at AWS, and runs until
 * it is left. */
#ifndef RC_TUI_APP_H
#define RC_TUI_APP_H

#include "base/error.h"
#include "tui/options.h"

struct rc_live;    /* model/live.h */
struct rc_gateway; /* ops/gateway.h */

struct rc_app_options {
    const char *day;    /* DIR or day.db; NULL: a file by its layout, or what is at AWS */
    const char *layout; /* with `file` */
    const char *file;
    const char *view; /* -c: "discrepancies status:pending"; NULL: the first one */

    /* Opens a session with AWS, when a view needs it; profile and region NULL: those of the
     * command line. NULL with an error. */
    struct rc_live *(*open_live)(void *ctx, const char *profile, const char *region,
                                 struct rc_error *err);

    /* Opens the gateway of that session, when something is to be done there. NULL with an
     * error. */
    struct rc_gateway *(*open_gateway)(void *ctx, const char *profile, const char *region,
                                       struct rc_error *err);
    void *open_ctx;

    struct rc_screen_options screen;
    double refresh_seconds; /* between two askings of AWS; 0: only when told to */
    bool read_only;         /* what changes anything at AWS, be it a count, is refused */
    bool write;             /* what the configuration has read-only is not */
    bool no_mouse;          /* whatever the configuration says */
    const char *now; /* a frozen clock for tests, as 2026-04-01T12:00:00Z; NULL: the real one */
};

/* What the configuration ([profile NAME]) says of a profile of AWS: whether it is production, and
 * whether its sessions only read, as those of production do unless it says `read_only = no`. False
 * with an error that names the line. */
bool rc_app_policy(const char *profile, bool *production, bool *read_only, struct rc_error *err);

/* Runs the console on the terminal. False when it could not start. */
bool rc_app_run(const struct rc_app_options *options, struct rc_error *err);

#endif
