#include "aws/secret.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

/* In front of what the caller sees, aligned for any type. */
union piece {
    size_t mapped_bytes;
    max_align_t unit;
};

void *rc_secret_alloc(size_t bytes)
{
    if (bytes > RC_SECRET_BYTES) {
        errno = ENOMEM;
        return NULL;
    }
    size_t whole = bytes + sizeof(union piece);
    void *memory = mmap(NULL, whole, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED)
        return NULL;
    /* A kernel that does not know it leaves the pages in dumps; that is no reason to stop. */
    (void)madvise(memory, whole, MADV_DONTDUMP);
    union piece *piece = memory;
    piece->mapped_bytes = whole;
    return piece + 1;
}

void rc_secret_free(void *secret)
{
    if (!secret)
        return;
    union piece *piece = (union piece *)secret - 1;
    size_t whole = piece->mapped_bytes;
    explicit_bzero(piece, whole);
    munmap(piece, whole);
}

void rc_secret_wipe(const void *bytes, size_t length)
{
    if (bytes)
        explicit_bzero((void *)(uintptr_t)bytes, length);
}

enum { LEAST_FILE_BYTES = 4000 }; /* what has no size, as files of /proc, may have so much */

/* Fills text, which has room for a NUL behind; false when there is more. */
static bool read_all(int fd, const char *path, char *text, size_t room, size_t *length,
                     struct rc_error *err)
{
    char more;
    for (size_t got = 0;;) {
        ssize_t some = read(fd, got < room ? text + got : &more, got < room ? room - got : 1);
        if (some < 0 && errno == EINTR)
            continue;
        if (some < 0) {
            rc_error_errno(err, RC_IO, "%s cannot be read", path);
            return false;
        }
        if (some == 0) {
            *length = got;
            return true;
        }
        if (got == room) {
            errno = EFBIG;
            rc_error_set(err, RC_IO, "%s grew while it was read", path);
            return false;
        }
        got += (size_t)some;
    }
}

static char *read_open(int fd, const char *path, size_t cap_bytes, size_t *length,
                       struct rc_error *err)
{
    struct stat status;
    if (fstat(fd, &status) != 0) {
        rc_error_errno(err, RC_IO, "%s cannot be read", path);
        return NULL;
    }
    bool null = S_ISCHR(status.st_mode) && status.st_rdev == makedev(1, 3); /* /dev/null */
    if (!S_ISREG(status.st_mode) && !null) {
        errno = EINVAL;
        rc_error_set(err, RC_IO, "%s is no regular file", path);
        return NULL;
    }
    if (status.st_size > (off_t)cap_bytes) {
        errno = EFBIG;
        rc_error_set(err, RC_LIMIT, "%s has more than %zu bytes", path, cap_bytes);
        return NULL;
    }
    size_t room = (size_t)status.st_size;
    if (room < LEAST_FILE_BYTES)
        room = LEAST_FILE_BYTES < cap_bytes ? LEAST_FILE_BYTES : cap_bytes;
    char *text = rc_secret_alloc(room + 1);
    if (!text) {
        rc_error_nomem(err);
        return NULL;
    }
    if (read_all(fd, path, text, room, length, err))
        return text;
    int saved = errno;
    rc_secret_free(text);
    errno = saved;
    return NULL;
}

char *rc_secret_read(const char *path, size_t cap_bytes, size_t *length, struct rc_error *err)
{
    *length = 0;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (fd < 0) {
        rc_error_errno(err, RC_IO, "%s cannot be opened", path);
        return NULL;
    }
    char *text = read_open(fd, path, cap_bytes, length, err);
    int saved = errno;
    close(fd);
    errno = saved;
    return text;
}
