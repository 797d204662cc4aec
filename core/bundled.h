/* The layouts that the program brings along: those of layouts/ as they were when
 * it was built, in the order of their names. tools/embed.sh writes the table. */
#ifndef RC_CORE_BUNDLED_H
#define RC_CORE_BUNDLED_H

#include <stddef.h>

struct rc_bundled {
    const char *name; /* of the file, without ".json" */
    const char *json; /* the file's bytes and a NUL */
    size_t length;    /* without the NUL */
};

extern const struct rc_bundled rc_bundled_layouts[];
extern const size_t rc_bundled_layout_count;

#endif
