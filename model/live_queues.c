#include "model/live.h"

#include "aws/sqs.h"
#include "model/live_internal.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

enum {
    AT_ONCE = 8, /* requests for attributes */
    QUEUES_A_PAGE = 1000,
    MOST_QUEUES = 10000,
    AGES_MS = 10000, /* that ages are waited for when all else is there */
};

struct queue {
    char *url;
    char *name; /* within url */
    int64_t row;
};

struct queues;

struct slot {
    struct queues *all;
    struct rc_call *call;
    size_t index; /* of the queue */
};

struct queues {
    struct rc_listing listing;
    struct rc_sqs_list_queues in;
    struct rc_pages *pages;
    bool listed; /* all names are known */
    struct queue *items;
    const char **names;
    size_t count, room, next; /* the next one whose attributes are asked for */
    struct slot slots[AT_ONCE];
    int running;
    size_t troubles;
    char trouble[RC_ERROR_TEXT_BYTES]; /* the first one */
    struct rc_ages *ages;
    bool aged;
    struct rc_timer patience;
    sqlite3_stmt *insert, *update, *note, *set_age;
};

static void pump(struct queues *queues);

/* ----- the end ----- */

static void tell_troubles(const struct queues *queues)
{
    if (queues->troubles == 1)
        rc_live_note(queues->listing.live, "%s", queues->trouble);
    else if (queues->troubles)
        rc_live_note(queues->listing.live, "of %zu queues nothing is known: %s", queues->troubles,
                     queues->trouble);
}

static void look_for_end(struct queues *queues)
{
    bool asked = queues->listed && !queues->running && queues->next == queues->count;
    if (!asked || queues->listing.settled)
        return;
    if (queues->aged) {
        rc_timer_stop(rc_live_loop(queues->listing.live), &queues->patience);
        tell_troubles(queues);
        rc_listing_complete(&queues->listing);
    } else if (!queues->patience.place) {
        rc_timer_set(rc_live_loop(queues->listing.live), &queues->patience, AGES_MS);
    }
}

static void give_ages_up(struct rc_timer *timer)
{
    struct queues *queues = timer->ctx;
    rc_ages_free(queues->ages);
    queues->ages = NULL;
    queues->aged = true;
    rc_live_note(queues->listing.live, "%s: CloudWatch does not answer", RC_AGES_UNKNOWN);
    look_for_end(queues);
}

/* ----- ages ----- */

static void take_age(void *ctx, size_t index, int64_t seconds)
{
    struct queues *queues = ctx;
    struct rc_error err = {0};
    sqlite3_bind_int64(queues->set_age, 1, seconds);
    sqlite3_bind_int64(queues->set_age, 2, queues->items[index].row);
    if (rc_live_step(queues->listing.live, queues->set_age, &err))
        queues->listing.version++;
    else
        rc_listing_fail(&queues->listing, &err);
}

static void ages_done(void *ctx)
{
    struct queues *queues = ctx;
    queues->aged = true;
    look_for_end(queues);
}

static void start_ages(struct queues *queues)
{
    queues->names = calloc(queues->count + 1, sizeof *queues->names);
    for (size_t i = 0; queues->names && i < queues->count; i++)
        queues->names[i] = queues->items[i].name;
    if (queues->names && queues->count)
        queues->ages = rc_ages_start(queues->listing.live, queues->names, queues->count, take_age,
                                     ages_done, queues);
    queues->aged = !queues->ages;
    if (queues->count && !queues->ages)
        rc_live_note(queues->listing.live, "%s: out of memory", RC_AGES_UNKNOWN);
}

/* ----- attributes ----- */

static const char *attribute(const struct rc_sqs_attributes *answer, const char *name)
{
    for (size_t i = 0; i < answer->attributes.count; i++)
        if (strcmp(answer->attributes.items[i].key, name) == 0)
            return answer->attributes.items[i].value;
    return NULL;
}

static void bind_number(sqlite3_stmt *statement, int at, const char *digits)
{
    if (digits && *digits)
        sqlite3_bind_int64(statement, at, strtoll(digits, NULL, 10));
}

/* Of a queue that has answered, a count that it leaves out is none. */
static void bind_count(sqlite3_stmt *statement, int at, const char *digits)
{
    bind_number(statement, at, digits && *digits ? digits : "0");
}

/* {"deadLetterTargetArn": "arn:…", "maxReceiveCount": "5"}, the count as a text or not. */
static void bind_redrive(sqlite3_stmt *statement, int at, const char *policy)
{
    json_t *json = policy ? json_loads(policy, 0, NULL) : NULL;
    const json_t *most = json_object_get(json, "maxReceiveCount");
    rc_bind_text(statement, at, json_string_value(json_object_get(json, "deadLetterTargetArn")));
    if (json_is_integer(most))
        sqlite3_bind_int64(statement, at + 1, json_integer_value(most));
    else
        bind_number(statement, at + 1, json_string_value(most));
    json_decref(json);
}

static bool keep_attributes(struct queues *queues, const struct queue *queue,
                            const struct rc_sqs_attributes *answer, struct rc_error *err)
{
    sqlite3_stmt *to = queues->update;
    rc_bind_text(to, 1, attribute(answer, "QueueArn"));
    bind_count(to, 2, attribute(answer, "ApproximateNumberOfMessages"));
    bind_count(to, 3, attribute(answer, "ApproximateNumberOfMessagesNotVisible"));
    bind_count(to, 4, attribute(answer, "ApproximateNumberOfMessagesDelayed"));
    bind_redrive(to, 5, attribute(answer, "RedrivePolicy"));
    sqlite3_bind_int64(to, 7, queue->row);
    return rc_live_step(queues->listing.live, to, err);
}

/* One queue that does not answer is a note in its row, and no failure of the listing. */
static bool keep_trouble(struct queues *queues, const struct queue *queue,
                         const struct rc_call *call, struct rc_error *err)
{
    struct rc_error why = {0};
    rc_live_explain(call, "sqs:GetQueueAttributes", &why);
    if (!queues->troubles++)
        memcpy(queues->trouble, why.text, sizeof queues->trouble);
    rc_bind_text(queues->note, 1, why.text);
    sqlite3_bind_int64(queues->note, 2, queue->row);
    return rc_live_step(queues->listing.live, queues->note, err);
}

static void attributes_done(struct rc_call *call, void *ctx)
{
    struct slot *slot = ctx;
    struct queues *queues = slot->all;
    const struct queue *queue = &queues->items[slot->index];
    const struct rc_sqs_attributes *answer = rc_sqs_get_attributes_answer(call);
    struct rc_error err = {0};
    bool ok = answer ? keep_attributes(queues, queue, answer, &err)
                     : keep_trouble(queues, queue, call, &err);
    rc_call_free(call);
    slot->call = NULL;
    queues->running--;
    queues->listing.version++;
    if (!ok)
        rc_listing_fail(&queues->listing, &err);
    else
        pump(queues);
}

static void ask(struct queues *queues, struct slot *slot)
{
    static const char *const every[] = {"All"};
    const struct rc_sqs_get_attributes in = {.queue_url = queues->items[queues->next].url,
                                             .attribute_names = {every, 1}};
    struct rc_error err = {0};
    slot->index = queues->next++;
    slot->all = queues;
    slot->call =
        rc_sqs_get_attributes(rc_live_aws(queues->listing.live), &in, attributes_done, slot);
    if (slot->call) {
        queues->running++;
        return;
    }
    rc_error_nomem(&err);
    rc_listing_fail(&queues->listing, &err);
}

static void pump(struct queues *queues)
{
    for (int i = 0; i < AT_ONCE && !queues->listing.settled; i++)
        if (!queues->slots[i].call && queues->next < queues->count)
            ask(queues, &queues->slots[i]);
    look_for_end(queues);
}

/* ----- names ----- */

static bool add(struct queues *queues, const char *url, struct rc_error *err)
{
    if (queues->count == MOST_QUEUES) {
        rc_error_set(err, RC_LIMIT, "there are more than %d queues, which is more than is shown",
                     MOST_QUEUES);
        return false;
    }
    if (queues->count == queues->room) {
        size_t room = queues->room ? 2 * queues->room : 64;
        struct queue *items = realloc(queues->items, room * sizeof *items);
        if (items) {
            queues->items = items;
            queues->room = room;
        }
    }
    char *copy = queues->count < queues->room ? strdup(url) : NULL;
    if (!copy) {
        rc_error_nomem(err);
        return false;
    }
    char *slash = strrchr(copy, '/');
    struct queue *queue = &queues->items[queues->count++];
    *queue = (struct queue){.url = copy, .name = slash ? slash + 1 : copy};
    sqlite3_bind_int64(queues->insert, 1, queues->listing.number);
    rc_bind_text(queues->insert, 2, queue->name);
    rc_bind_text(queues->insert, 3, url);
    if (!rc_live_step(queues->listing.live, queues->insert, err))
        return false;
    queue->row = rc_live_last_row(queues->listing.live);
    queues->listing.rows++;
    return true;
}

static bool take_names(void *ctx, const void *answer)
{
    struct queues *queues = ctx;
    const struct rc_sqs_queues *page = answer;
    struct rc_error err = {0};
    bool ok = true;
    if (queues->listing.settled)
        return false;
    rc_live_begin(queues->listing.live);
    for (size_t i = 0; ok && i < page->queue_urls.count; i++)
        ok = add(queues, page->queue_urls.items[i], &err);
    ok = rc_live_commit(queues->listing.live, &err) && ok;
    queues->listing.version++;
    if (ok)
        pump(queues);
    else
        rc_listing_fail(&queues->listing, &err);
    return ok;
}

static void names_done(struct rc_call *call, void *ctx)
{
    struct queues *queues = ctx;
    if (queues->listing.settled)
        return;
    if (rc_call_error(call)) {
        rc_listing_fail_by(&queues->listing, call, "sqs:ListQueues");
        return;
    }
    queues->listed = true;
    start_ages(queues);
    look_for_end(queues);
}

/* ----- the listing ----- */

static void stop(struct rc_listing *listing)
{
    struct queues *queues = (struct queues *)listing;
    rc_timer_stop(rc_live_loop(listing->live), &queues->patience);
    for (int i = 0; i < AT_ONCE; i++) {
        rc_call_free(queues->slots[i].call);
        queues->slots[i].call = NULL;
    }
    queues->running = 0;
    if (listing->settled) /* perhaps by what these call, which goes with the release */
        return;
    rc_ages_free(queues->ages);
    queues->ages = NULL;
    rc_pages_free(queues->pages);
    queues->pages = NULL;
}

static void release(struct rc_listing *listing)
{
    struct queues *queues = (struct queues *)listing;
    sqlite3_stmt *const statements[] = {queues->insert, queues->update, queues->note,
                                        queues->set_age};
    rc_ages_free(queues->ages);
    rc_pages_free(queues->pages);
    for (size_t i = 0; i < sizeof statements / sizeof *statements; i++)
        sqlite3_finalize(statements[i]);
    for (size_t i = 0; i < queues->count; i++)
        free(queues->items[i].url);
    free(queues->names);
    free(queues->items);
}

static const struct rc_listing_kind kind = {
    .table = "queue", .size = sizeof(struct queues), .stop = stop, .release = release};

static bool prepare(struct queues *queues, struct rc_error *err)
{
    const struct {
        sqlite3_stmt **to;
        const char *sql;
    } all[] = {{&queues->insert, "INSERT INTO queue (listing, name, url) VALUES (?, ?, ?)"},
               {&queues->update,
                "UPDATE queue SET arn = ?, visible = ?, in_flight = ?, delayed = ?,"
                " dlq_arn = ?, max_receives = ? WHERE id = ?"},
               {&queues->note, "UPDATE queue SET trouble = ? WHERE id = ?"},
               {&queues->set_age, "UPDATE queue SET oldest_s = ? WHERE id = ?"}};
    bool ok = true;
    for (size_t i = 0; ok && i < sizeof all / sizeof *all; i++)
        ok = (*all[i].to = rc_live_prepare(queues->listing.live, all[i].sql, err)) != NULL;
    return ok;
}

struct rc_listing *rc_live_queues(struct rc_live *live, struct rc_error *err)
{
    struct rc_listing *listing = rc_listing_new(live, &kind, err);
    struct queues *queues = (struct queues *)listing;
    if (!listing)
        return NULL;
    queues->in = (struct rc_sqs_list_queues){.max_results = QUEUES_A_PAGE};
    queues->patience = (struct rc_timer){.fire = give_ages_up, .ctx = queues};
    bool ok = prepare(queues, err);
    if (ok && !(queues->pages = rc_pages_start(rc_live_aws(live), &rc_sqs_list_queues_operation,
                                               &queues->in, take_names, names_done, queues))) {
        rc_error_nomem(err);
        ok = false;
    }
    if (ok)
        return listing;
    rc_listing_free(listing);
    return NULL;
}
