#include "aws/profile.h"
#include "aws/profile_file.h"
#include "base/buf.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { VARIABLE_BYTES = 128 }; /* of AWS_ENDPOINT_URL_<SERVICE> */

struct rc_profile {
    const char *(*getenv)(void *ctx, const char *name);
    void *getenv_ctx;
    char *name;
    char *region;   /* of the command line */
    char *endpoint; /* the same */
    bool named;
    char path[RC_PROFILE_FILES][RC_PROFILE_PATH_BYTES];
    struct rc_profile_data data;
    const char **names; /* sorted */
    size_t name_count;
};

static const char *getenv_of_process(void *ctx, const char *name)
{
    (void)ctx;
    return getenv(name);
}

const char *rc_profile_getenv(const struct rc_profile *profile, const char *name)
{
    const char *value = profile->getenv(profile->getenv_ctx, name);
    return value && *value ? value : NULL;
}

bool rc_profile_expand(const struct rc_profile *profile, const char *path, char *expanded,
                       size_t room)
{
    const char *home = rc_profile_getenv(profile, "HOME");
    bool from_home = path[0] == '~' && (path[1] == '/' || path[1] == '\0');
    if (from_home && !home)
        return false;
    const char *front = from_home ? home : "", *rest = from_home ? path + 1 : path;
    int length = snprintf(expanded, room, "%s%s", front, rest);
    return length >= 0 && (size_t)length < room;
}

/* ----- lookups ----- */

/* Whether the section is the profile's in that file. `[profile default]` takes the
 * place of `[default]`. */
static bool section_is(const struct rc_profile *profile, const struct rc_profile_section *section,
                       enum rc_profile_file file, const char *name)
{
    if (section->file != file || strcmp(section->name, name) != 0)
        return false;
    if (section->kind != RC_PROFILE_DEFAULT)
        return section->kind == RC_PROFILE_PROFILE;
    for (size_t i = 0; i < profile->data.section_count; i++) {
        const struct rc_profile_section *other = &profile->data.sections[i];
        if (other->file == file && other->kind == RC_PROFILE_PROFILE &&
            strcmp(other->name, name) == 0)
            return false;
    }
    return true;
}

/* "s3.addressing_style" is the setting of that name within "s3". */
static bool setting_is(const struct rc_profile_setting *setting, const char *name)
{
    if (!setting->outer)
        return strcmp(setting->name, name) == 0;
    size_t length = strlen(setting->outer);
    return strncmp(name, setting->outer, length) == 0 && name[length] == '.' &&
           strcmp(name + length + 1, setting->name) == 0;
}

/* What was said last counts. */
static const char *find(const struct rc_profile *profile, enum rc_profile_kind kind,
                        enum rc_profile_file file, const char *name, const char *setting)
{
    for (size_t i = profile->data.setting_count; i-- > 0;) {
        const struct rc_profile_setting *one = &profile->data.settings[i];
        const struct rc_profile_section *section = &profile->data.sections[one->section];
        if (!setting_is(one, setting))
            continue;
        bool here = kind == RC_PROFILE_PROFILE
                        ? section_is(profile, section, file, name)
                        : section->kind == kind && strcmp(section->name, name) == 0;
        if (here)
            return *one->value ? one->value : NULL;
    }
    return NULL;
}

const char *rc_profile_get_from(const struct rc_profile *profile, enum rc_profile_file file,
                                const char *of, const char *setting)
{
    return find(profile, RC_PROFILE_PROFILE, file, of ? of : profile->name, setting);
}

const char *rc_profile_get(const struct rc_profile *profile, const char *of, const char *setting)
{
    const char *value = rc_profile_get_from(profile, RC_PROFILE_CREDENTIALS, of, setting);
    return value ? value : rc_profile_get_from(profile, RC_PROFILE_CONFIG, of, setting);
}

const char *rc_profile_sso(const struct rc_profile *profile, const char *session,
                           const char *setting)
{
    return find(profile, RC_PROFILE_SSO, RC_PROFILE_CONFIG, session, setting);
}

const char *rc_profile_name(const struct rc_profile *profile)
{
    return profile->name;
}

bool rc_profile_named(const struct rc_profile *profile)
{
    return profile->named;
}

const char *rc_profile_path(const struct rc_profile *profile, enum rc_profile_file file)
{
    return profile->path[file];
}

const char *const *rc_profile_names(const struct rc_profile *profile, size_t *count)
{
    *count = profile->name_count;
    return profile->names;
}

bool rc_profile_has(const struct rc_profile *profile, const char *name)
{
    for (size_t i = 0; i < profile->name_count; i++)
        if (strcmp(profile->names[i], name) == 0)
            return true;
    return false;
}

/* ----- region and endpoints ----- */

const char *rc_profile_region(const struct rc_profile *profile)
{
    const char *region = profile->region;
    if (!region)
        region = rc_profile_getenv(profile, "AWS_REGION");
    if (!region)
        region = rc_profile_getenv(profile, "AWS_DEFAULT_REGION");
    return region ? region : rc_profile_get(profile, NULL, "region");
}

/* A region becomes part of a host's name, so it must not be anything. */
static bool region_is_plain(const char *region)
{
    for (const char *c = region; *c; c++)
        if (!islower((unsigned char)*c) && !isdigit((unsigned char)*c) && *c != '-')
            return false;
    return *region && strlen(region) < 64;
}

static bool is_true(const char *word)
{
    return word && strcasecmp(word, "true") == 0;
}

static const char *endpoint_of_environment(const struct rc_profile *profile,
                                           const struct rc_service *service)
{
    char variable[VARIABLE_BYTES] = "AWS_ENDPOINT_URL_";
    size_t length = strlen(variable);
    for (const char *c = service->config_name; *c && length < sizeof variable - 1; c++)
        variable[length++] = (char)toupper((unsigned char)*c);
    variable[length] = '\0';
    const char *url = rc_profile_getenv(profile, variable);
    return url ? url : rc_profile_getenv(profile, "AWS_ENDPOINT_URL");
}

const char *rc_profile_endpoint(const struct rc_profile *profile, const struct rc_service *service)
{
    if (profile->endpoint)
        return profile->endpoint;
    if (is_true(rc_profile_getenv(profile, "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS")) ||
        is_true(rc_profile_get(profile, NULL, "ignore_configured_endpoint_urls")))
        return NULL;
    const char *url = endpoint_of_environment(profile, service);
    if (url)
        return url;
    const char *services = rc_profile_get(profile, NULL, "services");
    char setting[VARIABLE_BYTES];
    snprintf(setting, sizeof setting, "%s.endpoint_url", service->config_name);
    if (services)
        url = find(profile, RC_PROFILE_SERVICES, RC_PROFILE_CONFIG, services, setting);
    return url ? url : rc_profile_get(profile, NULL, "endpoint_url");
}

/* ----- reading ----- */

static bool copy_option(const char *text, char **copy, struct rc_error *err)
{
    if (!text || !*text)
        return true;
    *copy = strdup(text);
    if (!*copy)
        rc_error_nomem(err);
    return *copy != NULL;
}

static bool read_files(struct rc_profile *profile, struct rc_error *err)
{
    static const struct {
        const char *variable, *usual;
    } files[RC_PROFILE_FILES] = {
        [RC_PROFILE_CONFIG] = {"AWS_CONFIG_FILE", "~/.aws/config"},
        [RC_PROFILE_CREDENTIALS] = {"AWS_SHARED_CREDENTIALS_FILE", "~/.aws/credentials"},
    };
    for (int i = 0; i < RC_PROFILE_FILES; i++) {
        const char *said = rc_profile_getenv(profile, files[i].variable);
        char *path = profile->path[i];
        if (!rc_profile_expand(profile, said ? said : files[i].usual, path,
                               sizeof profile->path[i])) {
            *path = '\0'; /* no HOME: nothing to read */
            if (!said)
                continue;
            rc_error_set(err, RC_INVALID, "%s is too long, or has a ~ while HOME is not set",
                         files[i].variable);
            return false;
        }
        if (!rc_profile_file_read(&profile->data, (enum rc_profile_file)i, path, err))
            return false;
    }
    return true;
}

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static bool list_names(struct rc_profile *profile, struct rc_error *err)
{
    size_t count = profile->data.section_count, kept = 0;
    const char **names = calloc(count + 1, sizeof *names);
    if (!names) {
        rc_error_nomem(err);
        return false;
    }
    for (size_t i = 0; i < count; i++) {
        const struct rc_profile_section *section = &profile->data.sections[i];
        if (section->kind == RC_PROFILE_PROFILE || section->kind == RC_PROFILE_DEFAULT)
            names[kept++] = section->name;
    }
    qsort(names, kept, sizeof *names, compare_names);
    for (size_t i = 0; i < kept; i++)
        if (profile->name_count == 0 || strcmp(names[profile->name_count - 1], names[i]) != 0)
            names[profile->name_count++] = names[i];
    profile->names = names;
    return true;
}

static bool check_name(const struct rc_profile *profile, bool asked_for, struct rc_error *err)
{
    if (!asked_for || rc_profile_has(profile, profile->name))
        return true;
    struct rc_buf list;
    rc_buf_init(&list, 200);
    for (size_t i = 0; i < profile->name_count && !list.failed; i++)
        rc_buf_printf(&list, "%s%s", i ? ", " : "", profile->names[i]);
    rc_error_set(err, RC_USAGE, "there is no profile \"%s\" in %s or %s; there %s%s%s",
                 profile->name, profile->path[RC_PROFILE_CONFIG],
                 profile->path[RC_PROFILE_CREDENTIALS],
                 profile->name_count ? "are: " : "are none: run `aws configure`",
                 list.data ? list.data : "", list.failed ? ", ..." : "");
    rc_buf_free(&list);
    return false;
}

static bool load(struct rc_profile *profile, const struct rc_profile_options *options,
                 struct rc_error *err)
{
    const char *wanted = options->name ? options->name : rc_profile_getenv(profile, "AWS_PROFILE");
    profile->named = options->name != NULL;
    if (!copy_option(wanted ? wanted : "default", &profile->name, err) ||
        !copy_option(options->region, &profile->region, err) ||
        !copy_option(options->endpoint, &profile->endpoint, err))
        return false;
    if (!profile->name) {
        rc_error_set(err, RC_USAGE, "the name of the profile is empty");
        return false;
    }
    if (!read_files(profile, err) || !list_names(profile, err) ||
        !check_name(profile, wanted != NULL, err))
        return false;
    const char *region = rc_profile_region(profile);
    if (region && !region_is_plain(region)) {
        rc_error_set(err, RC_USAGE, "\"%s\" is no region: one is a name like eu-central-1", region);
        return false;
    }
    return true;
}

struct rc_profile *rc_profile_load(const struct rc_profile_options *options, struct rc_error *err)
{
    struct rc_profile *profile = calloc(1, sizeof *profile);
    if (!profile) {
        rc_error_nomem(err);
        return NULL;
    }
    profile->getenv = options->getenv ? options->getenv : getenv_of_process;
    profile->getenv_ctx = options->getenv_ctx;
    if (load(profile, options, err))
        return profile;
    rc_profile_free(profile);
    return NULL;
}

void rc_profile_free(struct rc_profile *profile)
{
    if (!profile)
        return;
    free(profile->names);
    rc_profile_data_free(&profile->data);
    free(profile->endpoint);
    free(profile->region);
    free(profile->name);
    free(profile);
}
