/* What the environment and ~/.aws say: region, endpoints, and where credentials
 * come from. Read once; no network. */
#ifndef RC_AWS_PROFILE_H
#define RC_AWS_PROFILE_H

#include "aws/operation.h"
#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>

struct rc_profile;

struct rc_profile_options {
    const char *name;     /* --profile: drops the environment's keys; NULL: AWS_PROFILE or
                             "default" */
    const char *region;   /* --region */
    const char *endpoint; /* --endpoint-url, for every service */
    const char *(*getenv)(void *ctx, const char *name); /* NULL: the process's own */
    void *getenv_ctx;
};

enum rc_profile_file { RC_PROFILE_CONFIG, RC_PROFILE_CREDENTIALS, RC_PROFILE_FILES };

/* Reads the files that AWS_CONFIG_FILE and AWS_SHARED_CREDENTIALS_FILE name, or
 * ~/.aws/config and credentials; that they are not there is no error. Errors name
 * file and line. A profile that was asked for and is nowhere is an error that lists
 * those that are there. */
struct rc_profile *rc_profile_load(const struct rc_profile_options *options, struct rc_error *err);
void rc_profile_free(struct rc_profile *profile); /* wipes what is secret */

const char *rc_profile_name(const struct rc_profile *profile);
bool rc_profile_named(const struct rc_profile *profile); /* on the command line */

/* The command line's, AWS_REGION, AWS_DEFAULT_REGION or the profile's; NULL: none. */
const char *rc_profile_region(const struct rc_profile *profile);

/* A custom endpoint in the order of the SDKs: the command line,
 * AWS_ENDPOINT_URL_<SERVICE>, AWS_ENDPOINT_URL, the profile's `services` section,
 * its endpoint_url; nothing when AWS_IGNORE_CONFIGURED_ENDPOINT_URLS is true (but
 * for the command line). NULL: none. */
const char *rc_profile_endpoint(const struct rc_profile *profile, const struct rc_service *service);

/* A setting of a profile (NULL: the one in use): the credentials file's before the
 * config file's, as the SDKs have it. A nested one is "s3.addressing_style". NULL
 * when it is not set or empty. */
const char *rc_profile_get(const struct rc_profile *profile, const char *of, const char *setting);

/* The same of one file. */
const char *rc_profile_get_from(const struct rc_profile *profile, enum rc_profile_file file,
                                const char *of, const char *setting);

/* Whether a file has a section of that profile. */
bool rc_profile_has(const struct rc_profile *profile, const char *name);

/* Where the file is, or would be; "" when there is no HOME. */
const char *rc_profile_path(const struct rc_profile *profile, enum rc_profile_file file);

/* The path with a leading "~/" replaced by HOME; false when it does not fit. */
bool rc_profile_expand(const struct rc_profile *profile, const char *path, char *expanded,
                       size_t room);

/* A setting of `[sso-session NAME]`; NULL as above. */
const char *rc_profile_sso(const struct rc_profile *profile, const char *session,
                           const char *setting);

/* The environment as the options gave it; NULL when it is not set or empty. */
const char *rc_profile_getenv(const struct rc_profile *profile, const char *name);

/* Names of all profiles, sorted; the list and its texts stay the profile's. */
const char *const *rc_profile_names(const struct rc_profile *profile, size_t *count);

#endif
