#include "aws/credentials_internal.h"
#include "aws/json.h"
#include "aws/secret.h"
#include "aws/shape.h"

#include <stdio.h>
#include <string.h>

bool rc_credentials_time(const char *text, int64_t *unix_ms)
{
    char zulu[48];
    size_t length = strlen(text);
    if (length >= sizeof zulu)
        return false;
    memcpy(zulu, text, length + 1);
    if (length > 3 && strcmp(zulu + length - 3, "UTC") == 0)
        memcpy(zulu + length - 3, "Z", 2);
    return rc_shape_parse_time(zulu, unix_ms);
}

static void wipe_member(const json_t *json, const char *name)
{
    const json_t *member = json_object_get(json, name);
    if (json_is_string(member))
        rc_secret_wipe(json_string_value(member), json_string_length(member));
}

static enum rc_seek_step read_members(struct rc_seek *seek, const json_t *json,
                                      const char *token_name, const char *from)
{
    const char *access_key = rc_json_text(json, "AccessKeyId");
    const char *secret_key = rc_json_text(json, "SecretAccessKey");
    const char *token = rc_json_text(json, token_name);
    const char *expires = rc_json_text(json, "Expiration");
    int64_t expires_unix_ms = 0;
    if (!access_key || !secret_key || !*access_key || !*secret_key)
        return rc_seek_fail(seek, RC_DATA, "%s: the answer has no %s", from,
                            access_key && *access_key ? "SecretAccessKey" : "AccessKeyId");
    if (expires && !rc_credentials_time(expires, &expires_unix_ms))
        return rc_seek_fail(seek, RC_DATA, "%s: the answer's Expiration is no time", from);
    return rc_seek_found(seek, access_key, secret_key, token, expires_unix_ms);
}

enum rc_seek_step rc_seek_read_json(struct rc_seek *seek, const char *bytes, size_t length,
                                    const char *token_name, const char *from)
{
    /* The reader's own words quote what it read, which is secret. */
    json_t *json = rc_json_parse(bytes, length, RC_CREDENTIAL_ANSWER_BYTES, NULL);
    if (!json_is_object(json)) {
        json_decref(json);
        return rc_seek_fail(seek, RC_DATA, "%s: the answer is no JSON object", from);
    }
    enum rc_seek_step step = read_members(seek, json, token_name, from);
    wipe_member(json, "SecretAccessKey");
    wipe_member(json, token_name);
    json_decref(json);
    return step;
}
