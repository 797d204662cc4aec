#include "aws/http_parts.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { PLACE_BYTES = 128 };

/* "sqs.eu-west-1.amazonaws.com:443": the URL's host and port, without its path and
 * query, which can hold what is secret. */
static void place_of(CURL *easy, char place[PLACE_BYTES])
{
    char *url = NULL;
    curl_easy_getinfo(easy, CURLINFO_EFFECTIVE_URL, &url);
    char *host = NULL;
    char *port = NULL;
    CURLU *parts = curl_url();
    snprintf(place, PLACE_BYTES, "the URL");
    if (parts && url && !curl_url_set(parts, CURLUPART_URL, url, CURLU_PATH_AS_IS) &&
        !curl_url_get(parts, CURLUPART_HOST, &host, 0) &&
        !curl_url_get(parts, CURLUPART_PORT, &port, CURLU_DEFAULT_PORT))
        snprintf(place, PLACE_BYTES, "%s:%s", host, port);
    curl_free(port);
    curl_free(host);
    curl_url_cleanup(parts);
}

static const struct {
    CURLcode code;
    enum rc_http_failure failure;
} failures[] = {
    {CURLE_OK, RC_HTTP_OK},
    {CURLE_COULDNT_RESOLVE_HOST, RC_HTTP_RESOLVE},
    {CURLE_COULDNT_RESOLVE_PROXY, RC_HTTP_RESOLVE},
    {CURLE_COULDNT_CONNECT, RC_HTTP_CONNECT},
    {CURLE_PROXY, RC_HTTP_CONNECT},
    {CURLE_SSL_CONNECT_ERROR, RC_HTTP_TLS},
    {CURLE_PEER_FAILED_VERIFICATION, RC_HTTP_TLS},
    {CURLE_SSL_ENGINE_NOTFOUND, RC_HTTP_TLS},
    {CURLE_SSL_ENGINE_SETFAILED, RC_HTTP_TLS},
    {CURLE_SSL_ENGINE_INITFAILED, RC_HTTP_TLS},
    {CURLE_SSL_CERTPROBLEM, RC_HTTP_TLS},
    {CURLE_SSL_CIPHER, RC_HTTP_TLS},
    {CURLE_USE_SSL_FAILED, RC_HTTP_TLS},
    {CURLE_SSL_CACERT_BADFILE, RC_HTTP_TLS},
    {CURLE_SSL_CRL_BADFILE, RC_HTTP_TLS},
    {CURLE_SSL_ISSUER_ERROR, RC_HTTP_TLS},
    {CURLE_SSL_PINNEDPUBKEYNOTMATCH, RC_HTTP_TLS},
    {CURLE_SSL_INVALIDCERTSTATUS, RC_HTTP_TLS},
    {CURLE_SSL_CLIENTCERT, RC_HTTP_TLS},
    {CURLE_OPERATION_TIMEDOUT, RC_HTTP_TIMEOUT},
    {CURLE_GOT_NOTHING, RC_HTTP_CUT},
    {CURLE_PARTIAL_FILE, RC_HTTP_CUT},
    {CURLE_SEND_ERROR, RC_HTTP_CUT},
    {CURLE_RECV_ERROR, RC_HTTP_CUT},
    {CURLE_HTTP2, RC_HTTP_CUT},
    {CURLE_HTTP2_STREAM, RC_HTTP_CUT},
};

static enum rc_http_failure failure_of(const struct rc_http_transfer *transfer, CURLcode code)
{
    enum rc_http_failure failure = RC_HTTP_OTHER;
    for (size_t i = 0; i < sizeof failures / sizeof *failures; i++) {
        if (failures[i].code == code)
            failure = failures[i].failure;
    }
    /* A proxy that says no, or a limit of libcurl's own while it connects. */
    if (!transfer->connected && (failure == RC_HTTP_CUT || failure == RC_HTTP_TIMEOUT))
        failure = RC_HTTP_CONNECT;
    return failure;
}

/* libcurl's words and, when they name another place than ours (a proxy), all of
 * them; else the system's reason alone, which says the same shorter. */
static void cause_of(const struct rc_http_transfer *transfer, CURLcode code, const char *place,
                     char *cause, size_t room)
{
    long number = 0;
    curl_easy_getinfo(transfer->easy, CURLINFO_OS_ERRNO, &number);
    const char *words = *transfer->curl_text ? transfer->curl_text : curl_easy_strerror(code);
    size_t host = strcspn(place, ":");
    bool elsewhere = !memmem(words, strlen(words), place, host);
    char text[128];
    const char *reason = number ? strerror_r((int)number, text, sizeof text) : NULL;
    if (code != CURLE_COULDNT_CONNECT || !reason)
        snprintf(cause, room, "%s", words);
    else if (elsewhere)
        snprintf(cause, room, "%s (%s)", words, reason);
    else
        snprintf(cause, room, "%s", reason);
}

__attribute__((format(printf, 2, 3))) static void say(struct rc_http_transfer *transfer,
                                                      const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vsnprintf(transfer->text, sizeof transfer->text, format, args);
    va_end(args);
}

static void explain_cut(struct rc_http_transfer *transfer, const char *place, const char *cause)
{
    if (!transfer->head_whole)
        say(transfer, "%s: the connection ended before an answer: %s", place, cause);
    else
        say(transfer, "%s: the connection ended after %lld bytes of the answer: %s", place,
            (long long)transfer->body_received, cause);
}

static void explain_too_large(struct rc_http_transfer *transfer, const char *place)
{
    if (!transfer->head_whole)
        say(transfer, "%s: the answer's headers have over %d bytes", place, (int)RC_HTTP_HEAD_CAP);
    else
        say(transfer, "%s: the answer has over %zu bytes, the most that is kept", place,
            transfer->body.cap);
}

static const char *const sentences[] = {
    [RC_HTTP_RESOLVE] = "no such host, or no name server answers",
    [RC_HTTP_CONNECT] = "cannot connect",
    [RC_HTTP_TLS] = "TLS failed (certificate, or no TLS at this port)",
    [RC_HTTP_TIMEOUT] = "took too long",
    [RC_HTTP_STOPPED] = "stopped by the receiver",
    [RC_HTTP_OTHER] = "the request failed",
};

void rc_http_explain(struct rc_http_transfer *transfer, CURLcode code)
{
    if (transfer->failure == RC_HTTP_OK)
        transfer->failure = failure_of(transfer, code);
    if (transfer->failure == RC_HTTP_OK && !transfer->head_whole) {
        /* libcurl is content with a head that ends in the middle of a line. */
        transfer->failure = RC_HTTP_CUT;
        code = CURLE_PARTIAL_FILE;
    }
    if (transfer->failure == RC_HTTP_OK || *transfer->text)
        return;
    char place[PLACE_BYTES];
    char cause[CURL_ERROR_SIZE + 128];
    place_of(transfer->easy, place);
    cause_of(transfer, code, place, cause, sizeof cause);
    if (transfer->failure == RC_HTTP_CUT)
        explain_cut(transfer, place, cause);
    else if (transfer->failure == RC_HTTP_TOO_LARGE)
        explain_too_large(transfer, place);
    else if (transfer->failure == RC_HTTP_STOPPED)
        say(transfer, "%s: %s", place, sentences[RC_HTTP_STOPPED]);
    else
        say(transfer, "%s: %s: %s", place, sentences[transfer->failure], cause);
}
