#include "tui/keymap.h"

#include "tui/screen.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { KEYS_OF_ACTION = 8, KEY_BYTES = 16 };

static const struct action {
    const char *name, *keys, *help;
} actions[RC_ACTIONS] = {{"none", "", ""},
#define X(symbol, name, keys, help) {name, keys, help},
                         RC_ACTION_LIST(X)
#undef X
};

static int bound[RC_ACTIONS][KEYS_OF_ACTION]; /* a zero ends them */

/* ----- names of keys ----- */

static const struct {
    const char *name;
    int key;
} named[] = {
    {"Esc", 27},
    {"Tab", 9},
    {"Enter", 13},
    {"Space", ' '},
    {"Semicolon", ';'}, /* begins a comment in INI files */
    {"Up", RC_KEY_UP},
    {"Down", RC_KEY_DOWN},
    {"Left", RC_KEY_LEFT},
    {"Right", RC_KEY_RIGHT},
    {"Home", RC_KEY_HOME},
    {"End", RC_KEY_END},
    {"PgUp", RC_KEY_PAGE_UP},
    {"PgDn", RC_KEY_PAGE_DOWN},
    {"Shift-Left", RC_KEY_SHIFT_LEFT},
    {"Shift-Right", RC_KEY_SHIFT_RIGHT},
    {"Shift-Tab", RC_KEY_BACK_TAB},
    {"Backspace", RC_KEY_BACKSPACE},
    {"Delete", RC_KEY_DELETE},
    {"Insert", RC_KEY_INSERT},
    {"Ctrl-Space", RC_KEY_CTRL_SPACE},
};

static void encode(int key, char text[KEY_BYTES])
{
    unsigned code = (unsigned)key;
    char *to = text;
    if (code < 0x80) {
        *to++ = (char)code;
    } else if (code < 0x800) {
        *to++ = (char)(0xC0 | code >> 6);
        *to++ = (char)(0x80 | (code & 0x3F));
    } else if (code < 0x10000) {
        *to++ = (char)(0xE0 | code >> 12);
        *to++ = (char)(0x80 | (code >> 6 & 0x3F));
        *to++ = (char)(0x80 | (code & 0x3F));
    } else {
        *to++ = (char)(0xF0 | code >> 18);
        *to++ = (char)(0x80 | (code >> 12 & 0x3F));
        *to++ = (char)(0x80 | (code >> 6 & 0x3F));
        *to++ = (char)(0x80 | (code & 0x3F));
    }
    *to = '\0';
}

void rc_key_name(int key, char text[16])
{
    text[0] = '\0';
    for (size_t i = 0; i < sizeof named / sizeof *named; i++)
        if (named[i].key == key && key != ';') {
            snprintf(text, KEY_BYTES, "%s", named[i].name);
            return;
        }
    if (key >= RC_KEY_F1 && key <= RC_KEY_F12)
        snprintf(text, KEY_BYTES, "F%d", key - RC_KEY_F1 + 1);
    else if (key > 0 && key < ' ')
        snprintf(text, KEY_BYTES, "Ctrl-%c", key + '@');
    else if (key > ' ' && key < 0x110000 && key != 0x7F)
        encode(key, text);
}

/* The one character that a text is; 0 when it is another number of them. */
static int single(const char *text)
{
    const unsigned char *bytes = (const unsigned char *)text;
    int more = bytes[0] < 0x80   ? 0
               : bytes[0] < 0xC2 ? -1
               : bytes[0] < 0xE0 ? 1
               : bytes[0] < 0xF0 ? 2
               : bytes[0] < 0xF5 ? 3
                                 : -1;
    if (more < 0 || strlen(text) != (size_t)more + 1)
        return 0;
    int code = more ? bytes[0] & (0x3F >> more) : bytes[0];
    for (int i = 1; i <= more; i++) {
        if ((bytes[i] & 0xC0) != 0x80)
            return 0;
        code = code << 6 | (bytes[i] & 0x3F);
    }
    return code > ' ' && code != 0x7F && code < 0x110000 ? code : 0;
}

int rc_key_parse(const char *name)
{
    char *end;
    for (size_t i = 0; i < sizeof named / sizeof *named; i++)
        if (strcasecmp(named[i].name, name) == 0)
            return named[i].key;
    if (strncasecmp(name, "Ctrl-", 5) == 0 && name[5] && !name[6]) {
        int letter = name[5] >= 'a' && name[5] <= 'z' ? name[5] - 32 : name[5];
        int key = letter > '@' && letter <= '_' ? letter - '@' : 0;
        return key == 8 ? RC_KEY_BACKSPACE : key == 10 ? 13 : key; /* terminals send the same */
    }
    if ((name[0] == 'F' || name[0] == 'f') && name[1] >= '1' && name[1] <= '9') {
        long number = strtol(name + 1, &end, 10);
        if (!*end)
            return number <= 12 ? RC_KEY_F1 + (int)number - 1 : 0;
    }
    return *name ? single(name) : 0;
}

/* ----- bindings ----- */

static void take_away(int key)
{
    for (int action = 1; action < RC_ACTIONS; action++) {
        int kept = 0;
        for (int i = 0; i < KEYS_OF_ACTION; i++)
            if (bound[action][i] != key)
                bound[action][kept++] = bound[action][i];
        while (kept < KEYS_OF_ACTION)
            bound[action][kept++] = 0;
    }
}

/* Reads "k Up Ctrl-N" into a list. */
static bool parse_keys(const char *text, int keys[KEYS_OF_ACTION], struct rc_error *err)
{
    int count = 0;
    memset(keys, 0, KEYS_OF_ACTION * sizeof *keys);
    while (*(text += strspn(text, " \t"))) {
        char name[KEY_BYTES];
        size_t length = strcspn(text, " \t");
        int key = 0;
        if (length < sizeof name) {
            memcpy(name, text, length);
            name[length] = '\0';
            key = rc_key_parse(name);
        }
        if (!key) {
            rc_error_set(err, RC_USAGE,
                         "there is no key \"%.*s\"; keys are written like x, Ctrl-N, PgUp, F5, "
                         "Space, Shift-Tab",
                         (int)length, text);
            return false;
        }
        if (count == KEYS_OF_ACTION) {
            rc_error_set(err, RC_LIMIT, "more than %d keys", KEYS_OF_ACTION);
            return false;
        }
        keys[count++] = key;
        text += length;
    }
    return true;
}

void rc_keymap_reset(void)
{
    memset(bound, 0, sizeof bound);
    for (int action = 1; action < RC_ACTIONS; action++)
        parse_keys(actions[action].keys, bound[action], NULL);
}

bool rc_keymap_set(const char *action, const char *keys, struct rc_error *err)
{
    int parsed[KEYS_OF_ACTION], found = 1;
    while (found < RC_ACTIONS && strcmp(actions[found].name, action) != 0)
        found++;
    if (found == RC_ACTIONS) {
        rc_error_set(err, RC_USAGE, "there is no action \"%s\"; the help (?) lists them", action);
        return false;
    }
    if (!parse_keys(keys, parsed, err)) {
        rc_error_prefix(err, "%s", action);
        return false;
    }
    for (int i = 0; i < KEYS_OF_ACTION && parsed[i]; i++)
        take_away(parsed[i]);
    memcpy(bound[found], parsed, sizeof parsed);
    return true;
}

enum rc_action rc_keymap_find(int key)
{
    for (int action = 1; key && action < RC_ACTIONS; action++)
        for (int i = 0; i < KEYS_OF_ACTION && bound[action][i]; i++)
            if (bound[action][i] == key)
                return (enum rc_action)action;
    return RC_ACTION_NONE;
}

const char *rc_action_name(enum rc_action action)
{
    return actions[action].name;
}

const char *rc_action_help(enum rc_action action)
{
    return actions[action].help;
}

const char *rc_action_keys(enum rc_action action)
{
    static char texts[RC_ACTIONS][KEYS_OF_ACTION * (KEY_BYTES + 1)];
    char *text = texts[action];
    size_t used = 0;
    text[0] = '\0';
    for (int i = 0; i < KEYS_OF_ACTION && bound[action][i]; i++) {
        char name[KEY_BYTES];
        rc_key_name(bound[action][i], name);
        used +=
            (size_t)snprintf(text + used, sizeof texts[action] - used, "%s%s", i ? " " : "", name);
    }
    return text;
}
