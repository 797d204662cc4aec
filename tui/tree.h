/* A tree of rows in a page: nodes in the order of a walk, each with its depth. */
#ifndef RC_TUI_TREE_H
#define RC_TUI_TREE_H

#include "tui/page.h"

struct rc_tree_node {
    int depth;   /* those behind it that are deeper are below it */
    bool branch; /* it has some */
    bool open;
};

struct rc_tree {
    struct rc_tree_node *nodes; /* the owner's */
    size_t count;
};

/* Writes the node's text into the page's last row, from column x on. */
typedef void rc_tree_writer(void *context, size_t node, struct rc_page *page, int x);

/* Adds a row for each node that can be seen; its number is the row's target. */
void rc_tree_fill(const struct rc_tree *tree, struct rc_page *page, rc_tree_writer *write,
                  void *context);

/* Enter opens and closes, right opens or goes in, left closes or goes out; the rest moves. */
bool rc_tree_act(struct rc_tree *tree, struct rc_page *page, enum rc_action action);

/* Opens all that a node stands in. */
void rc_tree_reveal(struct rc_tree *tree, size_t node);

#endif
