#include "ops/day.h"

#include "core/civil.h"

#include <string.h>

/* What a program's id is made of (core/program.h). */
static const char allowed[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-";

enum { DATE_LENGTH = 10 };

bool rc_op_day_read(const char *text, struct rc_filedate *day, const char **rest, const char *how,
                    struct rc_error *err)
{
    size_t length = strspn(text, allowed);
    *day = (struct rc_filedate){.program = ""};
    if (length && length <= RC_PROGRAM_ID_BYTES && text[length] == '/') {
        const char *date = text + length + 1;
        size_t width = strcspn(date, "/");
        const char *end = date + width;
        bool whole = rest ? end[0] == '/' && end[1] : !end[0];
        memcpy(day->program, text, length);
        day->program[length] = '\0';
        if (rest)
            *rest = whole ? end + 1 : end;
        if (whole && width == DATE_LENGTH && rc_civil_parse(date, width, &day->date))
            return true;
    }
    rc_error_set(err, RC_USAGE, "\"%.200s\" is none: %s is one", text, how);
    return false;
}
