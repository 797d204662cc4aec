#include "base/folder.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static bool make(const char *path, mode_t mode, struct rc_error *err)
{
    struct stat info;
    if (mkdir(path, mode) == 0)
        return true;
    int cause = errno; /* which is not always EEXIST where the folder is there */
    if (stat(path, &info) == 0) {
        if (S_ISDIR(info.st_mode))
            return true;
        rc_error_set(err, RC_IO, "%s is not a folder; name another place", path);
        return false;
    }
    errno = cause;
    rc_error_errno(err, RC_IO, "cannot make the folder %s", path);
    return false;
}

bool rc_make_folders(const char *path, mode_t mode, struct rc_error *err)
{
    char *part = strdup(path);
    bool ok = part != NULL;
    if (!part)
        rc_error_nomem(err);
    for (char *at = part; ok && (at = strchr(at + 1, '/'));) {
        *at = '\0';
        ok = make(part, mode, err);
        *at = '/';
    }
    ok = ok && make(path, mode, err);
    free(part);
    return ok;
}
