/* The heaviest of very many keys in a fixed room: "space-saving" of Metwally, Agrawal
 * and El Abbadi (2005). A key whose true weight is over total/room is among the
 * entries; what an entry says is too high by its error at most, never too low. */
#ifndef RC_CORE_TOP_H
#define RC_CORE_TOP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { RC_TOP_LABEL = 256 }; /* bytes of a label that are kept */

struct rc_top_entry {
    uint64_t hash;
    double weight;
    double error; /* of the weight, at most */
    uint16_t label_length;
    char label[RC_TOP_LABEL];
};

struct rc_top;

/* All its memory is taken here; NULL without. */
struct rc_top *rc_top_new(size_t room);
void rc_top_free(struct rc_top *top);
void rc_top_clear(struct rc_top *top);

/* The label may be NULL; it is copied, and cut, when the key comes in. */
void rc_top_add(struct rc_top *top, uint64_t hash, const char *label, size_t label_length,
                double weight);

/* Adds what another one holds, with the same promise: a key that it may have forgotten
 * gets the most that it can have had there (Agarwal et al., "Mergeable Summaries", 2012). */
void rc_top_merge(struct rc_top *top, const struct rc_top *other);

/* The entries, the heaviest first, until the next change. */
size_t rc_top_list(struct rc_top *top, const struct rc_top_entry **entries);

#endif
