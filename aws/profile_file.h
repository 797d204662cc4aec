/* Reads ~/.aws/config and credentials into sections and settings. The format is
 * that of "Shared config and credentials files" in the AWS SDKs and Tools Reference
 * Guide, read as the AWS CLI does. It is no common INI: settings may be indented
 * below a setting, values have no comments behind them, tokens are longer than a
 * kilobyte. inih cuts names at 50 and lines at 200 bytes, values at " ;", and takes
 * every indented line for a continuation, so this is a reader of its own. */
#ifndef RC_AWS_PROFILE_FILE_H
#define RC_AWS_PROFILE_FILE_H

#include "aws/profile.h"

enum {
    RC_PROFILE_FILE_BYTES = 1 << 20, /* of one file */
    RC_PROFILE_SECTIONS = 4096,      /* in both files together */
    RC_PROFILE_SETTINGS = 32768,
    RC_PROFILE_PATH_BYTES = 4096,
};

enum rc_profile_kind {
    RC_PROFILE_OTHER, /* a section of somebody else: its syntax counts, its settings do not */
    RC_PROFILE_DEFAULT,
    RC_PROFILE_PROFILE,
    RC_PROFILE_SSO,
    RC_PROFILE_SERVICES,
};

struct rc_profile_section {
    enum rc_profile_file file;
    enum rc_profile_kind kind;
    const char *name;
};

struct rc_profile_setting {
    size_t section;    /* index */
    const char *outer; /* "s3" of "s3.addressing_style"; NULL: not nested */
    const char *name;  /* lower case */
    char *value;       /* "" when there is none */
};

/* The texts lie in the files' own, which are secret memory. */
struct rc_profile_data {
    char *text[RC_PROFILE_FILES];
    struct rc_profile_section *sections;
    size_t section_count, section_room;
    struct rc_profile_setting *settings;
    size_t setting_count, setting_room;
};

/* Adds what the file says to data; a file that is not there says nothing. */
bool rc_profile_file_read(struct rc_profile_data *data, enum rc_profile_file file, const char *path,
                          struct rc_error *err);
void rc_profile_data_free(struct rc_profile_data *data);

#endif
