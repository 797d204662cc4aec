// S3 of reconlocal beside fauxqs and s3rver.
import { comparison } from "./local_compare.mjs";
import { run } from "./local_sdk.mjs";

const plainChecksums = { requestChecksumCalculation: "WHEN_REQUIRED", responseChecksumValidation: "WHEN_REQUIRED" };
const s3rverKeys = { credentials: { accessKeyId: "S3RVER", secretAccessKey: "S3RVER" } };
const { local, same: s3, theOthersStop } = await comparison("s3", ["fauxqs", "s3rver"], {
  reconlocal: plainChecksums,
  fauxqs: plainChecksums,
  s3rver: { ...plainChecksums, ...s3rverKeys },
});

const Bucket = "bucket";
const HELLO = '"b1946ac92492d2347c6235b4d2611184"';
const both = (reason) => ({ fauxqs: reason, s3rver: reason });

async function buckets() {
  await s3("CreateBucket", { Bucket });
  await s3("HeadBucket", { Bucket });
  await s3("HeadBucket", { Bucket: "nowhere" });
  await s3("ListBuckets", {});
  await s3("CreateBucket", { Bucket }, { s3rver: "in us-east-1 making one's own bucket again succeeds" });
  await s3("ListObjectsV2", { Bucket: "nowhere" });
  await s3("GetObject", { Bucket: "nowhere", Key: "k" });
  await s3("PutObject", { Bucket: "nowhere", Key: "k", Body: "x" });
  await s3("DeleteObject", { Bucket: "nowhere", Key: "k" });
  await s3("CreateMultipartUpload", { Bucket: "nowhere", Key: "k" });
  await s3("DeleteBucket", { Bucket: "nowhere" });
  await s3("CreateBucket", { Bucket: "Bad_Name" }, { fauxqs: "names have no capitals (bucket naming rules)" });
}

const Key = "in/a b+c%/é&<x>";

async function objectsAreWritten() {
  await s3("PutObject", { Bucket, Key, Body: "hello\n", ContentType: "text/plain", Metadata: { day: "one" } });
  await s3("PutObject", { Bucket, Key: "plain", Body: "x", CacheControl: "no-cache", ContentDisposition: "inline" });
  await s3("PutObject", { Bucket, Key: "empty", Body: "" });
  const md5 = both("Content-MD5 is checked (BadDigest and InvalidDigest in the list of error codes)");
  await s3("PutObject", { Bucket, Key: "bad", Body: "x", ContentMD5: "AAAAAAAAAAAAAAAAAAAAAA==" }, md5);
  await s3("PutObject", { Bucket, Key: "bad", Body: "x", ContentMD5: "short" }, md5);
}

// Members, what differs in GetObject, and what else fauxqs has another HeadObject for.
const RFC = "RFC 9110, 14.2: a range that cannot be read is ignored";
const HEAD = "HeadObject has the conditions and the range of GetObject";
const READS = [
  [{}], [{ Key: "plain" }], [{ Key: "empty" }], [{ Key: "nothing" }],
  [{ Range: "bytes=1-3" }, {}, HEAD],
  [{ Range: "bytes=4-" }, {}, HEAD],
  [{ Range: "bytes=3-100" }, {}, HEAD],
  [{ Range: "bytes=6-" }, {}, HEAD],
  [{ Range: "bytes=-2" }, { s3rver: "RFC 9110, 14.1.2: the last two bytes" }, HEAD],
  [{ Range: "bytes=3-1" }, both(RFC)],
  [{ Range: "pages=1" }, { fauxqs: RFC }],
  [{ IfMatch: HELLO }],
  [{ IfMatch: '"0"' }, { s3rver: "412 when the ETag is another" }, HEAD],
  [{ IfNoneMatch: '"0"' }],
  [{ IfNoneMatch: HELLO }, {}, HEAD],
  [{ IfModifiedSince: new Date("2020-01-01") }],
  [{ IfModifiedSince: new Date("2100-01-01") }, {}, HEAD],
  [{ IfUnmodifiedSince: new Date("2020-01-01") }, { s3rver: "412 when it was modified since" }, HEAD],
  [{ ResponseContentType: "x/y" }, { fauxqs: "response-content-type overrides the header" }],
];

async function objectsAreRead() {
  for (const [members, reasons] of READS) await s3("GetObject", { Bucket, Key, ...members }, reasons);
  for (const [members, reasons = {}, head] of READS) {
    const fauxqs = head ?? (members.Range ? undefined : reasons.fauxqs); // it ignores them all
    await s3("HeadObject", { Bucket, Key, ...members }, { ...reasons, fauxqs });
  }
}

async function objectsAreCopied() {
  const source = { Bucket, Key: "copy", CopySource: `${Bucket}/plain` };
  await s3("CopyObject", source);
  await s3("HeadObject", { Bucket, Key: "copy" });
  await s3("CopyObject", { ...source, MetadataDirective: "REPLACE", Metadata: { day: "two" }, ContentType: "a/b" });
  await s3("HeadObject", { Bucket, Key: "copy" }, { fauxqs: "REPLACE takes the Content-Type of the request, too" });
  const itself = { fauxqs: "a copy onto itself has to change something (InvalidRequest)" };
  await s3("CopyObject", { ...source, CopySource: `${Bucket}/copy` }, itself);
  await s3("CopyObject", { ...source, CopySource: `${Bucket}/nothing` });
  await s3("CopyObject", { ...source, CopySource: "nowhere/nothing" });
  const encoded = { ...source, CopySource: `${Bucket}/${encodeURIComponent(Key)}` };
  await s3("CopyObject", encoded, { s3rver: "the source is percent-encoded" });
}

async function objectsAreDeleted() {
  await s3("DeleteBucket", { Bucket });
  await s3("DeleteObject", { Bucket, Key: "copy" });
  await s3("DeleteObject", { Bucket, Key: "nothing" });
  await s3("DeleteObjects", { Bucket, Delete: { Objects: [{ Key: "plain" }, { Key: "nothing" }] } });
  const quiet = both("in quiet mode the answer has the errors alone");
  await s3("DeleteObjects", { Bucket, Delete: { Objects: [{ Key: "empty" }], Quiet: true } }, quiet);
  await s3("GetObject", { Bucket, Key: "empty" });
}

async function listings() {
  const lists = { Bucket: "lists" };
  await s3("CreateBucket", lists);
  await s3("ListObjectsV2", lists);
  for (const key of ["a/1", "a/2", "b", "c/d/e", "c/f", "ü/x", "z"]) {
    await s3("PutObject", { ...lists, Key: key, Body: key });
  }
  const order = { fauxqs: "keys are in the order of their UTF-8 bytes" };
  const count = { s3rver: "KeyCount counts common prefixes, too" };
  const pages = { s3rver: "a page of MaxKeys keys with a token" };
  for (const [members, reasons] of [
    [{}, order], [{ Prefix: "a/" }], [{ Prefix: "nothing" }], [{ StartAfter: "b" }, order],
    [{ Delimiter: "/" }, count], [{ Prefix: "c/", Delimiter: "/" }, count], [{ Prefix: "c", Delimiter: "/" }, count],
    [{ Delimiter: "1" }, { ...order, ...count }], [{ StartAfter: "c/d", Delimiter: "/" }, {
      fauxqs: "StartAfter is a key: c/d/e is behind it and rolled up", ...count,
    }],
    [{ MaxKeys: 0 }, { fauxqs: "nothing was cut off when nothing was asked for" }],
    [{ MaxKeys: 2 }, pages], [{ MaxKeys: 2, Delimiter: "/" }, pages],
    [{ MaxKeys: 100000 }, both("there are never more than 1,000, and MaxKeys says so")],
    [{ EncodingType: "url" }, both("keys are encoded when that is asked for")],
    [{ EncodingType: "base64" }, both("url is the one valid value")],
    [{ ContinuationToken: "none" }, { fauxqs: "a token that S3 did not give is an InvalidArgument" }],
    [{ MaxKeys: 3, Delimiter: "/" }, pages],
  ]) await s3("ListObjectsV2", { ...lists, ...members }, reasons);
  const next = ({ ListObjectsV2: { NextContinuationToken } }) => ({
    ...lists, MaxKeys: 3, Delimiter: "/", ContinuationToken: NextContinuationToken,
  });
  await s3("ListObjectsV2", next, { fauxqs: "a common prefix is on one page alone", ...pages });
}

async function uploads() {
  const where = { Bucket, Key: "large" };
  const upload = (more) => ({ CreateMultipartUpload: { UploadId } }) => ({ ...where, UploadId, ...more });
  const complete = (PartNumber, ETag) => upload({ MultipartUpload: { Parts: [{ PartNumber, ETag }] } });
  const etag = { s3rver: "the ETag of an upload is the digest of its parts' digests and their count" };
  await s3("CreateMultipartUpload", { ...where, ContentType: "x/y", Metadata: { a: "b" } });
  await s3("UploadPart", upload({ PartNumber: 1, Body: "hello\n" }));
  await s3("CompleteMultipartUpload", complete(1, HELLO), etag);
  await s3("GetObject", where, etag);
  await s3("CreateMultipartUpload", where);
  await s3("UploadPart", upload({ PartNumber: 1, Body: "hello\n" }));
  await s3("UploadPart", upload({ PartNumber: 0, Body: "x" }), both("part numbers are 1 to 10,000"));
  const unknown = { s3rver: "NoSuchUpload for an upload that is not there" };
  await s3("UploadPart", { ...where, UploadId: "none", PartNumber: 1, Body: "x" }, unknown);
  const part = { s3rver: "InvalidPart for a part that has another ETag" };
  await s3("CompleteMultipartUpload", complete(1, '"00000000000000000000000000000000"'), part);
  await s3("AbortMultipartUpload", { ...where, UploadId: "none" });
  await s3("AbortMultipartUpload", upload());
  await s3("UploadPart", upload({ PartNumber: 1, Body: "x" }), unknown);
}

await run(local, "S3 beside others", [
  buckets, objectsAreWritten, objectsAreRead, objectsAreCopied, objectsAreDeleted, listings, uploads, theOthersStop,
]);
