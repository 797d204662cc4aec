/* Keys and what they do: a table of actions with their default keys and a line of
 * help each. The help screen, the hints and the configuration are made from it, so
 * none of them can differ from what a key does. */
#ifndef RC_TUI_KEYMAP_H
#define RC_TUI_KEYMAP_H

#include "base/error.h"

#include <stdbool.h>

/* X(SYMBOL, name in the configuration, default keys, help) */
#define RC_ACTION_LIST(X)                                                                          \
    X(UP, "up", "k Up", "one up")                                                                  \
    X(DOWN, "down", "j Down", "one down")                                                          \
    X(LEFT, "left", "h Left", "to the left")                                                       \
    X(RIGHT, "right", "l Right", "to the right")                                                   \
    X(TOP, "top", "g Home", "to the first")                                                        \
    X(BOTTOM, "bottom", "G End", "to the last")                                                    \
    X(PAGE_UP, "page-up", "PgUp Ctrl-B", "a page up")                                              \
    X(PAGE_DOWN, "page-down", "PgDn Ctrl-F", "a page down")                                        \
    X(ENTER, "enter", "Enter", "into what is selected")                                            \
    X(BACK, "back", "Esc Backspace", "back")                                                       \
    X(HISTORY_BACK, "history-back", "[", "to the view before")                                     \
    X(HISTORY_FORWARD, "history-forward", "]", "to the view after")                                \
    X(LAST_VIEW, "last-view", "-", "to the last view and back again")                              \
    X(NEXT_SESSION, "next-session", "Ctrl-N", "to the next session with AWS")                      \
    X(QUIT, "quit", "q", "back; at the top: quit")                                                 \
    X(QUIT_NOW, "quit-now", "Ctrl-C", "quit; an input line is only left")                          \
    X(SUSPEND, "suspend", "Ctrl-Z", "suspend")                                                     \
    X(HELP, "help", "? F1", "this help")                                                           \
    X(FILTER, "filter", "/", "filter")                                                             \
    X(NEXT_MATCH, "next-match", "n", "next match")                                                 \
    X(FIND, "find", "F", "look for a text")                                                        \
    X(PREVIOUS_MATCH, "previous-match", "N", "match before")                                       \
    X(SPIKE, "spike", "S", "to the worst moment")                                                  \
    X(PALETTE, "palette", ":", "command or view")                                                  \
    X(COLUMN_LEFT, "column-left", "Shift-Left <", "sort column to the left")                       \
    X(COLUMN_RIGHT, "column-right", "Shift-Right >", "sort column to the right")                   \
    X(SORT, "sort", "O", "sort by the marked column")                                              \
    X(INVERT, "invert", "I", "turn the order around")                                              \
    X(MARK, "mark", "Space", "mark")                                                               \
    X(MARK_RANGE, "mark-range", "Ctrl-Space", "mark from the last mark to here")                   \
    X(REFRESH, "refresh", "R F5 Ctrl-R", "read again")                                             \
    X(PAUSE, "pause", "Z", "pause")                                                                \
    X(REPAINT, "repaint", "Ctrl-L", "paint again")                                                 \
    X(DESCRIBE, "describe", "d", "everything about what is selected")                              \
    X(RAW, "raw", "y", "its raw bytes")                                                            \
    X(COPY, "copy", "c", "copy to the clipboard")                                                  \
    X(SAVE, "save", "s", "save the rows to a file")                                                \
    X(FILE, "file", "f", "the file it is of")                                                      \
    X(RECORD, "record", "r", "its record, byte by byte")                                           \
    X(MESSAGE, "message", "m", "messages about its file")                                          \
    X(RUN, "run", "e", "the run (execution) it is of")                                             \
    X(DAY, "day", "D", "the day it is of")                                                         \
    X(LOGS, "logs", "L", "what its run has logged")                                                \
    X(TRANSACTION, "transaction", "t", "its transaction")                                          \
    X(ACTIONS, "actions", "a", "what can be done to it, or to what is marked")                     \
    X(AUDIT, "audit", "@", "what operators did to it")                                             \
    X(IDENTITY, "identity", "i", "who asks AWS, and what it costs")                                \
    X(ADDRESS, "address", "b", "its address in the console of AWS, copied")                        \
    X(ERRORS, "errors", "!", "messages and errors")                                                \
    X(NEXT, "next", "Tab", "next part of the screen")                                              \
    X(PREVIOUS, "previous", "Shift-Tab", "part before")

enum rc_action {
    RC_ACTION_NONE,
#define X(symbol, name, keys, help) RC_DO_##symbol,
    RC_ACTION_LIST(X)
#undef X
        RC_ACTIONS
};

/* Sets the default keys. */
void rc_keymap_reset(void);

/* Gives an action other keys ("x Ctrl-N F2"); they are taken from whatever had
 * them. False when there is no such action or key. */
bool rc_keymap_set(const char *action, const char *keys, struct rc_error *err);

enum rc_action rc_keymap_find(int key);
const char *rc_action_name(enum rc_action action);
const char *rc_action_help(enum rc_action action);

/* The keys of an action as text ("k Up"), valid until the next call for the same
 * action. */
const char *rc_action_keys(enum rc_action action);

/* The name of a key ("Ctrl-N", "PgUp", "ä") and back; 0 when there is none. text has
 * 16 bytes. */
void rc_key_name(int key, char text[16]);
int rc_key_parse(const char *name);

#endif
