/* Lambda's event source mappings: queues that functions are fed from. The operations stand
 * in Lambda's table (local/lambda.c), with the path's UUID. */
#ifndef RC_LOCAL_EVENT_SOURCE_H
#define RC_LOCAL_EVENT_SOURCE_H

#include "local/exchange.h"

void rc_local_mapping_create(struct rc_exchange *exchange);
void rc_local_mapping_list(struct rc_exchange *exchange);
void rc_local_mapping_get(struct rc_exchange *exchange);
void rc_local_mapping_update(struct rc_exchange *exchange);
void rc_local_mapping_delete(struct rc_exchange *exchange);

#endif
