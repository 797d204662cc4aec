/* An environment and a home folder for tests: nothing of the
 * machine's own is read. */
#ifndef RC_TESTS_AWS_ENVIRONMENT_H
#define RC_TESTS_AWS_ENVIRONMENT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { ENVIRONMENT_VARIABLES = 32 };

struct environment {
    char home[64]; /* a folder of its own */
    struct {
        char name[64];
        char value[1024];
    } variables[ENVIRONMENT_VARIABLES];
    size_t count;
};

static inline const char *environment_get(void *ctx, const char *name)
{
    const struct environment *environment = ctx;
    for (size_t i = environment->count; i-- > 0;)
        if (strcmp(environment->variables[i].name, name) == 0)
            return environment->variables[i].value;
    return NULL;
}

static inline void environment_set(struct environment *environment, const char *name,
                                   const char *value)
{
    assert_true(environment->count < ENVIRONMENT_VARIABLES);
    size_t at = environment->count++, name_length = strlen(name), value_length = strlen(value);
    assert_true(name_length < sizeof environment->variables[at].name);
    assert_true(value_length < sizeof environment->variables[at].value);
    memmove(environment->variables[at].name, name, name_length + 1);
    memmove(environment->variables[at].value, value, value_length + 1);
}

/* Writes HOME/name, with the folders that it needs. */
static inline void environment_write(const struct environment *environment, const char *name,
                                     const char *text)
{
    char path[512];
    snprintf(path, sizeof path, "%s/%s", environment->home, name);
    for (char *at = path + strlen(environment->home) + 1; (at = strchr(at, '/')); at++) {
        *at = '\0';
        mkdir(path, 0700);
        *at = '/';
    }
    FILE *file = fopen(path, "we");
    assert_non_null(file);
    assert_int_equal(fwrite(text, 1, strlen(text), file), strlen(text));
    assert_int_equal(fclose(file), 0);
}

static inline void environment_begin(struct environment *environment)
{
    memset(environment, 0, sizeof *environment);
    snprintf(environment->home, sizeof environment->home, "/tmp/rc-test-home-XXXXXX");
    assert_non_null(mkdtemp(environment->home));
    environment_set(environment, "HOME", environment->home);
}

static inline int environment_remove_one(const char *path, const struct stat *status, int kind,
                                         struct FTW *where)
{
    (void)status;
    (void)kind;
    (void)where;
    return remove(path);
}

static inline void environment_end(struct environment *environment)
{
    nftw(environment->home, environment_remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

#endif
