/* What the files of S3 share: buckets and versions of objects as rows, and how they are
 * found and written. Everything that is read lives in the exchange's arena. Source of
 * behaviour, codes and messages: "Amazon S3 API Reference". */
#ifndef RC_LOCAL_S3_H
#define RC_LOCAL_S3_H

#include "aws/xml.h"
#include "local/exchange.h"
#include "local/s3_blob.h"

enum {
    RC_S3_KEY_BYTES = 1024,
    RC_S3_VERSION = 40,
    RC_S3_ETAG = 48,
    RC_S3_TIME = 32,
    RC_S3_PAGE = 1000,
};

enum rc_versioning { RC_VERSIONING_NEVER, RC_VERSIONING_ENABLED, RC_VERSIONING_SUSPENDED };

struct rc_bucket {
    const char *name;
    int64_t created_ms;
    enum rc_versioning versioning;
};

/* One version of an object. */
struct rc_object {
    const char *key;
    const char *version; /* "null": of a bucket without versions */
    int64_t place;       /* of two versions, the newer has the smaller one */
    bool latest;
    bool marker; /* that it was deleted */
    int64_t blob;
    int64_t size;
    int64_t parts;    /* 0: it was put as a whole */
    const char *etag; /* without quotes */
    int64_t modified_ms;
    const char *headers;  /* that it was put with: "name:value\n"... */
    const char *tags;     /* "key=value&...", encoded; "": none */
    const char *checksum; /* "name:value" of the whole; "": none */
};

extern const char rc_s3_schema[];

/* ----- the request ----- */

/* False, and the exchange has failed, when it asks for something that is not implemented
 * (?acl), or of another account. */
bool rc_s3_possible(struct rc_exchange *exchange);

/* The bucket of the path. False, and the exchange has failed, when there is none or
 * the request is not possible. */
bool rc_s3_bucket_named(struct rc_exchange *exchange, struct rc_bucket *bucket);
bool rc_bucket_find(struct rc_exchange *exchange, const char *name, struct rc_bucket *bucket);

/* The key of the path; NULL when it is too long. */
const char *rc_s3_key(struct rc_exchange *exchange);

/* The body as XML whose root has that name; NULL: MalformedXML. */
const struct rc_xml_node *rc_s3_xml(struct rc_exchange *exchange, const char *root);

/* Refusals that several operations have; they give false. */
bool rc_s3_malformed(struct rc_exchange *exchange);
bool rc_s3_no_key(struct rc_exchange *exchange);
bool rc_s3_unmet(struct rc_exchange *exchange); /* a condition */

/* A text column in the exchange's arena: "" for NULL. */
const char *rc_s3_column(struct rc_exchange *exchange, sqlite3_stmt *row, int column);

/* MD5 as an ETag has it, in the arena; NULL without memory, and the exchange has failed. */
const char *rc_s3_etag(struct rc_exchange *exchange, const uint8_t md5[16]);

/* A number of the query, at least low; what is over high counts as high. False:
 * InvalidArgument. */
bool rc_s3_number(struct rc_exchange *exchange, const char *name, int64_t low, int64_t high,
                  int64_t *value);

/* The headers that are kept with an object. */
const char *rc_s3_headers(struct rc_exchange *exchange);

/* "a=b&c=d" of a header or of XML, checked and encoded anew; NULL: InvalidTag. */
const char *rc_s3_tags_of_header(struct rc_exchange *exchange);
const char *rc_s3_tags_of_xml(struct rc_exchange *exchange, const struct rc_xml_node *tagging);

/* ----- versions of objects ----- */

/* The latest version, or that one; false when there is none (nothing has failed). */
bool rc_object_find(struct rc_exchange *exchange, const char *bucket, const char *key,
                    const char *version, struct rc_object *object);

/* The version that a request is for; fails as S3 does for missing ones and markers. */
bool rc_object_need(struct rc_exchange *exchange, const struct rc_bucket *bucket, const char *key,
                    const char *version, struct rc_object *object);

/* Puts a new version on top, and away what it replaces. version and place are set. */
void rc_object_put(struct rc_exchange *exchange, const struct rc_bucket *bucket,
                   struct rc_object *object);

/* Removes a version for good. */
void rc_object_remove(struct rc_exchange *exchange, const char *bucket,
                      const struct rc_object *object);

/* An ETag as a header has it, with quotes or without, against ours. */
bool rc_s3_same_etag(const char *told, const char *etag);

/* Whether If-Match and If-None-Match let the write happen. */
bool rc_object_may_put(struct rc_exchange *exchange, const struct rc_bucket *bucket,
                       const char *key);

/* "Object Created" for EventBridge. */
void rc_object_tell(struct rc_exchange *exchange, const struct rc_bucket *bucket,
                    const struct rc_object *object, const char *reason);

/* ----- the answer ----- */

/* x-amz-version-id, where the bucket has or had versions. */
void rc_s3_version_header(struct rc_exchange *exchange, const struct rc_bucket *bucket,
                          const char *version);

/* Opens an answer's XML with its root element. */
void rc_s3_open(struct rc_exchange *exchange, const char *root);
void rc_s3_close(struct rc_exchange *exchange, const char *root);

/* A key, encoded like a form's value when the request wants that. */
void rc_s3_xml_key(struct rc_exchange *exchange, const char *name, const char *key);
void rc_s3_xml_number(struct rc_exchange *exchange, const char *name, int64_t value);
void rc_s3_xml_etag(struct rc_exchange *exchange, const char *etag);
void rc_s3_xml_time(struct rc_exchange *exchange, const char *name, int64_t unix_ms);
void rc_s3_http_time(int64_t unix_ms, char text[RC_S3_TIME]);

/* ----- the operations, a file a kind ----- */

void rc_do_list_objects(struct rc_exchange *exchange);
void rc_do_list_versions(struct rc_exchange *exchange);

void rc_do_get_object(struct rc_exchange *exchange); /* HeadObject, too */
void rc_do_put_object(struct rc_exchange *exchange);
void rc_do_copy_object(struct rc_exchange *exchange);
void rc_do_delete_object(struct rc_exchange *exchange);
void rc_do_delete_objects(struct rc_exchange *exchange);
void rc_do_get_tags(struct rc_exchange *exchange);
void rc_do_put_tags(struct rc_exchange *exchange);
void rc_do_delete_tags(struct rc_exchange *exchange);

void rc_do_create_upload(struct rc_exchange *exchange);
void rc_do_upload_part(struct rc_exchange *exchange);
void rc_do_complete_upload(struct rc_exchange *exchange);
void rc_do_abort_upload(struct rc_exchange *exchange);
void rc_do_list_uploads(struct rc_exchange *exchange);
void rc_do_list_parts(struct rc_exchange *exchange);

#endif
