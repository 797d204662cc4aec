#include "tui/list.h"

#include "tui/list_internal.h"

#include <string.h>

/* What rows tell of a subject, and those that are marked. */

static bool has_column(const struct rc_list *list, const char *name)
{
    for (int i = 0; i < RC_TABLE_COLUMNS && list->def->columns[i].name; i++)
        if (strcmp(list->def->columns[i].name, name) == 0)
            return true;
    return false;
}

struct subject_cell {
    const struct rc_table_def *def;
    struct rc_subject *subject;
};

static bool tell_cells(void *context, uint64_t index, const struct rc_cell_value *cells,
                       size_t count, struct rc_error *err)
{
    const struct subject_cell *wanted = context;
    struct rc_subject *to = wanted->subject;
    const struct {
        const char *column;
        char *text;
        size_t size;
    } texts[] = {{"program", to->program, sizeof to->program},
                 {"date", to->date, sizeof to->date},
                 {"side", to->side, sizeof to->side},
                 {"transaction_id", to->transaction, sizeof to->transaction},
                 {"bucket", to->bucket, sizeof to->bucket},
                 {"key", to->key, sizeof to->key},
                 {"object", to->key, sizeof to->key},
                 {"version", to->version, sizeof to->version},
                 {"queue", to->queue, sizeof to->queue},
                 {"error", to->error, sizeof to->error},
                 {"message_id", to->message, sizeof to->message},
                 {"run", to->run, sizeof to->run},
                 {"request", to->request_id, sizeof to->request_id}};
    (void)index;
    (void)err;
    for (size_t i = 0; i < count; i++) {
        const char *name = wanted->def->columns[i].name;
        if (cells[i].null)
            continue;
        if (strcmp(name, "number") == 0)
            to->record = (uint64_t)cells[i].integer;
        for (size_t t = 0; t < sizeof texts / sizeof *texts; t++)
            if (strcmp(texts[t].column, name) == 0 && cells[i].length < texts[t].size) {
                memcpy(texts[t].text, cells[i].text, cells[i].length);
                texts[t].text[cells[i].length] = '\0';
            }
    }
    return true;
}

void rc_list_subject(struct rc_view *view, struct rc_subject *subject)
{
    const struct rc_list *list = rc_list_of(view);
    struct subject_cell wanted = {list->def, subject};
    if (list->cursor < rc_list_count(list))
        rc_table_rows(list->table, list->cursor, 1, tell_cells, &wanted, NULL);
    if (!has_column(list, "program")) /* it is of a record */
        subject->date[0] = '\0';
}

bool rc_list_each_marked(struct rc_view *view, void (*visit)(void *ctx), void *ctx)
{
    struct rc_list *list = rc_list_of(view);
    uint64_t before = list->cursor, count = rc_list_count(list), left = list->marks.count;
    for (list->cursor = 0; left && list->cursor < count; list->cursor++) {
        if (!rc_marks_has(&list->marks, rc_table_key(list->table, list->cursor)))
            continue;
        visit(ctx);
        left--;
    }
    list->cursor = before;
    return list->marks.count > 0;
}
