/* State machines. Each definition is kept under a version of its own, so that an execution
 * ends with the one that it began with. */
#include "aws/json.h"
#include "local/answer.h"
#include "local/services.h"
#include "local/states.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PAGE = 100 };

bool rc_states_is_arn(struct rc_exchange *exchange, const char *arn)
{
    return (arn && strncmp(arn, "arn:", 4) == 0) ||
           rc_exchange_fail(exchange, 400, "InvalidArn", "Invalid Arn: 'Invalid ARN prefix: %s'",
                            arn ? arn : "");
}

bool rc_states_no_machine(struct rc_exchange *exchange, const char *arn)
{
    return rc_states_is_arn(exchange, arn) &&
           rc_exchange_fail(exchange, 400, "StateMachineDoesNotExist",
                            "State Machine Does Not Exist: '%s'", arn);
}

json_t *rc_states_definition(struct rc_local *local, const char *version)
{
    json_t *definitions = local->services->states->definitions;
    json_t *definition = json_object_get(definitions, version);
    if (definition)
        return definition;
    sqlite3_stmt *get = rc_local_sql(local, "SELECT text FROM states_definition WHERE version = ?");
    sqlite3_bind_text(get, 1, version, -1, SQLITE_STATIC);
    definition = sqlite3_step(get) == SQLITE_ROW ? rc_answer_load(rc_answer_column(get, 0)) : NULL;
    rc_local_done(get);
    if (definition)
        json_object_set_new(definitions, version, definition);
    return definition;
}

static char *definition_text(struct rc_local *local, const char *version)
{
    sqlite3_stmt *get = rc_local_sql(local, "SELECT text FROM states_definition WHERE version = ?");
    sqlite3_bind_text(get, 1, version, -1, SQLITE_STATIC);
    char *text = sqlite3_step(get) == SQLITE_ROW ? strdup(rc_answer_column(get, 0)) : NULL;
    rc_local_done(get);
    return text;
}

static bool check_definition(struct rc_exchange *exchange, const char *text)
{
    struct rc_error err = {0};
    json_t *machine = rc_json_parse(text, strlen(text), RC_STATES_DEFINITION_MOST, &err);
    bool ok = machine != NULL;
    if (!ok)
        rc_exchange_fail(exchange, 400, "InvalidDefinition",
                         "Invalid State Machine Definition: 'INVALID_JSON_DESCRIPTION: %s at /'",
                         err.text);
    else if (!(ok = rc_states_check(machine, &err)))
        rc_exchange_fail(exchange, 400, "InvalidDefinition",
                         "Invalid State Machine Definition: '%s'", err.text);
    json_decref(machine);
    return ok;
}

static bool save_definition(struct rc_local *local, const char *version, const char *text)
{
    sqlite3_stmt *put =
        rc_local_sql(local, "INSERT INTO states_definition (version, text) VALUES (?, ?)");
    sqlite3_bind_text(put, 1, version, -1, SQLITE_STATIC);
    sqlite3_bind_text(put, 2, text, -1, SQLITE_STATIC);
    return rc_local_run(local, put);
}

static bool save_machine(struct rc_local *local, const char *arn, const char *name,
                         const char *type, const char *role, const char *version,
                         const json_t *settings)
{
    char *text = rc_answer_dump(settings);
    sqlite3_stmt *put = rc_local_sql(
        local, "INSERT INTO states_machine (arn, name, type, role, version, settings, created_ms)"
               " VALUES (?, ?, ?, ?, ?, ?, ?)");
    sqlite3_bind_text(put, 1, arn, -1, SQLITE_STATIC);
    sqlite3_bind_text(put, 2, name, -1, SQLITE_STATIC);
    sqlite3_bind_text(put, 3, type, -1, SQLITE_STATIC);
    sqlite3_bind_text(put, 4, role, -1, SQLITE_STATIC);
    sqlite3_bind_text(put, 5, version, -1, SQLITE_STATIC);
    sqlite3_bind_text(put, 6, text, -1, SQLITE_STATIC);
    sqlite3_bind_int64(put, 7, rc_local_now_ms(local));
    bool ok = rc_local_run(local, put);
    free(text);
    return ok;
}

/* The same machine again is no error: type 0 none, 1 the same, 2 another. */
static int find_before(struct rc_exchange *exchange, const char *arn, const char *text,
                       int64_t *created_ms)
{
    sqlite3_stmt *get = rc_local_sql(
        exchange->local, "SELECT d.text, m.role, m.type, m.created_ms FROM states_machine m JOIN"
                         " states_definition d ON d.version = m.version WHERE m.arn = ?");
    const char *type = rc_exchange_text(exchange, "type");
    int before = 0;
    sqlite3_bind_text(get, 1, arn, -1, SQLITE_STATIC);
    if (sqlite3_step(get) == SQLITE_ROW) {
        bool same = strcmp(rc_answer_column(get, 0), text) == 0 &&
                    rc_states_is(rc_exchange_text(exchange, "roleArn"), rc_answer_column(get, 1)) &&
                    strcmp(rc_answer_column(get, 2), type ? type : "STANDARD") == 0;
        *created_ms = sqlite3_column_int64(get, 3);
        before = same ? 1 : 2;
    }
    rc_local_done(get);
    return before;
}

void rc_states_create_machine(struct rc_exchange *exchange)
{
    struct rc_local *local = exchange->local;
    const char *name = rc_exchange_need(exchange, "name");
    const char *text = name ? rc_exchange_need(exchange, "definition") : NULL;
    const char *role = text ? rc_exchange_need(exchange, "roleArn") : NULL;
    const char *type = rc_exchange_text(exchange, "type");
    char arn[256], version[37];
    int64_t created_ms = rc_local_now_ms(local);
    if (!role)
        return;
    if (!rc_states_is_name(name)) {
        rc_exchange_fail(exchange, 400, "InvalidName", "Invalid Name: '%s'", name);
        return;
    }
    if (!check_definition(exchange, text))
        return;
    snprintf(arn, sizeof arn, RC_STATES_ARN "stateMachine:%s", name);
    int before = find_before(exchange, arn, text, &created_ms);
    if (before == 2) {
        rc_exchange_fail(exchange, 400, "StateMachineAlreadyExists",
                         "State Machine Already Exists: '%s'", arn);
        return;
    }
    json_t *settings = json_object();
    rc_answer_copy(settings, exchange->in, "loggingConfiguration");
    rc_local_uuid(local, version);
    if (before == 1 ||
        (save_definition(local, version, text) &&
         save_machine(local, arn, name, type ? type : "STANDARD", role, version, settings)))
        rc_answer(exchange, json_pack("{s:s, s:o}", "stateMachineArn", arn, "creationDate",
                                      rc_answer_time(created_ms)));
    else
        rc_exchange_fail(exchange, 500, "InternalFailure", "the machine could not be kept");
    json_decref(settings);
}

static bool machine_exists(struct rc_local *local, const char *arn)
{
    sqlite3_stmt *get = rc_local_sql(local, "SELECT 1 FROM states_machine WHERE arn = ?");
    sqlite3_bind_text(get, 1, arn, -1, SQLITE_STATIC);
    bool found = sqlite3_step(get) == SQLITE_ROW;
    rc_local_done(get);
    return found;
}

void rc_states_update_machine(struct rc_exchange *exchange)
{
    struct rc_local *local = exchange->local;
    const char *arn = rc_exchange_text(exchange, "stateMachineArn");
    const char *text = rc_exchange_text(exchange, "definition");
    const json_t *logging = json_object_get(exchange->in, "loggingConfiguration");
    char version[37] = "";
    if (!arn || !machine_exists(local, arn)) {
        rc_states_no_machine(exchange, arn);
        return;
    }
    if (text && !check_definition(exchange, text))
        return;
    rc_local_uuid(local, version);
    json_t *settings = logging ? json_pack("{s:O}", "loggingConfiguration", logging) : NULL;
    char *settings_text = settings ? rc_answer_dump(settings) : NULL;
    bool ok = !text || save_definition(local, version, text);
    sqlite3_stmt *set = rc_local_sql(
        local, "UPDATE states_machine SET version = coalesce(?1, version),"
               " role = coalesce(?2, role), settings = coalesce(?3, settings) WHERE arn = ?4");
    sqlite3_bind_text(set, 1, text ? version : NULL, -1, SQLITE_STATIC);
    sqlite3_bind_text(set, 2, rc_exchange_text(exchange, "roleArn"), -1, SQLITE_STATIC);
    sqlite3_bind_text(set, 3, settings_text, -1, SQLITE_STATIC);
    sqlite3_bind_text(set, 4, arn, -1, SQLITE_STATIC);
    if (rc_local_run(local, set) && ok)
        rc_answer(exchange,
                  json_pack("{s:o, s:s}", "updateDate", rc_answer_time(rc_local_now_ms(local)),
                            "revisionId", version));
    else
        rc_exchange_fail(exchange, 500, "InternalFailure", "the machine could not be kept");
    free(settings_text);
    json_decref(settings);
}

void rc_states_delete_machine(struct rc_exchange *exchange)
{
    const char *arn = rc_exchange_need(exchange, "stateMachineArn");
    if (!arn)
        return;
    sqlite3_stmt *gone = rc_local_sql(exchange->local, "DELETE FROM states_machine WHERE arn = ?");
    sqlite3_bind_text(gone, 1, arn, -1, SQLITE_STATIC);
    if (rc_local_run(exchange->local, gone)) /* of one that is not there, too */
        rc_answer(exchange, json_object());
    else
        rc_exchange_fail(exchange, 500, "InternalFailure", "the machine could not be deleted");
}

void rc_states_describe_machine(struct rc_exchange *exchange)
{
    const char *arn = rc_exchange_text(exchange, "stateMachineArn");
    const char *included = rc_exchange_text(exchange, "includedData");
    json_t *json = NULL, *settings = NULL;
    sqlite3_stmt *get =
        rc_local_sql(exchange->local, "SELECT name, type, role, version, settings, created_ms"
                                      " FROM states_machine WHERE arn = ?");
    sqlite3_bind_text(get, 1, arn, -1, SQLITE_STATIC);
    if (sqlite3_step(get) == SQLITE_ROW) {
        json = json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:o}", "stateMachineArn", arn, "name",
                         rc_answer_column(get, 0), "status", "ACTIVE", "type",
                         rc_answer_column(get, 1), "roleArn", rc_answer_column(get, 2),
                         "revisionId", rc_answer_column(get, 3), "creationDate",
                         rc_answer_time(sqlite3_column_int64(get, 5)));
        settings = rc_answer_load(rc_answer_column(get, 4));
    }
    rc_local_done(get);
    if (!json) {
        rc_states_no_machine(exchange, arn);
        return;
    }
    json_t *logging = json_object_get(settings, "loggingConfiguration");
    json_object_set_new(json, "loggingConfiguration",
                        logging
                            ? json_incref(logging)
                            : json_pack("{s:s, s:b}", "level", "OFF", "includeExecutionData", 0));
    if (!rc_states_is(included, "METADATA_ONLY")) {
        char *text = definition_text(exchange->local, rc_json_text(json, "revisionId"));
        json_object_set_new(json, "definition", json_string(text ? text : "{}"));
        free(text);
    }
    json_decref(settings);
    rc_answer(exchange, json);
}

void rc_states_list_machines(struct rc_exchange *exchange)
{
    const char *token = rc_exchange_text(exchange, "nextToken");
    int64_t most = rc_exchange_int(exchange, "maxResults", PAGE);
    char last[256] = "";
    bool more = false;
    json_t *list = json_array();
    if (most < 1 || most > 1000)
        most = PAGE;
    sqlite3_stmt *get =
        rc_local_sql(exchange->local, "SELECT arn, name, type, created_ms FROM states_machine"
                                      " WHERE arn > ? ORDER BY arn");
    sqlite3_bind_text(get, 1, token ? token : "", -1, SQLITE_STATIC);
    while (sqlite3_step(get) == SQLITE_ROW) {
        if ((int64_t)json_array_size(list) == most) {
            more = true;
            break;
        }
        snprintf(last, sizeof last, "%s", rc_answer_column(get, 0));
        json_array_append_new(list, json_pack("{s:s, s:s, s:s, s:o}", "stateMachineArn", last,
                                              "name", rc_answer_column(get, 1), "type",
                                              rc_answer_column(get, 2), "creationDate",
                                              rc_answer_time(sqlite3_column_int64(get, 3))));
    }
    rc_local_done(get);
    rc_answer(exchange,
              json_pack("{s:o, s:s?}", "stateMachines", list, "nextToken", more ? last : NULL));
}
