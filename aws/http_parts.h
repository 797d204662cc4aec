/* What the files of aws/http*.c share, and nobody else includes: http.c starts and
 * ends transfers, http_setup.c tells libcurl what is asked, http_answer.c takes what
 * comes, http_events.c joins libcurl's multi handle to the loop, http_failure.c puts
 * failures into words. */
#ifndef RC_AWS_HTTP_PARTS_H
#define RC_AWS_HTTP_PARTS_H

#include "aws/http.h"

#include <curl/curl.h>

enum { RC_HTTP_POOL = 64 /* easy handles that are kept for the next transfers */ };

struct rc_http_socket;

struct rc_http {
    struct rc_loop *loop;
    CURLM *multi;
    CURL *pool[RC_HTTP_POOL];
    size_t pooled;
    char *ca_bundle;
    struct rc_http_transfer *transfers; /* all that are not over */
    struct rc_http_socket *sockets;     /* that libcurl wants watched */
    struct rc_watch alarm;              /* a timerfd: libcurl's timers run in real time */
    struct rc_timer soon;               /* libcurl or a transfer wants a turn at once */
    bool inside;  /* libcurl is on the stack and must not be called but from its rules */
    bool pending; /* a transfer waits until libcurl has returned */
};

struct rc_http_transfer {
    struct rc_http *http;
    struct rc_http_transfer *next;
    struct rc_http_transfer *previous;
    struct rc_http_request request; /* without its texts once it is set up */
    struct rc_http_file file;
    CURL *easy;
    struct curl_slist *lines; /* of headers */
    struct rc_timer timeout;
    struct rc_timer connect;
    struct rc_timer idle;
    int64_t active_ms; /* when the last byte moved */
    int64_t body_at;   /* what the read callback gives next */

    struct rc_buf head_bytes; /* "name\0value\0" */
    struct rc_http_header *headers;
    size_t header_count;
    size_t header_room;
    struct rc_http_head head;
    bool head_whole;
    struct rc_buf body;
    int64_t body_received;

    bool added;     /* to the multi handle */
    bool connected; /* and the request goes out */
    bool paused;
    bool in_sink;
    bool resume;    /* asked for when libcurl could not be called */
    bool cancelled; /* nothing of the caller may be touched */
    bool in_done;
    bool over;                    /* done is to be called */
    bool whole;                   /* the answer came as a whole */
    enum rc_http_failure failure; /* that was found here; OK: libcurl's code decides */
    char text[RC_HTTP_TEXT_BYTES];
    CURLcode code;
    char curl_text[CURL_ERROR_SIZE];
};

/* ----- http.c ----- */

/* Calls done and releases the transfer. Only from rc_loop_run, and not inside. */
void rc_http_end(struct rc_http_transfer *transfer, CURLcode code);

/* Ends it with that failure, now or when libcurl has returned. */
void rc_http_give_up(struct rc_http_transfer *transfer, enum rc_http_failure failure);

/* Releases a transfer without a call. */
void rc_http_drop(struct rc_http_transfer *transfer);

/* ----- http_setup.c ----- */

bool rc_http_setup(struct rc_http_transfer *transfer, struct rc_error *err);

/* ----- http_answer.c: libcurl's callbacks ----- */

size_t rc_http_take_header(char *bytes, size_t size, size_t count, void *ctx);
size_t rc_http_take_body(char *bytes, size_t size, size_t count, void *ctx);

/* ----- http_events.c ----- */

bool rc_http_events_start(struct rc_http *http, int per_host, struct rc_error *err);
void rc_http_events_stop(struct rc_http *http);

/* Has the loop call back at once; false without memory. */
bool rc_http_soon(struct rc_http *http);

/* Does what waited until libcurl had returned. */
void rc_http_settle(struct rc_http *http);

/* ----- http_failure.c ----- */

/* Fills failure and text from libcurl's code, unless a failure is there. */
void rc_http_explain(struct rc_http_transfer *transfer, CURLcode code);

#endif
