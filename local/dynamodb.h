/* What DynamoDB tells CloudWatch beyond metrics: the hottest keys, behind the rules that
 * contributor insights made. */
#ifndef RC_LOCAL_DYNAMODB_H
#define RC_LOCAL_DYNAMODB_H

#include "local/local.h"

enum { RC_LOCAL_HOT_KEY = 128 }; /* bytes of a key that are kept, NUL included */

struct rc_local_hot_key {
    char keys[2][RC_LOCAL_HOT_KEY]; /* partition key, and sort key where the rule has it */
    size_t key_count;
    double value; /* units that were taken, or throttled */
};

/* The keys that a rule found in these minutes, the hottest first; 0 when there is no
 * such rule. */
size_t rc_local_hot_keys(struct rc_local *local, const char *rule_name, int64_t from_ms,
                         int64_t to_ms, struct rc_local_hot_key *keys, size_t room);

/* The attributes that a rule's keys are; their number, 0 when there is no such rule. The
 * names are borrowed until the next request. */
size_t rc_local_hot_labels(struct rc_local *local, const char *rule_name, const char *labels[2]);

#endif
