#include "cli/cli.h"

#include "core/bundled.h"
#include "core/copybook.h"
#include "core/jsonr.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char usage[] =
    "usage: reconctl layout list\n"
    "       reconctl layout show NAME\n"
    "       reconctl layout check FILE...\n"
    "       reconctl layout import-copybook FILE [--encoding NAME] [--framing KIND] [--name "
    "NAME]\n\n"
    "Lists and shows the bundled layouts, checks a layout file, and makes a layout from a COBOL\n"
    "copybook (encoding cp037 and fixed framing unless told otherwise).\n";

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
            fwrite(rc_bundled_layouts[i].json, 1, rc_bundled_layouts[i].length, stdout);
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
    printf("%s: ok: layout %s, %d record types, %d fields, %d controls, %s\n", path, layout->name,
           layout->type_count, fields, layout->control_count,
           layout->map.present ? "can be reconciled" : "no map: can be parsed, not reconciled");
    rc_layout_free(layout);
    json_decref(json);
    return RC_EXIT_OK;
}

static char *read_text(const char *path, size_t *length, struct rc_error *err)
{
    enum { MOST = 1 << 20 };
    FILE *file = fopen(path, "rb");
    char *text = file ? malloc(MOST + 1) : NULL;
    if (!file) {
        rc_error_errno(err, RC_IO, "cannot open %s", path);
        return NULL;
    }
    if (!text)
        rc_error_nomem(err);
    *length = text ? fread(text, 1, MOST + 1, file) : 0;
    bool failed = ferror(file) || *length > MOST;
    if (text && failed) {
        if (ferror(file))
            rc_error_errno(err, RC_IO, "cannot read %s", path);
        else
            rc_error_set(err, RC_LIMIT, "%s: over 1 MiB, too long for a copybook", path);
        free(text);
        text = NULL;
    }
    fclose(file);
    return text;
}

static int import_copybook(int argc, char **argv)
{
    struct rc_copybook_options options = {0};
    struct rc_error err = {0};
    const char *path = NULL;
    for (int i = 0; i < argc; i++) {
        const char **into = strcmp(argv[i], "--encoding") == 0  ? &options.encoding
                            : strcmp(argv[i], "--framing") == 0 ? &options.framing
                            : strcmp(argv[i], "--name") == 0    ? &options.name
                                                                : NULL;
        if (into && i + 1 < argc)
            *into = argv[++i];
        else if (into || path || strncmp(argv[i], "--", 2) == 0)
            return rc_cli_usage("layout", "import-copybook takes one FILE and options");
        else
            path = argv[i];
    }
    if (!path)
        return rc_cli_usage("layout", "import-copybook needs a FILE");
    size_t length;
    char *text = read_text(path, &length, &err);
    json_t *json = text ? rc_copybook_layout(text, length, &options, &err) : NULL;
    if (text && !json)
        rc_error_prefix(&err, "%s", path);
    free(text);
    if (!json)
        return rc_cli_fail(&err);
    bool written = json_dumpf(json, stdout, JSON_INDENT(2)) == 0 && puts("") >= 0;
    json_decref(json);
    return written ? RC_EXIT_OK : RC_EXIT_FAILED;
}

int rc_cli_layout(int argc, char **argv)
{
    const char *what = argc > 1 ? argv[1] : "";
    if (strcmp(what, "--help") == 0)
        return fputs(usage, stdout) < 0 ? RC_EXIT_FAILED : RC_EXIT_OK;
    if (strcmp(what, "list") == 0 && argc == 2)
        return list();
    if (strcmp(what, "show") == 0 && argc == 3)
        return show(argv[2]);
    if (strcmp(what, "import-copybook") == 0)
        return import_copybook(argc - 2, argv + 2);
    if (strcmp(what, "check") != 0 || argc < 3)
        return rc_cli_usage("layout", "list, show NAME, check FILE or import-copybook FILE");
    int worst = RC_EXIT_OK;
    for (int i = 2; i < argc; i++) {
        int code = check(argv[i]);
        worst = code > worst ? code : worst;
    }
    return worst;
}
