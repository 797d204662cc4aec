#include "cli/local_deploy.h"

#include "aws/json.h"
#include "aws/session.h"
#include "cli/bundled_deploy.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { FILE_BYTES = 1 << 20 };

/* A key that everybody knows: the local cloud is for training, and has no secrets. */
static const char public_key[] = "6c6f63616c2d636c6f7564206361726473206172652066616b652e2e2e2e2e2e";

/* ----- the words ----- */

struct words {
    const char *worker; /* NULL: beside this program */
    const char *from;   /* a folder with the stack's files; NULL: the bundled ones */
    json_t *parameters;
};

static bool add_parameter(struct words *words, const char *word, struct rc_error *err)
{
    const char *equals = strchr(word, '=');
    char *name = equals ? strndup(word, (size_t)(equals - word)) : NULL;
    if (!equals)
        rc_error_set(err, RC_USAGE, "--parameter %s: NAME=VALUE is expected", word);
    else if (!name || json_object_set_new(words->parameters, name, json_string(equals + 1)) != 0)
        rc_error_set(err, RC_USAGE, "--parameter %s: text in UTF-8 is expected", word);
    bool ok = json_object_get(words->parameters, name ? name : "") != NULL;
    free(name);
    return ok;
}

/* "--NAME VALUE" and "--NAME=VALUE"; NULL when the word is another. */
static const char *value_of(const char *const *words, int count, int *at, const char *name)
{
    const char *word = words[*at] ? words[*at] : "";
    size_t length = strlen(name);
    if (strncmp(word, name, length) == 0 && word[length] == '=')
        return word + length + 1;
    return strcmp(word, name) == 0 && *at + 1 < count ? words[++*at] : NULL;
}

static bool read_words(const char *const *given, int count, struct words *words,
                       struct rc_error *err)
{
    for (int i = 0; i < count; i++) {
        const char *value;
        if ((value = value_of(given, count, &i, "--worker"))) {
            words->worker = value;
        } else if ((value = value_of(given, count, &i, "--from"))) {
            words->from = value;
        } else if ((value = value_of(given, count, &i, "--parameter"))) {
            if (!add_parameter(words, value, err))
                return false;
        } else {
            rc_error_set(err, RC_USAGE, "local deploy: \"%s\" is not known, or lacks its value",
                         given[i]);
            return false;
        }
    }
    return true;
}

static bool find_worker(const char *given, char path[PATH_MAX], struct rc_error *err)
{
    if (!given)
        return rc_localcloud_program("reconworker", path, err);
    if (realpath(given, path) && access(path, X_OK) == 0)
        return true;
    rc_error_errno(err, RC_IO, "--worker: cannot run %.300s", given);
    return false;
}

/* ----- the files ----- */

/* A file of the stack as text, to be freed. */
static char *read_file(const char *folder, const char *name, struct rc_error *err)
{
    char path[PATH_MAX];
    for (size_t i = 0; !folder && i < rc_bundled_deploy_count; i++)
        if (strcmp(rc_bundled_deploy[i].name, name) == 0)
            return strdup(rc_bundled_deploy[i].json);
    snprintf(path, sizeof path, "%s/%s.json", folder ? folder : "deploy", name);
    FILE *file = fopen(path, "re");
    char *text = file ? malloc(FILE_BYTES + 1) : NULL;
    size_t length = text ? fread(text, 1, FILE_BYTES + 1, file) : 0;
    bool whole = text && !ferror(file) && length <= FILE_BYTES;
    if (whole)
        text[length] = '\0';
    else
        rc_error_errno(err, RC_IO, "cannot read %s, of which %d bytes are allowed", path,
                       FILE_BYTES);
    if (file)
        fclose(file);
    if (!whole)
        free(text);
    return whole ? text : NULL;
}

static json_t *read_template(const char *folder, struct rc_error *err)
{
    char *text = read_file(folder, "template", err);
    json_t *json = text ? rc_json_parse(text, strlen(text), FILE_BYTES, err) : NULL;
    if (text && !json)
        rc_error_prefix(err, "template.json");
    free(text);
    return json;
}

/* ----- resources ----- */

struct run {
    struct rc_deploy deploy;
    json_t *names;   /* of the resources that are done */
    json_t *waiting; /* those that wait for what they refer to */
    int counts[RC_CREATED + 1];
    int skipped;
};

static const char *const change_words[] = {"unchanged", "changed", "created"};

static bool has_word(const char *words, const char *word)
{
    size_t length = strlen(word);
    for (const char *at = words; *at; at += strspn(at, " ")) {
        size_t part = strcspn(at, " ");
        if (part == length && strncmp(at, word, length) == 0)
            return true;
        at += part;
    }
    return false;
}

/* A line: what happened to what, and which of its properties mean nothing here. */
static void tell(struct run *run, const struct rc_local_kind *kind, const char *name,
                 const json_t *properties, enum rc_change change)
{
    const char *property, *before = "  not here: ";
    json_t *value;
    printf("%-9s  %-33s  %s", kind->settle ? change_words[change] : "skipped", kind->type, name);
    json_object_foreach((json_t *)(uintptr_t)properties, property, value)
    {
        if (kind->settle && !has_word(kind->takes, property)) {
            printf("%s%s", before, property);
            before = ", ";
        }
    }
    putchar('\n');
    if (kind->settle)
        run->counts[change]++;
    else
        run->skipped++;
}

static bool settle(struct run *run, const struct rc_local_kind *kind, const char *logical,
                   const json_t *resource, struct rc_error *err)
{
    const json_t *given = json_object_get(resource, "Properties");
    json_t *properties = rc_stack_value(&run->deploy.stack, given ? given : json_object(), err);
    if (!properties)
        return false;
    const char *name =
        kind->name ? json_string_value(json_object_get(properties, kind->name)) : NULL;
    if (!name)
        name = logical;
    enum rc_change change =
        kind->settle ? kind->settle(&run->deploy, name, properties, err) : RC_UNCHANGED;
    if (change != RC_FAILED) {
        json_object_set_new(run->names, logical, json_string(name));
        tell(run, kind, name, properties, change);
    }
    json_decref(properties);
    return change != RC_FAILED;
}

/* Brings it about, unless it is there, and before it all that it refers to. */
static const struct rc_local_kind *need(struct run *run, const char *logical, struct rc_error *err)
{
    const json_t *all = json_object_get(run->deploy.stack.template, "Resources");
    const json_t *resource = json_object_get(all, logical);
    const char *type = json_string_value(json_object_get(resource, "Type"));
    const struct rc_local_kind *kind = rc_local_kind_find(type);
    if (!kind) {
        rc_error_set(err, RC_INVALID, "%s: the local cloud knows no %s", logical,
                     type ? type : "resource without a Type");
        return NULL;
    }
    if (json_object_get(run->names, logical))
        return kind;
    if (json_object_get(run->waiting, logical)) {
        rc_error_set(err, RC_INVALID, "%s refers to itself by way of others", logical);
        return NULL;
    }
    json_object_set_new(run->waiting, logical, json_true());
    bool ok = settle(run, kind, logical, resource, err);
    json_object_del(run->waiting, logical);
    if (!ok)
        rc_error_prefix(err, "%s", logical);
    return ok ? kind : NULL;
}

/* {name} and {queue} in the text of a kind. */
static json_t *expand(const struct run *run, const char *text, const char *name)
{
    const char *open = strchr(text, '{');
    if (strcmp(text, "{queue}") == 0)
        return json_sprintf("%s/000000000000/%s", run->deploy.endpoint, name);
    if (!open)
        return json_string(text);
    return json_sprintf("%.*s%s%s", (int)(open - text), text, name, strchr(open, '}') + 1);
}

static json_t *refer(void *ctx, const char *logical, const char *attribute, struct rc_error *err)
{
    struct run *run = ctx;
    const struct rc_local_kind *kind = need(run, logical, err);
    if (!kind)
        return NULL;
    const char *text = attribute ? NULL : kind->ref;
    for (size_t i = 0; attribute && i < sizeof kind->attributes / sizeof *kind->attributes; i++)
        if (kind->attributes[i].name && strcmp(kind->attributes[i].name, attribute) == 0)
            text = kind->attributes[i].value;
    if (text)
        return expand(run, text, json_string_value(json_object_get(run->names, logical)));
    rc_error_set(err, RC_INVALID, "the local cloud knows no %s of an %s (%s)", attribute,
                 kind->type, logical);
    return NULL;
}

/* ----- the stack ----- */

static bool put_all(struct run *run, struct rc_error *err)
{
    const char *name;
    json_t *resource;
    json_object_foreach(json_object_get(run->deploy.stack.template, "Resources"), name, resource)
    {
        if (!need(run, name, err))
            return false;
    }
    return true;
}

static bool tell_outputs(struct run *run, struct rc_error *err)
{
    const char *name;
    json_t *output;
    json_object_foreach(json_object_get(run->deploy.stack.template, "Outputs"), name, output)
    {
        json_t *value = rc_stack_value(&run->deploy.stack, json_object_get(output, "Value"), err);
        const char *text = json_string_value(value);
        if (text)
            printf("%-9s  %s\n", name, text);
        json_decref(value);
        if (!text)
            return false;
    }
    printf("%d created, %d changed, %d unchanged, %d skipped: the local cloud has no such thing\n",
           run->counts[RC_CREATED], run->counts[RC_CHANGED], run->counts[RC_UNCHANGED],
           run->skipped);
    return true;
}

/* Values that only AWS can give. */
static json_t *stand_ins(void)
{
    return json_pack("{s:s, s:s, s:s}", "Image", "reconworker:local", "VpcId", "vpc-local",
                     "Subnets", "subnet-local");
}

static json_t *pseudo_parameters(void)
{
    return json_pack("{s:s, s:s, s:s, s:s}", "AWS::Region", "us-east-1", "AWS::AccountId",
                     "000000000000", "AWS::Partition", "aws", "AWS::StackName", "recon");
}

/* The cloud, and a session with it. */
static bool reach(struct rc_localcloud *cloud, struct rc_session *session, struct rc_error *err)
{
    return rc_localcloud_start(cloud, (const char *const[]){"--port", "0", NULL}, err) &&
           rc_localcloud_use(cloud, err) &&
           rc_session_open(session, &(struct rc_session_options){0}, err);
}

static bool deploy(struct run *run, struct rc_localcloud *cloud, const struct words *words,
                   struct rc_error *err)
{
    struct rc_session session = {0};
    struct rc_stack *stack = &run->deploy.stack;
    json_t *template = read_template(words->from, err), *pseudo = pseudo_parameters();
    json_t *otherwise = stand_ins();
    char *machine = template ? read_file(words->from, "machine.asl", err) : NULL;
    *stack =
        (struct rc_stack){.template = template, .pseudo = pseudo, .resource = refer, .ctx = run};
    run->deploy.machine = machine;
    run->names = json_object();
    run->waiting = json_object();
    bool ok = machine && rc_stack_open(stack, words->parameters, otherwise, err) &&
              reach(cloud, &session, err);
    run->deploy.aws = session.aws;
    ok = ok && put_all(run, err) && tell_outputs(run, err);
    rc_session_close(&session);
    rc_stack_close(stack);
    json_decref(run->names);
    json_decref(run->waiting);
    json_decref(template);
    json_decref(pseudo);
    json_decref(otherwise);
    free(machine);
    return ok;
}

bool rc_local_deploy(struct rc_localcloud *cloud, const char *const *given, int count,
                     struct rc_error *err)
{
    char worker[PATH_MAX];
    const char *key = getenv("RECON_CARD_KEY");
    struct words words = {.parameters = json_object()};
    struct run run = {.deploy = {.endpoint = cloud->endpoint,
                                 .worker = worker,
                                 .card_key = key && *key ? key : public_key}};
    bool ok = read_words(given, count, &words, err) && find_worker(words.worker, worker, err) &&
              deploy(&run, cloud, &words, err);
    json_decref(words.parameters);
    return ok;
}
