/* A line for the log: whatever stands in it, the redacted copy is terminated within its
 * room, and a secret in a line of its own is gone. */
#include "aws/log.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool true_)
{
    if (!true_)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char room[4096], small[16];
    char *text = malloc(size + 1);
    must(text != NULL);
    memcpy(text, data, size);
    text[size] = '\0';
    rc_log_redact(text, small, sizeof small);
    must(memchr(small, '\0', sizeof small) != NULL);
    rc_log_redact(text, room, sizeof room);
    must(memchr(room, '\0', sizeof room) != NULL);
    must(strncmp(small, room, sizeof small - 1) == 0);
    free(text);
    return 0;
}
