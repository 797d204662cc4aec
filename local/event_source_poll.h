/* Event source mappings at work. */
#ifndef RC_LOCAL_EVENT_SOURCE_POLL_H
#define RC_LOCAL_EVENT_SOURCE_POLL_H

#include "local/local.h"

/* Begins, or begins anew, as the configuration (EventSourceMappingConfiguration) says. */
void rc_mapping_start(struct rc_local *local, const char *uuid, const json_t *config);

/* Batches at work come to their end without it. */
void rc_mapping_stop(const char *uuid);

/* Everything ends; what was at work comes back after its visibility timeout. */
void rc_mapping_stop_all(void);

#endif
