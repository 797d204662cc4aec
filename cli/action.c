/* Every action of the table (ops/action.h) is a command: its parameters are options, its targets
 * the words behind them. */
#include "cli/awswords.h"
#include "cli/cli.h"
#include "cli/gateway.h"

#include "base/json.h"
#include "base/utf8.h"

#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { USAGE_BYTES = 8192, WORD_BYTES = 512 };

struct words {
    const struct rc_op_action *action;
    const char *values[RC_OP_PARAMS];
    const char *confirm;
    struct rc_session_options aws;
    struct rc_gateway_words gateway;
    bool dry_run, yes;
    int json; /* 0: text */
};

/* ----- words ----- */

static const char common_usage[] =
    "\n  --dry-run            says what would be done, and does nothing\n"
    "  --yes                does it without asking, where a name is not to be typed\n"
    "  --confirm NAME       does it without asking, where one is\n"
    "  --format FORMAT      text or json (default text)\n"
    "  --read-only          refuses to change anything\n"
    "  --write              may change what the configuration has as read-only\n" RC_AWSWORD_USAGE
    "\nWhat was done or tried is kept in the audit: `reconctl audit`. Exit status: 0 done, 1 some\n"
    "of it was refused or is not in order, 2 used wrongly or not confirmed, 3 some of it failed.\n";

/* Adds words in lines of up to 90 columns, of which the first has `used` already; the others
 * begin with so many blanks. */
static void add_words(struct rc_buf *usage, const char *text, size_t used, int indent)
{
    enum { COLUMNS = 90 };
    bool begins = true;
    while (*text) {
        size_t length = strcspn(text, " ");
        if (!begins && used + 1 + length > COLUMNS) {
            rc_buf_printf(usage, "\n%*s", indent, "");
            used = (size_t)indent;
        } else if (!begins) {
            rc_buf_add_char(usage, ' ');
            used++;
        }
        rc_buf_add(usage, text, length);
        used += length;
        text += length + strspn(text + length, " ");
        begins = false;
    }
}

static void add_param(struct rc_buf *usage, const struct rc_op_param *row)
{
    enum { INDENT = 23 };
    struct rc_buf words;
    rc_buf_init(&words, WORD_BYTES);
    rc_buf_add_str(&words, row->help);
    for (int i = 0; row->choices && row->choices[i]; i++)
        rc_buf_printf(&words, "%s%s", i ? ", " : ": ", row->choices[i]);
    if (!row->fallback)
        rc_buf_add_str(&words, " (needed)");
    else if (*row->fallback)
        rc_buf_printf(&words, " (default %s)", row->fallback);
    rc_buf_add_char(&words, '\0');
    rc_buf_printf(usage, "  --%-18s ", row->name);
    add_words(usage, words.data ? words.data : "", INDENT, INDENT);
    rc_buf_add_char(usage, '\n');
    rc_buf_free(&words);
}

static void add_usage(struct rc_buf *usage, const struct rc_op_action *action)
{
    bool is_vowel = strchr("aeiou", action->target[0]) != NULL;
    rc_buf_printf(usage, "usage: reconctl %s [OPTION...] %s%s\n\n", action->name,
                  action->target_how, action->alone ? "" : "...");
    add_words(usage, action->help, 0, 0);
    rc_buf_printf(usage, "\n%s %s is written as %s.\n\n", is_vowel ? "An" : "A", action->target,
                  action->target_how);
    for (const struct rc_op_param *row = action->params; row && row->name; row++)
        add_param(usage, row);
    rc_buf_printf(usage, "%s\nPermissions: ", common_usage);
    add_words(usage, action->permissions, 13, 13);
    rc_buf_add_str(usage, ".\n");
    rc_buf_add_char(usage, '\0');
}

static int read_words(int argc, char **argv, struct words *words)
{
    const char *const formats[] = {"text", "json", NULL};
    struct rc_option options[RC_OP_PARAMS + 16] = {
        {"dry-run", .flag = &words->dry_run},
        {"yes", .flag = &words->yes},
        {"confirm", .text = &words->confirm},
        {"format", .choice = &words->json, .choices = formats},
        {"read-only", .flag = &words->gateway.read_only},
        {"write", .flag = &words->gateway.write},
        RC_AWSWORDS(&words->aws, NULL),
    };
    struct rc_buf usage;
    int count = 0, param = 0;
    while (options[count].name)
        count++;
    for (const struct rc_op_param *row = words->action->params; row && row->name; row++)
        options[count++] = (struct rc_option){row->name, .text = &words->values[param++]};
    rc_buf_init(&usage, USAGE_BYTES);
    add_usage(&usage, words->action);
    int code =
        rc_cli_options(words->action->name, usage.data ? usage.data : "", options, argc, argv);
    rc_buf_free(&usage);
    return code;
}

/* NULL with an error. */
static json_t *params_of(const struct words *words, struct rc_error *err)
{
    json_t *params = json_object();
    int param = 0;
    for (const struct rc_op_param *row = words->action->params; row && row->name; row++, param++) {
        const char *value = words->values[param];
        if (!value || json_object_set_new(params, row->name, json_string(value)) == 0)
            continue;
        if (rc_utf8_is(value))
            rc_error_nomem(err);
        else
            rc_error_set(err, RC_USAGE, "--%s is not UTF-8: type it on a terminal that is",
                         row->name);
        json_decref(params);
        return NULL;
    }
    if (!params)
        rc_error_nomem(err);
    return params;
}

/* ----- what it says ----- */

static json_int_t number_of(const json_t *object, const char *name)
{
    return json_integer_value(json_object_get(object, name));
}

static void say_preview_of(FILE *to, const json_t *target)
{
    size_t i;
    json_t *row;
    fprintf(to, "%s\n", rc_json_word(target, "target"));
    if (*rc_json_word(target, "refused")) {
        fprintf(to, "  refused: %s\n", rc_json_word(target, "refused"));
        return;
    }
    json_array_foreach(json_object_get(target, "calls"), i, row)
    {
        json_int_t count = number_of(row, "count");
        fprintf(to, "  calls    %s on %s, %" JSON_INTEGER_FORMAT " time%s\n",
                rc_json_word(row, "call"), rc_json_word(row, "on"), count, count == 1 ? "" : "s");
    }
    json_array_foreach(json_object_get(target, "changes"), i, row)
    {
        fprintf(to, "  changes  %s: %s -> %s\n", rc_json_word(row, "what"),
                rc_json_word(row, "was"), rc_json_word(row, "becomes"));
    }
    json_array_foreach(json_object_get(target, "warnings"), i, row)
    {
        fprintf(to, "  beware:  %s\n", json_string_value(row));
    }
}

static void say_preview(FILE *to, const json_t *document)
{
    size_t i;
    json_t *target;
    fprintf(to, "%s, as %s in account %s, %s%s:\n", rc_json_word(document, "title"),
            rc_json_word(document, "who"), rc_json_word(document, "account"),
            rc_json_word(document, "region"),
            json_is_true(json_object_get(document, "production")) ? " (PRODUCTION)" : "");
    json_array_foreach(json_object_get(document, "targets"), i, target)
    {
        say_preview_of(to, target);
    }
    if (number_of(document, "doable") < (json_int_t)i)
        fprintf(to, "%" JSON_INTEGER_FORMAT " of %zu would be done\n",
                number_of(document, "doable"), i);
}

static void say_outcomes(const json_t *document)
{
    size_t i;
    json_t *target;
    json_array_foreach(json_object_get(document, "targets"), i, target)
    {
        const char *detail = rc_json_word(target, "detail");
        printf("%-9s  %s%s%s\n", rc_json_word(target, "outcome"), rc_json_word(target, "target"),
               *detail ? ": " : "", detail);
    }
    if (*rc_json_word(document, "audit"))
        fprintf(stderr,
                "reconctl: the audit is kept here and not yet at AWS, which the next action tries "
                "again: %s\n",
                rc_json_word(document, "audit"));
}

static int say_json(const json_t *document)
{
    char *text = json_dumps(document, JSON_INDENT(1) | JSON_PRESERVE_ORDER | JSON_ENSURE_ASCII);
    struct rc_error err = {0};
    bool ok = text && rc_cli_write(text, strlen(text)) && rc_cli_write("\n", 1);
    free(text);
    if (!text) {
        rc_error_nomem(&err);
        return rc_cli_fail(&err);
    }
    return ok ? RC_EXIT_OK : RC_EXIT_FAILED;
}

/* ----- doing it ----- */

static volatile sig_atomic_t interrupted;

static void interrupt(int signal)
{
    (void)signal;
    interrupted = 1;
}

static void on_interrupt(void)
{
    struct sigaction action = {.sa_handler = interrupt, .sa_flags = SA_RESTART};
    sigemptyset(&action.sa_mask);
    sigaction(SIGINT, &action, NULL);
}

static bool tell_progress(void *ctx, size_t done, size_t total, const char *target,
                          const char *outcome, const char *detail)
{
    const struct words *words = ctx;
    if (!*outcome && *detail && !words->json)
        fprintf(stderr, "%zu of %zu, %s: %s\n", done, total, target, detail);
    return !interrupted;
}

/* What was typed, without its end; "" when nothing was. Ctrl-C is heard while it waits and at no
 * other moment, so that none falls between looking and waiting. */
static void ask(const char *wanted, char word[WORD_BYTES])
{
    struct pollfd typed = {.fd = STDIN_FILENO, .events = POLLIN};
    sigset_t heard, held;
    sigemptyset(&held);
    sigaddset(&held, SIGINT);
    sigprocmask(SIG_BLOCK, &held, &heard);
    on_interrupt();
    fprintf(stderr, "Type %s to do it, anything else to leave it: ", wanted);
    fflush(stderr);
    if (ppoll(&typed, 1, NULL, &heard) < 1 || !fgets(word, WORD_BYTES, stdin))
        word[0] = '\0';
    sigprocmask(SIG_SETMASK, &heard, NULL);
    word[strcspn(word, "\r\n")] = '\0';
}

/* NULL: it is not confirmed. */
static const char *confirmation_of(const struct words *words, const struct rc_op *op,
                                   char typed[WORD_BYTES])
{
    const char *wanted = rc_op_confirmation(op);
    bool plain = strcmp(wanted, "yes") == 0;
    if (words->confirm)
        return words->confirm;
    if (plain && words->yes)
        return "yes";
    if (isatty(STDIN_FILENO) && isatty(STDERR_FILENO)) {
        ask(wanted, typed);
        return typed;
    }
    fprintf(stderr,
            "reconctl %s: nothing was done: %s%s confirms it where nobody can be asked, and "
            "--dry-run only shows it\n",
            words->action->name, plain ? "--yes" : "--confirm ", plain ? "" : wanted);
    return NULL;
}

static int code_of(const json_t *document)
{
    bool attention = number_of(document, "doable") <
                         (json_int_t)json_array_size(json_object_get(document, "targets")) ||
                     number_of(document, "skipped") > 0;
    size_t i;
    json_t *target;
    json_array_foreach(json_object_get(document, "targets"), i, target)
    {
        attention |= json_is_true(json_object_get(target, "attention"));
    }
    if (number_of(document, "failed") + number_of(document, "unknown") > 0)
        return RC_EXIT_FAILED;
    return attention ? RC_EXIT_NOT_IN_ORDER : RC_EXIT_OK;
}

static int show(const struct words *words, const json_t *document, bool performed)
{
    int code = RC_EXIT_OK;
    if (words->json)
        code = say_json(document);
    else if (performed)
        say_outcomes(document);
    return code ? code : code_of(document);
}

static int use(const struct words *words, struct rc_op *op)
{
    struct rc_error err = {0};
    char typed[WORD_BYTES];
    if (!rc_op_preview(op, words->dry_run, &err))
        return rc_cli_fail(&err);
    const json_t *document = rc_op_document(op);
    bool doable = number_of(document, "doable") > 0;
    if (!words->json)
        say_preview(words->dry_run || !doable ? stdout : stderr, document);
    if (words->dry_run || !doable)
        return show(words, document, false);
    const char *confirmation = confirmation_of(words, op, typed);
    if (!confirmation)
        return RC_EXIT_USAGE;
    if (!rc_op_perform(op, confirmation, &err)) {
        int code = rc_cli_fail(&err);
        if (*rc_json_word(rc_op_document(op), "confirm") && number_of(document, "done"))
            show(words, rc_op_document(op), true);
        return code;
    }
    return show(words, rc_op_document(op), true);
}

int rc_cli_action(int argc, char **argv)
{
    struct words words = {.action = rc_op_action_find(argv[0]), .gateway.tool = "command line"};
    struct rc_error err = {0};
    int code = read_words(argc, argv, &words);
    if (code)
        return code < 0 ? RC_EXIT_OK : code;
    words.aws.ask_mfa = rc_awsword_ask_mfa;
    json_t *params = params_of(&words, &err);
    struct rc_gateway *gateway = params ? rc_cli_gateway(&words.aws, &words.gateway, &err) : NULL;
    struct rc_op *op = gateway
                           ? rc_op_new(gateway, words.action, (const char *const *)argv + optind,
                                       (size_t)(argc - optind), params, &err)
                           : NULL;
    if (op) {
        on_interrupt();
        rc_op_on_progress(op, tell_progress, &words);
        code = use(&words, op);
    } else
        code = rc_cli_fail(&err);
    rc_op_free(op);
    rc_gateway_close(gateway);
    json_decref(params);
    return code;
}

void rc_cli_list_actions(FILE *to)
{
    for (const struct rc_op_action *const *row = rc_op_actions; *row; row++)
        fprintf(to, "  %-16s %s\n", (*row)->name, (*row)->title);
}
