#include "cli/awswords.h"
#include "cli/cli.h"
#include "cli/gateway.h"
#include "cli/tables.h"

#include "ops/actions.h"
#include "ops/program_file.h"
#include "pipeline/catalog.h"

#include <stdio.h>
#include <string.h>

static const char usage[] =
    "usage: reconctl program put FILE [OPTION...]\n"
    "       reconctl program show ID [OPTION...]\n"
    "       reconctl program list [OPTION...]\n\n"
    "The programs that the pipeline at AWS knows. put checks a program file and its layouts and\n"
    "stores them together; the next file of the program is worked by them, days that exist keep\n"
    "their shard count.\n\n" RC_AWSWORD_USAGE RC_TABLES_USAGE;

static bool read_id(const char *path, char id[RC_PROGRAM_ID_BYTES + 1], struct rc_error *err)
{
    json_t *program, *layouts;
    if (!rc_program_file_load(path, &program, &layouts, err))
        return false;
    bool ok = rc_catalog_check_program(program, layouts, id, err);
    json_decref(program);
    json_decref(layouts);
    return ok;
}

/* What the action did with its one target; false with an error when it failed. */
static bool take_outcome(const struct rc_op *op, struct rc_error *err)
{
    const json_t *targets = json_object_get(rc_op_document(op), "targets");
    const json_t *target = json_array_get(targets, 0);
    const char *outcome = json_string_value(json_object_get(target, "outcome"));
    const char *detail = json_string_value(json_object_get(target, "detail"));
    if (outcome && (strcmp(outcome, "done") == 0 || strcmp(outcome, "unchanged") == 0))
        return true;
    rc_error_set(err, RC_IO, "%s", detail ? detail : "it was not stored");
    return false;
}

/* The command says what is to be done: where no name has to be typed, it asks no more. */
static bool use(struct rc_op *op, const char *id, const char *path, struct rc_error *err)
{
    if (!rc_op_preview(op, false, err))
        return false;
    if (strcmp(rc_op_confirmation(op), "yes") != 0) {
        rc_error_set(err, RC_USAGE,
                     "the profile is one of production: `reconctl %s --file %s --confirm %s %s` "
                     "stores the program",
                     rc_op_program_put.name, path, rc_op_confirmation(op), id);
        return false;
    }
    return rc_op_perform(op, "yes", err) && take_outcome(op, err);
}

static bool put(const struct rc_session_options *aws, const char *path, struct rc_error *err)
{
    const struct rc_gateway_words words = {.tool = "command line"};
    char id[RC_PROGRAM_ID_BYTES + 1];
    const char *targets[] = {id};
    struct rc_gateway *gateway = read_id(path, id, err) ? rc_cli_gateway(aws, &words, err) : NULL;
    json_t *params = gateway ? json_pack("{s:s}", "file", path) : NULL;
    struct rc_op *op =
        params ? rc_op_new(gateway, &rc_op_program_put, targets, 1, params, err) : NULL;
    bool ok = op && use(op, id, path, err);
    rc_op_free(op);
    json_decref(params);
    rc_gateway_close(gateway);
    return ok;
}

/* ----- what there is ----- */

static bool show(struct rc_pipeline *pipeline, const char *id, struct rc_error *err)
{
    struct rc_key key;
    json_t *item;
    rc_key_program(id, &key);
    if (!rc_store_get(pipeline, RC_TABLE_STATE, &key, &item, err))
        return false;
    const char *text = rc_item_get_text(item, "definition");
    if (text)
        printf("%s\n", text);
    else
        rc_error_set(err, RC_INVALID, "there is no program %s; `reconctl program list` has all",
                     id);
    json_decref(item);
    return text != NULL;
}

static bool print_one(void *ctx, const json_t *item, struct rc_error *err)
{
    const char *sk = rc_item_get_text(item, "SK");
    const char *id = sk ? strchr(sk, '#') : NULL;
    (void)ctx;
    (void)err;
    if (id)
        printf("%s\n", id + 1);
    return true;
}

static bool list(struct rc_pipeline *pipeline, struct rc_error *err)
{
    struct rc_key key;
    rc_key_program("", &key);
    return rc_store_query(pipeline, RC_TABLE_STATE, &key, print_one, NULL, err);
}

/* id NULL: all of them. */
static bool look(const struct rc_session_options *aws, const char *id, struct rc_error *err)
{
    struct rc_pipeline pipeline = {0};
    struct rc_session session;
    if (!rc_session_open(&session, aws, err))
        return false;
    rc_aws_set_read_only(session.aws, true);
    rc_cli_tables(&pipeline, &session);
    bool ok = id ? show(&pipeline, id, err) : list(&pipeline, err);
    rc_session_close(&session);
    return ok;
}

int rc_cli_program(int argc, char **argv)
{
    struct rc_session_options aws = {0};
    struct rc_error err = {0};
    const struct rc_option words[] = {RC_AWSWORDS(&aws, NULL), {0}};
    int code = rc_cli_options("program", usage, words, argc, argv);
    if (code)
        return code < 0 ? RC_EXIT_OK : code;
    const char *verb = optind < argc ? argv[optind] : "";
    bool stores = strcmp(verb, "put") == 0, one = stores || strcmp(verb, "show") == 0;
    if (!one && strcmp(verb, "list") != 0)
        return rc_cli_usage("program", "put, show or list is needed");
    if (argc - optind != 1 + one)
        return rc_cli_usage("program", "%s takes %s", verb,
                            stores ? "a file"
                            : one  ? "the id of a program"
                                   : "no word");
    const char *word = one ? argv[optind + 1] : NULL;
    bool ok = stores ? put(&aws, word, &err) : look(&aws, word, &err);
    return ok ? RC_EXIT_OK : rc_cli_fail(&err);
}
