#include "cli/cli.h"
#include "cli/options.h"

#include "core/bundled.h"
#include "core/jsonr.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char usage[] =
    "usage: reconctl layout list\n"
    "       reconctl layout show NAME\n"
    "       reconctl layout check FILE...\n"
    "       reconctl layout import-copybook [OPTION...] FILE\n\n"
    "Lists and shows the bundled layouts, checks layout files, and makes a layout from a COBOL\n"
    "copybook. With import-copybook go:\n\n"
    "  --encoding NAME  ascii, cp037 (default), cp1047, cp500 or cp1140\n"
    "  --framing KIND   lines, fixed (default), rdw, rdw-le or bdw\n"
    "  --name NAME      the layout's name; default: that of the copybook's record\n";

static int list(void)
{
    for (size_t i = 0; i < rc_bundled_layout_count; i++) {
        struct rc_error err = {0};
        struct rc_layout *layout = rc_layout_load(rc_bundled_layouts[i].name, NULL, &err);
        if (!layout)
            return rc_cli_fail(&err);
        printf("%-20s %s%s\n", layout->name, layout->title,
               layout->illustrative ? " (illustrative)" : "");
        rc_layout_free(layout);
    }
    return RC_EXIT_OK;
}

static int show(const char *name)
{
    for (size_t i = 0; i < rc_bundled_layout_count; i++)
        if (strcmp(rc_bundled_layouts[i].name, name) == 0) {
            rc_cli_write(rc_bundled_layouts[i].json, rc_bundled_layouts[i].length);
            return RC_EXIT_OK;
        }
    fprintf(stderr,
            "reconctl layout: there is no bundled layout \"%s\"; `reconctl layout list` "
            "shows what there is\n",
            name);
    return RC_EXIT_USAGE;
}

static int check(const char *path)
{
    struct rc_error err = {0};
    json_t *json = rc_jsonr_load(path, &err);
    struct rc_layout *layout = json ? rc_layout_from_json(json, &err) : NULL;
    if (!layout) {
        if (json)
            rc_error_prefix(&err, "%s", path);
        json_decref(json);
        /* A wrong layout is what this command looks for, not a wrong use of it. */
        return rc_cli_fail(&err) == RC_EXIT_USAGE ? RC_EXIT_NOT_IN_ORDER : RC_EXIT_FAILED;
    }
    int fields = 0;
    for (int t = 0; t < layout->type_count; t++)
        fields += layout->types[t].field_count;
    printf("%s: ok: layout %s; record types %d, fields %d, controls %d; %s\n", path, layout->name,
           layout->type_count, fields, layout->control_count,
           layout->map.present ? "can be reconciled" : "without a map it can only be parsed");
    rc_layout_free(layout);
    json_decref(json);
    return RC_EXIT_OK;
}

static int import_copybook(int argc, char **argv)
{
    struct rc_copybook_options options = {0};
    const struct rc_option words[] = {{"encoding", .text = &options.encoding},
                                      {"framing", .text = &options.framing},
                                      {"name", .text = &options.name},
                                      {0}};
    struct rc_error err = {0};
    int code = rc_cli_options("layout", usage, words, argc, argv);
    if (code)
        return code < 0 ? RC_EXIT_OK : code;
    if (optind != argc - 1)
        return rc_cli_usage("layout", "import-copybook needs one FILE, not %d", argc - optind);
    json_t *json = rc_cli_copybook(argv[optind], &options, &err);
    if (!json)
        return rc_cli_fail(&err);
    char *text = json_dumps(json, JSON_INDENT(2));
    json_decref(json);
    if (!text) {
        rc_error_nomem(&err);
        return rc_cli_fail(&err);
    }
    rc_cli_write(text, strlen(text));
    rc_cli_write("\n", 1);
    free(text);
    return RC_EXIT_OK;
}

static bool asks_for_help(int argc, char **argv)
{
    for (int i = 1; i < argc && i < 3; i++)
        if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0)
            return true;
    return false;
}

int rc_cli_layout(int argc, char **argv)
{
    const char *what = argc > 1 ? argv[1] : "";
    if (asks_for_help(argc, argv))
        return fputs(usage, stdout) < 0 ? RC_EXIT_FAILED : RC_EXIT_OK;
    if (strcmp(what, "list") == 0 && argc == 2)
        return list();
    if (strcmp(what, "show") == 0 && argc == 3)
        return show(argv[2]);
    if (strcmp(what, "import-copybook") == 0)
        return import_copybook(argc - 1, argv + 1);
    if (strcmp(what, "check") != 0 || argc < 3)
        return rc_cli_usage("layout",
                            "list, show NAME, check FILE... or import-copybook FILE is expected");
    int worst = RC_EXIT_OK;
    for (int i = 2; i < argc; i++) {
        int code = check(argv[i]);
        worst = code > worst ? code : worst;
    }
    return worst;
}
