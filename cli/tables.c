#include "cli/tables.h"

void rc_cli_tables(struct rc_pipeline *pipeline, const struct rc_session *session)
{
    pipeline->aws = session->aws;
    for (int table = 0; table < RC_TABLES; table++)
        pipeline->table[table] = rc_table_name((enum rc_pipeline_table)table);
}
