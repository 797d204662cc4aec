#include "aws/profile_file.h"
#include "aws/secret.h"

#include <ctype.h>
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

struct reader {
    struct rc_profile_data *data;
    enum rc_profile_file file;
    const char *path;
    int line;
    bool in_section;
    size_t indent;      /* of the setting that indented lines belong to */
    size_t outer_place; /* 1 + index of that setting; 0: none yet in this section */
    char *value_end;    /* where its value ends; a continuation goes there */
};

static bool refuse(const struct reader *reader, struct rc_error *err, const char *why)
{
    rc_error_set(err, RC_INVALID, "%s:%d: %s", reader->path, reader->line, why);
    return false;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\f' || c == '\v';
}

static char *skip_blanks(char *text)
{
    while (is_blank(*text))
        text++;
    return text;
}

static char *trim(char *text)
{
    text = skip_blanks(text);
    size_t length = strlen(text);
    while (length && is_blank(text[length - 1]))
        length--;
    text[length] = '\0';
    return text;
}

/* ----- what there is room for ----- */

/* Makes room for one more; NULL past the limit or without memory. */
static void *grown(void *items, size_t size, size_t count, size_t *room, size_t most)
{
    if (count < *room)
        return items;
    size_t wanted = *room ? *room * 2 : 32;
    if (count >= most)
        return NULL;
    void *larger = reallocarray(items, wanted, size);
    if (larger)
        *room = wanted;
    return larger;
}

static bool add_section(struct reader *reader, enum rc_profile_kind kind, const char *name,
                        struct rc_error *err)
{
    struct rc_profile_data *data = reader->data;
    void *sections = grown(data->sections, sizeof *data->sections, data->section_count,
                           &data->section_room, RC_PROFILE_SECTIONS);
    if (!sections)
        return refuse(reader, err, "there are too many sections, or too little memory");
    data->sections = sections;
    data->sections[data->section_count++] =
        (struct rc_profile_section){.file = reader->file, .kind = kind, .name = name};
    reader->in_section = true;
    reader->outer_place = 0;
    return true;
}

static bool add_setting(struct reader *reader, const char *outer, char *name, char *value,
                        struct rc_error *err)
{
    struct rc_profile_data *data = reader->data;
    void *settings = grown(data->settings, sizeof *data->settings, data->setting_count,
                           &data->setting_room, RC_PROFILE_SETTINGS);
    if (!settings)
        return refuse(reader, err, "there are too many settings, or too little memory");
    data->settings = settings;
    for (char *c = name; *c; c++)
        *c = (char)tolower((unsigned char)*c);
    data->settings[data->setting_count++] = (struct rc_profile_setting){
        .section = data->section_count - 1, .outer = outer, .name = name, .value = value};
    return true;
}

/* ----- lines ----- */

/* The name behind a section's first word, without quotes; NULL when a quote is left open. */
static char *unquoted(char *name)
{
    name = trim(name);
    size_t length = strlen(name);
    if (*name != '"' && *name != '\'')
        return name;
    if (length < 2 || name[length - 1] != *name)
        return NULL;
    name[length - 1] = '\0';
    return name + 1;
}

/* Whether the text is the word and then a name. */
static bool starts_with_word(const char *text, const char *word)
{
    size_t length = strlen(word);
    return strncmp(text, word, length) == 0 &&
           (is_blank(text[length]) || text[length] == '"' || text[length] == '\'');
}

static bool take_config_section(struct reader *reader, char *title, struct rc_error *err)
{
    static const struct {
        const char *word;
        enum rc_profile_kind kind;
    } kinds[] = {{"profile", RC_PROFILE_PROFILE},
                 {"sso-session", RC_PROFILE_SSO},
                 {"services", RC_PROFILE_SERVICES}};
    if (strcmp(title, "default") == 0)
        return add_section(reader, RC_PROFILE_DEFAULT, title, err);
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        if (!starts_with_word(title, kinds[i].word))
            continue;
        char *name = unquoted(title + strlen(kinds[i].word));
        if (!name || !*name)
            return refuse(reader, err, "the section's name is missing or its quote is left open");
        return add_section(reader, kinds[i].kind, name, err);
    }
    return add_section(reader, RC_PROFILE_OTHER, title, err);
}

static bool take_section(struct reader *reader, char *line, struct rc_error *err)
{
    char *end = strrchr(line, ']');
    for (char quote = 0, *c = line + 1; *c; c++) {
        if (quote ? *c == quote : *c == '"' || *c == '\'')
            quote = quote ? 0 : *c;
        if (!quote && *c == ']') {
            end = c;
            break;
        }
    }
    if (!end)
        return refuse(reader, err, "the section's ] is missing");
    const char *behind = skip_blanks(end + 1);
    if (*behind && *behind != '#' && *behind != ';')
        return refuse(reader, err, "there is something behind the section's ]");
    *end = '\0';
    char *title = trim(line + 1);
    if (!*title)
        return refuse(reader, err, "the section has no name");
    if (reader->file == RC_PROFILE_CONFIG)
        return take_config_section(reader, title, err);
    return add_section(reader, RC_PROFILE_PROFILE, title, err);
}

static bool take_setting(struct reader *reader, char *line, size_t indent, struct rc_error *err)
{
    char *middle = strpbrk(line, "=:");
    if (!reader->in_section)
        return refuse(reader, err, "a setting stands before the first [section]");
    if (!middle || middle == line)
        return refuse(reader, err, "this is neither [section] nor \"setting = value\"");
    *middle = '\0';
    char *value = trim(middle + 1);
    if (!add_setting(reader, NULL, trim(line), value, err))
        return false;
    reader->indent = indent;
    reader->outer_place = reader->data->setting_count;
    reader->value_end = value + strlen(value);
    return true;
}

/* An indented line: a setting within one that has no value itself, or more of its value. */
static bool take_indented(struct reader *reader, char *line, struct rc_error *err)
{
    const struct rc_profile_setting *outer = &reader->data->settings[reader->outer_place - 1];
    if (*outer->value) {
        /* The line lies further back in the same text, behind at least a line's end. */
        size_t length = strlen(line);
        *reader->value_end = '\n';
        memmove(reader->value_end + 1, line, length + 1);
        reader->value_end += length + 1;
        return true;
    }
    char *middle = strchr(line, '=');
    if (!middle || middle == line)
        return refuse(reader, err, "an indented line is no \"setting = value\"");
    *middle = '\0';
    return add_setting(reader, outer->name, trim(line), trim(middle + 1), err);
}

static bool take_line(struct reader *reader, char *line, struct rc_error *err)
{
    char *start = skip_blanks(line);
    size_t indent = (size_t)(start - line);
    start = trim(start);
    if (!*start || *start == '#' || *start == ';')
        return true;
    if (reader->outer_place && indent > reader->indent)
        return take_indented(reader, start, err);
    if (*start == '[')
        return take_section(reader, start, err);
    return take_setting(reader, start, indent, err);
}

bool rc_profile_file_read(struct rc_profile_data *data, enum rc_profile_file file, const char *path,
                          struct rc_error *err)
{
    struct rc_error why = {0};
    size_t length = 0;
    char *text = rc_secret_read(path, RC_PROFILE_FILE_BYTES, &length, &why);
    if (!text && (errno == ENOENT || errno == ENOTDIR))
        return true;
    if (!text) {
        rc_error_set(err, why.code, "%s", why.text);
        return false;
    }
    data->text[file] = text;
    struct reader reader = {.data = data, .file = file, .path = path};
    if (memchr(text, '\0', length))
        return refuse(&reader, err, "the file has a NUL byte: it is no text");
    if (strncmp(text, "\xef\xbb\xbf", 3) == 0) /* a byte order mark */
        text += 3;
    while (text) {
        char *next = strchr(text, '\n');
        if (next)
            *next++ = '\0';
        reader.line++;
        if (!take_line(&reader, text, err))
            return false;
        text = next;
    }
    return true;
}

void rc_profile_data_free(struct rc_profile_data *data)
{
    free(data->settings);
    free(data->sections);
    for (int file = RC_PROFILE_FILES; file-- > 0;)
        rc_secret_free(data->text[file]);
    *data = (struct rc_profile_data){0};
}
