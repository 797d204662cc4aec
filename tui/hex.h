/* The bytes of a record, as hex with their characters beside or as text alone, with the
 * fields that they belong to as colours. Columns count from 1, as layouts do. */
#ifndef RC_TUI_HEX_H
#define RC_TUI_HEX_H

#include "tui/keymap.h"
#include "tui/page.h"
#include "tui/screen.h"

/* What it shows is the owner's; NULL where there is none. */
struct rc_hex {
    const uint8_t *bytes;
    const uint16_t *glyphs;  /* a code point for each byte; 0: no printable character */
    const int16_t *field_of; /* a field's number for each byte; -1: none */
    const bool *different;   /* whether the byte is lit */
    uint32_t length;
    uint32_t cursor;
    bool text;      /* characters alone */
    uint32_t top;   /* line that is seen first */
    int lines;      /* that fit, as of the last drawing */
    uint32_t width; /* bytes in a line, as of the last drawing */
};

/* Lines that all the bytes need in a width, the ruler included. */
int rc_hex_height(const struct rc_hex *hex, int width);

/* Draws a ruler of columns and the lines around the cursor. */
void rc_hex_draw(struct rc_hex *hex, struct rc_area area);

/* Moves the cursor. */
bool rc_hex_act(struct rc_hex *hex, enum rc_action action);

/* The byte that stands there in the area last drawn; the length: none does. */
uint32_t rc_hex_at(const struct rc_hex *hex, struct rc_area area, int y, int x);

/* Puts the lines into a page instead, without a cursor; none selects anything. At most
 * `most` bytes: gives how many it put. */
uint32_t rc_hex_page(const struct rc_hex *hex, struct rc_page *page, int x, int width,
                     uint32_t most);

/* The colour of a field by its number. */
enum rc_role rc_hex_field_role(int field);

#endif
