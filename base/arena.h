/* Memory that is released all at once: what belongs to one answer lives in the
 * answer's arena. An arena has a cap, like a buffer. */
#ifndef RC_BASE_ARENA_H
#define RC_BASE_ARENA_H

#include <stddef.h>

struct rc_arena_block;

struct rc_arena {
    struct rc_arena_block *blocks; /* the newest first */
    size_t used_bytes;             /* handed out so far, in all blocks, with the padding */
    size_t cap_bytes;
};

void rc_arena_init(struct rc_arena *arena, size_t cap_bytes);
void rc_arena_free(struct rc_arena *arena); /* it can be used again */

/* Overwrites all that was handed out, before it is freed. */
void rc_arena_wipe(struct rc_arena *arena);

/* Zeroed memory, aligned for any type; NULL past the cap or without memory. */
void *rc_arena_alloc(struct rc_arena *arena, size_t bytes);

/* A copy of the bytes with a NUL behind; NULL as above. */
char *rc_arena_text(struct rc_arena *arena, const char *bytes, size_t length);

char *rc_arena_printf(struct rc_arena *arena, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
