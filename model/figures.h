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

/* The decimals of a currency by its code; -1 when it has none or is unknown. */
int rc_money_exponent(const char *currency);

#endif
