#include "local/token.h"

#include <errno.h>
#include <stdlib.h>

bool rc_token_read(const char *text, char separator, int64_t *one, int64_t *two)
{
    char *end;
    errno = 0;
    *one = strtoll(text, &end, 10);
    if (end == text || *end != separator)
        return false;
    text = end + 1;
    *two = strtoll(text, &end, 10);
    return end != text && !*end && !errno;
}
