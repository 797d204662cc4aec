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

struct reading {
    bool encoded; /* members with RC_URL are */
    struct rc_arena *arena;
    struct rc_error *err;
};

static bool nomem(const struct reading *reading)
{
    rc_error_nomem(reading->err);
    return false;
}

static int hex_digit(char c)
{
    static const char digits[] = "0123456789abcdef";
    const char *found = c ? strchr(digits, c >= 'A' && c <= 'F' ? c + 'a' - 'A' : c) : NULL;
    return found ? (int)(found - digits) : -1;
}

/* As forms encode: "+" is a space, "%2B" a plus. What is no encoding stays, and so does a
 * NUL, which no text here can hold. */
static char *decode(const char *text, struct rc_arena *arena)
{
    char *decoded = rc_arena_text(arena, text, strlen(text)), *to = decoded;
    for (const char *from = decoded; from && *from; from++) {
        int high = *from == '%' ? hex_digit(from[1]) : -1;
        int low = high >= 0 ? hex_digit(from[2]) : -1;
        if (low >= 0 && (high || low)) {
            *to++ = (char)(high * 16 + low);
            from += 2;
        } else {
            *to++ = (char)(*from == '+' ? ' ' : *from);
        }
    }
    if (to)
        *to = '\0';
    return decoded;
}

static bool read_text(const struct rc_member *member, const struct rc_xml_node *node, void *value,
                      const struct reading *reading)
{
    if (reading->encoded && (member->flags & RC_URL)) {
        const char **place = (const char **)((char *)value + member->offset);
        return (*place = decode(node->text, reading->arena)) || nomem(reading);
    }
    if (rc_shape_set_text(member, value, node->text, reading->arena))
        return true;
    rc_error_set(reading->err, RC_DATA, "<%s>: \"%.40s\" is not what was expected", node->name,
                 node->text);
    return false;
}

static bool read_children(const struct rc_shape *shape, const struct rc_xml_node *node, void *value,
                          const struct reading *reading);

static bool read_xml_list(const struct rc_member *member, const struct rc_xml_node *node,
                          struct rc_list *list, const struct reading *reading)
{
    static const struct rc_member text = {.kind = RC_SHAPE_TEXT};
    const char *name = item_name(member);
    size_t size = member->of == RC_SHAPE_STRUCT ? member->shape->size : sizeof(const char *);
    const struct rc_xml_node *first = member->flags & RC_FLAT ? node : node->first;
    size_t count = 0;
    for (const struct rc_xml_node *item = first; item; item = item->next)
        count += strcmp(item->name, name) == 0;
    char *to = rc_arena_alloc(reading->arena, count * size);
    if (!to)
        return nomem(reading);
    *list = (struct rc_list){to, count};
    for (const struct rc_xml_node *item = first; item; item = item->next) {
        if (strcmp(item->name, name) != 0)
            continue;
        if (!(member->of == RC_SHAPE_STRUCT ? read_children(member->shape, item, to, reading)
                                            : read_text(&text, item, to, reading)))
            return false;
        to += size;
    }
    return true;
}

static bool read_children(const struct rc_shape *shape, const struct rc_xml_node *node, void *value,
                          const struct reading *reading)
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
            ok = read_xml_list(member, child, place, reading);
        } else if (member->kind == RC_SHAPE_STRUCT) {
            void *inner = rc_arena_alloc(reading->arena, member->shape->size);
            *(const void **)place = inner;
            ok = inner ? read_children(member->shape, child, inner, reading) : nomem(reading);
        } else {
            ok = read_text(member, child, value, reading);
        }
        if (!ok)
            return false;
    }
    return true;
}

bool rc_shape_read_xml(const struct rc_shape *shape, const struct rc_xml_node *node, void *value,
                       struct rc_arena *arena, struct rc_error *err)
{
    const char *encoding = rc_xml_text(node, "EncodingType");
    return read_children(shape, node, value,
                         &(struct reading){.encoded = encoding && strcmp(encoding, "url") == 0,
                                           .arena = arena,
                                           .err = err});
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
