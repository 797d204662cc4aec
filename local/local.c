#include "local/local.h"

#include "local/store.h"

#include <stdio.h>

enum { KEEP_MS = 1000 };

int64_t rc_local_now_ms(const struct rc_local *local)
{
    return rc_timeline_at(&local->time, rc_loop_unix_ms(local->loop));
}

/* Whether the state's time is its own, since it was once given one; else it is this
 * machine's, or ahead of it. */
static bool has_own_clock(struct rc_local *local)
{
    if (local->options->clock_ms)
        rc_local_run(local, rc_local_sql(local, "INSERT OR IGNORE INTO local_clock VALUES (1)"));
    sqlite3_stmt *read = rc_local_sql(local, "SELECT 1 FROM local_clock");
    bool own = sqlite3_step(read) == SQLITE_ROW;
    rc_local_done(read);
    return own;
}

bool rc_local_resume(struct rc_local *local, struct rc_error *err)
{
    static const char schema[] =
        "CREATE TABLE IF NOT EXISTS local_life (id INTEGER PRIMARY KEY, starts INT, now_ms INT);"
        "INSERT OR IGNORE INTO local_life VALUES (1, 0, 0);"
        "UPDATE local_life SET starts = starts + 1;"
        "CREATE TABLE IF NOT EXISTS local_clock (own INTEGER PRIMARY KEY);";
    if (!rc_store_exec(local, schema, err))
        return false;
    sqlite3_stmt *read = rc_local_sql(local, "SELECT starts, now_ms FROM local_life");
    sqlite3_step(read);
    uint64_t starts = (uint64_t)sqlite3_column_int64(read, 0);
    int64_t then_ms = sqlite3_column_int64(read, 1);
    rc_local_done(read);
    int64_t real_ms = rc_loop_unix_ms(local->loop);
    int64_t least_ms = has_own_clock(local) ? local->options->clock_ms : real_ms;
    local->time = (struct rc_timeline){.real_ms = real_ms,
                                       .own_ms = then_ms >= least_ms ? then_ms + KEEP_MS : least_ms,
                                       .speed = local->options->speed};
    local->chance_state = (local->options->seed + 1) * starts * 2 + 1;
    for (int i = 0; i < 16; i++) /* near states begin alike */
        rc_local_chance(local);
    return true;
}

void rc_local_keep_time(struct rc_local *local)
{
    int64_t now_ms = rc_local_now_ms(local);
    if (now_ms - local->kept_ms < KEEP_MS)
        return;
    local->kept_ms = now_ms;
    sqlite3_stmt *keep = rc_local_sql(local, "UPDATE local_life SET now_ms = ?");
    sqlite3_bind_int64(keep, 1, now_ms);
    rc_local_run(local, keep);
}

bool rc_local_timer(struct rc_local *local, struct rc_timer *timer, int64_t after_ms)
{
    double real = (double)(after_ms > 0 ? after_ms : 0) / local->options->speed;
    return rc_timer_set(local->loop, timer, (int64_t)(real + 0.999));
}

double rc_local_chance(struct rc_local *local)
{
    return rc_chance(&local->chance_state);
}

/* xorshift64*, Vigna (2016). */
double rc_chance(uint64_t *state)
{
    uint64_t x = *state;
    x ^= x >> 12;
    x ^= x << 25;
    x ^= x >> 27;
    *state = x;
    return (double)((x * 0x2545F4914F6CDD1DULL) >> 11) / 9007199254740992.0; /* 2^53 */
}

void rc_local_uuid(struct rc_local *local, char *text)
{
    unsigned parts[8];
    for (int i = 0; i < 8; i++)
        parts[i] = (unsigned)(rc_local_chance(local) * 65536);
    snprintf(text, 37, "%04x%04x-%04x-4%03x-%04x-%04x%04x%04x", parts[0], parts[1], parts[2],
             parts[3] & 0xfff, (parts[4] & 0x3fff) | 0x8000, parts[5], parts[6], parts[7]);
}
