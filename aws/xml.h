/* XML documents of AWS (S3, STS) as a tree, read by expat, with caps on size,
 * depth and number of elements. No entities but the predefined ones: a document
 * with a DOCTYPE is refused. Namespaces and attributes are passed over. */
#ifndef RC_AWS_XML_H
#define RC_AWS_XML_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/error.h"

enum {
    RC_XML_DEPTH = 32,
    RC_XML_ELEMENTS = 100000,
    RC_XML_BYTES = 16 << 20,
};

struct rc_xml_node {
    const char *name; /* without a prefix */
    const char *text; /* of this element alone, "" when there is none */
    const struct rc_xml_node *first;
    const struct rc_xml_node *next;
};

/* The root element, in the arena; NULL on a document that is not well-formed or
 * over a cap. */
const struct rc_xml_node *rc_xml_parse(const char *bytes, size_t length, struct rc_arena *arena,
                                       struct rc_error *err);

/* The first child of that name, or NULL. */
const struct rc_xml_node *rc_xml_child(const struct rc_xml_node *node, const char *name);

/* Text of that child; NULL when there is none. */
const char *rc_xml_text(const struct rc_xml_node *node, const char *name);

/* Appends text with & < > " and control characters escaped. */
bool rc_xml_escape(struct rc_buf *out, const char *text);

#endif
