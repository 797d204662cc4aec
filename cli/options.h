/* The options of a command, a row each: what it is called and where its value goes. */
#ifndef RC_CLI_OPTIONS_H
#define RC_CLI_OPTIONS_H

#include <getopt.h> /* optind */
#include <stdbool.h>
#include <stdint.h>

enum { RC_OPTIONS_MAX = 24 };

struct rc_option {
    const char *name; /* behind "--"; NULL: it has only a letter */
    char letter;      /* behind "-"; 0: it has only a name */

    /* Where its value goes, and by that what it may be: one of these. */
    bool *flag;                                /* it takes no value */
    const char **text;                         /* lives as long as argv */
    int32_t *date;                             /* YYYY-MM-DD, as civil days */
    uint64_t *number;                          /* in low..high; high 0: without an upper bound */
    uint64_t *bytes;                           /* "64M"; at least low */
    int *choice;                               /* which of the words in choices, from 0 */
    bool (*read)(void *to, const char *value); /* false: it is none; expected says what is */

    uint64_t low, high;
    const char *const *choices; /* NULL at the end */
    void *to;
    const char *expected;
    bool *given; /* NULL, or set when the option is there */
};

/* Reads the options of argv by the rows, of which an empty one is the last and "--help"
 * and "-h" are two more; words that are none come to stand behind, from optind on.
 * RC_EXIT_OK to go on. -1 when the help was shown and all is done. RC_EXIT_USAGE when a
 * word is wrong, which has then been said, or RC_EXIT_FAILED when the help could not be
 * written. What came before a wrong word has been stored. */
int rc_cli_options(const char *command, const char *usage, const struct rc_option *options,
                   int argc, char **argv);

#endif
