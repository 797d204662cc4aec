#include "cli/awswords.h"
#include "cli/cli.h"
#include "cli/tables.h"

#include "core/jsonr.h"
#include "pipeline/catalog.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char usage[] =
    "usage: reconctl program put FILE [OPTION...]\n"
    "       reconctl program show ID [OPTION...]\n"
    "       reconctl program list [OPTION...]\n\n"
    "The programs that the pipeline at AWS knows. put checks a program file and its layouts and\n"
    "stores them together; the next file of the program is worked by them, days that exist keep\n"
    "their shard count.\n\n" RC_AWSWORD_USAGE RC_TABLES_USAGE;

/* The layouts that a program names and that are not bundled, by these names. */
static json_t *layouts_of(const json_t *program, const char *path, struct rc_error *err)
{
    static const char *const members[] = {"settlement_layout", "internal_layout"};
    json_t *layouts = json_object();
    for (size_t i = 0; i < sizeof members / sizeof *members; i++) {
        const char *name = json_string_value(json_object_get(program, members[i]));
        if (!name || rc_layout_is_bundled(name))
            continue;
        json_t *layout = rc_layout_json(name, path, err);
        if (!layout || json_object_set_new(layouts, name, layout) != 0) {
            json_decref(layouts);
            return NULL;
        }
    }
    return layouts;
}

bool rc_program_put(struct rc_pipeline *pipeline, const char *path, struct rc_error *err)
{
    json_t *program = rc_jsonr_load(path, err);
    json_t *layouts = program ? layouts_of(program, path, err) : NULL;
    bool ok = layouts && rc_catalog_put_program(pipeline, program, layouts, err);
    json_decref(layouts);
    json_decref(program);
    return ok;
}

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

static bool run(struct rc_pipeline *pipeline, const char *verb, const char *word,
                struct rc_error *err)
{
    if (strcmp(verb, "put") == 0)
        return rc_program_put(pipeline, word, err);
    return strcmp(verb, "show") == 0 ? show(pipeline, word, err) : list(pipeline, err);
}

int rc_cli_program(int argc, char **argv)
{
    struct rc_session_options aws = {0};
    struct rc_pipeline pipeline = {0};
    struct rc_session session;
    struct rc_error err = {0};
    const struct rc_option words[] = {RC_AWSWORDS(&aws, NULL), {0}};
    int code = rc_cli_options("program", usage, words, argc, argv);
    if (code)
        return code < 0 ? RC_EXIT_OK : code;
    const char *verb = optind < argc ? argv[optind] : "";
    bool put = strcmp(verb, "put") == 0, one = put || strcmp(verb, "show") == 0;
    if (!one && strcmp(verb, "list") != 0)
        return rc_cli_usage("program", "put, show or list is needed");
    if (argc - optind != 1 + one)
        return rc_cli_usage("program", "%s takes %s", verb,
                            put   ? "a file"
                            : one ? "the id of a program"
                                  : "no word");
    if (!rc_session_open(&session, &aws, &err))
        return rc_cli_fail(&err);
    rc_cli_tables(&pipeline, &session);
    bool ok = run(&pipeline, verb, one ? argv[optind + 1] : NULL, &err);
    rc_session_close(&session);
    return ok ? RC_EXIT_OK : rc_cli_fail(&err);
}
