/* Which bundled layouts a file may be of. */
#ifndef RC_MODEL_LAYOUTGUESS_H
#define RC_MODEL_LAYOUTGUESS_H

#include <stdbool.h>
#include <stddef.h>

enum { RC_LAYOUT_GUESS_BYTES = 64 << 10, RC_LAYOUT_GUESSES = 16 };

/* The bundled layouts by which the file's first bytes, up to the end of fd, parse without
 * a rejected record, those that tell more fields first; gives how many. `whole`: there
 * are no more bytes behind. */
int rc_layout_guess(int fd, bool whole, const char *found[RC_LAYOUT_GUESSES]);

#endif
