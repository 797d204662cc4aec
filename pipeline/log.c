#include "pipeline/log.h"

#include "base/jsonw.h"
#include "base/utf8.h"

#include <ctype.h>
#include <string.h>

enum {
    LINE_CAP = 64 << 10, /* a message of control characters grows sixfold */
    CARD_FIRST = 6,
    CARD_SHOWN = 10, /* digits of a card, as in core/mask.h */
};

static const char *const levels[] = {
    [RC_LOG_ERROR] = "error", [RC_LOG_WARN] = "warn",   [RC_LOG_INFO] = "info",
    [RC_LOG_DEBUG] = "debug", [RC_LOG_TRACE] = "trace",
};

void rc_pipeline_clean(const char *text, char *out, size_t room)
{
    rc_log_redact(text, out, room);
    size_t length = strlen(out), digits = 0;
    rc_mask_text(out, (uint32_t)length);
    while (digits < length && isdigit((unsigned char)out[length - 1 - digits]))
        digits++;
    if (digits > CARD_SHOWN) /* at the end of a text it may be a card that was cut */
        memset(out + length - digits + CARD_FIRST, '*', digits - CARD_FIRST);
    rc_utf8_mend(out);
}

void rc_pipeline_line(const struct rc_pipeline *pipeline, const struct rc_buf *line)
{
    if (!pipeline->lines || line->failed)
        return;
    flockfile(pipeline->lines);
    fwrite(line->data, 1, line->length, pipeline->lines);
    putc_unlocked('\n', pipeline->lines);
    fflush(pipeline->lines);
    funlockfile(pipeline->lines);
}

static void add_text(struct rc_jsonw *json, const char *key, const char *text)
{
    if (!text)
        return;
    rc_jsonw_key(json, key);
    rc_jsonw_str(json, text);
}

static void say(const struct rc_pipeline *pipeline, enum rc_log_level level, const char *error,
                const char *message)
{
    char clean[RC_MESSAGE_BYTES];
    struct rc_buf line;
    struct rc_jsonw json;
    rc_pipeline_clean(message, clean, sizeof clean);
    rc_buf_init(&line, LINE_CAP);
    rc_jsonw_init(&json, &line);
    rc_jsonw_open(&json, '{');
    add_text(&json, "level", levels[level]);
    add_text(&json, "request_id", pipeline->request_id);
    add_text(&json, "trace", pipeline->trace);
    add_text(&json, "run", pipeline->run);
    add_text(&json, "step", pipeline->step);
    add_text(&json, "error", error);
    add_text(&json, "message", clean);
    rc_jsonw_close(&json, '}');
    rc_pipeline_line(pipeline, &line);
    rc_buf_free(&line);
}

void rc_pipeline_log(const struct rc_pipeline *pipeline, enum rc_log_level level,
                     const char *format, ...)
{
    char message[RC_MESSAGE_BYTES];
    va_list args;
    va_start(args, format);
    vsnprintf(message, sizeof message, format, args);
    va_end(args);
    say(pipeline, level, NULL, message);
}

void rc_pipeline_log_failure(const struct rc_pipeline *pipeline, const struct rc_error *err)
{
    say(pipeline, RC_LOG_ERROR, pipeline->fault, err->text);
}
