#include "cli/options.h"

#include "cli/cli.h"
#include "core/civil.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

enum { FIRST_ROW = 256, EXPECTED_BYTES = 128 }; /* getopt's values: letters are below */

static bool choose(const struct rc_option *option, const char *value)
{
    for (int i = 0; option->choices[i]; i++)
        if (strcmp(option->choices[i], value) == 0) {
            *option->choice = i;
            return true;
        }
    return false;
}

static bool store(const struct rc_option *option, const char *value)
{
    if (option->given)
        *option->given = true;
    if (option->flag)
        *option->flag = true;
    else if (option->text)
        *option->text = value;
    else if (option->date)
        return rc_civil_parse(value, strlen(value), option->date);
    else if (option->number)
        return rc_cli_number(value, option->low, option->high ? option->high : UINT64_MAX,
                             option->number);
    else if (option->bytes)
        return rc_cli_bytes(value, option->bytes) && *option->bytes >= option->low;
    else if (option->choice)
        return choose(option, value);
    else
        return option->read(option->to, value);
    return true;
}

/* "a, b or c" */
static void list_choices(const char *const *choices, char text[EXPECTED_BYTES])
{
    size_t used = 0;
    for (int i = 0; choices[i] && used < EXPECTED_BYTES; i++) {
        const char *between = i == 0 ? "" : choices[i + 1] ? ", " : " or ";
        used += (size_t)snprintf(text + used, EXPECTED_BYTES - used, "%s%s", between, choices[i]);
    }
}

static int say_expected(const char *command, const struct rc_option *option, const char *value)
{
    char text[EXPECTED_BYTES], letter[] = {option->letter, '\0'};
    if (option->choices)
        list_choices(option->choices, text);
    else if (option->bytes)
        snprintf(text, sizeof text, "at least %lluM, as 64M or 2G,",
                 (unsigned long long)option->low >> 20);
    else if (option->number && option->high)
        snprintf(text, sizeof text, "%llu to %llu", (unsigned long long)option->low,
                 (unsigned long long)option->high);
    else
        snprintf(text, sizeof text, "%s",
                 option->date     ? "YYYY-MM-DD"
                 : option->number ? "a whole number"
                                  : option->expected);
    return rc_cli_usage(command, "%s%s %s: %s is expected", option->letter ? "-" : "--",
                        option->letter ? letter : option->name, value, text);
}

/* What getopt_long stopped at; `found` is what it gave. */
static int say_bad(const char *command, int found, char **argv)
{
    const char *word = argv[optind - 1];
    if (found == ':')
        return rc_cli_usage(command, "%s needs a value", word);
    if (optopt && strncmp(word, "--", 2) == 0)
        return rc_cli_usage(command, "%s: this option takes no value", word);
    return rc_cli_usage(command, "there is no option \"%s\"", word);
}

int rc_cli_options(const char *command, const char *usage, const struct rc_option *options,
                   int argc, char **argv)
{
    struct option names[RC_OPTIONS_MAX + 2] = {{"help", no_argument, NULL, 'h'}};
    const struct rc_option *by_letter[FIRST_ROW] = {NULL};
    char letters[2 * RC_OPTIONS_MAX + 3] = ":h";
    int named = 1, found;
    size_t length = strlen(letters);
    for (int i = 0; options[i].name || options[i].letter; i++) {
        const struct rc_option *option = &options[i];
        assert(i < RC_OPTIONS_MAX);
        if (option->name)
            names[named++] = (struct option){
                option->name, option->flag ? no_argument : required_argument, NULL, FIRST_ROW + i};
        if (!option->letter)
            continue;
        by_letter[(unsigned char)option->letter] = option;
        letters[length++] = option->letter;
        if (!option->flag)
            letters[length++] = ':';
    }
    opterr = 0; /* what is wrong is said here */
    while ((found = getopt_long(argc, argv, letters, names, NULL)) != -1) {
        if (found == 'h')
            return fputs(usage, stdout) < 0 ? RC_EXIT_FAILED : -1;
        if (found == '?' || found == ':')
            return say_bad(command, found, argv);
        const struct rc_option *option =
            found >= FIRST_ROW ? &options[found - FIRST_ROW] : by_letter[found];
        if (!store(option, optarg))
            return say_expected(command, option, optarg);
    }
    return RC_EXIT_OK;
}
