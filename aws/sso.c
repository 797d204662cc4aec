#include "aws/sso.h"

#include "aws/rows.h"

const struct rc_service rc_service_sso = {
    .id = RC_SERVICE_SSO,
    .name = "sso",
    .signing_name = "awsssoportal",
    .host_prefix = "portal.sso",
    .config_name = "sso",
    .protocol = RC_PROTOCOL_REST_JSON,
    .retry = &rc_retry_standard,
};

static const struct rc_member rc_sso_get_keys_members[] = {
    TEXT(rc_sso_get_keys, role_name, "role_name", .at = RC_AT_QUERY, .flags = RC_NEEDED),
    TEXT(rc_sso_get_keys, account_id, "account_id", .at = RC_AT_QUERY, .flags = RC_NEEDED),
    TEXT(rc_sso_get_keys, access_token, "x-amz-sso_bearer_token", .at = RC_AT_HEADER,
         .flags = RC_NEEDED),
};
SHAPE(rc_sso_get_keys);

static const struct rc_member rc_sso_keys_members[] = {
    TEXT(rc_sso_keys, access_key_id, "accessKeyId"),
    TEXT(rc_sso_keys, secret_access_key, "secretAccessKey"),
    TEXT(rc_sso_keys, session_token, "sessionToken"),
    MS(rc_sso_keys, expiration_ms, "expiration"),
};
SHAPE(rc_sso_keys);

static const struct rc_member rc_sso_role_keys_members[] = {
    STRUCT(rc_sso_role_keys, keys, rc_sso_keys, "roleCredentials"),
};
SHAPE(rc_sso_role_keys);

const struct rc_operation rc_sso_get_keys_operation = {
    .service = &rc_service_sso,
    .name = "GetRoleCredentials",
    .method = "GET",
    .path = "/federation/credentials",
    .in = &rc_sso_get_keys_shape,
    .out = &rc_sso_role_keys_shape,
    .flags = RC_OP_UNSIGNED | RC_OP_SECRET,
};
