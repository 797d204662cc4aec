/* The statuses a transaction can end in. Their order is fixed for ever: the
 * number is part of the outcome digest. */
#ifndef RC_CORE_STATUS_H
#define RC_CORE_STATUS_H

#include <stdbool.h>
#include <stddef.h>

/* X(SYMBOL, name, is it an exception that keeps the day from balancing) */
#define RC_STATUS_LIST(X)                                                                          \
    X(MATCHED, "matched", false)                                                                   \
    X(MATCHED_TOLERANCE, "matched_tolerance", false)                                               \
    X(PENDING, "pending", false)                                                                   \
    X(AMOUNT_MISMATCH, "amount_mismatch", true)                                                    \
    X(CURRENCY_MISMATCH, "currency_mismatch", true)                                                \
    X(DATE_MISMATCH, "date_mismatch", true)                                                        \
    X(FIELD_MISMATCH, "field_mismatch", true)                                                      \
    X(SIGN_MISMATCH, "sign_mismatch", true)                                                        \
    X(MISSING_INTERNAL, "missing_internal", true)                                                  \
    X(MISSING_SETTLEMENT, "missing_settlement", true)                                              \
    X(DUPLICATE_SETTLEMENT, "duplicate_settlement", true)                                          \
    X(DUPLICATE_INTERNAL, "duplicate_internal", true)                                              \
    X(LATE_PRESENTMENT, "late_presentment", false)                                                 \
    X(PARTIAL_CLEARING, "partial_clearing", true)                                                  \
    X(OVER_CLEARED, "over_cleared", true)                                                          \
    X(REVERSAL_MATCHED, "reversal_matched", false)                                                 \
    X(REVERSAL_ORPHAN, "reversal_orphan", true)                                                    \
    X(CHARGEBACK, "chargeback", true)                                                              \
    X(FEE_VARIANCE, "fee_variance", true)                                                          \
    X(FX_VARIANCE, "fx_variance", true)                                                            \
    X(AMBIGUOUS, "ambiguous", true)

enum rc_status {
#define X(symbol, name, exception) RC_##symbol,
    RC_STATUS_LIST(X)
#undef X
        RC_STATUSES
};

const char *rc_status_name(enum rc_status status);
bool rc_status_is_exception(enum rc_status status);

/* False for an unknown name. */
bool rc_status_find(const char *name, enum rc_status *status);

/* The two sides of a file-day. */
enum rc_side { RC_SETTLEMENT, RC_INTERNAL, RC_SIDES };

const char *rc_side_name(enum rc_side side);

#endif
