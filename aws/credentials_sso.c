/* Keys from IAM Identity Center, with the token that `aws sso login` left in
 * ~/.aws/sso/cache. A token that has expired is not renewed here: the error says how
 * to log in. */
#include "aws/credentials_internal.h"
#include "aws/json.h"
#include "aws/profile_file.h"
#include "aws/secret.h"
#include "aws/sso.h"

#include <errno.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <string.h>

struct login {
    const char *account_id, *role_name; /* of the profile */
    const char *session;                /* NULL: the old form, all in the profile */
    const char *start_url, *region;
};

/* What is to be done when the token is of no use. */
static enum rc_seek_step log_in(struct rc_seek *seek, const char *why)
{
    return rc_seek_fail(seek, RC_USAGE, "SSO: %s; run `aws sso login --profile %s`", why, seek->of);
}

static enum rc_seek_step read_keys(struct rc_seek *seek, const void *answer)
{
    const struct rc_sso_role_keys *role = answer;
    const struct rc_sso_keys *keys = role->keys;
    if (!keys || !keys->access_key_id || !keys->secret_access_key || !keys->session_token)
        return rc_seek_fail(seek, RC_DATA, "SSO: the answer has no keys");
    snprintf(seek->found.source, sizeof seek->found.source, "profile %s: SSO role %s", seek->of,
             rc_profile_get(seek->profile, seek->of, "sso_role_name"));
    enum rc_seek_step step = rc_seek_found(seek, keys->access_key_id, keys->secret_access_key,
                                           keys->session_token, keys->expiration_ms);
    rc_secret_wipe(keys->secret_access_key, strlen(keys->secret_access_key));
    rc_secret_wipe(keys->session_token, strlen(keys->session_token));
    return step;
}

static void word_failure(struct rc_seek *seek, const struct rc_aws_error *error)
{
    if (error->status == 401)
        log_in(seek, "the session has ended");
    else
        rc_error_prefix(&seek->err, "profile \"%s\"", seek->of);
}

static enum rc_seek_step ask_sso(struct rc_seek *seek, const struct login *login, const char *token)
{
    const struct rc_sso_get_keys in = {
        .role_name = login->role_name, .account_id = login->account_id, .access_token = token};
    struct rc_seek_call *job = rc_seek_call_new(seek);
    if (!job)
        return RC_SEEK_FAILED;
    job->read = read_keys;
    job->word = word_failure;
    job->call = rc_call_start_in(seek->aws, login->region, &rc_sso_get_keys_operation, &in,
                                 rc_seek_call_done, job);
    return rc_seek_call_started(job);
}

/* ----- the token ----- */

/* The AWS CLI names the file by the SHA-1 of the session's name or the start URL. */
static bool cache_path(const struct rc_seek *seek, const struct login *login, char *path,
                       size_t room)
{
    const char *key = login->session ? login->session : login->start_url;
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned length = 0;
    struct rc_buf name;
    rc_buf_init(&name, 128);
    bool ok = EVP_Digest(key, strlen(key), digest, &length, EVP_sha1(), NULL) == 1 &&
              rc_buf_add_str(&name, "~/.aws/sso/cache/") && rc_buf_add_hex(&name, digest, length) &&
              rc_buf_add_str(&name, ".json") &&
              rc_profile_expand(seek->profile, name.data, path, room);
    rc_buf_free(&name);
    return ok;
}

static enum rc_seek_step use_token(struct rc_seek *seek, const struct login *login,
                                   const json_t *json)
{
    const char *token = rc_json_text(json, "accessToken");
    const char *expires = rc_json_text(json, "expiresAt");
    int64_t expires_unix_ms = 0;
    if (!token || !*token || !expires || !rc_credentials_time(expires, &expires_unix_ms))
        return log_in(seek, "the cached token cannot be understood");
    enum rc_seek_step step = expires_unix_ms > rc_loop_unix_ms(rc_aws_loop(seek->aws))
                                 ? ask_sso(seek, login, token)
                                 : log_in(seek, "the session has expired");
    rc_secret_wipe(token, strlen(token));
    return step;
}

static enum rc_seek_step read_token(struct rc_seek *seek, const struct login *login)
{
    char path[RC_PROFILE_PATH_BYTES];
    size_t length;
    struct rc_error err = {0};
    if (!cache_path(seek, login, path, sizeof path))
        return rc_seek_fail(seek, RC_USAGE, "SSO: HOME is not set, or too long");
    char *text = rc_secret_read(path, RC_CREDENTIAL_ANSWER_BYTES, &length, &err);
    if (!text && errno == ENOENT)
        return log_in(seek, "nobody has logged in");
    if (!text)
        return rc_seek_fail(seek, err.code, "SSO: %s", err.text);
    json_t *json = rc_json_parse(text, length, RC_CREDENTIAL_ANSWER_BYTES, NULL);
    enum rc_seek_step step = json_is_object(json) ? use_token(seek, login, json)
                                                  : log_in(seek, "the cached token is no JSON");
    const char *refresh = rc_json_text(json, "refreshToken");
    if (refresh)
        rc_secret_wipe(refresh, strlen(refresh));
    json_decref(json);
    rc_secret_free(text);
    return step;
}

/* ----- what the profile says ----- */

static enum rc_seek_step refuse(struct rc_seek *seek, const char *lacks, const char *session)
{
    return rc_seek_fail(seek, RC_INVALID, "SSO: %s is missing in %s \"%s\"", lacks,
                        session ? "sso-session" : "profile", session ? session : seek->of);
}

enum rc_seek_step rc_provider_sso(struct rc_seek *seek)
{
    const struct rc_profile *profile = seek->profile;
    struct login login = {
        .account_id = rc_profile_get(profile, seek->of, "sso_account_id"),
        .role_name = rc_profile_get(profile, seek->of, "sso_role_name"),
        .session = rc_profile_get(profile, seek->of, "sso_session"),
        .start_url = rc_profile_get(profile, seek->of, "sso_start_url"),
        .region = rc_profile_get(profile, seek->of, "sso_region"),
    };
    if (!login.account_id && !login.role_name) {
        rc_seek_note(seek, "no sso_account_id");
        return RC_SEEK_NEXT;
    }
    if (login.session) {
        login.start_url = rc_profile_sso(profile, login.session, "sso_start_url");
        login.region = rc_profile_sso(profile, login.session, "sso_region");
    }
    if (!login.account_id || !login.role_name)
        return refuse(seek, login.account_id ? "sso_role_name" : "sso_account_id", NULL);
    if (!login.start_url || !login.region)
        return refuse(seek, login.start_url ? "sso_region" : "sso_start_url", login.session);
    return read_token(seek, &login);
}
