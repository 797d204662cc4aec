/* The texts that make up much of a stream, in constant memory: every one that is more than one
 * part in RC_FREQUENT_KEYS + 1 of it is among those that are kept, with a count that is at most
 * so much of the stream too low and never too high. Source: J. Misra, D. Gries, "Finding Repeated
 * Elements", Science of Computer Programming 2 (1982), with weights. */
#ifndef RC_CORE_FREQUENT_H
#define RC_CORE_FREQUENT_H

#include <stddef.h>
#include <stdint.h>

enum {
    RC_FREQUENT_KEYS = 64,
    RC_FREQUENT_TEXT = 120, /* what is longer is cut, but still another */
};

struct rc_frequent_key {
    uint64_t hash;
    uint64_t count; /* at least so often; 0: a free place */
    char text[RC_FREQUENT_TEXT];
};

struct rc_frequent { /* all zeroes: nothing has been seen */
    uint64_t seen;
    struct rc_frequent_key keys[RC_FREQUENT_KEYS];
};

/* The text came, so often. It may hold any byte but NUL. */
void rc_frequent_add(struct rc_frequent *frequent, const char *text, size_t length, uint64_t times);

/* Those that are at least that share (0 to 1) of what was seen, the most frequent first, equal ones
 * by their text. They live in `frequent`. Gives how many. */
size_t rc_frequent_most(const struct rc_frequent *frequent, double share,
                        const struct rc_frequent_key **most, size_t room);

#endif
