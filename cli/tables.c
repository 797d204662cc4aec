#include "cli/tables.h"

#include <stdlib.h>

static const char *named(const char *variable, const char *otherwise)
{
    const char *name = getenv(variable);
    return name && *name ? name : otherwise;
}

void rc_cli_tables(struct rc_pipeline *pipeline, const struct rc_session *session)
{
    pipeline->aws = session->aws;
    pipeline->table[RC_TABLE_SETTLEMENT] = named("RECON_TABLE_SETTLEMENT", "recon-settlement");
    pipeline->table[RC_TABLE_INTERNAL] = named("RECON_TABLE_INTERNAL", "recon-internal");
    pipeline->table[RC_TABLE_STATE] = named("RECON_TABLE_STATE", "recon-state");
}
