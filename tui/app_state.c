#include "tui/app_internal.h"

#include "base/folder.h"

#include <errno.h>
#include <fcntl.h>
#include <ini.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { PATH_BYTES = 4096, MOST_PAST_BYTES = RC_PAST_LINES * (RC_LINE_BYTES + 1) };

/* The folder that an XDG variable names, or its default below HOME; "" when there is
 * neither. A relative path is not taken, as the specification has it. */
static bool xdg_path(char path[PATH_BYTES], const char *variable, const char *below_home,
                     const char *rest)
{
    const char *base = getenv(variable), *home = getenv("HOME");
    int length = -1;
    if (base && *base == '/')
        length = snprintf(path, PATH_BYTES, "%s/%s", base, rest);
    else if (home && *home == '/')
        length = snprintf(path, PATH_BYTES, "%s/%s/%s", home, below_home, rest);
    if (length > 0 && length < PATH_BYTES)
        return true;
    path[0] = '\0';
    return false;
}

/* ----- configuration ----- */

struct reading {
    struct rc_config *config;
    bool failed;
    struct rc_error err;
};

static bool take_switch(struct reading *reading, const char *name, const char *value, bool *set,
                        bool *has)
{
    static const char *const yes[] = {"yes", "on", "true", "1"};
    static const char *const no[] = {"no", "off", "false", "0"};
    for (int i = 0; i < 4; i++)
        if (strcmp(value, yes[i]) == 0 || strcmp(value, no[i]) == 0) {
            *set = strcmp(value, yes[i]) == 0;
            *has = true;
            return true;
        }
    rc_error_set(&reading->err, RC_INVALID, "%s = %s: yes or no is expected", name, value);
    return false;
}

static bool take_console(struct reading *reading, const char *name, const char *value)
{
    struct rc_config *config = reading->config;
    if (strcmp(name, "mouse") == 0)
        return take_switch(reading, name, value, &config->mouse, &config->has_mouse);
    if (strcmp(name, "ascii") == 0)
        return take_switch(reading, name, value, &config->ascii, &config->has_ascii);
    if (strcmp(name, "theme") == 0 && strlen(value) < sizeof config->theme) {
        memcpy(config->theme, value, strlen(value) + 1);
        return true;
    }
    rc_error_set(&reading->err, RC_INVALID, "%s: [console] has theme, mouse and ascii", name);
    return false;
}

static struct rc_config_profile *profile_of(struct rc_config *config, const char *name)
{
    struct rc_config_profile *profile = config->profiles;
    for (int i = 0; i < config->profile_count; i++, profile++)
        if (strcmp(profile->name, name) == 0)
            return profile;
    if (config->profile_count == RC_CONFIG_PROFILES || strlen(name) >= sizeof profile->name)
        return NULL;
    config->profile_count++;
    memcpy(profile->name, name, strlen(name) + 1);
    return profile;
}

/* [profile NAME] */
static bool take_profile(struct reading *reading, const char *section, const char *name,
                         const char *value)
{
    struct rc_config_profile *profile = profile_of(reading->config, section);
    bool has;
    if (!profile) {
        rc_error_set(&reading->err, RC_LIMIT, "[profile %s]: more than %d of them, or too long",
                     section, RC_CONFIG_PROFILES);
        return false;
    }
    if (strcmp(name, "production") == 0)
        return take_switch(reading, name, value, &profile->production, &has);
    if (strcmp(name, "read_only") == 0)
        return take_switch(reading, name, value, &profile->read_only, &profile->has_read_only);
    if (strcmp(name, "theme") == 0 && strlen(value) < sizeof profile->theme) {
        memcpy(profile->theme, value, strlen(value) + 1);
        return true;
    }
    rc_error_set(&reading->err, RC_INVALID,
                 "%s: [profile NAME] has theme, production and read_only", name);
    return false;
}

static int take(void *context, const char *section, const char *name, const char *value)
{
    struct reading *reading = context;
    if (reading->failed)
        return 1; /* the first mistake is told */
    bool ok = false;
    if (strcmp(section, "console") == 0)
        ok = take_console(reading, name, value);
    else if (strcmp(section, "keys") == 0)
        ok = rc_keymap_set(name, value, &reading->err);
    else if (strncmp(section, "profile ", 8) == 0 && section[8])
        ok = take_profile(reading, section + 8, name, value);
    else
        rc_error_set(&reading->err, RC_INVALID,
                     "[%s]: the sections are [console], [keys] and [profile NAME]", section);
    reading->failed = !ok;
    return ok;
}

bool rc_config_read(struct rc_config *config, struct rc_error *err)
{
    char path[PATH_BYTES];
    struct reading reading = {.config = config};
    *config = (struct rc_config){.theme = ""};
    if (!xdg_path(path, "XDG_CONFIG_HOME", ".config", "reconctl/config"))
        return true;
    FILE *file = fopen(path, "re");
    if (!file && (errno == ENOENT || errno == ENOTDIR))
        return true;
    if (!file) {
        rc_error_errno(err, RC_IO, "the configuration %s cannot be read", path);
        return false;
    }
    int line = ini_parse_file(file, take, &reading);
    fclose(file);
    if (!line)
        return true;
    if (!reading.failed)
        rc_error_set(&reading.err, RC_INVALID, "neither a [section] nor \"member = value\"");
    rc_error_set(err, RC_INVALID, "%s:%d: %s", path, line > 0 ? line : 0, reading.err.text);
    return false;
}

bool rc_app_policy(const char *profile, bool *production, bool *read_only, struct rc_error *err)
{
    struct rc_config config;
    *production = *read_only = false;
    if (!rc_config_read(&config, err))
        return false;
    for (int i = 0; i < config.profile_count; i++) {
        const struct rc_config_profile *said = &config.profiles[i];
        if (strcmp(said->name, profile) != 0)
            continue;
        *production = said->production;
        *read_only = said->has_read_only ? said->read_only : said->production;
    }
    return true;
}

/* ----- state ----- */

const char *rc_state_folder(void)
{
    static char folder[PATH_BYTES];
    if (!folder[0] && xdg_path(folder, "XDG_STATE_HOME", ".local/state", "reconctl") &&
        !rc_make_folders(folder, 0700, NULL))
        folder[0] = '\0';
    return folder;
}

/* Reads a file of the state folder; an empty text when there is none. */
static char *read_state(const char *name, size_t most)
{
    char path[PATH_BYTES + 64];
    char *text = calloc(1, most + 1);
    snprintf(path, sizeof path, "%s/%s", rc_state_folder(), name);
    FILE *file = text && *rc_state_folder() ? fopen(path, "re") : NULL;
    if (file) {
        text[fread(text, 1, most, file)] = '\0';
        fclose(file);
    }
    return text;
}

static bool write_whole(int fd, const char *text, size_t length)
{
    while (length) {
        ssize_t wrote = write(fd, text, length);
        if (wrote < 0 && errno != EINTR)
            return false;
        if (wrote > 0) {
            text += wrote;
            length -= (size_t)wrote;
        }
    }
    return true;
}

/* Through a temporary file, so that there is always a whole one. It is not waited for
 * until that is on the disk: the loop must not stand still, and it is no loss. */
static bool write_state(const char *name, const char *text, size_t length, struct rc_error *err)
{
    char path[PATH_BYTES + 64], made[PATH_BYTES + 96];
    if (!*rc_state_folder())
        return true; /* there is no place to keep it */
    snprintf(path, sizeof path, "%s/%s", rc_state_folder(), name);
    snprintf(made, sizeof made, "%s.XXXXXX", path);
    int fd = mkostemp(made, O_CLOEXEC);
    bool ok = fd >= 0 && write_whole(fd, text, length);
    if (fd >= 0 && close(fd) != 0)
        ok = false;
    ok = ok && rename(made, path) == 0;
    if (!ok) {
        rc_error_errno(err, RC_IO, "%s cannot be written", path);
        if (fd >= 0)
            unlink(made);
    }
    return ok;
}

static int take_state(void *context, const char *section, const char *name, const char *value)
{
    if (strcmp(section, "console") == 0 && strcmp(name, "theme") == 0 && strlen(value) < 32)
        memcpy(context, value, strlen(value) + 1);
    return 1;
}

void rc_state_theme(char theme[32])
{
    char *text = read_state("state", 4096);
    theme[0] = '\0';
    if (text)
        ini_parse_string(text, take_state, theme);
    free(text);
}

bool rc_state_set_theme(const char *theme, struct rc_error *err)
{
    char text[128];
    int length = snprintf(text, sizeof text, "[console]\ntheme = %s\n", theme);
    return write_state("state", text, (size_t)length, err);
}

void rc_state_read_past(const char *name, struct rc_past *past)
{
    char *text = read_state(name, MOST_PAST_BYTES), *rest = text, *line;
    while (text && (line = strsep(&rest, "\n")))
        if (strlen(line) <= RC_LINE_BYTES)
            rc_past_add(past, line);
    free(text);
}

bool rc_state_write_past(const char *name, const struct rc_past *past, struct rc_error *err)
{
    struct rc_buf text;
    rc_buf_init(&text, MOST_PAST_BYTES);
    for (int i = 0; i < past->count; i++) {
        rc_buf_add_str(&text, past->lines[i]);
        rc_buf_add_char(&text, '\n');
    }
    bool ok = write_state(name, text.data ? text.data : "", text.length, err);
    rc_buf_free(&text);
    return ok;
}
