#include "core/frequent.h"

#include <string.h>
#include <xxhash.h>

/* The place of the text; else a free one; else NULL. */
static struct rc_frequent_key *place_of(struct rc_frequent *frequent, uint64_t hash)
{
    struct rc_frequent_key *free_one = NULL;
    for (size_t i = 0; i < RC_FREQUENT_KEYS; i++) {
        struct rc_frequent_key *key = &frequent->keys[i];
        if (key->count && key->hash == hash)
            return key;
        if (!key->count && !free_one)
            free_one = key;
    }
    return free_one;
}

/* Takes as many from every one and from the newcomer as the least or the newcomer has: that many
 * groups of different texts cancel out. Gives what the newcomer has left. */
static uint64_t cancel(struct rc_frequent *frequent, uint64_t times)
{
    uint64_t least = times;
    for (size_t i = 0; i < RC_FREQUENT_KEYS; i++)
        if (frequent->keys[i].count < least)
            least = frequent->keys[i].count;
    for (size_t i = 0; i < RC_FREQUENT_KEYS; i++)
        frequent->keys[i].count -= least;
    return times - least;
}

void rc_frequent_add(struct rc_frequent *frequent, const char *text, size_t length, uint64_t times)
{
    uint64_t hash = XXH3_64bits(text, length);
    struct rc_frequent_key *key = place_of(frequent, hash);
    frequent->seen += times;
    if (!key) {
        times = cancel(frequent, times);
        key = place_of(frequent, hash);
    }
    if (!times)
        return;
    if (!key->count) {
        length = length < RC_FREQUENT_TEXT ? length : RC_FREQUENT_TEXT - 1;
        key->hash = hash;
        memcpy(key->text, text, length);
        key->text[length] = '\0';
    }
    key->count += times;
}

/* Whether a stands before b. */
static int is_before(const struct rc_frequent_key *a, const struct rc_frequent_key *b)
{
    return a->count != b->count ? a->count > b->count : strcmp(a->text, b->text) < 0;
}

size_t rc_frequent_most(const struct rc_frequent *frequent, double share,
                        const struct rc_frequent_key **most, size_t room)
{
    size_t count = 0;
    for (size_t i = 0; i < RC_FREQUENT_KEYS; i++) {
        const struct rc_frequent_key *key = &frequent->keys[i];
        if (!key->count || (double)key->count < share * (double)frequent->seen)
            continue;
        size_t at = count < room ? count++ : room;
        while (at > 0 && is_before(key, most[at - 1])) {
            if (at < room)
                most[at] = most[at - 1];
            at--;
        }
        if (at < room)
            most[at] = key;
    }
    return count;
}
