#include "aws/shape.h"

#include "aws/sign.h"
#include "aws/xml.h"

#include <stdio.h>
#include <string.h>

static const char s3_namespace[] = "http://s3.amazonaws.com/doc/2006-03-01/";

static const char *item_name(const struct rc_member *member)
{
    if (member->flags & RC_FLAT)
        return member->name;
    return member->item ? member->item : "member";
}

/* ----- writing XML ----- */

static bool write_children(const struct rc_shape *shape, const void *value, struct rc_buf *out,
                           struct rc_error *err);

static bool write_text(const struct rc_member *member, const void *value, struct rc_buf *out)
{
    struct rc_buf text;
    rc_buf_init(&text, out->cap);
    bool ok = rc_shape_add_text(member, value, RC_AT_BODY, &text) &&
              rc_xml_escape(out, text.data ? text.data : "");
    rc_buf_free(&text);
    return ok;
}

static bool write_xml_list(const struct rc_member *member, const struct rc_list *list,
                           struct rc_buf *out, struct rc_error *err)
{
    const char *name = item_name(member);
    bool wrapped = !(member->flags & RC_FLAT);
    if (wrapped)
        rc_buf_printf(out, "<%s>", member->name);
    for (size_t i = 0; i < list->count; i++) {
        rc_buf_printf(out, "<%s>", name);
        if (member->of == RC_SHAPE_STRUCT) {
            const char *item = (const char *)list->items + i * member->shape->size;
            if (!write_children(member->shape, item, out, err))
                return false;
        } else {
            rc_xml_escape(out, ((const char *const *)list->items)[i]);
        }
        rc_buf_printf(out, "</%s>", name);
    }
    if (wrapped)
        rc_buf_printf(out, "</%s>", member->name);
    return true;
}

static bool write_member(const struct rc_member *member, const void *value, struct rc_buf *out,
                         struct rc_error *err)
{
    const void *place = (const char *)value + member->offset;
    if (member->kind == RC_SHAPE_LIST)
        return write_xml_list(member, place, out, err);
    rc_buf_printf(out, "<%s>", member->name);
    bool ok = member->kind == RC_SHAPE_STRUCT
                  ? write_children(member->shape, *(const void *const *)place, out, err)
                  : write_text(member, value, out);
    rc_buf_printf(out, "</%s>", member->name);
    return ok;
}

static bool write_children(const struct rc_shape *shape, const void *value, struct rc_buf *out,
                           struct rc_error *err)
{
    for (size_t i = 0; i < shape->count; i++) {
        const struct rc_member *member = &shape->members[i];
        if (member->at != RC_AT_BODY)
            continue;
        if (!rc_shape_has(member, value)) {
            if (member->flags & RC_NEEDED)
                return rc_shape_missing(member, err);
        } else if (!write_member(member, value, out, err)) {
            return false;
        }
    }
    return true;
}

bool rc_shape_write_xml(const struct rc_shape *shape, const void *value, const char *root,
                        struct rc_buf *out, struct rc_error *err)
{
    rc_buf_printf(out, "<%s xmlns=\"%s\">", root, s3_namespace);
    if (!write_children(shape, value, out, err) && !out->failed)
        return false;
    rc_buf_printf(out, "</%s>", root);
    if (out->failed)
        rc_error_set(err, RC_LIMIT, "a request of over %zu bytes", out->cap);
    return !out->failed;
}

/* ----- reading XML ----- */

static bool nomem(struct rc_error *err)
{
    rc_error_nomem(err);
    return false;
}

static bool read_text(const struct rc_member *member, const struct rc_xml_node *node, void *value,
                      struct rc_arena *arena, struct rc_error *err)
{
    if (rc_shape_set_text(member, value, node->text, arena))
        return true;
    rc_error_set(err, RC_DATA, "<%s>: \"%.40s\" is not what was expected", node->name, node->text);
    return false;
}

static bool read_xml_list(const struct rc_member *member, const struct rc_xml_node *node,
                          struct rc_list *list, struct rc_arena *arena, struct rc_error *err)
{
    static const struct rc_member text = {.kind = RC_SHAPE_TEXT};
    const char *name = item_name(member);
    size_t size = member->of == RC_SHAPE_STRUCT ? member->shape->size : sizeof(const char *);
    const struct rc_xml_node *first = member->flags & RC_FLAT ? node : node->first;
    size_t count = 0;
    for (const struct rc_xml_node *item = first; item; item = item->next)
        count += strcmp(item->name, name) == 0;
    char *to = rc_arena_alloc(arena, count * size);
    if (!to)
        return nomem(err);
    *list = (struct rc_list){to, count};
    for (const struct rc_xml_node *item = first; item; item = item->next) {
        if (strcmp(item->name, name) != 0)
            continue;
        if (!(member->of == RC_SHAPE_STRUCT ? rc_shape_read_xml(member->shape, item, to, arena, err)
                                            : read_text(&text, item, to, arena, err)))
            return false;
        to += size;
    }
    return true;
}

bool rc_shape_read_xml(const struct rc_shape *shape, const struct rc_xml_node *node, void *value,
                       struct rc_arena *arena, struct rc_error *err)
{
    for (size_t i = 0; i < shape->count; i++) {
        const struct rc_member *member = &shape->members[i];
        const struct rc_xml_node *child =
            member->at == RC_AT_BODY ? rc_xml_child(node, member->name) : NULL;
        void *place = (char *)value + member->offset;
        bool ok;
        if (!child)
            continue;
        if (member->kind == RC_SHAPE_LIST) {
            ok = read_xml_list(member, child, place, arena, err);
        } else if (member->kind == RC_SHAPE_STRUCT) {
            void *inner = rc_arena_alloc(arena, member->shape->size);
            *(const void **)place = inner;
            ok = inner ? rc_shape_read_xml(member->shape, child, inner, arena, err) : nomem(err);
        } else {
            ok = read_text(member, child, value, arena, err);
        }
        if (!ok)
            return false;
    }
    return true;
}

/* ----- the query protocol ----- */

static bool add_encoded(struct rc_buf *out, const char *text)
{
    return rc_sign_encode(out, text, strlen(text), false);
}

static bool write_query(const struct rc_shape *shape, const void *value, const char *prefix,
                        struct rc_buf *out, struct rc_error *err);

static bool write_query_list(const struct rc_member *member, const struct rc_list *list,
                             const char *name, struct rc_buf *out, struct rc_error *err)
{
    for (size_t i = 0; i < list->count; i++) {
        char item[256];
        snprintf(item, sizeof item, "%s.member.%zu", name, i + 1);
        if (member->of == RC_SHAPE_STRUCT) {
            const char *inner = (const char *)list->items + i * member->shape->size;
            char prefix[258];
            snprintf(prefix, sizeof prefix, "%s.", item);
            if (!write_query(member->shape, inner, prefix, out, err))
                return false;
        } else {
            rc_buf_printf(out, "&%s=", item);
            add_encoded(out, ((const char *const *)list->items)[i]);
        }
    }
    return true;
}

static bool write_query(const struct rc_shape *shape, const void *value, const char *prefix,
                        struct rc_buf *out, struct rc_error *err)
{
    for (size_t i = 0; i < shape->count; i++) {
        const struct rc_member *member = &shape->members[i];
        char name[200];
        snprintf(name, sizeof name, "%s%s", prefix, member->name);
        if (!rc_shape_has(member, value)) {
            if (member->flags & RC_NEEDED)
                return rc_shape_missing(member, err);
            continue;
        }
        if (member->kind == RC_SHAPE_LIST) {
            const void *list = (const char *)value + member->offset;
            if (!write_query_list(member, list, name, out, err))
                return false;
            continue;
        }
        struct rc_buf text;
        rc_buf_init(&text, out->cap);
        rc_shape_add_text(member, value, RC_AT_BODY, &text);
        rc_buf_printf(out, "&%s=", name);
        add_encoded(out, text.data ? text.data : "");
        rc_buf_free(&text);
    }
    return true;
}

bool rc_shape_write_query(const struct rc_shape *shape, const void *value, struct rc_buf *out,
                          struct rc_error *err)
{
    if (!write_query(shape, value, "", out, err))
        return false;
    if (out->failed)
        rc_error_set(err, RC_LIMIT, "a request of over %zu bytes", out->cap);
    return !out->failed;
}
