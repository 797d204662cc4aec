/* Amazon CloudWatch: its operations, tables, and what happens each minute. */
#include "local/cloudwatch.h"

#include "local/services.h"

/* Longer than the longest time that the console shows: "GetMetricData", 1-minute points. */
static const int64_t kept_ms = (int64_t)15 * 24 * 3600 * 1000;

static struct {
    struct rc_local *local;
    struct rc_timer timer;
} minute;

enum { BEHIND_MS = 5000 }; /* a minute's last points come a little after its end */

static void set_timer(struct rc_local *local)
{
    int64_t now_ms = rc_local_now_ms(local);
    int64_t wait_ms = RC_METRIC_MINUTE_MS - (now_ms - BEHIND_MS) % RC_METRIC_MINUTE_MS;
    rc_local_timer(local, &minute.timer, wait_ms);
}

static void drop_old(struct rc_local *local)
{
    sqlite3_stmt *old = rc_local_sql(local, "DELETE FROM cloudwatch_point WHERE at_ms < ?");
    sqlite3_bind_int64(old, 1, rc_local_now_ms(local) - kept_ms);
    rc_local_run(local, old);
}

static void each_minute(struct rc_timer *timer)
{
    struct rc_local *local = minute.local;
    (void)timer;
    rc_local_begin(local);
    rc_metric_flush(local);
    rc_alarm_evaluate(local);
    if (rc_local_now_ms(local) / RC_METRIC_MINUTE_MS % 60 == 0)
        drop_old(local);
    rc_local_commit(local);
    set_timer(local);
}

static bool open_cloudwatch(struct rc_local *local, struct rc_error *err)
{
    minute.local = local;
    minute.timer = (struct rc_timer){.fire = each_minute};
    set_timer(local);
    return rc_metric_open(local, err);
}

static void close_cloudwatch(struct rc_local *local)
{
    rc_timer_stop(local->loop, &minute.timer);
    rc_metric_close(local);
}

static const struct rc_local_operation operations[] = {
    {.name = "GetMetricData", .handle = rc_metric_get_data, .caller = "console: metrics, heat"},
    {.name = "ListMetrics", .handle = rc_metric_list, .caller = "console: metrics"},
    {.name = "PutMetricData", .handle = rc_metric_put_data, .caller = "workers; seed"},
    {.name = "GetInsightRuleReport", .handle = rc_metric_get_insight, .caller = "console: heat"},
    {.name = "DescribeAlarms", .handle = rc_alarm_describe, .caller = "console: alarms"},
    {.name = "PutMetricAlarm", .handle = rc_alarm_put, .caller = "seed"},
    {.name = "DeleteAlarms", .handle = rc_alarm_delete, .caller = "seed: clearing up"},
    {0},
};

static const struct rc_local_service service = {
    .signing_name = "monitoring",
    .name = "cloudwatch",
    .protocol = RC_LOCAL_JSON,
    .json_version = "1.0",
    .target = "GraniteServiceVersion20100801.",
    .operations = operations,
};

static const char schema[] =
    "CREATE TABLE IF NOT EXISTS cloudwatch_metric (id INTEGER PRIMARY KEY AUTOINCREMENT,"
    " space TEXT, name TEXT, dimensions TEXT, last_ms INT, UNIQUE (space, name, dimensions));"
    "CREATE TABLE IF NOT EXISTS cloudwatch_point (metric INT, at_ms INT, unit TEXT, count REAL,"
    " sum REAL, low REAL, high REAL, bins TEXT, PRIMARY KEY (metric, at_ms, unit)) WITHOUT ROWID;"
    "CREATE TABLE IF NOT EXISTS cloudwatch_alarm (name TEXT PRIMARY KEY, alarm TEXT, state TEXT,"
    " reason TEXT, updated_ms INT, changed_ms INT, configured_ms INT) WITHOUT ROWID;";

const struct rc_local_part rc_local_cloudwatch = {
    .service = &service, .schema = schema, .open = open_cloudwatch, .close = close_cloudwatch};
