#include "pipeline/activate.h"

#include "pipeline/day_state.h"

#include <stdio.h>
#include <string.h>

enum { TRIES = 20, FILE_WRITE = 0, CONFIG_WRITE, TOTALS_WRITE, REPLACED_WRITE };

struct activation {
    struct rc_lease *lease;
    const struct rc_file *file;
    const struct rc_delivered *delivered;
    int was;                /* the delivery that counts until then; 0: none */
    struct rc_key replaced; /* its file; pk "": not known, or this one */
};

static struct rc_pipeline *pipeline_of(const struct activation *activation)
{
    return activation->lease->pipeline;
}

static bool find_active(struct activation *activation, struct rc_error *err)
{
    const struct rc_delivery *delivery = &activation->delivered->delivery;
    struct rc_day_config config;
    if (!rc_day_config_read(pipeline_of(activation), &delivery->day, &config, err))
        return false;
    const struct rc_active *active = &config.active[delivery->side];
    activation->was = active->count ? active->numbers[0] : 0;
    return true;
}

static bool find_replaced(struct activation *activation, struct rc_error *err)
{
    struct rc_delivery before = activation->delivered->delivery;
    struct rc_key key, *replaced = &activation->replaced;
    json_t *item;
    *replaced = (struct rc_key){.pk = ""};
    if (!activation->was || activation->was == before.number)
        return true;
    before.number = activation->was;
    rc_key_file_of(&before, &key);
    if (!rc_store_get(pipeline_of(activation), RC_TABLE_STATE, &key, &item, err))
        return false;
    const char *file = rc_item_get_text(item, "file"), *version = rc_item_get_text(item, "version");
    if (file && version) {
        snprintf(replaced->pk, sizeof replaced->pk, "%s", file);
        snprintf(replaced->sk, sizeof replaced->sk, "%s", version);
    }
    const struct rc_key *own = &activation->file->key;
    if (strcmp(replaced->pk, own->pk) == 0 && strcmp(replaced->sk, own->sk) == 0)
        replaced->pk[0] = '\0';
    json_decref(item);
    return true;
}

/* ----- the writes ----- */

static struct rc_write of_file(const struct activation *activation, struct rc_draft *values)
{
    rc_draft_values(values);
    rc_lease_values(activation->lease, values);
    rc_item_text(&values->json, ":state", RC_FILE_ACTIVE);
    rc_item_int(&values->json, ":records", activation->delivered->records);
    rc_item_int(&values->json, ":rejected", activation->delivered->totals->rejected);
    return (struct rc_write){.kind = RC_WRITE_UPDATE,
                             .table = RC_TABLE_STATE,
                             .key = &activation->file->key,
                             .update = "SET #state = :state, #records = :records, "
                                       "#rejected = :rejected",
                             .condition = RC_LEASE_HOLDS,
                             .values = rc_draft_done(values)};
}

/* CONFIG, and the words of its write. */
struct config_write {
    struct rc_key key;
    char update[160], condition[160];
    struct rc_draft values;
};

static struct rc_write of_config(const struct activation *activation, struct config_write *config)
{
    const struct rc_delivery *delivery = &activation->delivered->delivery;
    const char *side = rc_side_name(delivery->side);
    char name[40];
    rc_identity_name(RC_WHOLE_DAY, name);
    rc_key_day(&delivery->day, "CONFIG", &config->key);
    snprintf(config->update, sizeof config->update, "SET #%s.#%s = :number", side, name);
    snprintf(config->condition, sizeof config->condition,
             activation->was ? "#%s.#%s = :was" : "attribute_not_exists(#%s.#%s)", side, name);
    rc_draft_values(&config->values);
    rc_item_int(&config->values.json, ":number", delivery->number);
    if (activation->was)
        rc_item_int(&config->values.json, ":was", activation->was);
    return (struct rc_write){.kind = RC_WRITE_UPDATE,
                             .table = RC_TABLE_STATE,
                             .key = &config->key,
                             .update = config->update,
                             .condition = config->condition,
                             .values = rc_draft_done(&config->values)};
}

/* A file that has another delivery by now is none of this one's business. */
static struct rc_write of_replaced(const struct activation *activation, struct rc_draft *values)
{
    rc_draft_values(values);
    rc_item_text(&values->json, ":state", RC_FILE_REPLACED);
    rc_item_int(&values->json, ":was", activation->was);
    return (struct rc_write){.kind = RC_WRITE_UPDATE,
                             .table = RC_TABLE_STATE,
                             .key = &activation->replaced,
                             .update = "SET #state = :state",
                             .condition = "#delivery = :was",
                             .values = rc_draft_done(values)};
}

static enum rc_stored write_all(const struct activation *activation, size_t *refused,
                                struct rc_error *err)
{
    const struct rc_delivered *delivered = activation->delivered;
    struct config_write config;
    struct rc_draft file, item, replaced;
    struct rc_key totals;
    rc_key_delivery(&delivered->delivery, "TOTALS", &totals);
    struct rc_write writes[] = {
        [FILE_WRITE] = of_file(activation, &file),
        [CONFIG_WRITE] = of_config(activation, &config),
        [TOTALS_WRITE] = {.table = RC_TABLE_STATE,
                          .key = &totals,
                          .item =
                              rc_totals_item(&item, &totals, delivered->totals, delivered->digest)},
        [REPLACED_WRITE] = of_replaced(activation, &replaced),
    };
    enum rc_stored stored = RC_UNSTORED;
    if (writes[TOTALS_WRITE].item)
        stored = rc_store_transact(pipeline_of(activation), writes,
                                   REPLACED_WRITE + (activation->replaced.pk[0] != '\0'), NULL,
                                   refused, err);
    else
        rc_error_nomem(err);
    rc_draft_free(&file);
    rc_draft_free(&config.values);
    rc_draft_free(&item);
    rc_draft_free(&replaced);
    return stored;
}

enum rc_stored rc_delivery_activate(struct rc_lease *lease, const struct rc_file *file,
                                    const struct rc_delivered *delivered, struct rc_error *err)
{
    struct activation activation = {.lease = lease, .file = file, .delivered = delivered};
    size_t refused = REPLACED_WRITE;
    for (int i = 0; i < TRIES; i++) {
        if (!find_active(&activation, err))
            return RC_UNSTORED;
        if (activation.was > delivered->delivery.number)
            return RC_REFUSED;
        if (!find_replaced(&activation, err))
            return RC_UNSTORED;
        enum rc_stored stored = write_all(&activation, &refused, err);
        if (stored == RC_REFUSED && refused == REPLACED_WRITE) {
            activation.replaced.pk[0] = '\0';
            stored = write_all(&activation, &refused, err);
        }
        if (stored != RC_REFUSED)
            return stored;
        if (refused == FILE_WRITE) {
            rc_file_say_lost(file, err);
            return RC_UNSTORED;
        }
    }
    rc_error_set(err, RC_IO, "s3://%s/%s: others have changed the day's deliveries %d times",
                 file->bucket, file->object, TRIES);
    return RC_UNSTORED;
}
