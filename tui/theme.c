#include "tui/theme.h"

#include "tui/bundled_themes.h"

#include <errno.h>
#include <ini.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { STYLE_BYTES = 128, PATH_BYTES = 4096, MOST_INI_BYTES = 64 << 10 };

const char *const rc_theme_names[] = {
    "dark", "light", "high-contrast", "colorblind", "mono", "production-red", NULL};

static const char *const role_names[RC_ROLES] = {
#define X(symbol, name) name,
    RC_ROLE_LIST(X)
#undef X
};

struct reading {
    struct rc_theme *theme;
    bool set[RC_ROLES];
    bool failed;
    char why[256];
};

static int refuse(struct reading *reading, const char *section, const char *member,
                  const char *value, const char *why)
{
    if (!reading->failed)
        snprintf(reading->why, sizeof reading->why, "[%s] %s = %.80s: %s", section, member, value,
                 why);
    reading->failed = true;
    return 0;
}

/* "#RRGGBB" or "default". */
static bool parse_color(const char *word, int32_t *color)
{
    if (strcmp(word, "default") == 0) {
        *color = RC_COLOR_DEFAULT;
        return true;
    }
    if (word[0] != '#' || strlen(word) != 7 || strspn(word + 1, "0123456789abcdefABCDEF") != 6)
        return false;
    *color = (int32_t)strtol(word + 1, NULL, 16);
    return true;
}

/* "bold underline #FFFFFF on #000000": attributes, text, background, in any order. */
static bool parse_style(const char *text, struct rc_style *style)
{
    char copy[STYLE_BYTES], *rest = copy, *word;
    bool on = false;
    if (strlen(text) >= sizeof copy)
        return false;
    memcpy(copy, text, strlen(text) + 1);
    *style = (struct rc_style){.foreground = RC_COLOR_DEFAULT, .background = RC_COLOR_DEFAULT};
    while ((word = strtok_r(rest, " \t", &rest))) {
        if (strcmp(word, "on") == 0)
            on = true;
        else if (strcmp(word, "bold") == 0)
            style->bold = true;
        else if (strcmp(word, "underline") == 0)
            style->underline = true;
        else if (strcmp(word, "reverse") == 0)
            style->reverse = true;
        else if (strcmp(word, "dim") == 0)
            style->dim = true;
        else if (!parse_color(word, on ? &style->background : &style->foreground))
            return false;
    }
    return true;
}

/* A style that names no background stands on that of "normal". */
static void complete(struct reading *reading)
{
    struct rc_style *role = reading->theme->role;
    for (int i = 0; i < RC_ROLES; i++) {
        if (!reading->set[i]) {
            role[i] = role[RC_ROLE_NORMAL];
            continue;
        }
        if (role[i].background == RC_COLOR_DEFAULT)
            role[i].background = role[RC_ROLE_NORMAL].background;
        if (role[i].foreground == RC_COLOR_DEFAULT)
            role[i].foreground = role[RC_ROLE_NORMAL].foreground;
    }
}

static int take_heat(struct reading *reading, const char *name, const char *value)
{
    char copy[STYLE_BYTES], *rest = copy, *word;
    int level = 0;
    if (strcmp(name, "levels") != 0)
        return refuse(reading, "heat", name, value, "only \"levels\" is known here");
    snprintf(copy, sizeof copy, "%s", value);
    while ((word = strtok_r(rest, " \t", &rest)))
        if (level == RC_HEAT_LEVELS || !parse_color(word, &reading->theme->heat[level++]))
            level = RC_HEAT_LEVELS + 1;
    if (level != RC_HEAT_LEVELS)
        return refuse(reading, "heat", name, value, "8 colours are expected, like #4D7F2C");
    return 1;
}

static int take(void *context, const char *section, const char *name, const char *value)
{
    struct reading *reading = context;
    if (strcmp(section, "theme") == 0 && strcmp(name, "title") == 0) {
        snprintf(reading->theme->title, sizeof reading->theme->title, "%s", value);
        return 1;
    }
    if (strcmp(section, "heat") == 0)
        return take_heat(reading, name, value);
    if (strcmp(section, "roles") != 0)
        return refuse(reading, section, name, value,
                      "the sections are [theme] with a title, [roles] and [heat]");
    for (int role = 0; role < RC_ROLES; role++) {
        if (strcmp(name, role_names[role]) != 0)
            continue;
        if (!parse_style(value, &reading->theme->role[role]))
            return refuse(reading, section, name, value,
                          "expected is something like \"bold #E0E0E0 on #202020\"");
        reading->set[role] = true;
        return 1;
    }
    return refuse(reading, section, name, value, "there is no such role");
}

static bool parse(const char *name, const char *place, const char *text, struct rc_theme *theme,
                  struct rc_error *err)
{
    struct rc_theme made = {.title = ""};
    struct reading reading = {.theme = &made};
    for (int level = 0; level < RC_HEAT_LEVELS; level++)
        made.heat[level] = RC_COLOR_DEFAULT;
    for (int role = 0; role < RC_ROLES; role++)
        made.role[role].foreground = made.role[role].background = RC_COLOR_DEFAULT;
    int line = ini_parse_string(text, take, &reading);
    if (line) {
        rc_error_set(err, RC_INVALID, "%s:%d: %s", place, line > 0 ? line : 0,
                     reading.failed ? reading.why : "neither a [section] nor \"member = value\"");
        return false;
    }
    complete(&reading);
    snprintf(made.name, sizeof made.name, "%s", name);
    *theme = made;
    return true;
}

/* ----- where themes come from ----- */

static bool path_of(const char *name, char path[PATH_BYTES])
{
    const char *config = getenv("XDG_CONFIG_HOME"), *home = getenv("HOME");
    int length = -1;
    if (config && *config == '/')
        length = snprintf(path, PATH_BYTES, "%s/reconctl/themes/%s.ini", config, name);
    else if (home && *home)
        length = snprintf(path, PATH_BYTES, "%s/.config/reconctl/themes/%s.ini", home, name);
    return length > 0 && length < PATH_BYTES;
}

/* True when there is a file of the user's with this name, whatever is in it. */
static bool load_own(const char *name, struct rc_theme *theme, bool *ok, struct rc_error *err)
{
    char path[PATH_BYTES];
    char *text = NULL;
    FILE *file = path_of(name, path) ? fopen(path, "re") : NULL;
    if (!file && (errno == ENOENT || errno == ENOTDIR))
        return false;
    *ok = false;
    if (!file) {
        rc_error_errno(err, RC_IO, "the theme %s cannot be read", path);
        return true;
    }
    text = malloc(MOST_INI_BYTES + 1);
    size_t length = text ? fread(text, 1, MOST_INI_BYTES + 1, file) : 0;
    if (!text) {
        rc_error_nomem(err);
    } else if (ferror(file)) {
        rc_error_errno(err, RC_IO, "the theme %s cannot be read", path);
    } else if (length > MOST_INI_BYTES) {
        rc_error_set(err, RC_LIMIT, "%s: over 64 KiB, too long for a theme", path);
    } else {
        text[length] = '\0';
        *ok = parse(name, path, text, theme, err);
    }
    free(text);
    fclose(file);
    return true;
}

bool rc_theme_load(const char *name, struct rc_theme *theme, struct rc_error *err)
{
    bool ok = false;
    if (!*name || strchr(name, '/') || *name == '.' || strlen(name) >= sizeof theme->name) {
        rc_error_set(err, RC_USAGE, "\"%s\" cannot be the name of a theme", name);
        return false;
    }
    errno = ENOENT;
    if (load_own(name, theme, &ok, err))
        return ok;
    for (size_t i = 0; i < rc_bundled_theme_count; i++) {
        char place[64];
        if (strcmp(rc_bundled_themes[i].name, name) != 0)
            continue;
        snprintf(place, sizeof place, "themes/%s.ini", name);
        return parse(name, place, rc_bundled_themes[i].ini, theme, err);
    }
    rc_error_set(
        err, RC_USAGE,
        "there is no theme \"%s\"; bundled are dark, light, high-contrast, colorblind, mono "
        "and production-red",
        name);
    return false;
}
