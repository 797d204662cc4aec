/* The commands of reconctl: one file a command, one row in the table of main.c. */
#ifndef RC_CLI_CLI_H
#define RC_CLI_CLI_H

#include "base/error.h"
#include "core/copybook.h"
#include "core/layout.h"
#include "core/mask.h"
#include "core/parse.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum rc_exit {
    RC_EXIT_OK = 0,
    RC_EXIT_NOT_IN_ORDER = 1, /* done, but something is not as it should be */
    RC_EXIT_USAGE = 2,
    RC_EXIT_FAILED = 3,
};

/* argv[0] is the command's name. Each gives an exit code. */
int rc_cli_parse(int argc, char **argv);
int rc_cli_layout(int argc, char **argv);
int rc_cli_generate(int argc, char **argv);
int rc_cli_reconcile(int argc, char **argv);
int rc_cli_open_console(int argc, char **argv);
int rc_cli_get(int argc, char **argv);
int rc_cli_doctor(int argc, char **argv);
int rc_cli_local(int argc, char **argv);
int rc_cli_program(int argc, char **argv);
int rc_cli_plan(int argc, char **argv);
int rc_cli_audit(int argc, char **argv);
int rc_cli_action(int argc, char **argv); /* any that the table of ops/action.h has */

/* A line for each action. */
void rc_cli_list_actions(FILE *to);

/* Whether region and credentials are configured, without asking anybody. */
bool rc_cli_knows_aws(void);

/* Says the error on stderr, gives the exit code that belongs to it. */
int rc_cli_fail(const struct rc_error *err);

/* Says what is wrong with the words of a command and where its help is; gives
 * RC_EXIT_USAGE. */
int rc_cli_usage(const char *command, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Writes to stdout; false when that failed, of which rc_cli_finish tells. */
bool rc_cli_write(const void *bytes, size_t length);

/* Flushes stdout; a full disk or a closed pipe turns `code` into a failure. */
int rc_cli_finish(int code);

/* "64M", "1G", "4096": bytes; false for anything else. */
bool rc_cli_bytes(const char *text, uint64_t *bytes);

/* A whole number in low..high. */
bool rc_cli_number(const char *text, uint64_t low, uint64_t high, uint64_t *number);

/* The key for card hashes: the environment's RECONCTL_CARD_KEY, else a public one. */
void rc_cli_card_key(struct rc_card_key *key);

/* Opens a file for reading ("-" is stdin when allowed); -1 with an error. */
int rc_cli_open(const char *path, bool stdin_too, struct rc_error *err);

/* The layout that a copybook describes; NULL with an error. */
json_t *rc_cli_copybook(const char *path, const struct rc_copybook_options *options,
                        struct rc_error *err);

#endif
