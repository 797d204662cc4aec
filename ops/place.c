#include "ops/place.h"

#include "aws/sqs.h"
#include "aws/sts.h"
#include "pipeline/pipeline.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *named(const char *variable)
{
    const char *value = getenv(variable);
    return value && *value ? value : NULL;
}

/* "arn:aws:sts::123456789012:assumed-role/…": the partition is its second part. */
static void take_caller(struct rc_stack_place *place, const struct rc_sts_caller *caller)
{
    const char *colon = caller->arn ? strchr(caller->arn, ':') : NULL;
    const char *partition = colon ? colon + 1 : "aws";
    snprintf(place->who, sizeof place->who, "%s", caller->arn ? caller->arn : "");
    snprintf(place->account, sizeof place->account, "%.15s",
             caller->account ? caller->account : "");
    snprintf(place->partition, sizeof place->partition, "%.*s",
             (int)strcspn(partition, ":") < 23 ? (int)strcspn(partition, ":") : 23, partition);
}

static void take_names(struct rc_stack_place *place)
{
    char name[RC_PLACE_NAME_BYTES];
    const char *arn = named("RECON_MACHINE_ARN");
    rc_stack_name("", "-pipeline", name, sizeof name);
    if (arn)
        snprintf(place->machine_arn, sizeof place->machine_arn, "%s", arn);
    else
        snprintf(place->machine_arn, sizeof place->machine_arn,
                 "arn:%s:states:%s:%s:stateMachine:%s", place->partition, place->region,
                 place->account, name);
    rc_stack_name("", "-worker", place->worker, sizeof place->worker);
    rc_stack_name("", "", place->cluster, sizeof place->cluster);
    rc_stack_name("", "-files-", name, sizeof name);
    snprintf(place->bucket, sizeof place->bucket, "%.60s%.15s-%.40s", name, place->account,
             place->region);
}

bool rc_place_find(struct rc_aws *aws, struct rc_stack_place *place, struct rc_error *err)
{
    const char *region = rc_profile_region(rc_aws_profile(aws));
    if (place->account[0])
        return true;
    *place = (struct rc_stack_place){.account = ""};
    snprintf(place->region, sizeof place->region, "%.39s", region ? region : "us-east-1");
    struct rc_call *call = rc_sts_get_caller_identity(aws, NULL, NULL, NULL);
    bool ok = rc_call_wait(call, err);
    if (ok) {
        take_caller(place, rc_sts_get_caller_identity_answer(call));
        take_names(place);
    }
    rc_call_free(call);
    if (!ok)
        rc_error_prefix(err, "who you are at AWS is not known");
    return ok;
}

static bool find_queue(struct rc_aws *aws, enum rc_pipeline_queue queue, const char *variable,
                       char url[RC_PLACE_URL_BYTES], struct rc_error *err)
{
    if (url[0])
        return true;
    if (named(variable)) {
        snprintf(url, RC_PLACE_URL_BYTES, "%s", named(variable));
        return true;
    }
    const struct rc_sqs_get_queue_url in = {.queue_name = rc_queue_name(queue)};
    struct rc_call *call = rc_sqs_get_queue_url(aws, &in, NULL, NULL);
    bool ok = rc_call_wait(call, err);
    if (ok)
        snprintf(url, RC_PLACE_URL_BYTES, "%s", rc_sqs_get_queue_url_answer(call)->queue_url);
    rc_call_free(call);
    if (!ok)
        rc_error_prefix(err, "queue %s (%s names another)", in.queue_name, variable);
    return ok;
}

bool rc_place_find_queues(struct rc_aws *aws, struct rc_stack_place *place, struct rc_error *err)
{
    return find_queue(aws, RC_QUEUE_ARRIVALS, "RECON_ARRIVALS_QUEUE_URL", place->arrivals_url,
                      err) &&
           find_queue(aws, RC_QUEUE_FAILED, "RECON_FAILED_QUEUE_URL", place->failed_url, err);
}

void rc_place_execution(const struct rc_stack_place *place, const char *run,
                        char arn[RC_PLACE_ARN_BYTES])
{
    static const char kind[] = ":stateMachine:";
    const char *at = strstr(place->machine_arn, kind);
    int before = at ? (int)(at - place->machine_arn) : (int)strlen(place->machine_arn);
    if (strncmp(run, "arn:", 4) == 0)
        snprintf(arn, RC_PLACE_ARN_BYTES, "%s", run);
    else
        snprintf(arn, RC_PLACE_ARN_BYTES, "%.*s:execution:%s:%s", before, place->machine_arn,
                 at ? at + sizeof kind - 1 : "", run);
}
