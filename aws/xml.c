#include "aws/xml.h"

#include <expat.h>
#include <stdlib.h>
#include <string.h>

struct node {
    struct rc_xml_node shown;
    struct node *last; /* child */
};

struct parse {
    XML_Parser parser;
    struct rc_arena *arena;
    struct node *open[RC_XML_DEPTH];
    struct rc_buf texts[RC_XML_DEPTH]; /* of the element that is open at that depth */
    int depth;
    int elements;
    struct node *root;
    const char *why; /* we stopped it */
    bool nomem;
};

static void stop(struct parse *parse, const char *why)
{
    parse->why = why;
    XML_StopParser(parse->parser, XML_FALSE);
}

static void stop_nomem(struct parse *parse)
{
    parse->nomem = true;
    stop(parse, "too much for its memory");
}

static void XMLCALL begin(void *ctx, const XML_Char *name, const XML_Char **attributes)
{
    struct parse *parse = ctx;
    (void)attributes;
    if (parse->depth == RC_XML_DEPTH) {
        stop(parse, "nested too deep");
        return;
    }
    if (++parse->elements > RC_XML_ELEMENTS) {
        stop(parse, "too many elements");
        return;
    }
    const char *colon = strrchr(name, ':');
    name = colon ? colon + 1 : name;
    struct node *node = rc_arena_alloc(parse->arena, sizeof *node);
    char *copy = node ? rc_arena_text(parse->arena, name, strlen(name)) : NULL;
    if (!copy) {
        stop_nomem(parse);
        return;
    }
    node->shown.name = copy;
    node->shown.text = "";
    if (parse->depth) {
        struct node *above = parse->open[parse->depth - 1];
        if (above->last)
            above->last->shown.next = &node->shown;
        else
            above->shown.first = &node->shown;
        above->last = node;
    } else {
        parse->root = node;
    }
    rc_buf_clear(&parse->texts[parse->depth]);
    parse->open[parse->depth++] = node;
}

static void XMLCALL characters(void *ctx, const XML_Char *text, int length)
{
    struct parse *parse = ctx;
    if (parse->depth && !rc_buf_add(&parse->texts[parse->depth - 1], text, (size_t)length))
        stop_nomem(parse);
}

static void XMLCALL end(void *ctx, const XML_Char *name)
{
    struct parse *parse = ctx;
    (void)name;
    struct node *node = parse->open[--parse->depth];
    const struct rc_buf *text = &parse->texts[parse->depth];
    if (!text->length)
        return;
    char *copy = rc_arena_text(parse->arena, text->data, text->length);
    if (copy)
        node->shown.text = copy;
    else
        stop_nomem(parse);
}

static void XMLCALL doctype(void *ctx, const XML_Char *name, const XML_Char *system,
                            const XML_Char *public, int has_internal)
{
    (void)name, (void)system, (void)public, (void)has_internal;
    stop(ctx, "it has a DOCTYPE");
}

static void fail(const struct parse *parse, struct rc_error *err)
{
    unsigned long line = XML_GetCurrentLineNumber(parse->parser);
    unsigned long column = XML_GetCurrentColumnNumber(parse->parser);
    if (parse->why)
        rc_error_set(err, parse->nomem ? RC_NOMEM : RC_DATA, "XML refused: line %lu: %s", line,
                     parse->why);
    else
        rc_error_set(err, RC_DATA, "no XML: line %lu, column %lu: %s", line, column + 1,
                     XML_ErrorString(XML_GetErrorCode(parse->parser)));
}

const struct rc_xml_node *rc_xml_parse(const char *bytes, size_t length, struct rc_arena *arena,
                                       struct rc_error *err)
{
    struct parse parse = {.arena = arena};
    bool ok = false;
    if (length > RC_XML_BYTES) {
        rc_error_set(err, RC_LIMIT, "%zu bytes of XML are over the limit of %d", length,
                     RC_XML_BYTES);
        return NULL;
    }
    parse.parser = XML_ParserCreate(NULL);
    if (!parse.parser) {
        rc_error_nomem(err);
        return NULL;
    }
    for (int i = 0; i < RC_XML_DEPTH; i++)
        rc_buf_init(&parse.texts[i], RC_XML_BYTES);
    XML_SetUserData(parse.parser, &parse);
    XML_SetElementHandler(parse.parser, begin, end);
    XML_SetCharacterDataHandler(parse.parser, characters);
    XML_SetStartDoctypeDeclHandler(parse.parser, doctype);
    ok = XML_Parse(parse.parser, bytes, (int)length, XML_TRUE) == XML_STATUS_OK;
    if (!ok)
        fail(&parse, err);
    for (int i = RC_XML_DEPTH - 1; i >= 0; i--)
        rc_buf_free(&parse.texts[i]);
    XML_ParserFree(parse.parser);
    return ok ? &parse.root->shown : NULL;
}

const struct rc_xml_node *rc_xml_child(const struct rc_xml_node *node, const char *name)
{
    for (node = node ? node->first : NULL; node; node = node->next)
        if (strcmp(node->name, name) == 0)
            return node;
    return NULL;
}

const char *rc_xml_text(const struct rc_xml_node *node, const char *name)
{
    const struct rc_xml_node *child = rc_xml_child(node, name);
    return child ? child->text : NULL;
}

bool rc_xml_escape(struct rc_buf *out, const char *text)
{
    for (; *text; text++) {
        unsigned char c = (unsigned char)*text;
        if (c == '&')
            rc_buf_add_str(out, "&amp;");
        else if (c == '<')
            rc_buf_add_str(out, "&lt;");
        else if (c == '>')
            rc_buf_add_str(out, "&gt;");
        else if (c == '"')
            rc_buf_add_str(out, "&quot;");
        else if (c < 0x20)
            rc_buf_printf(out, "&#%d;", c);
        else
            rc_buf_add_char(out, (char)c);
    }
    return !out->failed;
}
