/* What a rollup as the pipeline keeps it (its JSON is that of core/day.h, without shards)
 * says in a line. */
#ifndef RC_MODEL_ROLLEDUP_H
#define RC_MODEL_ROLLEDUP_H

#include "base/buf.h"

#include <jansson.h>

/* Appends why it does not balance: "11 amount_mismatch, 4 currency_mismatch". */
void rc_rolledup_because(const json_t *day, struct rc_buf *out);

/* Appends by how much both sides' net differ, a currency after the other, settlement less
 * internal: "EUR -5.10  USD 1,234.00"; nothing where they do not. */
void rc_rolledup_off(const json_t *day, struct rc_buf *out);

/* Appends what is otherwise than in an earlier one: "settlement records +1; missing_internal
 * -2; USD off by 3.00 instead of 5.00"; "the same" when nothing is. */
void rc_rolledup_changes(const json_t *before, const json_t *after, struct rc_buf *out);

#endif
