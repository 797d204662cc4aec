#include "aws/sts.h"

#include "aws/rows.h"

const struct rc_service rc_service_sts = {
    .id = RC_SERVICE_STS,
    .name = "sts",
    .signing_name = "sts",
    .host_prefix = "sts",
    .config_name = "sts",
    .version = "2011-06-15",
    .protocol = RC_PROTOCOL_QUERY,
    .retry = &rc_retry_standard,
};

static const struct rc_member rc_sts_caller_members[] = {
    TEXT(rc_sts_caller, user_id, "UserId"),
    TEXT(rc_sts_caller, account, "Account"),
    TEXT(rc_sts_caller, arn, "Arn"),
};
SHAPE(rc_sts_caller);

const struct rc_operation rc_sts_get_caller_identity_operation = {
    .service = &rc_service_sts,
    .name = "GetCallerIdentity",
    .out = &rc_sts_caller_shape,
};

static const struct rc_member rc_sts_keys_members[] = {
    TEXT(rc_sts_keys, access_key_id, "AccessKeyId"),
    TEXT(rc_sts_keys, secret_access_key, "SecretAccessKey"),
    TEXT(rc_sts_keys, session_token, "SessionToken"),
    TIME(rc_sts_keys, expiration_ms, "Expiration"),
};
SHAPE(rc_sts_keys);

static const struct rc_member rc_sts_role_user_members[] = {
    TEXT(rc_sts_role_user, id, "AssumedRoleId"),
    TEXT(rc_sts_role_user, arn, "Arn"),
};
SHAPE(rc_sts_role_user);

static const struct rc_member rc_sts_assumed_members[] = {
    STRUCT(rc_sts_assumed, keys, rc_sts_keys, "Credentials"),
    STRUCT(rc_sts_assumed, user, rc_sts_role_user, "AssumedRoleUser"),
};
SHAPE(rc_sts_assumed);

static const struct rc_member rc_sts_assume_role_members[] = {
    TEXT(rc_sts_assume_role, role_arn, "RoleArn", .flags = RC_NEEDED),
    TEXT(rc_sts_assume_role, session_name, "RoleSessionName", .flags = RC_NEEDED),
    INT(rc_sts_assume_role, duration_s, "DurationSeconds"),
    TEXT(rc_sts_assume_role, external_id, "ExternalId"),
    TEXT(rc_sts_assume_role, mfa_serial, "SerialNumber"),
    TEXT(rc_sts_assume_role, mfa_code, "TokenCode"),
};
SHAPE(rc_sts_assume_role);

const struct rc_operation rc_sts_assume_role_operation = {
    .service = &rc_service_sts,
    .name = "AssumeRole",
    .in = &rc_sts_assume_role_shape,
    .out = &rc_sts_assumed_shape,
    .flags = RC_OP_SECRET,
};

static const struct rc_member rc_sts_assume_with_token_members[] = {
    TEXT(rc_sts_assume_with_token, role_arn, "RoleArn", .flags = RC_NEEDED),
    TEXT(rc_sts_assume_with_token, session_name, "RoleSessionName", .flags = RC_NEEDED),
    TEXT(rc_sts_assume_with_token, token, "WebIdentityToken", .flags = RC_NEEDED),
    INT(rc_sts_assume_with_token, duration_s, "DurationSeconds"),
};
SHAPE(rc_sts_assume_with_token);

const struct rc_operation rc_sts_assume_with_token_operation = {
    .service = &rc_service_sts,
    .name = "AssumeRoleWithWebIdentity",
    .in = &rc_sts_assume_with_token_shape,
    .out = &rc_sts_assumed_shape,
    .flags = RC_OP_UNSIGNED | RC_OP_SECRET,
};
