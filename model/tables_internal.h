/* What the files of the tables share: tables.c (their list), tables_day.c and tables_live.c; and
 * how a column is written down. */
#ifndef RC_MODEL_TABLES_INTERNAL_H
#define RC_MODEL_TABLES_INTERNAL_H

#include "model/table.h"

#define TEXT(name, title, sql, width)                                                              \
    {                                                                                              \
        name, title, sql, NULL, RC_COLUMN_TEXT, width, false                                       \
    }
#define WORDS(name, title, sql, width)                                                             \
    {                                                                                              \
        name, title, sql, NULL, RC_COLUMN_WORDS, width, false                                      \
    }
#define MORE(name, title, sql, width)                                                              \
    {                                                                                              \
        name, title, sql, NULL, RC_COLUMN_TEXT, width, true                                        \
    }
#define NUMBER(name, title, sql, width)                                                            \
    {                                                                                              \
        name, title, sql, NULL, RC_COLUMN_NUMBER, width, false                                     \
    }
#define COUNT(name, title, sql, width)                                                             \
    {                                                                                              \
        name, title, sql, NULL, RC_COLUMN_NUMBER, width, true                                      \
    }
#define MONEY(name, title, sql, currency, width)                                                   \
    {                                                                                              \
        name, title, sql, currency, RC_COLUMN_MONEY, width, false                                  \
    }
#define STATUS(name, title, sql)                                                                   \
    {                                                                                              \
        name, title, sql, NULL, RC_COLUMN_STATUS, 20, false                                        \
    }
#define BOOL(name, title, sql)                                                                     \
    {                                                                                              \
        name, title, sql, NULL, RC_COLUMN_BOOL, 5, false                                           \
    }
#define BYTES(name, title, sql)                                                                    \
    {                                                                                              \
        name, title, sql, NULL, RC_COLUMN_BYTES, 40, true                                          \
    }

/* ----- of a day ----- */

extern const struct rc_table_def rc_table_of_discrepancies;
extern const struct rc_table_def rc_table_of_transactions;
extern const struct rc_table_def rc_table_of_rejected;
extern const struct rc_table_def rc_table_of_shards;
extern const struct rc_table_def rc_table_of_statuses;
extern const struct rc_table_def rc_table_of_controls;
extern const struct rc_table_def rc_table_of_records;
extern const struct rc_table_def rc_table_of_layouts;

/* ----- of what AWS answered ----- */

extern const struct rc_table_def rc_table_of_files;
extern const struct rc_table_def rc_table_of_file;
extern const struct rc_table_def rc_table_of_queues;
extern const struct rc_table_def rc_table_of_messages;
extern const struct rc_table_def rc_table_of_pulse;
extern const struct rc_table_def rc_table_of_groups;
extern const struct rc_table_def rc_table_of_rollups;
extern const struct rc_table_def rc_table_of_identity;
extern const struct rc_table_def rc_table_of_versions;
extern const struct rc_table_def rc_table_of_transaction;
extern const struct rc_table_def rc_table_of_day_records;
extern const struct rc_table_def rc_table_of_runs;
extern const struct rc_table_def rc_table_of_run;
extern const struct rc_table_def rc_table_of_logs;
extern const struct rc_table_def rc_table_of_throttles;
extern const struct rc_table_def rc_table_of_heat;
extern const struct rc_table_def rc_table_of_audit;
extern const struct rc_table_def rc_table_of_notes;

#endif
