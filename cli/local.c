#include "aws/session.h"
#include "cli/awswords.h"
#include "cli/cli.h"
#include "cli/local_deploy.h"
#include "cli/local_seed.h"
#include "cli/local_weather.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char usage[] =
    "usage: reconctl local start [--state DIR] [--port P] [--speed N] [OPTION...]\n"
    "       reconctl local deploy [--state DIR] [--worker PATH] [--parameter NAME=VALUE]...\n"
    "                             [--from DIR]\n"
    "       reconctl local seed [--state DIR] [--records N] [--spikes] [deploy's options]\n"
    "       reconctl local stop|status [--state DIR]\n"
    "       reconctl local weather [--state DIR] [FILE|off]\n\n"
    "An AWS on this machine, in the background: start prints its endpoint, options that it does\n"
    "not know are reconlocal's. weather shows or sets how it misbehaves: a file with\n"
    "{\"rules\":[{\"service\":\"sqs\",\"operation\":\"*\",\"kind\":\"throttle\",\"share\":0.1}]}; "
    "kinds are\n"
    "throttle, error, denied, reset, slow and lost, of requests; duplicate, late and dead, of\n"
    "messages; skew and short, of a table's or an index's writes (\"resource\"). off clears\n"
    "the sky.\n"
    "deploy puts up there the stack that reconctl runs on at AWS (deploy/ in its sources), and\n"
    "starts the cloud when needed. Done again, it changes what is not as it should be.\n"
    "seed does that, puts four programs and their files of three days there and waits until all\n"
    "are worked: a clean one, one with discrepancies, a hot one, and one with a stuck file.\n\n"
    "  --state DIR             where it keeps everything (default ~/.local/state/reconctl/local)\n"
    "  --worker PATH           what functions and tasks run (default: reconworker beside it)\n"
    "  --parameter NAME=VALUE  of the stack, as deploy/README.md has them\n"
    "  --from DIR              its template.json and machine.asl.json instead of those built in\n"
    "  --records N             of a file that seed puts (default 2000)\n"
    "  --spikes                other programs instead: three, each with one day that is "
    "throttled,\n"
    "                          for another reason each\n"
    "\n`reconctl --local[=DIR] COMMAND...` runs any command on it, and starts it when needed.\n"
    "Access key \"local\", secret \"local-secret\", region us-east-1.\n";

enum { WORDS = RC_LOCALCLOUD_WORDS };

/* ----- weather ----- */

/* The list of rules in a file, as text to send. */
static char *read_rules(const char *path, struct rc_error *err)
{
    json_error_t why;
    json_t *file = json_load_file(path, JSON_REJECT_DUPLICATES, &why);
    const json_t *rules = json_object_get(file, "rules");
    char *text = json_is_array(rules) ? json_dumps(rules, JSON_COMPACT) : NULL;
    if (!file)
        rc_error_set(err, RC_INVALID, "%s:%d: %s", path, why.line, why.text);
    else if (!text)
        rc_error_set(err, RC_INVALID, "%s: an object with a list \"rules\" is expected", path);
    json_decref(file);
    return text;
}

static bool weather(struct rc_localcloud *cloud, const char *word, struct rc_error *err)
{
    if (!cloud->pid) {
        rc_error_set(err, RC_IO, "the local cloud does not run; `reconctl local start` starts it");
        return false;
    }
    struct rc_session session;
    if (!rc_localcloud_use(cloud, err) ||
        !rc_session_open(&session, &(struct rc_session_options){0}, err))
        return false;
    char *rules = !word ? NULL : strcmp(word, "off") == 0 ? strdup("[]") : read_rules(word, err);
    char *now = !word || rules ? rc_local_weather(session.aws, rules, err) : NULL;
    if (now)
        printf("{\"rules\": %s}\n", now);
    free(rules);
    free(now);
    rc_session_close(&session);
    return now != NULL;
}

/* ----- the words ----- */

static int run(const char *verb, const char *state, const char *const *words, int count)
{
    struct rc_localcloud cloud;
    struct rc_error err = {0};
    bool ok = rc_localcloud_find(&cloud, state, &err);
    if (!ok)
        return rc_cli_fail(&err);
    if (strcmp(verb, "start") == 0) {
        ok = rc_localcloud_start(&cloud, words, &err);
        if (ok)
            printf("%s\n", cloud.endpoint);
    } else if (strcmp(verb, "weather") == 0 && count <= 1) {
        ok = weather(&cloud, count ? words[0] : NULL, &err);
    } else if (strcmp(verb, "deploy") == 0) {
        ok = rc_local_deploy(&cloud, words, count, &err);
    } else if (strcmp(verb, "seed") == 0) {
        ok = rc_local_seed(&cloud, words, count, &err);
    } else if (count) {
        return rc_cli_usage("local", "\"%s\" is one word too many", words[0]);
    } else if (strcmp(verb, "stop") == 0) {
        bool ran = cloud.pid;
        ok = rc_localcloud_stop(&cloud, &err);
        if (ok)
            puts(ran ? "stopped" : "it did not run");
    } else if (strcmp(verb, "status") == 0) {
        if (!cloud.pid) {
            printf("not running; state in %s\n", cloud.state);
            return RC_EXIT_NOT_IN_ORDER;
        }
        printf("%s process %ld, state in %s\n", cloud.endpoint, (long)cloud.pid, cloud.state);
    } else {
        return rc_cli_usage(
            "local", "\"%s\": start, deploy, seed, stop, status or weather is expected", verb);
    }
    return ok ? RC_EXIT_OK : rc_cli_fail(&err);
}

int rc_cli_local(int argc, char **argv)
{
    const char *state = NULL, *verb = NULL, *words[WORDS + 1] = {NULL};
    int count = 0;
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0)
            return fputs(usage, stdout) < 0 ? RC_EXIT_FAILED : RC_EXIT_OK;
        if (strncmp(argv[i], "--state=", 8) == 0)
            state = argv[i] + 8;
        else if (strcmp(argv[i], "--state") == 0 && i + 1 == argc)
            return rc_cli_usage("local", "--state needs a value");
        else if (strcmp(argv[i], "--state") == 0)
            state = argv[++i];
        else if (!verb)
            verb = argv[i];
        else if (count == WORDS)
            return rc_cli_usage("local", "more than %d words", WORDS);
        else
            words[count++] = argv[i];
    }
    if (!verb)
        return rc_cli_usage("local", "start, deploy, seed, stop, status or weather is needed");
    return run(verb, state, words, count);
}
