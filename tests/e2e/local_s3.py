"""S3 of reconlocal through boto3: each operation, and how it fails."""

import base64
import binascii
import datetime
import hashlib
import http.client
import io
import urllib.request

from botocore.auth import S3SigV4Auth
from botocore.awsrequest import AWSRequest
from local_aws import KEYS, Local, eventually, refused, run

MIB = 1 << 20
local = Local("s3")
s3 = local.client("s3")


def body(key, bucket="plain", **more):
    return s3.get_object(Bucket=bucket, Key=key, **more)["Body"].read()


def raw(method, path, data=b"", **headers):
    """A signed request whose headers are ours."""
    request = AWSRequest(method=method, url=local.url + path, data=data)
    for name, value in headers.items():
        request.headers[name.replace("_", "-")] = value
    S3SigV4Auth(KEYS, "s3", "us-east-1").add_auth(request)
    if "x-amz-content-sha256" in headers or "x_amz_content_sha256" in headers:
        del request.headers["Authorization"]
        signer = S3SigV4Auth(KEYS, "s3", "us-east-1")
        signer.payload = lambda _: headers["x_amz_content_sha256"]
        signer.add_auth(request)
    connection = http.client.HTTPConnection(local.host)
    connection.request(method, path, data, dict(request.headers))
    response = connection.getresponse()
    text = response.read()
    connection.close()
    return response, text


def buckets_are_made_and_listed():
    s3.create_bucket(Bucket="plain")
    s3.create_bucket(Bucket="plain")
    s3.create_bucket(Bucket="versions")
    s3.put_bucket_versioning(Bucket="versions", VersioningConfiguration={"Status": "Enabled"})
    assert [b["Name"] for b in s3.list_buckets()["Buckets"]] == ["plain", "versions"]
    s3.head_bucket(Bucket="plain")
    assert "Status" not in s3.get_bucket_versioning(Bucket="plain")
    assert s3.get_bucket_versioning(Bucket="versions")["Status"] == "Enabled"
    with refused("404"):
        s3.head_bucket(Bucket="none")
    with refused("NoSuchBucket", 404):
        s3.list_objects_v2(Bucket="none")
    with refused("InvalidBucketName", 400):
        raise_for(raw("PUT", "/Bad_Name"))
    with refused("IllegalLocationConstraintException", 400):
        s3.create_bucket(
            Bucket="elsewhere", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"}
        )
    with refused("NotImplemented", 501):
        s3.get_bucket_acl(Bucket="plain")


def raise_for(answer):
    """An error of a raw request as boto3 would raise it."""
    response, text = answer
    error = Exception(text)
    code = text.split(b"<Code>")[1].split(b"<")[0].decode() if b"<Code>" in text else ""
    error.response = {
        "Error": {"Code": code},
        "ResponseMetadata": {"HTTPStatusCode": response.status},
    }
    if response.status >= 300:
        raise error


def an_object_comes_back_as_it_was_put():
    put = s3.put_object(
        Bucket="plain",
        Key="a/b c+d%é",
        Body=b"hello",
        ContentType="text/csv",
        ContentEncoding="gzip",
        CacheControl="no-store",
        Metadata={"file-date": "2026-04-01", "x": "1"},
        StorageClass="STANDARD_IA",
        Tagging="a=1&b=x%20y",
    )
    assert put["ETag"] == '"' + hashlib.md5(b"hello").hexdigest() + '"'
    assert "VersionId" not in put
    got = s3.get_object(Bucket="plain", Key="a/b c+d%é")
    assert got["Body"].read() == b"hello"
    assert got["ContentType"] == "text/csv" and got["ContentEncoding"] == "gzip"
    assert got["CacheControl"] == "no-store" and got["TagCount"] == 2
    assert got["Metadata"] == {"file-date": "2026-04-01", "x": "1"}
    assert got["StorageClass"] == "STANDARD_IA" and got["ServerSideEncryption"] == "AES256"
    head = s3.head_object(Bucket="plain", Key="a/b c+d%é")
    assert head["ContentLength"] == 5 and head["ETag"] == put["ETag"]
    s3.put_object(Bucket="plain", Key="empty", Body=b"")
    assert body("empty") == b""
    assert s3.head_object(Bucket="plain", Key="empty")["ContentType"] == "binary/octet-stream"
    with refused("NoSuchKey", 404):
        body("none")
    with refused("404"):
        s3.head_object(Bucket="plain", Key="none")
    with refused("KeyTooLongError", 400):
        s3.put_object(Bucket="plain", Key="k" * 1025, Body=b"")
    with refused("MetadataTooLarge", 400):
        s3.put_object(Bucket="plain", Key="k", Body=b"", Metadata={"m": "x" * 2048})
    with refused("BadDigest", 400):
        s3.put_object(
            Bucket="plain", Key="k", Body=b"x", ContentMD5=base64.b64encode(b"0" * 16).decode()
        )
    with refused("AccessDenied", 403):
        s3.get_object(Bucket="plain", Key="empty", ExpectedBucketOwner="111111111111")


def ranges():
    s3.put_object(Bucket="plain", Key="digits", Body=b"0123456789")
    for asked, bytes_, told in (
        ("bytes=0-3", b"0123", "bytes 0-3/10"),
        ("bytes=8-", b"89", "bytes 8-9/10"),
        ("bytes=-3", b"789", "bytes 7-9/10"),
        ("bytes=-30", b"0123456789", "bytes 0-9/10"),
        ("bytes=5-99", b"56789", "bytes 5-9/10"),
    ):
        got = s3.get_object(Bucket="plain", Key="digits", Range=asked)
        assert got["Body"].read() == bytes_ and got["ContentRange"] == told, asked
        assert got["ResponseMetadata"]["HTTPStatusCode"] == 206
    for ignored in ("bytes=0-1,3-4", "bytes=3-1", "lines=1-2", "bytes= -5-"):
        assert body("digits", Range=ignored) == b"0123456789"
    for none in ("bytes=10-", "bytes=-0"):
        with refused("InvalidRange", 416):
            body("digits", Range=none)
    with refused("InvalidRange", 416):
        body("empty", Range="bytes=0-")


def conditions_of_reading():
    head = s3.head_object(Bucket="plain", Key="digits")
    etag, at = head["ETag"], head["LastModified"]
    hour = datetime.timedelta(hours=1)
    assert body("digits", IfMatch=etag) == b"0123456789"
    assert body("digits", IfNoneMatch='"other"') == b"0123456789"
    assert body("digits", IfModifiedSince=at - hour) == b"0123456789"
    assert body("digits", IfUnmodifiedSince=at) == b"0123456789"
    assert body("digits", IfMatch=etag, IfUnmodifiedSince=at - hour) == b"0123456789"
    with refused("PreconditionFailed", 412):
        body("digits", IfMatch='"other"')
    with refused("PreconditionFailed", 412):
        body("digits", IfUnmodifiedSince=at - hour)
    with refused("304"):
        body("digits", IfNoneMatch=etag)
    with refused("304"):
        s3.head_object(Bucket="plain", Key="digits", IfModifiedSince=at)


def conditions_of_writing():
    etag = s3.head_object(Bucket="plain", Key="digits")["ETag"]
    for headers, status in (
        ({"If_None_Match": "*"}, 412),
        ({"If_Match": '"other"'}, 412),
        ({"If_Match": etag}, 200),
    ):
        response, text = raw("PUT", "/plain/digits", b"0123456789", **headers)
        assert response.status == status, text
    response, text = raw("PUT", "/plain/nothing-yet", b"x", If_Match=etag)
    assert response.status == 404, text
    response, text = raw("PUT", "/plain/nothing-yet", b"x", If_None_Match="*")
    assert response.status == 200, text
    assert body("nothing-yet") == b"x"
    response, text = raw("DELETE", "/plain/nothing-yet", If_Match='"other"')
    assert response.status == 412, text


def chunked_bodies_and_checksums():
    data = b"a" * 70000 + b"end"
    for kind, header, checksum in (
        ("STREAMING-AWS4-HMAC-SHA256-PAYLOAD", None, None),
        (
            "STREAMING-UNSIGNED-PAYLOAD-TRAILER",
            "x-amz-checksum-crc32",
            base64.b64encode(binascii.crc32(data).to_bytes(4, "big")),
        ),
        (
            "STREAMING-UNSIGNED-PAYLOAD-TRAILER",
            "x-amz-checksum-sha256",
            base64.b64encode(hashlib.sha256(data).digest()),
        ),
    ):
        signature = b";chunk-signature=" + b"0" * 64 if not header else b""
        chunked = b""
        for at in range(0, len(data), 8192):
            piece = data[at : at + 8192]
            chunked += b"%x%s\r\n%s\r\n" % (len(piece), signature, piece)
        chunked += b"0%s\r\n" % signature
        headers = {"x_amz_trailer": header} if header else {}
        for good in (True, False):
            end = header.encode() + b":" + checksum + b"\r\n" if header else b""
            if header and not good:
                end = header.encode() + b":AAAA" + checksum[4:] + b"\r\n"
            response, text = raw(
                "PUT",
                "/plain/chunked",
                chunked + end + b"\r\n",
                x_amz_content_sha256=kind,
                x_amz_decoded_content_length=str(len(data) + (0 if good or header else 1)),
                Content_Encoding="aws-chunked",
                **headers,
            )
            assert response.status == (200 if good else 400), text
            assert not good or body("chunked") == data
            assert "ContentEncoding" not in s3.head_object(Bucket="plain", Key="chunked")
    response, text = raw(
        "PUT", "/plain/broken", b"5\r\nab", x_amz_content_sha256="STREAMING-UNSIGNED-PAYLOAD-TRAILER"
    )
    assert response.status == 400 and b"IncompleteBody" in text
    crc = base64.b64encode(binascii.crc32(b"x").to_bytes(4, "big")).decode()
    response, text = raw("PUT", "/plain/crc", b"x", x_amz_checksum_crc32=crc)
    assert response.status == 200 and response.headers["x-amz-checksum-crc32"] == crc
    response, text = raw("GET", "/plain/crc", x_amz_checksum_mode="ENABLED")
    assert response.headers["x-amz-checksum-crc32"] == crc
    response, text = raw("PUT", "/plain/crc", b"y", x_amz_checksum_crc32=crc)
    assert response.status == 400 and b"BadDigest" in text


def a_list_has_pages_prefixes_and_folders():
    s3.create_bucket(Bucket="list")
    keys = [f"{day}/{n:03}" for day in ("2026-04-01", "2026-04-02", "2026-04-03") for n in range(40)]
    keys += ["top", "a b/+&<é>\x01"]
    for key in keys:
        s3.put_object(Bucket="list", Key=key, Body=b"x")
    pages = s3.get_paginator("list_objects_v2")
    for size in (7, 40, 1000):
        seen = []
        for page in pages.paginate(Bucket="list", PaginationConfig={"PageSize": size}):
            assert page["KeyCount"] == len(page.get("Contents", [])) <= size
            seen += [o["Key"] for o in page.get("Contents", [])]
        assert seen == sorted(keys)
    for size in (1, 2, 1000):
        folders, files = [], []
        for page in pages.paginate(Bucket="list", Delimiter="/", PaginationConfig={"PageSize": size}):
            folders += [p["Prefix"] for p in page.get("CommonPrefixes", [])]
            files += [o["Key"] for o in page.get("Contents", [])]
        assert folders == ["2026-04-01/", "2026-04-02/", "2026-04-03/", "a b/"] and files == ["top"]
    page = s3.list_objects_v2(Bucket="list", Prefix="2026-04-02/", StartAfter="2026-04-02/037")
    assert [o["Key"] for o in page["Contents"]] == ["2026-04-02/038", "2026-04-02/039"]
    assert s3.list_objects_v2(Bucket="list", MaxKeys=0)["KeyCount"] == 0
    with refused("InvalidArgument", 400):
        s3.list_objects_v2(Bucket="list", ContinuationToken="xyz")


def versions_and_markers():
    first = s3.put_object(Bucket="versions", Key="k", Body=b"1")["VersionId"]
    second = s3.put_object(Bucket="versions", Key="k", Body=b"22")["VersionId"]
    s3.put_object(Bucket="versions", Key="other/x", Body=b"3")
    assert first != second and body("k", "versions", VersionId=first) == b"1"
    gone = s3.delete_object(Bucket="versions", Key="k")
    assert gone["DeleteMarker"] is True
    with refused("NoSuchKey", 404):
        body("k", "versions")
    with refused("MethodNotAllowed", 405):
        body("k", "versions", VersionId=gone["VersionId"])
    with refused("NoSuchVersion", 404):
        body("k", "versions", VersionId="x" * 32)
    with refused("InvalidArgument", 400):
        body("k", "versions", VersionId="x")
    assert "Contents" not in s3.list_objects_v2(Bucket="versions", Prefix="k")
    pages = s3.get_paginator("list_object_versions")
    for size in (1, 2, 1000):
        versions, markers = [], []
        for page in pages.paginate(Bucket="versions", PaginationConfig={"PageSize": size}):
            versions += [(v["Key"], v["VersionId"], v["IsLatest"]) for v in page.get("Versions", [])]
            markers += [(m["VersionId"], m["IsLatest"]) for m in page.get("DeleteMarkers", [])]
        assert versions[:2] == [("k", second, False), ("k", first, False)], versions
        assert len(versions) == 3 and markers == [(gone["VersionId"], True)]
    page = s3.list_object_versions(Bucket="versions", Delimiter="/")
    assert [p["Prefix"] for p in page["CommonPrefixes"]] == ["other/"]
    back = s3.delete_object(Bucket="versions", Key="k", VersionId=gone["VersionId"])
    assert back["DeleteMarker"] is True and body("k", "versions") == b"22"
    s3.delete_object(Bucket="versions", Key="k", VersionId=second)
    assert body("k", "versions") == b"1"
    s3.put_bucket_versioning(Bucket="versions", VersioningConfiguration={"Status": "Suspended"})
    assert s3.put_object(Bucket="versions", Key="k", Body=b"n1")["VersionId"] == "null"
    s3.put_object(Bucket="versions", Key="k", Body=b"n2")
    page = s3.list_object_versions(Bucket="versions", Prefix="k")
    assert [v["VersionId"] for v in page["Versions"]] == ["null", first]
    assert body("k", "versions") == b"n2"


def many_are_deleted_at_once():
    for n in range(5):
        s3.put_object(Bucket="plain", Key=f"many/{n}", Body=b"x")
    ids = [{"Key": f"many/{n}"} for n in range(4)] + [{"Key": "never/was"}]
    answer = s3.delete_objects(Bucket="plain", Delete={"Objects": ids})
    assert len(answer["Deleted"]) == 5 and "Errors" not in answer
    answer = s3.delete_objects(
        Bucket="plain", Delete={"Objects": [{"Key": "many/4"}], "Quiet": True}
    )
    assert "Deleted" not in answer
    assert "Contents" not in s3.list_objects_v2(Bucket="plain", Prefix="many/")
    with refused("MalformedXML", 400):
        s3.delete_objects(Bucket="plain", Delete={"Objects": ids[:1] * 1001})


def copies():
    s3.put_object(
        Bucket="plain", Key="from", Body=b"body", ContentType="text/x", Metadata={"a": "1"}, Tagging="t=1"
    )
    source = {"Bucket": "plain", "Key": "from"}
    copy = s3.copy_object(Bucket="versions", Key="to", CopySource=source)
    assert copy["CopyObjectResult"]["ETag"] == '"' + hashlib.md5(b"body").hexdigest() + '"'
    got = s3.get_object(Bucket="versions", Key="to")
    assert got["Body"].read() == b"body" and got["ContentType"] == "text/x"
    assert got["Metadata"] == {"a": "1"} and got["TagCount"] == 1
    s3.copy_object(
        Bucket="plain", Key="from", CopySource=source, MetadataDirective="REPLACE", Metadata={"b": "2"}
    )
    got = s3.get_object(Bucket="plain", Key="from")
    assert got["Metadata"] == {"b": "2"} and got["Body"].read() == b"body"
    with refused("InvalidRequest", 400):
        s3.copy_object(Bucket="plain", Key="from", CopySource=source)
    with refused("NoSuchKey", 404):
        s3.copy_object(Bucket="plain", Key="x", CopySource="plain/none")
    with refused("NoSuchBucket", 404):
        s3.copy_object(Bucket="plain", Key="x", CopySource="none/none")
    with refused("PreconditionFailed", 412):
        s3.copy_object(Bucket="plain", Key="x", CopySource=source, CopySourceIfMatch='"no"')
    versions = s3.list_object_versions(Bucket="versions", Prefix="k")["Versions"]
    old = s3.copy_object(
        Bucket="plain",
        Key="old",
        CopySource={"Bucket": "versions", "Key": "k", "VersionId": versions[1]["VersionId"]},
    )
    assert old["CopySourceVersionId"] == versions[1]["VersionId"] and body("old") == b"1"
    s3.delete_object(Bucket="plain", Key="from")
    assert body("to", "versions") == b"body"


def tags():
    s3.put_object_tagging(
        Bucket="plain", Key="digits", Tagging={"TagSet": [{"Key": "a&b", "Value": "x=y z"}]}
    )
    got = s3.get_object_tagging(Bucket="plain", Key="digits")["TagSet"]
    assert got == [{"Key": "a&b", "Value": "x=y z"}]
    with refused("BadRequest", 400):
        s3.put_object_tagging(
            Bucket="plain",
            Key="digits",
            Tagging={"TagSet": [{"Key": str(n), "Value": ""} for n in range(11)]},
        )
    s3.delete_object_tagging(Bucket="plain", Key="digits")
    assert s3.get_object_tagging(Bucket="plain", Key="digits")["TagSet"] == []


def uploads_in_parts():
    upload = s3.create_multipart_upload(
        Bucket="plain", Key="parts", ContentType="text/p", Metadata={"m": "1"}
    )["UploadId"]
    of = {"Bucket": "plain", "Key": "parts", "UploadId": upload}
    data = [bytes([65 + n]) * (5 * MIB) for n in range(2)] + [b"tail"]
    etags = [
        s3.upload_part(PartNumber=n * 2 + 1, Body=part, **of)["ETag"] for n, part in enumerate(data)
    ]
    listed = s3.list_parts(MaxParts=2, **of)
    assert listed["IsTruncated"] and [p["PartNumber"] for p in listed["Parts"]] == [1, 3]
    listed = s3.list_parts(PartNumberMarker=3, **of)
    assert [p["Size"] for p in listed["Parts"]] == [4]
    assert s3.list_multipart_uploads(Bucket="plain")["Uploads"][0]["UploadId"] == upload
    parts = [{"PartNumber": n * 2 + 1, "ETag": etag} for n, etag in enumerate(etags)]
    with refused("InvalidPartOrder", 400):
        s3.complete_multipart_upload(MultipartUpload={"Parts": parts[::-1]}, **of)
    with refused("InvalidPart", 400):
        s3.complete_multipart_upload(
            MultipartUpload={"Parts": [{"PartNumber": 2, "ETag": etags[0]}]}, **of
        )
    with refused("InvalidPart", 400):
        s3.complete_multipart_upload(
            MultipartUpload={"Parts": [{"PartNumber": 1, "ETag": etags[1]}]}, **of
        )
    with refused("MalformedXML", 400):
        s3.complete_multipart_upload(MultipartUpload={"Parts": []}, **of)
    done = s3.complete_multipart_upload(MultipartUpload={"Parts": parts}, **of)
    again = s3.complete_multipart_upload(MultipartUpload={"Parts": parts}, **of)
    digest = hashlib.md5(b"".join(hashlib.md5(part).digest() for part in data)).hexdigest()
    assert done["ETag"] == again["ETag"] == f'"{digest}-3"'
    got = s3.get_object(Bucket="plain", Key="parts")
    assert got["Body"].read() == b"".join(data) and got["Metadata"] == {"m": "1"}
    second = s3.get_object(Bucket="plain", Key="parts", PartNumber=2)
    assert second["PartsCount"] == 3 and second["Body"].read() == data[1]
    across = body("parts", Range=f"bytes={5 * MIB - 2}-{5 * MIB + 1}")
    assert across == b"AABB"
    with refused("416"):
        s3.head_object(Bucket="plain", Key="parts", PartNumber=4)
    with refused("NoSuchUpload", 404):
        s3.upload_part(PartNumber=1, Body=b"x", **of)
    copy = s3.copy_object(Bucket="plain", Key="whole", CopySource="plain/parts")
    whole = hashlib.md5(b"".join(data)).hexdigest()
    assert copy["CopyObjectResult"]["ETag"] == f'"{whole}"'


def uploads_are_refused_and_aborted():
    upload = s3.create_multipart_upload(Bucket="plain", Key="gone")["UploadId"]
    of = {"Bucket": "plain", "Key": "gone", "UploadId": upload}
    etags = [s3.upload_part(PartNumber=n, Body=b"small", **of)["ETag"] for n in (1, 2)]
    parts = [{"PartNumber": n + 1, "ETag": etag} for n, etag in enumerate(etags)]
    with refused("EntityTooSmall", 400):
        s3.complete_multipart_upload(MultipartUpload={"Parts": parts}, **of)
    with refused("InvalidArgument", 400):
        s3.upload_part(PartNumber=10001, Body=b"x", **of)
    with refused("NotImplemented", 501):
        s3.upload_part_copy(PartNumber=1, CopySource="plain/digits", **of)
    s3.abort_multipart_upload(**of)
    with refused("NoSuchUpload", 404):
        s3.list_parts(**of)
    assert "Uploads" not in s3.list_multipart_uploads(Bucket="plain")


def presigned_urls_put_and_get():
    url = s3.generate_presigned_url("put_object", Params={"Bucket": "plain", "Key": "signed"})
    request = urllib.request.Request(url, data=b"by url", method="PUT")
    assert urllib.request.urlopen(request).status == 200
    url = s3.generate_presigned_url(
        "get_object",
        Params={"Bucket": "plain", "Key": "signed", "ResponseContentDisposition": "attachment"},
    )
    with urllib.request.urlopen(url) as answer:
        assert answer.read() == b"by url"
        assert answer.headers["Content-Disposition"] == "attachment"


def a_large_object_in_bounded_memory():
    data = bytes(range(256)) * 4096 * 100
    s3.put_object(Bucket="plain", Key="large", Body=io.BytesIO(data))
    assert hashlib.md5(body("large")).digest() == hashlib.md5(data).digest()
    with open(f"/proc/{local.process.pid}/status", encoding="ascii") as status:
        kib = {line.split()[0]: line.split()[1] for line in status if line.startswith("Vm")}
    if int(kib["VmSize:"]) < 1 << 30:  # under a sanitizer, memory says nothing
        assert int(kib["VmHWM:"]) < 90 * 1024, kib


def what_is_being_read_stays_until_it_was_read():
    reading = s3.get_object(Bucket="plain", Key="large")["Body"]
    start = reading.read(1000)
    s3.put_object(Bucket="plain", Key="large", Body=b"small")
    rest = reading.read()
    assert start + rest == bytes(range(256)) * 4096 * 100
    assert body("large") == b"small"


def nothing_is_lost_when_it_is_killed():
    local.kill()
    local.start()
    global s3
    s3 = local.client("s3")
    assert body("digits") == b"0123456789"
    assert s3.get_bucket_versioning(Bucket="versions")["Status"] == "Suspended"
    new = s3.put_object(Bucket="versions", Key="k", Body=b"after")
    assert new["VersionId"] == "null"
    ids = {s3.create_multipart_upload(Bucket="plain", Key="u")["UploadId"] for _ in range(20)}
    local.kill()
    local.start()
    s3 = local.client("s3")
    ids |= {s3.create_multipart_upload(Bucket="plain", Key="u")["UploadId"] for _ in range(20)}
    assert len(ids) == 40
    assert len(s3.list_multipart_uploads(Bucket="plain")["Uploads"]) == 40
    seen = []
    for page in s3.get_paginator("list_multipart_uploads").paginate(
        Bucket="plain", PaginationConfig={"PageSize": 7}
    ):
        seen += [upload["UploadId"] for upload in page["Uploads"]]
    assert sorted(seen) == sorted(ids)


def a_full_disk_refuses_and_loses_nothing():
    full = Local("full", file_bytes=8 * MIB)
    client = full.client("s3")
    client.create_bucket(Bucket="full")
    client.put_object(Bucket="full", Key="before", Body=b"kept")
    for size, words in (
        (10 * MIB, "the state file could not be written"),
        (20 * MIB, "File too large"),  # in a file of its own, before
    ):
        try:
            client.put_object(Bucket="full", Key="big", Body=bytes(size))
            raise AssertionError(size)
        except client.exceptions.ClientError as error:
            told = error.response["Error"]
            assert told["Code"] == "InternalFailure" and words in told["Message"], told
    client.put_object(Bucket="full", Key="after", Body=b"kept")
    full.kill()
    full.start()
    keys = [row["Key"] for row in full.client("s3").list_objects_v2(Bucket="full")["Contents"]]
    assert keys == ["after", "before"], keys
    full.stop()


def buckets_are_deleted_when_they_are_empty():
    with refused("BucketNotEmpty", 409):
        s3.delete_bucket(Bucket="list")
    for item in s3.list_objects_v2(Bucket="list")["Contents"]:
        s3.delete_object(Bucket="list", Key=item["Key"])
    s3.delete_bucket(Bucket="list")
    with refused("NoSuchBucket", 404):
        s3.delete_bucket(Bucket="list")
    local.stop()


run(
    [
        buckets_are_made_and_listed,
        an_object_comes_back_as_it_was_put,
        ranges,
        conditions_of_reading,
        conditions_of_writing,
        chunked_bodies_and_checksums,
        a_list_has_pages_prefixes_and_folders,
        versions_and_markers,
        many_are_deleted_at_once,
        copies,
        tags,
        uploads_in_parts,
        uploads_are_refused_and_aborted,
        presigned_urls_put_and_get,
        a_large_object_in_bounded_memory,
        what_is_being_read_stays_until_it_was_read,
        nothing_is_lost_when_it_is_killed,
        a_full_disk_refuses_and_loses_nothing,
        buckets_are_deleted_when_they_are_empty,
    ]
)
