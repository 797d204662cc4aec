/* No code changes anything at AWS but through the gateway, and everything that the gateway can do
 * is in its table, is a command and is described. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "aws/session.h"
#include "ops/action.h"
#include "tests/ops/operations.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What changes something at AWS. An operation that is new to aws/ and is not here has to be told
 * apart by this table and by rc_operation_reads, one independent of the other. */
static const char changing[] =
    " AbortMultipartUpload BatchWriteItem CancelMessageMoveTask ChangeMessageVisibility "
    "ChangeMessageVisibilityBatch CompleteMultipartUpload CopyObject CreateBucket CreateCluster "
    "CreateEventSourceMapping CreateFunction CreateLogGroup CreateLogStream CreateMultipartUpload "
    "CreateQueue CreateStateMachine CreateTable DeleteItem DeleteMessage DeleteMessageBatch "
    "DeleteObject DeleteObjects DeleteQueue DeleteTable Invoke PurgeQueue PutBucketVersioning "
    "PutEvents PutFunctionConcurrency PutItem PutLogEvents PutMetricAlarm PutMetricData PutObject "
    "PutObjectTagging PutRule PutTargets RedriveExecution RegisterTaskDefinition RunTask "
    "SendMessage SendMessageBatch SendTaskFailure SendTaskHeartbeat SendTaskSuccess "
    "SetQueueAttributes StartExecution StartMessageMoveTask StopExecution StopTask "
    "TransactWriteItems UpdateContributorInsights UpdateEventSourceMapping "
    "UpdateFunctionConfiguration UpdateItem UpdateStateMachine UpdateTable UpdateTimeToLive "
    "UploadPart ";

static bool changes(const struct rc_operation *operation)
{
    char word[80];
    snprintf(word, sizeof word, " %s ", operation->name);
    return strstr(changing, word) != NULL;
}

/* ----- a session that only reads ----- */

static bool refuses(struct rc_aws *aws, const struct rc_operation *operation)
{
    static const char nothing[4096]; /* any operation's structure without a member that is set */
    struct rc_error err = {0};
    struct rc_call *call = rc_call_start(aws, operation, nothing, NULL, NULL);
    assert_non_null(call);
    assert_false(rc_call_wait(call, &err));
    bool refused = strstr(err.text, "this session only reads") != NULL;
    if (refused)
        assert_int_equal(rc_call_error(call)->fault, RC_AWS_REQUEST);
    rc_call_free(call);
    return refused;
}

/* What reads goes on to where nobody answers, or misses its members. */
static void test_a_session_that_only_reads_sends_nothing_that_changes(void **state)
{
    (void)state;
    struct rc_session session;
    struct rc_error err = {0};
    setenv("AWS_CONFIG_FILE", "/dev/null", 1);
    setenv("AWS_SHARED_CREDENTIALS_FILE", "/dev/null", 1);
    setenv("AWS_ACCESS_KEY_ID", "none", 1);
    setenv("AWS_SECRET_ACCESS_KEY", "none", 1);
    setenv("AWS_MAX_ATTEMPTS", "1", 1);
    const struct rc_session_options options = {.region = "us-east-1",
                                               .endpoint = "http://127.0.0.1:1"};
    assert_true(rc_session_open(&session, &options, &err));
    rc_aws_set_read_only(session.aws, true);
    size_t changing_count = 0, count = 0;
    for (const struct named_operation *row = every_operation; row->name; row++, count++) {
        bool does = changes(row->operation);
        changing_count += does;
        if (refuses(session.aws, row->operation) != does)
            fail_msg("%s %s: it is %s", row->operation->service->name, row->operation->name,
                     does ? "sent, although it changes something" : "refused, although it reads");
    }
    assert_true(count > 100 && changing_count > 50);
    rc_session_close(&session);
}

/* ----- who calls what ----- */

/* They set a cloud of this machine up, which is nobody's production. */
static const char *const sets_up[] = {"local",  "local_deploy", "local_kinds", "local_seed",
                                      "settle", "stack",        NULL};

static bool is_setting_up(const char *object)
{
    char name[64];
    for (int i = 0; sets_up[i]; i++) {
        snprintf(name, sizeof name, "/cli/%s.o", sets_up[i]);
        const char *at = strstr(object, name);
        if (at && !at[strlen(name)])
            return true;
    }
    return false;
}

static const struct rc_operation *operation_of(const char *symbol)
{
    static const char end[] = "_operation";
    size_t length = strlen(symbol);
    if (length < sizeof end || strcmp(symbol + length - (sizeof end - 1), end) != 0)
        return NULL;
    for (const struct named_operation *row = every_operation; row->name; row++)
        if (strlen(row->name) == length - (sizeof end - 1) &&
            strncmp(symbol, row->name, length - (sizeof end - 1)) == 0)
            return row->operation;
    return NULL;
}

struct uses {
    size_t symbols, operations;
    char opens[2048], reads_only[2048]; /* objects, each behind a blank and before one */
};

static void add(char list[2048], const char *object)
{
    size_t length = strlen(list);
    snprintf(list + length, 2048 - length, " %s ", object);
}

static void look_at(struct uses *uses, const char *object, const char *symbol)
{
    const struct rc_operation *operation = operation_of(symbol);
    uses->symbols++;
    uses->operations += operation != NULL;
    if (operation && changes(operation) && !is_setting_up(object))
        fail_msg("%s calls %s of %s: what changes something goes through an action of ops/", object,
                 operation->name, operation->service->name);
    if (strcmp(symbol, "rc_session_open") == 0 || strcmp(symbol, "rc_aws_new") == 0)
        add(uses->opens, object);
    if (strcmp(symbol, "rc_aws_set_read_only") == 0)
        add(uses->reads_only, object);
}

/* "PATH:                 U SYMBOL" */
static void read_symbols(const char *folder, struct uses *uses)
{
    char command[256], line[1024], object[512], symbol[256];
    const char *build = getenv("BUILD");
    snprintf(command, sizeof command, "nm -A -u %.150s/%s/*.o", build ? build : "build", folder);
    FILE *symbols = popen(command, "r");
    assert_non_null(symbols);
    while (fgets(line, sizeof line, symbols))
        if (sscanf(line, "%511[^:]: U %255s", object, symbol) == 2)
            look_at(uses, object, symbol);
    assert_int_equal(pclose(symbols), 0);
}

static void test_what_is_outside_of_ops_only_reads(void **state)
{
    (void)state;
    static struct uses uses;
    char object[512];
    int taken;
    read_symbols("cli", &uses);
    read_symbols("tui", &uses);
    read_symbols("model", &uses);
    assert_true(uses.symbols > 1000 && uses.operations > 50);
    for (const char *at = uses.opens; sscanf(at, " %511s%n", object, &taken) == 1; at += taken) {
        char word[516];
        snprintf(word, sizeof word, " %s ", object);
        if (!is_setting_up(object) && !strstr(uses.reads_only, word))
            fail_msg("%s opens a session that may change something: rc_aws_set_read_only, or the "
                     "gateway",
                     object);
    }
}

/* ----- the table ----- */

static char *read_text(const char *path)
{
    FILE *file = fopen(path, "r");
    if (!file)
        fail_msg("%s is not there", path);
    char *text = calloc(1, 1 << 20);
    assert_non_null(text);
    size_t length = fread(text, 1, (1 << 20) - 1, file);
    assert_true(length > 0 && length < (1 << 20) - 1);
    fclose(file);
    return text;
}

static bool is_given(const char *text)
{
    return text && *text;
}

/* `reconctl NAME --help` shows how its target is written. */
static bool is_command(const struct rc_op_action *action)
{
    char command[256], line[1024];
    const char *build = getenv("BUILD");
    bool found = false;
    snprintf(command, sizeof command, "%.150s/reconctl %s --help", build ? build : "build",
             action->name);
    FILE *help = popen(command, "r");
    assert_non_null(help);
    while (fgets(line, sizeof line, help))
        found |= strstr(line, action->target_how) != NULL;
    return pclose(help) == 0 && found;
}

static void test_every_action_is_whole_a_command_and_described(void **state)
{
    (void)state;
    char *operations = read_text("docs/operations.md");
    for (const struct rc_op_action *const *row = rc_op_actions; *row; row++) {
        const struct rc_op_action *action = *row;
        char name[80];
        if (!is_given(action->name) || !is_given(action->title) || !is_given(action->target) ||
            !is_given(action->target_how) || !is_given(action->help) ||
            !is_given(action->permissions) || !action->preview || !action->perform)
            fail_msg("%s is not whole", is_given(action->name) ? action->name : "an action");
        assert_ptr_equal(rc_op_action_find(action->name), action);
        int params = 0;
        for (const struct rc_op_param *param = action->params; param && param->name; param++) {
            assert_true(is_given(param->help));
            params++;
        }
        assert_true(params <= RC_OP_PARAMS);
        if (!is_command(action))
            fail_msg("%s is no command", action->name);
        snprintf(name, sizeof name, "`%s`", action->name);
        if (!strstr(operations, name))
            fail_msg("docs/operations.md has no line of %s", action->name);
    }
    free(operations);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_session_that_only_reads_sends_nothing_that_changes),
        cmocka_unit_test(test_what_is_outside_of_ops_only_reads),
        cmocka_unit_test(test_every_action_is_whole_a_command_and_described),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
