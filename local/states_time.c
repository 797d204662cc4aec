#include "local/states.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

/* "Z", "+02:00" */
static bool read_offset(const char *text, double *seconds)
{
    *seconds = 0;
    if (*text == 'Z' || *text == 'z')
        return !text[1];
    if ((*text != '+' && *text != '-') || strlen(text) != 6 || text[3] != ':')
        return false;
    char *end;
    long hours = strtol(text + 1, &end, 10), minutes = strtol(text + 4, NULL, 10);
    *seconds = (double)(hours * 3600 + minutes * 60) * (*text == '-' ? -1 : 1);
    return end == text + 3;
}

bool rc_states_instant(const char *text, double *unix_ms)
{
    struct tm tm = {0};
    double fraction = 0, offset = 0;
    const char *rest = strptime(text, "%Y-%m-%dT%H:%M:%S", &tm);
    if (rest && *rest == '.') {
        char *end;
        fraction = strtod(rest, &end);
        rest = end;
    }
    if (!rest || !read_offset(rest, &offset))
        return false;
    *unix_ms = ((double)timegm(&tm) + fraction - offset) * 1000;
    return true;
}
