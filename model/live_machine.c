#include "model/live_internal.h"

#include "aws/sts.h"
#include "pipeline/pipeline.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NAME_BYTES = 128 };

static void end(struct rc_machine *machine)
{
    rc_call_free(machine->call);
    machine->call = NULL;
    machine->found(machine->ctx);
}

/* "arn:aws:sts::123456789012:assumed-role/…": the partition is its second part. */
static void identified(struct rc_call *call, void *ctx)
{
    struct rc_machine *machine = ctx;
    const struct rc_sts_caller *caller = rc_sts_get_caller_identity_answer(call);
    const char *region = rc_profile_region(rc_aws_profile(rc_live_aws(machine->live)));
    char name[NAME_BYTES];
    if (!caller)
        rc_live_explain(call, "sts:GetCallerIdentity", &machine->why);
    else if (!caller->account || !region)
        rc_error_set(&machine->why, RC_USAGE,
                     "account and region of the state machine are not known; RECON_MACHINE_ARN "
                     "names it");
    if (machine->why.code) {
        end(machine);
        return;
    }
    const char *arn = caller->arn ? strchr(caller->arn, ':') : NULL;
    const char *partition = arn ? arn + 1 : "aws";
    rc_stack_name("", "-pipeline", name, sizeof name);
    snprintf(machine->arn, sizeof machine->arn, "arn:%.*s:states:%.40s:%.20s:stateMachine:%s",
             (int)strcspn(partition, ":"), partition, region, caller->account, name);
    memcpy(rc_live_machine_arn(machine->live), machine->arn, sizeof machine->arn);
    end(machine);
}

void rc_machine_seek(struct rc_machine *machine, struct rc_live *live, void (*found)(void *ctx),
                     void *ctx)
{
    const char *named = getenv("RECON_MACHINE_ARN");
    const char *arn = named && *named ? named : rc_live_machine_arn(live);
    machine->live = live;
    machine->found = found;
    machine->ctx = ctx;
    if (*arn) {
        snprintf(machine->arn, sizeof machine->arn, "%s", arn);
        end(machine);
        return;
    }
    machine->call = rc_sts_get_caller_identity(rc_live_aws(live), NULL, identified, machine);
    if (machine->call)
        return;
    rc_error_nomem(&machine->why);
    end(machine);
}

void rc_machine_stop(struct rc_machine *machine)
{
    rc_call_free(machine->call);
    machine->call = NULL;
}

/* "…:stateMachine:NAME" becomes "…:execution:NAME:RUN". */
void rc_machine_execution(const struct rc_machine *machine, const char *name,
                          char arn[RC_ARN_BYTES])
{
    static const char kind[] = ":stateMachine:";
    const char *at = strstr(machine->arn, kind);
    int before = at ? (int)(at - machine->arn) : (int)strlen(machine->arn);
    snprintf(arn, RC_ARN_BYTES, "%.*s:execution:%s:%s", before, machine->arn,
             at ? at + sizeof kind - 1 : "", name);
}
