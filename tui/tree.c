#include "tui/tree.h"

#include <string.h>

enum { INDENT = 2 };

/* The next node that is not below this one. */
static size_t behind(const struct rc_tree *tree, size_t node)
{
    size_t next = node + 1;
    while (next < tree->count && tree->nodes[next].depth > tree->nodes[node].depth)
        next++;
    return next;
}

void rc_tree_fill(const struct rc_tree *tree, struct rc_page *page, rc_tree_writer *write,
                  void *context)
{
    bool ascii = rc_screen_ascii();
    for (size_t i = 0; i < tree->count;) {
        const struct rc_tree_node *node = &tree->nodes[i];
        const char *mark = !node->branch ? " "
                           : node->open  ? (ascii ? "-" : "▾")
                                         : (ascii ? "+" : "▸");
        int x = node->depth * INDENT;
        rc_page_row(page, (int64_t)i);
        rc_page_put(page, x, 1, RC_ROLE_KEY, RC_LEFT, mark, strlen(mark));
        write(context, i, page, x + INDENT);
        i = node->open || !node->branch ? i + 1 : behind(tree, i);
    }
}

static bool parent(const struct rc_tree *tree, size_t node, size_t *above)
{
    for (size_t at = node; at-- > 0;)
        if (tree->nodes[at].depth < tree->nodes[node].depth) {
            *above = at;
            return true;
        }
    return false;
}

void rc_tree_reveal(struct rc_tree *tree, size_t node)
{
    size_t above = node;
    while (parent(tree, above, &above))
        tree->nodes[above].open = true;
}

bool rc_tree_act(struct rc_tree *tree, struct rc_page *page, enum rc_action action)
{
    size_t at = page->selected < 0 ? tree->count : (size_t)page->selected, above;
    if (at >= tree->count)
        return rc_page_act(page, action);
    struct rc_tree_node *node = &tree->nodes[at];
    switch (action) {
    case RC_DO_ENTER:
        node->open = node->branch && !node->open;
        return true;
    case RC_DO_RIGHT:
        if (node->branch && node->open)
            page->selected = (int64_t)at + 1;
        node->open = node->branch;
        return true;
    case RC_DO_LEFT:
        if (node->branch && node->open)
            node->open = false;
        else if (parent(tree, at, &above))
            page->selected = (int64_t)above;
        return true;
    default:
        return rc_page_act(page, action);
    }
}
