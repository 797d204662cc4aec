/* Numbers as people read them: thousands separated, money in major units. */
#ifndef RC_MODEL_FIGURES_H
#define RC_MODEL_FIGURES_H

#include "base/int128.h"

#include <stddef.h>
#include <stdint.h>

enum { RC_FIGURE_BYTES = 72 }; /* hold any of them, NUL included */

/* "1,234,567". Gives the length. */
size_t rc_count_text(uint64_t count, char text[RC_FIGURE_BYTES]);

/* An amount in minor units with that many decimals (-1: the currency has no minor
 * unit): "-1,234.50". Gives the length. */
size_t rc_money_text(rc_i128 minor, int exponent, char text[RC_FIGURE_BYTES]);

/* "45 s", "12 min", "3 h 05 min", "2 d 04 h". Gives the length. */
size_t rc_seconds_text(uint64_t seconds, char text[RC_FIGURE_BYTES]);

/* "512 bytes", "1.5 MiB": for a size that nobody adds up. Gives the length. */
size_t rc_size_text(uint64_t bytes, char text[RC_FIGURE_BYTES]);

/* The decimals of a currency by its code; -1 when it has none or is unknown. */
int rc_money_exponent(const char *currency);

#endif
