/* What operators did from this machine. */
#include "cli/cli.h"
#include "cli/options.h"

#include "base/json.h"
#include "ops/audit_store.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char usage[] =
    "usage: reconctl audit list [OPTION...]\n"
    "       reconctl audit verify [OPTION...]\n\n"
    "What was done and tried at AWS from this machine, by the console and the commands, stands\n"
    "line by line in audit.jsonl. `list` shows it, `verify` reads whether anything of it was\n"
    "changed, taken out or put in. `reconctl get audit` has what all operators did.\n\n"
    "  --state DIR      where audit.jsonl is (default: $XDG_STATE_HOME/reconctl)\n"
    "  --format FORMAT  text or ndjson (default text)\n";

struct listing {
    bool ndjson;
};

static bool list_one(void *ctx, const json_t *entry, struct rc_error *err)
{
    const struct listing *listing = ctx;
    if (listing->ndjson) {
        char *line = json_dumps(entry, JSON_COMPACT | JSON_PRESERVE_ORDER | JSON_ENSURE_ASCII);
        bool ok = line && rc_cli_write(line, strlen(line)) && rc_cli_write("\n", 1);
        if (!ok)
            rc_error_set(err, RC_IO, "stdout takes no more");
        free(line);
        return ok;
    }
    const char *outcome = rc_json_word(entry, "outcome"), *detail = rc_json_word(entry, "detail");
    printf("%s  %-8s  %-9s  %s %s%s%s\n", rc_json_word(entry, "at"), rc_json_word(entry, "kind"),
           outcome, rc_json_word(entry, "action"), rc_json_word(entry, "target"),
           *detail ? ": " : "", detail);
    return true;
}

static int verify(struct rc_audit *audit)
{
    struct rc_audit_verdict verdict;
    struct rc_error err = {0};
    if (!rc_audit_verify(audit, &verdict, &err))
        return rc_cli_fail(&err);
    if (verdict.wrong_line) {
        printf("%s: line %" PRId64 " is wrong: %s; the %" PRId64 " entries before it are right\n",
               rc_audit_path(audit), verdict.wrong_line, verdict.why, verdict.lines);
        return RC_EXIT_NOT_IN_ORDER;
    }
    int64_t stored = rc_audit_stored(audit);
    if (stored > verdict.last) {
        printf("%s: its end is missing: it has entries up to %" PRId64 ", and AWS has got %" PRId64
               "; `reconctl get audit` shows them\n",
               rc_audit_path(audit), verdict.last, stored);
        return RC_EXIT_NOT_IN_ORDER;
    }
    printf("%s: all %" PRId64 " entries are as they were written", rc_audit_path(audit),
           verdict.lines);
    if (verdict.cut)
        printf("; %" PRId64 " lines were cut off while they were written", verdict.cut);
    putchar('\n');
    return RC_EXIT_OK;
}

int rc_cli_audit(int argc, char **argv)
{
    const char *const formats[] = {"text", "ndjson", NULL};
    const char *folder = NULL;
    int format = 0;
    struct rc_error err = {0};
    const struct rc_option options[] = {
        {"state", .text = &folder}, {"format", .choice = &format, .choices = formats}, {0}};
    int code = rc_cli_options("audit", usage, options, argc, argv);
    if (code)
        return code < 0 ? RC_EXIT_OK : code;
    const char *verb = optind < argc ? argv[optind] : "";
    bool lists = strcmp(verb, "list") == 0;
    if ((!lists && strcmp(verb, "verify") != 0) || optind != argc - 1)
        return rc_cli_usage("audit", "list or verify is needed");
    struct rc_audit *audit = rc_audit_open(folder, &err);
    if (!audit)
        return rc_cli_fail(&err);
    struct listing listing = {format == 1};
    if (!lists)
        code = verify(audit);
    else if (!rc_audit_each(audit, 0, list_one, &listing, &err))
        code = rc_cli_fail(&err);
    rc_audit_close(audit);
    return code;
}
