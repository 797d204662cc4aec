#include "aws/batch.h"

#include "aws/batch_parts.h"
#include "aws/client.h"

#include <stdlib.h>
#include <string.h>

enum {
    TEXTS_CAP = 256 << 20,
    LOOK_MS = 100, /* at the rate, which grows, while a request waits for it */
};

static const char came_back[] = "UnprocessedEntries"; /* in the metrics, beside AWS's reasons */

static void pump(struct rc_timer *timer);

struct rc_batch_entry *rc_batch_at(struct rc_batch *batch, const struct rc_batch_request *request,
                                   size_t position)
{
    return &batch->entries[request->entries[position]];
}

/* ----- outcomes ----- */

static const char *keep(struct rc_batch *batch, const char *text)
{
    const char *copy = text && *text ? rc_arena_text(&batch->texts, text, strlen(text)) : NULL;
    return copy ? copy : "";
}

static void fail_entry(struct rc_batch *batch, struct rc_batch_entry *entry,
                       enum rc_aws_fault fault, const char *code, const char *message)
{
    entry->outcome.state = RC_BATCH_FAILED;
    entry->outcome.fault = fault;
    entry->outcome.code = keep(batch, code);
    entry->outcome.message = keep(batch, message);
    batch->counts.failed++;
}

/* Puts an entry back into its order among those that wait. */
static void wait_again(struct rc_batch *batch, size_t index)
{
    size_t place = batch->waiting_count++;
    for (; place > 0 && batch->waiting[place - 1] > index; place--)
        batch->waiting[place] = batch->waiting[place - 1];
    batch->waiting[place] = index;
}

static void send_again(struct rc_batch *batch, struct rc_batch_request *request, size_t position,
                       const char *code, const char *message)
{
    struct rc_batch_entry *entry = rc_batch_at(batch, request, position);
    if (entry->outcome.attempts >= batch->options.attempts) {
        fail_entry(batch, entry, RC_AWS_THROTTLED, code && *code ? code : came_back,
                   message && *message ? message : "still refused after the last attempt");
        return;
    }
    int64_t delay = rc_retry_delay_ms(batch->api->operation->service->retry, RC_RETRY_THROTTLED,
                                      entry->outcome.attempts, rc_aws_chance(batch->aws));
    entry->not_before_ms = rc_loop_now_ms(rc_aws_loop(batch->aws)) + delay;
    wait_again(batch, request->entries[position]);
    batch->counts.tried_again++;
}

static void count_throttle(struct rc_batch *batch)
{
    const struct rc_operation *operation = batch->api->operation;
    struct rc_metrics_row *row =
        rc_metrics_row(rc_aws_metrics(batch->aws), operation->service->name, operation->name);
    row->throttled++;
    rc_metrics_throttle(row, came_back, NULL);
}

static void tell(const struct rc_batch *batch, const struct rc_batch_request *request,
                 size_t position, bool taken)
{
    size_t index = request->entries[position];
    if (batch->options.heard)
        batch->options.heard(batch->options.heard_ctx, index,
                             batch->entries[index].outcome.attempts, taken);
}

void rc_batch_settle(struct rc_batch *batch, struct rc_batch_request *request, size_t position,
                     enum rc_batch_verdict verdict, const char *code, const char *message)
{
    struct rc_batch_entry *entry = rc_batch_at(batch, request, position);
    if (entry->settled)
        return;
    entry->settled = true;
    switch (verdict) {
    case RC_BATCH_TAKEN:
        tell(batch, request, position, true);
        entry->outcome.state = RC_BATCH_DONE;
        batch->counts.done++;
        break;
    case RC_BATCH_CAME_BACK:
        request->units_back += request->units / (double)request->count;
        count_throttle(batch);
        tell(batch, request, position, false);
        send_again(batch, request, position, code, message);
        break;
    case RC_BATCH_REFUSED:
        fail_entry(batch, entry, RC_AWS_CLIENT, code, message);
        break;
    }
}

/* ----- packing ----- */

/* Whether the entry may be sent now; if not only because of the time, *at_ms is
 * brought forward to it. */
static bool is_ready(const struct rc_batch *batch, const struct rc_batch_entry *entry,
                     int64_t now_ms, int64_t *at_ms)
{
    if (entry->after != NO_ENTRY &&
        batch->entries[entry->after - 1].outcome.state == RC_BATCH_PENDING)
        return false;
    if (entry->not_before_ms <= now_ms)
        return true;
    if (*at_ms < 0 || entry->not_before_ms < *at_ms)
        *at_ms = entry->not_before_ms;
    return false;
}

/* Adds the entry when there is room for it. */
static bool pack(struct rc_batch *batch, struct rc_batch_request *request, size_t index,
                 size_t *bytes)
{
    bool alone = batch->entries[index].alone;
    size_t more = batch->api->bytes(batch, index);
    if (request->count &&
        (alone || batch->entries[request->entries[0]].alone ||
         request->count == batch->api->most_entries || *bytes > batch->api->most_bytes ||
         more > batch->api->most_bytes - *bytes))
        return false;
    request->entries[request->count++] = index;
    *bytes += more;
    /* A write costs a unit for each begun KB: "Provisioned capacity mode", Amazon
     * DynamoDB Developer Guide. JSON is a little longer than what is counted. */
    size_t units = (more + 1023) / 1024;
    request->units += (double)units;
    return true;
}

/* Fills a request: those that wait and are due first, then new ones, unless so many
 * wait that it would only make more of them. */
static void fill(struct rc_batch *batch, struct rc_batch_request *request, int64_t now_ms,
                 int64_t *at_ms)
{
    size_t bytes = 0, kept = 0;
    bool full = false;
    for (size_t i = 0; i < batch->waiting_count; i++) {
        size_t index = batch->waiting[i];
        bool taken = !full && is_ready(batch, &batch->entries[index], now_ms, at_ms);
        if (taken && !pack(batch, request, index, &bytes)) {
            taken = false;
            full = true;
        }
        if (!taken)
            batch->waiting[kept++] = index;
    }
    batch->waiting_count = kept;
    size_t room = batch->waiting_room - (size_t)batch->options.in_flight * batch->api->most_entries;
    while (!full && batch->next < batch->counts.entries && batch->waiting_count < room) {
        if (!is_ready(batch, &batch->entries[batch->next], now_ms, at_ms)) {
            wait_again(batch, batch->next++);
            continue;
        }
        if (!pack(batch, request, batch->next, &bytes))
            break;
        batch->next++;
    }
}

/* ----- sending ----- */

static void free_place(struct rc_batch_request *request)
{
    rc_call_free(request->call);
    *request = (struct rc_batch_request){.batch = request->batch, .entries = request->entries};
}

/* AWS refused the request because of one of its entries, and does not say which. */
static bool is_one_of_them(const struct rc_aws_error *error)
{
    return error->fault == RC_AWS_CLIENT || error->fault == RC_AWS_REQUEST;
}

static void read_error(struct rc_batch *batch, struct rc_batch_request *request,
                       const struct rc_aws_error *error)
{
    for (size_t i = 0; i < request->count; i++) {
        struct rc_batch_entry *entry = rc_batch_at(batch, request, i);
        if (error->fault == RC_AWS_THROTTLED) {
            request->units_back = request->units;
            tell(batch, request, i, false);
            send_again(batch, request, i, error->code, error->message);
        } else if (is_one_of_them(error) && request->count > 1) {
            entry->alone = true;
            entry->not_before_ms = 0;
            wait_again(batch, request->entries[i]);
        } else {
            fail_entry(batch, entry, error->fault, error->code, error->message);
        }
    }
}

static void arrived(struct rc_call *call, void *ctx)
{
    struct rc_batch_request *request = ctx;
    struct rc_batch *batch = request->batch;
    const void *answer = rc_call_answer(call);
    for (size_t i = 0; i < request->count; i++) {
        rc_batch_at(batch, request, i)->settled = false;
        rc_batch_at(batch, request, i)->outcome.attempts++;
    }
    if (answer)
        batch->api->read(batch, request, answer);
    else
        read_error(batch, request, rc_call_error(call));
    if (batch->options.rate)
        rc_rate_report(batch->options.rate, request->units - request->units_back,
                       request->units_back > 0, rc_loop_now_ms(rc_aws_loop(batch->aws)));
    free_place(request);
    pump(&batch->timer);
}

static void send(struct rc_batch *batch, struct rc_batch_request *request)
{
    batch->counts.requests++;
    request->call = batch->api->send(batch, request, arrived);
    if (request->call && batch->options.rate) /* which has to hear of each */
        rc_call_leave_throttles(request->call);
    if (request->call)
        return;
    for (size_t i = 0; i < request->count; i++)
        fail_entry(batch, rc_batch_at(batch, request, i), RC_AWS_MEMORY, "", "out of memory");
    free_place(request);
}

static struct rc_batch_request *find_place(struct rc_batch *batch)
{
    for (int i = 0; i < batch->options.in_flight; i++)
        if (batch->requests[i].count == 0)
            return &batch->requests[i];
    return NULL;
}

/* For so long, or until the rate is looked at again. */
static void hold(struct rc_batch *batch, struct rc_batch_request *request, int64_t delay_ms,
                 int64_t now_ms)
{
    batch->held = request;
    batch->held_until_ms = now_ms + (delay_ms < LOOK_MS ? delay_ms : LOOK_MS);
}

/* Sends the request that waited for the rate; false when it has to wait on. */
static bool release_held(struct rc_batch *batch, int64_t now_ms, int64_t *at_ms)
{
    if (!batch->held)
        return true;
    struct rc_batch_request *request = batch->held;
    if (batch->held_until_ms <= now_ms)
        hold(batch, request, rc_rate_wait(batch->options.rate, request->units, now_ms), now_ms);
    if (batch->held_until_ms > now_ms) {
        *at_ms = batch->held_until_ms;
        return false;
    }
    batch->held = NULL;
    send(batch, request);
    return true;
}

/* Sends what can be sent; gives when there will be more to do, -1: when an answer
 * comes. */
static int64_t send_ready(struct rc_batch *batch, int64_t now_ms)
{
    int64_t at_ms = -1;
    struct rc_batch_request *request;
    if (!release_held(batch, now_ms, &at_ms))
        return at_ms;
    while ((request = find_place(batch))) {
        at_ms = -1;
        fill(batch, request, now_ms, &at_ms);
        if (request->count == 0)
            break;
        int64_t delay =
            batch->options.rate ? rc_rate_spend(batch->options.rate, request->units, now_ms) : 0;
        if (delay > 0) {
            hold(batch, request, delay, now_ms);
            return batch->held_until_ms;
        }
        send(batch, request);
    }
    return at_ms;
}

static void fail_rest(struct rc_batch *batch, size_t index)
{
    fail_entry(batch, &batch->entries[index], RC_AWS_MEMORY, "", "out of memory");
}

/* No timer can be had: what is not in flight has nothing left to wait for. */
static void give_up(struct rc_batch *batch)
{
    for (size_t i = 0; i < batch->waiting_count; i++)
        fail_rest(batch, batch->waiting[i]);
    batch->waiting_count = 0;
    while (batch->next < batch->counts.entries)
        fail_rest(batch, batch->next++);
    if (!batch->held)
        return;
    for (size_t i = 0; i < batch->held->count; i++)
        fail_rest(batch, batch->held->entries[i]);
    free_place(batch->held);
    batch->held = NULL;
}

static bool is_finished(const struct rc_batch *batch)
{
    return batch->counts.done + batch->counts.failed == batch->counts.entries;
}

static void pump(struct rc_timer *timer)
{
    struct rc_batch *batch = timer->ctx;
    struct rc_loop *loop = rc_aws_loop(batch->aws);
    int64_t now_ms = rc_loop_now_ms(loop);
    int64_t at_ms = send_ready(batch, now_ms);
    if (!is_finished(batch) && at_ms >= 0 &&
        !rc_timer_set(loop, &batch->timer, at_ms > now_ms ? at_ms - now_ms : 0))
        give_up(batch);
    if (!is_finished(batch))
        return;
    rc_timer_stop(loop, &batch->timer);
    batch->ended = true;
    if (batch->done)
        batch->done(batch, batch->ctx); /* which may free it */
}

/* ----- keys ----- */

static size_t hash_of(const char *text)
{
    size_t hash = 14695981039346656037ULL; /* FNV-1a, Fowler, Noll and Vo */
    for (; *text; text++)
        hash = (hash ^ (unsigned char)*text) * 1099511628211ULL;
    return hash;
}

bool rc_batch_chain(struct rc_batch *batch, struct rc_error *err)
{
    size_t room = 16;
    while (room < 2 * batch->counts.entries)
        room *= 2;
    size_t *last = calloc(room, sizeof *last); /* 1 + index, by hash */
    if (!last) {
        rc_error_nomem(err);
        return false;
    }
    for (size_t i = 0; i < batch->counts.entries; i++) {
        struct rc_batch_entry *entry = &batch->entries[i];
        size_t place = hash_of(entry->key) & (room - 1);
        while (last[place] != NO_ENTRY &&
               strcmp(batch->entries[last[place] - 1].key, entry->key) != 0)
            place = (place + 1) & (room - 1);
        entry->after = last[place];
        last[place] = i + 1;
    }
    free(last);
    return true;
}

/* ----- from beginning to end ----- */

static bool make_places(struct rc_batch *batch)
{
    size_t places = (size_t)batch->options.in_flight, most = batch->api->most_entries;
    batch->waiting_room = 4 * places * most;
    batch->waiting = calloc(batch->waiting_room, sizeof *batch->waiting);
    batch->requests = calloc(places, sizeof *batch->requests);
    if (!batch->waiting || !batch->requests)
        return false;
    for (size_t i = 0; i < places; i++) {
        batch->requests[i].batch = batch;
        batch->requests[i].entries = calloc(most, sizeof *batch->requests[i].entries);
        if (!batch->requests[i].entries)
            return false;
    }
    return true;
}

struct rc_batch *rc_batch_new(struct rc_aws *aws, const struct rc_batch_api *api, size_t count,
                              const struct rc_batch_options *options, rc_batch_done done, void *ctx,
                              struct rc_error *err)
{
    if (count > RC_BATCH_ENTRIES_MOST) {
        rc_error_set(err, RC_LIMIT, "%s %s: a batch of %zu entries; the most are %d",
                     api->operation->service->name, api->operation->name, count,
                     RC_BATCH_ENTRIES_MOST);
        return NULL;
    }
    struct rc_batch *batch = calloc(1, sizeof *batch);
    if (!batch) {
        rc_error_nomem(err);
        return NULL;
    }
    batch->aws = aws;
    batch->api = api;
    batch->options = options ? *options : (struct rc_batch_options){0};
    if (batch->options.in_flight <= 0)
        batch->options.in_flight = RC_BATCH_IN_FLIGHT;
    if (batch->options.in_flight > RC_BATCH_IN_FLIGHT_MOST)
        batch->options.in_flight = RC_BATCH_IN_FLIGHT_MOST;
    if (batch->options.attempts <= 0)
        batch->options.attempts = RC_BATCH_ATTEMPTS;
    batch->done = done;
    batch->ctx = ctx;
    batch->counts.entries = count;
    batch->timer = (struct rc_timer){.fire = pump, .ctx = batch};
    rc_arena_init(&batch->texts, TEXTS_CAP);
    batch->entries = calloc(count ? count : 1, sizeof *batch->entries);
    if (!batch->entries || !make_places(batch) ||
        !rc_timer_set(rc_aws_loop(aws), &batch->timer, 0)) {
        rc_error_nomem(err);
        rc_batch_free(batch);
        return NULL;
    }
    return batch;
}

void rc_batch_free(struct rc_batch *batch)
{
    if (!batch)
        return;
    rc_timer_stop(rc_aws_loop(batch->aws), &batch->timer);
    for (int i = 0; batch->requests && i < batch->options.in_flight; i++) {
        rc_call_free(batch->requests[i].call);
        free(batch->requests[i].entries);
    }
    for (size_t i = 0; batch->entries && i < batch->counts.entries; i++)
        json_decref(batch->entries[i].outcome.item);
    free(batch->requests);
    free(batch->waiting);
    free(batch->entries);
    rc_arena_free(&batch->texts);
    free(batch);
}

static const struct rc_batch_outcome *first_failure(const struct rc_batch *batch, size_t *index)
{
    for (*index = 0; *index < batch->counts.entries; ++*index)
        if (batch->entries[*index].outcome.state == RC_BATCH_FAILED)
            return &batch->entries[*index].outcome;
    return NULL;
}

bool rc_batch_wait(struct rc_batch *batch, struct rc_error *err)
{
    if (!batch)
        return false;
    const struct rc_operation *operation = batch->api->operation;
    if (!rc_loop_until(rc_aws_loop(batch->aws), &batch->ended, -1)) {
        rc_error_set(err, RC_IO, "%s %s: nothing is left to wait for after %zu of %zu entries",
                     operation->service->name, operation->name, batch->counts.done,
                     batch->counts.entries);
        return false;
    }
    size_t index;
    const struct rc_batch_outcome *failure = first_failure(batch, &index);
    if (!failure)
        return true;
    rc_error_set(err, RC_IO, "%s %s: %zu of %zu entries failed; number %zu: %s%s%s (%d attempts)",
                 operation->service->name, operation->name, batch->counts.failed,
                 batch->counts.entries, index + 1, failure->code, *failure->code ? ": " : "",
                 failure->message, failure->attempts);
    return false;
}

enum rc_aws_fault rc_batch_fault(const struct rc_batch *batch)
{
    size_t index;
    const struct rc_batch_outcome *failure = first_failure(batch, &index);
    return failure ? failure->fault : RC_AWS_NONE;
}

bool rc_batch_ended(const struct rc_batch *batch)
{
    return batch->ended;
}

struct rc_batch_counts rc_batch_counts(const struct rc_batch *batch)
{
    return batch->counts;
}

const struct rc_batch_outcome *rc_batch_outcome(const struct rc_batch *batch, size_t index)
{
    return &batch->entries[index].outcome;
}
