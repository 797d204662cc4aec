// S3 of reconlocal through the AWS SDK for JavaScript, which checks every checksum.
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { Readable } from "node:stream";

import { client, refused, run, startLocal } from "./local_sdk.mjs";

const local = await startLocal("sdk-s3");
const s3 = client("s3", local.url);
const Bucket = "files";

const text = (answer) => answer.Body.transformToString();

async function buckets() {
  await s3("CreateBucket", { Bucket });
  await s3("CreateBucket", { Bucket: "versions" });
  await s3("HeadBucket", { Bucket });
  const { Buckets } = await s3("ListBuckets");
  assert.deepEqual(Buckets.map((bucket) => bucket.Name), [Bucket, "versions"]);
  assert.ok(Buckets[0].CreationDate instanceof Date);
  const versioning = { Bucket: "versions", VersioningConfiguration: { Status: "Enabled" } };
  await s3("PutBucketVersioning", versioning);
  assert.equal((await s3("GetBucketVersioning", { Bucket: "versions" })).Status, "Enabled");
  assert.equal((await s3("GetBucketVersioning", { Bucket })).Status, undefined);
  await refused("NotFound", s3("HeadBucket", { Bucket: "nowhere" }));
  await refused("NoSuchBucket", s3("ListObjectsV2", { Bucket: "nowhere" }));
}

async function objects() {
  const Key = "in/a b+c%/é&<x>";
  const put = await s3("PutObject", {
    Bucket, Key, Body: "hello\n", ContentType: "text/plain", Metadata: { day: "2026-04-01" },
    Tagging: "side=settlement",
  });
  assert.equal(put.ETag, '"b1946ac92492d2347c6235b4d2611184"');
  assert.ok(put.ChecksumCRC32);
  const head = await s3("HeadObject", { Bucket, Key });
  assert.deepEqual([head.ContentLength, head.ContentType, head.Metadata], [6, "text/plain", { day: "2026-04-01" }]);
  assert.ok(Date.now() - head.LastModified < 3600000);
  const got = await s3("GetObject", { Bucket, Key });
  assert.equal(await text(got), "hello\n");
  assert.equal(got.TagCount, 1);
  const part = await s3("GetObject", { Bucket, Key, Range: "bytes=1-3" });
  assert.deepEqual([await text(part), part.ContentRange], ["ell", "bytes 1-3/6"]);
  const error = await refused("NoSuchKey", s3("GetObject", { Bucket, Key: "nothing" }));
  assert.equal(error.$metadata.httpStatusCode, 404);
  await refused("NotFound", s3("HeadObject", { Bucket, Key: "nothing" }));
  await refused("PreconditionFailed", s3("PutObject", { Bucket, Key, Body: "other", IfNoneMatch: "*" }));
  await refused("PreconditionFailed", s3("GetObject", { Bucket, Key, IfMatch: '"0"' }));
  await refused("InvalidRange", s3("GetObject", { Bucket, Key, Range: "bytes=9-" }));
  const copy = await s3("CopyObject", {
    Bucket, Key: "copy", CopySource: `${Bucket}/${encodeURIComponent(Key)}`,
  });
  assert.equal(copy.CopyObjectResult.ETag, put.ETag);
  assert.equal((await s3("HeadObject", { Bucket, Key: "copy" })).Metadata.day, "2026-04-01");
  await s3("PutObject", { Bucket, Key: "empty", Body: "" });
  assert.equal(await text(await s3("GetObject", { Bucket, Key: "empty" })), "");
}

// Bodies whose checksum follows them, each with another algorithm.
async function streamsWithTrailers() {
  const bytes = randomBytes(300000);
  for (const ChecksumAlgorithm of ["CRC32", "CRC32C", "CRC64NVME", "SHA1", "SHA256"]) {
    const Body = Readable.from([bytes.subarray(0, 100000), bytes.subarray(100000)]);
    const Key = `stream/${ChecksumAlgorithm}`;
    await s3("PutObject", { Bucket, Key, Body, ContentLength: bytes.length, ChecksumAlgorithm });
    const got = await s3("GetObject", { Bucket, Key, ChecksumMode: "ENABLED" });
    assert.ok(got[`Checksum${ChecksumAlgorithm}`], ChecksumAlgorithm);
    assert.deepEqual(Buffer.from(await got.Body.transformToByteArray()), bytes);
  }
  await refused("BadDigest", s3("PutObject", { Bucket, Key: "bad", Body: "x", ChecksumCRC32: "AAAAAA==" }));
}

async function tags() {
  const TagSet = [{ Key: "a b", Value: "é&" }, { Key: "c", Value: "" }];
  await s3("PutObjectTagging", { Bucket, Key: "copy", Tagging: { TagSet } });
  assert.deepEqual((await s3("GetObjectTagging", { Bucket, Key: "copy" })).TagSet, TagSet);
  await s3("DeleteObjectTagging", { Bucket, Key: "copy" });
  assert.deepEqual((await s3("GetObjectTagging", { Bucket, Key: "copy" })).TagSet, []);
}

async function listings() {
  for (let i = 0; i < 5; i++) await s3("PutObject", { Bucket, Key: `list/${i}/x`, Body: `${i}` });
  const found = await s3("ListObjectsV2", { Bucket, Delimiter: "/" });
  assert.deepEqual(found.CommonPrefixes.map((row) => row.Prefix), ["in/", "list/", "stream/"]);
  assert.deepEqual(found.Contents.map((row) => [row.Key, row.Size]), [["copy", 6], ["empty", 0]]);
  const pages = await s3.pages("ListObjectsV2", 2, { Bucket, Prefix: "list/" });
  assert.deepEqual(pages.map((page) => page.KeyCount), [2, 2, 1]);
  const after = await s3("ListObjectsV2", { Bucket, Prefix: "in/", EncodingType: "url" });
  assert.equal(after.Contents[0].Key, "in/a+b%2Bc%25/%C3%A9%26%3Cx%3E");
}

// What is easily lost between a key, a path, a header and XML.
async function oddKeys() {
  const keys = [
    "/lead", "a//b", "trail/", ".", "a/../b", "what?x#y", "a+b", "a%2Fb", "~'()*!", "&amp;<>\"", " ", "tab\there",
    "new\nline", "\u{1F600}", "x".repeat(1024),
  ];
  await s3("CreateBucket", { Bucket: "odd" });
  for (const Key of keys) {
    await s3("PutObject", { Bucket: "odd", Key, Body: Key });
    assert.equal(await text(await s3("GetObject", { Bucket: "odd", Key })), Key);
    await s3("CopyObject", { Bucket, Key: "copy", CopySource: encodeURIComponent(`odd/${Key}`) });
    assert.equal(await text(await s3("GetObject", { Bucket, Key: "copy" })), Key);
  }
  const { Contents } = await s3("ListObjectsV2", { Bucket: "odd" });
  assert.deepEqual(Contents.map((row) => row.Key).sort(), keys.sort());
  const { Deleted } = await s3("DeleteObjects", { Bucket: "odd", Delete: { Objects: keys.map((Key) => ({ Key })) } });
  assert.equal(Deleted.length, keys.length);
  await s3("DeleteBucket", { Bucket: "odd" });
}

async function uploads() {
  const bytes = randomBytes(5 * 1024 * 1024 + 10);
  const where = { Bucket, Key: "large" };
  const { UploadId } = await s3("CreateMultipartUpload", { ...where, ContentType: "x/y" });
  const Parts = [];
  for (const [i, Body] of [bytes.subarray(0, -10), bytes.subarray(-10)].entries()) {
    const { ETag, ChecksumCRC32 } = await s3("UploadPart", { ...where, UploadId, PartNumber: i + 1, Body });
    Parts.push({ PartNumber: i + 1, ETag, ChecksumCRC32 });
  }
  const listed = await s3.pages("ListParts", 1, { ...where, UploadId });
  assert.deepEqual(listed.map((page) => page.Parts[0].Size), [5 * 1024 * 1024, 10]);
  const open = await s3("ListMultipartUploads", { Bucket });
  assert.deepEqual(open.Uploads.map((upload) => [upload.Key, upload.UploadId]), [["large", UploadId]]);
  const complete = (parts) => s3("CompleteMultipartUpload", { ...where, UploadId, MultipartUpload: { Parts: parts } });
  await refused("InvalidPart", complete([{ ...Parts[0], ETag: '"0"' }]));
  const done = await complete(Parts);
  assert.match(done.ETag, /^"[0-9a-f]{32}-2"$/);
  const got = await s3("GetObject", where);
  assert.deepEqual(Buffer.from(await got.Body.transformToByteArray()), bytes);
  assert.equal(got.ContentType, "x/y");
  const other = await s3("CreateMultipartUpload", where);
  await s3("AbortMultipartUpload", { ...where, UploadId: other.UploadId });
  await refused("NoSuchUpload", s3("ListParts", { ...where, UploadId: other.UploadId }));
}

async function versions() {
  const where = { Bucket: "versions", Key: "k" };
  const first = await s3("PutObject", { ...where, Body: "1" });
  const second = await s3("PutObject", { ...where, Body: "2" });
  const gone = await s3("DeleteObject", where);
  assert.equal(gone.DeleteMarker, true);
  const listed = await s3("ListObjectVersions", { Bucket: "versions" });
  assert.deepEqual(listed.Versions.map((row) => [row.VersionId, row.IsLatest]), [
    [second.VersionId, false],
    [first.VersionId, false],
  ]);
  assert.deepEqual(listed.DeleteMarkers.map((row) => row.VersionId), [gone.VersionId]);
  assert.equal(await text(await s3("GetObject", { ...where, VersionId: first.VersionId })), "1");
  const error = await refused("NoSuchKey", s3("GetObject", where));
  assert.equal(error.$response.headers["x-amz-delete-marker"], "true");
  const Objects = [second, first, gone].map(({ VersionId }) => ({ Key: "k", VersionId }));
  const deleted = await s3("DeleteObjects", { Bucket: "versions", Delete: { Objects } });
  assert.equal(deleted.Deleted.length, 3);
  await s3("DeleteBucket", { Bucket: "versions" });
  await refused("BucketNotEmpty", s3("DeleteBucket", { Bucket }));
}

await run(local, "S3 by the SDK", [buckets, objects, streamsWithTrailers, tags, listings, oddKeys, uploads, versions]);
