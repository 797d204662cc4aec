/* What layouts say, as tables that SQL can read like those of the day file:
 *
 *   layout_field   a row for each field of each record type of both sides' layouts
 *   record_field   a row for each field of each record that the day file keeps of a
 *                  discrepancy, decoded by its side's layout
 *
 * They are made while they are read (SQLite's virtual tables). */
#ifndef RC_MODEL_FIELDTABLES_H
#define RC_MODEL_FIELDTABLES_H

#include <sqlite3.h>
#include <stdbool.h>

bool rc_fieldtables_add(sqlite3 *db);

#endif
