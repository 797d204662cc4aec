/* Task tokens that come back. */
#include "aws/json.h"
#include "local/services.h"
#include "local/states.h"

#include <string.h>

/* The branch that waits with this token; NULL: none does, and the exchange has failed. */
static struct rc_branch *find(struct rc_exchange *exchange)
{
    const char *token = rc_exchange_text(exchange, "taskToken");
    struct rc_states_execution *execution = exchange->local->services->states->executions;
    for (; token && *token && execution; execution = execution->next)
        for (struct rc_branch *at = execution->branches; at; at = at->next)
            if (strcmp(at->token, token) == 0 &&
                (at->phase == RC_PHASE_TOKEN || at->phase == RC_PHASE_TASK))
                return at;
    sqlite3_stmt *get = rc_local_sql(exchange->local, "SELECT 1 FROM states_token WHERE token = ?");
    sqlite3_bind_text(get, 1, token, -1, SQLITE_STATIC);
    bool known = sqlite3_step(get) == SQLITE_ROW;
    rc_local_done(get);
    if (known)
        rc_exchange_fail(exchange, 400, "TaskTimedOut",
                         "Task Timed Out: 'Provided task does not exist anymore'");
    else
        rc_exchange_fail(exchange, 400, "InvalidToken", "Invalid Token: 'Invalid token'");
    return NULL;
}

void rc_states_send_success(struct rc_exchange *exchange)
{
    const char *text = rc_exchange_need(exchange, "output");
    struct rc_error err = {0};
    json_t *output = text ? rc_json_parse(text, strlen(text), RC_STATES_PAYLOAD_MOST, &err) : NULL;
    if (!text)
        return;
    if (!output) {
        rc_exchange_fail(exchange, 400, "InvalidOutput", "Invalid Output: '%s'", err.text);
        return;
    }
    struct rc_branch *branch = find(exchange);
    if (!branch) {
        json_decref(output);
        return;
    }
    rc_buf_add_str(&exchange->out, "{}");
    rc_states_task_done(branch, output);
}

void rc_states_send_failure(struct rc_exchange *exchange)
{
    const char *error = rc_exchange_text(exchange, "error");
    const char *cause = rc_exchange_text(exchange, "cause");
    struct rc_branch *branch = find(exchange);
    if (!branch)
        return;
    rc_buf_add_str(&exchange->out, "{}");
    rc_states_task_failed(branch, error ? error : "", cause);
}

void rc_states_send_heartbeat(struct rc_exchange *exchange)
{
    struct rc_branch *branch = find(exchange);
    if (!branch)
        return;
    double beat_s = json_number_value(json_object_get(branch->work, "beat"));
    if (beat_s > 0) {
        branch->beat_ms = rc_local_now_ms(exchange->local) + (int64_t)(beat_s * 1000);
        rc_branch_save(branch);
        rc_branch_set_timer(branch);
    }
    rc_buf_add_str(&exchange->out, "{}");
}
