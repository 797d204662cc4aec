#include "aws/call.h"

#include "aws/client_internal.h"

#include <stdlib.h>
#include <string.h>

struct rc_pages {
    struct rc_aws *aws;
    const struct rc_operation *operation;
    void *in; /* a copy, with the tokens of the next page in it */
    rc_page page;
    rc_done done;
    void *ctx;
    char *tokens[2]; /* what `in` points to */
    struct rc_call *call;
    bool ended;
    bool *freed; /* set when it is freed within its own callback */
};

static void arrived(struct rc_call *call, void *ctx);

static bool ask(struct rc_pages *pages)
{
    pages->call = rc_call_start(pages->aws, pages->operation, pages->in, arrived, pages);
    return pages->call != NULL;
}

/* ----- tokens ----- */

/* What the answer has for the next page, as text that the request takes; *text NULL where
 * there is no next page. False without memory. */
static bool read_token(const struct rc_operation *operation, const char *name, const void *answer,
                       char **text)
{
    const struct rc_member *member = name ? rc_shape_find(operation->out, name) : NULL;
    *text = NULL;
    if (!member || !rc_shape_has(member, answer))
        return true;
    const void *place = (const char *)answer + member->offset;
    if (member->kind == RC_SHAPE_JSON) {
        const json_t *json = *(json_t *const *)place;
        return !json_object_size(json) || (*text = json_dumps(json, JSON_COMPACT));
    }
    const char *token = *(const char *const *)place;
    return !*token || (*text = strdup(token));
}

/* Where the request has its token; NULL when it has none of that name. */
static const char **place_of(const struct rc_pages *pages, const char *name)
{
    const struct rc_member *member = name ? rc_shape_find(pages->operation->in, name) : NULL;
    return member ? (const char **)((char *)pages->in + member->offset) : NULL;
}

static bool is_there(const struct rc_pages *pages, const char *name, const char *token)
{
    const char **place = place_of(pages, name);
    const char *now = place ? *place : NULL;
    return token && now ? strcmp(token, now) == 0 : token == now;
}

static void put(struct rc_pages *pages, int which, const char *name, char *token)
{
    const char **place = place_of(pages, name);
    if (place)
        *place = token;
    free(pages->tokens[which]);
    pages->tokens[which] = token;
}

/* ----- from page to page ----- */

enum step { LAST, MORE, SAME, NO_MEMORY };

/* What the answer says of itself, where the operation's answers do. */
static bool says_more(const struct rc_operation *operation, const void *answer)
{
    const char *name = operation->page_more;
    const struct rc_member *member = name ? rc_shape_find(operation->out, name) : NULL;
    return !member || rc_shape_has(member, answer);
}

/* Puts the next page's tokens into the request when there is MORE. */
static enum step advance(struct rc_pages *pages, const void *answer)
{
    const struct rc_operation *operation = pages->operation;
    char *first = NULL, *second = NULL;
    enum step step = NO_MEMORY;
    if (!says_more(operation, answer))
        return LAST;
    if (read_token(operation, operation->page_out, answer, &first) &&
        read_token(operation, operation->page_out_2, answer, &second))
        step = !first ? LAST
               : is_there(pages, operation->page_in, first) &&
                       is_there(pages, operation->page_in_2, second)
                   ? SAME
                   : MORE;
    if (step == MORE) {
        put(pages, 0, operation->page_in, first);
        put(pages, 1, operation->page_in_2, second);
    } else {
        free(first);
        free(second);
    }
    return step;
}

/* Asks for the page behind the answer; false when there is none to be had. A list that is
 * not all there fails its last call: it must not pass for a whole one. */
static bool go_on(struct rc_pages *pages, struct rc_call *call, const void *answer)
{
    enum step step = advance(pages, answer);
    if (step == MORE) {
        if (ask(pages)) {
            rc_call_free(call);
            return true;
        }
        pages->call = call;
        step = NO_MEMORY;
    }
    if (step == SAME && !pages->operation->page_same_ends)
        rc_call_spoil(call, RC_AWS_MALFORMED,
                      "the page behind this one is itself, so that the list is not all there");
    if (step == NO_MEMORY)
        rc_call_spoil(call, RC_AWS_MEMORY, "out of memory for the next page");
    return false;
}

static void arrived(struct rc_call *call, void *ctx)
{
    struct rc_pages *pages = ctx;
    const void *answer = rc_call_answer(call);
    bool freed = false;
    if (answer) {
        pages->freed = &freed;
        bool more = pages->page(pages->ctx, answer);
        if (freed)
            return;
        pages->freed = NULL;
        if (more && go_on(pages, call, answer))
            return;
    }
    pages->ended = true;
    if (pages->done)
        pages->done(call, pages->ctx); /* which may free the pages */
}

struct rc_pages *rc_pages_start(struct rc_aws *aws, const struct rc_operation *operation,
                                const void *in, rc_page page, rc_done done, void *ctx)
{
    struct rc_pages *pages = calloc(1, sizeof *pages);
    void *copy = malloc(operation->in->size);
    if (!pages || !copy) {
        free(copy);
        free(pages);
        return NULL;
    }
    memcpy(copy, in, operation->in->size);
    *pages = (struct rc_pages){
        .aws = aws, .operation = operation, .in = copy, .page = page, .done = done, .ctx = ctx};
    if (!ask(pages)) {
        rc_pages_free(pages);
        return NULL;
    }
    return pages;
}

void rc_pages_free(struct rc_pages *pages)
{
    if (!pages)
        return;
    if (pages->freed)
        *pages->freed = true;
    rc_call_free(pages->call);
    free(pages->tokens[1]);
    free(pages->tokens[0]);
    free(pages->in);
    free(pages);
}

bool rc_pages_wait(struct rc_pages *pages, struct rc_error *err)
{
    if (!pages) {
        rc_error_nomem(err);
        return false;
    }
    if (!rc_loop_until(rc_aws_loop(pages->aws), &pages->ended, -1)) {
        rc_error_set(err, RC_IO, "%s %s: nothing is left to wait for",
                     pages->operation->service->name, pages->operation->name);
        return false;
    }
    if (rc_call_error(pages->call)) {
        rc_call_describe(pages->call, err);
        return false;
    }
    return true;
}

enum rc_aws_fault rc_pages_fault(const struct rc_pages *pages)
{
    const struct rc_aws_error *error = pages->call ? rc_call_error(pages->call) : NULL;
    return error ? error->fault : RC_AWS_NONE;
}
