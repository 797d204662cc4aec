#include "aws/call.h"

#include "aws/client.h"

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

/* The token as text that the request takes, or NULL when there is none. */
static char *token_of(const struct rc_operation *operation, const char *name, const void *answer)
{
    const struct rc_member *member = name ? rc_shape_find(operation->out, name) : NULL;
    if (!member || !rc_shape_has(member, answer))
        return NULL;
    const void *place = (const char *)answer + member->offset;
    if (member->kind == RC_SHAPE_JSON) {
        const json_t *json = *(json_t *const *)place;
        return json_object_size(json) ? json_dumps(json, JSON_COMPACT) : NULL;
    }
    const char *text = *(const char *const *)place;
    return *text ? strdup(text) : NULL;
}

static void set_token(struct rc_pages *pages, int which, const char *name, char *token)
{
    const struct rc_member *member = name ? rc_shape_find(pages->operation->in, name) : NULL;
    if (member)
        *(const char **)((char *)pages->in + member->offset) = token;
    free(pages->tokens[which]);
    pages->tokens[which] = token;
}

/* What the answer says of itself, where the operation's answers do. */
static bool says_more(const struct rc_operation *operation, const void *answer)
{
    const char *name = operation->page_more;
    const struct rc_member *member = name ? rc_shape_find(operation->out, name) : NULL;
    return !member || rc_shape_has(member, answer);
}

/* Puts the next page's tokens into the request; false when this was the last one.
 * A token that comes back unchanged is the end, too (GetLogEvents). */
static bool advance(struct rc_pages *pages, const void *answer)
{
    const struct rc_operation *operation = pages->operation;
    char *first = token_of(operation, operation->page_out, answer);
    char *second = token_of(operation, operation->page_out_2, answer);
    bool same = first && pages->tokens[0] && strcmp(first, pages->tokens[0]) == 0 &&
                (!second || (pages->tokens[1] && strcmp(second, pages->tokens[1]) == 0));
    if (!first || same) {
        free(first);
        free(second);
        return false;
    }
    set_token(pages, 0, operation->page_in, first);
    set_token(pages, 1, operation->page_in_2, second);
    return true;
}

static void end(struct rc_pages *pages, struct rc_call *call)
{
    pages->ended = true;
    if (pages->done)
        pages->done(call, pages->ctx); /* which may free the pages */
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
        if (more && says_more(pages->operation, answer) && advance(pages, answer)) {
            struct rc_call *last = call;
            if (ask(pages)) {
                rc_call_free(last);
                return;
            }
            pages->call = last;
        }
    }
    end(pages, call);
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
        rc_error_set(err, RC_IO, "%s %s: interrupted", pages->operation->service->name,
                     pages->operation->name);
        return false;
    }
    if (rc_call_error(pages->call)) {
        rc_call_describe(pages->call, err);
        return false;
    }
    return true;
}
