#include "base/buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void rc_buf_init(struct rc_buf *buf, size_t cap)
{
    *buf = (struct rc_buf){.cap = cap};
}

void rc_buf_free(struct rc_buf *buf)
{
    free(buf->data);
    *buf = (struct rc_buf){.cap = buf->cap};
}

void rc_buf_clear(struct rc_buf *buf)
{
    buf->length = 0;
    buf->failed = false;
    if (buf->data)
        buf->data[0] = '\0';
}

char *rc_buf_reserve(struct rc_buf *buf, size_t more)
{
    if (buf->failed || more > buf->cap || buf->length > buf->cap - more) {
        buf->failed = true;
        return NULL;
    }
    size_t need = buf->length + more + 1;
    if (need > buf->capacity) {
        size_t capacity = buf->capacity ? buf->capacity : 64;
        while (capacity < need)
            capacity = capacity > SIZE_MAX / 2 ? need : capacity * 2;
        if (capacity > buf->cap + 1)
            capacity = buf->cap + 1;
        char *data = realloc(buf->data, capacity);
        if (!data) {
            buf->failed = true;
            return NULL;
        }
        buf->data = data;
        buf->capacity = capacity;
    }
    return buf->data + buf->length;
}

bool rc_buf_add(struct rc_buf *buf, const void *bytes, size_t length)
{
    char *to = rc_buf_reserve(buf, length);
    if (!to)
        return false;
    if (length)
        memcpy(to, bytes, length);
    buf->length += length;
    buf->data[buf->length] = '\0';
    return true;
}

bool rc_buf_add_str(struct rc_buf *buf, const char *text)
{
    return rc_buf_add(buf, text, strlen(text));
}

bool rc_buf_add_char(struct rc_buf *buf, char c)
{
    if (buf->failed || buf->capacity - buf->length < 2)
        return rc_buf_add(buf, &c, 1);
    buf->data[buf->length++] = c;
    buf->data[buf->length] = '\0';
    return true;
}

bool rc_buf_printf(struct rc_buf *buf, const char *format, ...)
{
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    int length = vsnprintf(NULL, 0, format, args);
    va_end(args);
    char *to = length < 0 ? NULL : rc_buf_reserve(buf, (size_t)length);
    if (to) {
        vsnprintf(to, (size_t)length + 1, format, again);
        buf->length += (size_t)length;
    } else {
        buf->failed = true;
    }
    va_end(again);
    return to != NULL;
}

bool rc_buf_add_hex(struct rc_buf *buf, const void *bytes, size_t length)
{
    static const char digits[] = "0123456789abcdef";
    if (length > buf->cap / 2) {
        buf->failed = true;
        return false;
    }
    char *to = rc_buf_reserve(buf, length * 2);
    if (!to)
        return false;
    const unsigned char *from = bytes;
    for (size_t i = 0; i < length; i++) {
        to[2 * i] = digits[from[i] >> 4];
        to[2 * i + 1] = digits[from[i] & 15];
    }
    buf->length += length * 2;
    buf->data[buf->length] = '\0';
    return true;
}
