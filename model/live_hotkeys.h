/* The keys of a table that were asked for most, by CloudWatch's contributor insights, where
 * they are on. For model/live_*.c only. */
#ifndef RC_MODEL_LIVE_HOTKEYS_H
#define RC_MODEL_LIVE_HOTKEYS_H

#include "model/dayheat.h"
#include "model/live_internal.h"

struct rc_hotkeys;

/* Fills keys, key_count and keys_note of a side (borrowed), of keys that begin with `prefix`
 * (borrowed), in the time of its largest run; then calls done once, which may free it. NULL without
 * memory. */
struct rc_hotkeys *rc_hotkeys_start(struct rc_live *live, struct rc_side_heat *side,
                                    const char *prefix, void (*done)(void *ctx), void *ctx);
void rc_hotkeys_free(struct rc_hotkeys *hotkeys); /* ends it; NULL is allowed */

#endif
