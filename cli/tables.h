/* The pipeline's tables, for commands that read what it keeps. */
#ifndef RC_CLI_TABLES_H
#define RC_CLI_TABLES_H

#include "aws/session.h"
#include "pipeline/pipeline.h"

#define RC_TABLES_USAGE                                                                            \
    "\nThe tables are recon-settlement, recon-internal and recon-state, unless the environment\n"  \
    "has other names in RECON_TABLE_SETTLEMENT, RECON_TABLE_INTERNAL and RECON_TABLE_STATE.\n"

/* Sets client and tables; both are borrowed. */
void rc_cli_tables(struct rc_pipeline *pipeline, const struct rc_session *session);

#endif
