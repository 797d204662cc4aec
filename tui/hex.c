#include "tui/hex.h"

#include <stdio.h>
#include <string.h>

enum {
    LABEL_WIDTH = 7, /* column of a line's first byte, and a blank */
    GROUP = 8,       /* bytes behind which there is a gap */
    TEXT_STEP = 10,  /* a line of text has a multiple of so many */
    TEXT_MOST = 100,
    FIELD_ROLES = RC_ROLE_FIELD_6 - RC_ROLE_FIELD_1 + 1,
};

enum rc_role rc_hex_field_role(int field)
{
    return field < 0 ? RC_ROLE_DIM : (enum rc_role)(RC_ROLE_FIELD_1 + field % FIELD_ROLES);
}

/* ----- where things stand ----- */

static int cells_of(uint32_t bytes)
{
    return LABEL_WIDTH + 3 * (int)bytes + (int)(bytes / GROUP) + (int)bytes;
}

static uint32_t bytes_in_line(const struct rc_hex *hex, int width)
{
    if (hex->text) {
        int most = (width - LABEL_WIDTH) / TEXT_STEP * TEXT_STEP;
        most = most > TEXT_MOST ? TEXT_MOST : most;
        return most < TEXT_STEP ? TEXT_STEP : (uint32_t)most;
    }
    uint32_t bytes = 32;
    while (bytes > GROUP / 2 && cells_of(bytes) > width)
        bytes /= 2;
    return bytes;
}

static uint32_t lines_of(const struct rc_hex *hex, uint32_t bytes)
{
    return hex->length ? (hex->length + bytes - 1) / bytes : 1;
}

static int hex_x(uint32_t column)
{
    return LABEL_WIDTH + 3 * (int)column + (int)(column / GROUP);
}

static int text_x(const struct rc_hex *hex, uint32_t bytes, uint32_t column)
{
    return hex->text ? LABEL_WIDTH + (int)column : hex_x(bytes) + (int)column;
}

int rc_hex_height(const struct rc_hex *hex, int width)
{
    return 1 + (int)lines_of(hex, bytes_in_line(hex, width));
}

/* ----- one byte ----- */

static enum rc_role role_of(const struct rc_hex *hex, uint32_t at)
{
    if (hex->different && hex->different[at])
        return RC_ROLE_DIFFERENT;
    return hex->field_of ? rc_hex_field_role(hex->field_of[at]) : RC_ROLE_NORMAL;
}

/* The byte's character as UTF-8; what has none is a dot. */
static size_t character(const struct rc_hex *hex, uint32_t at, char text[4])
{
    uint32_t code = hex->glyphs ? hex->glyphs[at] : 0;
    if (!code && (hex->glyphs || hex->bytes[at] < 0x20 || hex->bytes[at] >= 0x7f)) {
        size_t length = rc_screen_ascii() ? 1 : 2;
        memcpy(text, rc_screen_ascii() ? "." : "·", length);
        return length;
    }
    code = code ? code : hex->bytes[at];
    if (code < 0x80) {
        text[0] = (char)code;
        return 1;
    }
    if (code < 0x800) {
        text[0] = (char)(0xc0 | code >> 6);
        text[1] = (char)(0x80 | (code & 0x3f));
        return 2;
    }
    text[0] = (char)(0xe0 | code >> 12);
    text[1] = (char)(0x80 | (code >> 6 & 0x3f));
    text[2] = (char)(0x80 | (code & 0x3f));
    return 3;
}

/* ----- the ruler ----- */

static void draw_ruler(const struct rc_hex *hex, struct rc_area area, uint32_t bytes)
{
    char ruler[TEXT_MOST + 1];
    rc_draw_text(area.y, area.x, LABEL_WIDTH - 1, RC_ROLE_HEADER, RC_RIGHT, "column", 6);
    if (hex->text) {
        for (uint32_t i = 0; i < bytes; i++)
            ruler[i] = (i + 1) % 10 == 0 ? (char)('0' + (i + 1) / 10 % 10)
                                         : ((i + 1) % 5 == 0 ? '+' : '.');
        rc_draw_text(area.y, area.x + LABEL_WIDTH, (int)bytes, RC_ROLE_HEADER, RC_LEFT, ruler,
                     bytes);
        return;
    }
    for (uint32_t i = 0; i < bytes; i++) {
        rc_draw_printf(area.y, area.x + hex_x(i), 2, RC_ROLE_HEADER, i < 10 ? "+%u" : "%u", i);
        ruler[i] = (char)('0' + i % 10);
    }
    rc_draw_text(area.y, area.x + text_x(hex, bytes, 0), (int)bytes, RC_ROLE_HEADER, RC_LEFT, ruler,
                 bytes);
}

/* ----- drawing ----- */

static void draw_byte(const struct rc_hex *hex, struct rc_area area, int y, uint32_t bytes,
                      uint32_t at)
{
    char text[4];
    uint32_t column = at % bytes;
    enum rc_role role = at == hex->cursor ? RC_ROLE_SELECTED : role_of(hex, at);
    if (!hex->text)
        rc_draw_printf(y, area.x + hex_x(column), 2, role, "%02X", hex->bytes[at]);
    size_t length = character(hex, at, text);
    rc_draw_text(y, area.x + text_x(hex, bytes, column), 1, role, RC_LEFT, text, length);
}

void rc_hex_draw(struct rc_hex *hex, struct rc_area area)
{
    uint32_t bytes = bytes_in_line(hex, area.width), lines = lines_of(hex, bytes);
    hex->width = bytes;
    hex->lines = area.height > 1 ? area.height - 1 : 0;
    if (hex->cursor >= hex->length)
        hex->cursor = hex->length ? hex->length - 1 : 0;
    uint32_t line = hex->cursor / bytes, seen = (uint32_t)hex->lines;
    if (line < hex->top)
        hex->top = line;
    if (seen && line >= hex->top + seen)
        hex->top = line - seen + 1;
    if (hex->top + seen > lines)
        hex->top = lines > seen ? lines - seen : 0;
    draw_ruler(hex, area, bytes);
    for (uint32_t i = 0; i < seen && hex->top + i < lines; i++) {
        uint32_t from = (hex->top + i) * bytes;
        int y = area.y + 1 + (int)i;
        if (hex->length)
            rc_draw_printf(y, area.x, LABEL_WIDTH - 1, RC_ROLE_DIM, "%6u", from + 1);
        for (uint32_t at = from; at < from + bytes && at < hex->length; at++)
            draw_byte(hex, area, y, bytes, at);
    }
}

uint32_t rc_hex_at(const struct rc_hex *hex, struct rc_area area, int y, int x)
{
    uint32_t bytes = hex->width;
    if (y < 1 || y > hex->lines || !bytes)
        return hex->length;
    (void)area;
    uint32_t line = (hex->top + (uint32_t)y - 1) * bytes;
    for (uint32_t column = 0; column < bytes; column++) {
        bool in_hex = !hex->text && x >= hex_x(column) && x < hex_x(column) + 2;
        if ((in_hex || x == text_x(hex, bytes, column)) && line + column < hex->length)
            return line + column;
    }
    return hex->length;
}

/* ----- moving ----- */

bool rc_hex_act(struct rc_hex *hex, enum rc_action action)
{
    uint32_t line = hex->width ? hex->width : 1, last = hex->length ? hex->length - 1 : 0;
    uint32_t page = line * (uint32_t)(hex->lines > 1 ? hex->lines - 1 : 1);
    uint32_t at = hex->cursor;
    switch (action) {
    case RC_DO_LEFT:
        at -= at > 0;
        break;
    case RC_DO_RIGHT:
        at += at < last;
        break;
    case RC_DO_UP:
        at -= at >= line ? line : 0;
        break;
    case RC_DO_DOWN:
        at = last - at >= line ? at + line : (at / line < last / line ? last : at);
        break;
    case RC_DO_PAGE_UP:
        at = at >= page ? at - page : at % line;
        break;
    case RC_DO_PAGE_DOWN:
        at = last - at >= page ? at + page : last;
        break;
    case RC_DO_TOP:
        at = 0;
        break;
    case RC_DO_BOTTOM:
        at = last;
        break;
    default:
        return false;
    }
    hex->cursor = at;
    return true;
}

/* ----- in a page ----- */

/* Runs of bytes of one role are one span each. */
static void page_line(const struct rc_hex *hex, struct rc_page *page, int x, uint32_t bytes,
                      uint32_t from, uint32_t end)
{
    char text[4 * GROUP], digits[3 * GROUP + 1];
    rc_page_printf(page, x, LABEL_WIDTH - 1, RC_ROLE_DIM, RC_RIGHT, "%u", from + 1);
    for (uint32_t at = from; at < end;) {
        enum rc_role role = role_of(hex, at);
        size_t used = 0, length = 0;
        uint32_t run = at;
        for (; run < end && role_of(hex, run) == role && run / GROUP == at / GROUP; run++) {
            used += (size_t)snprintf(digits + used, sizeof digits - used, "%s%02X",
                                     run == at ? "" : " ", hex->bytes[run]);
            length += character(hex, run, text + length);
        }
        if (!hex->text)
            rc_page_put(page, x + hex_x(at % bytes), (int)used, role, RC_LEFT, digits, used);
        rc_page_put(page, x + text_x(hex, bytes, at % bytes), (int)(run - at), role, RC_LEFT, text,
                    length);
        at = run;
    }
}

uint32_t rc_hex_page(const struct rc_hex *hex, struct rc_page *page, int x, int width,
                     uint32_t most)
{
    uint32_t bytes = bytes_in_line(hex, width - x);
    uint32_t end = hex->length < most ? hex->length : most / bytes * bytes;
    for (uint32_t from = 0; from < end; from += bytes) {
        rc_page_row(page, RC_NO_TARGET);
        page_line(hex, page, x, bytes, from, from + bytes < end ? from + bytes : end);
    }
    return end;
}
