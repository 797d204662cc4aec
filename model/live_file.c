#include "model/live_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* In a folder that only its owner can read. XDG_RUNTIME_DIR is in memory, /tmp may be. */
bool rc_live_file_make(struct rc_live_file *file, bool large, struct rc_error *err)
{
    const char *const bases[] = {
        large ? getenv("TMPDIR") : getenv("XDG_RUNTIME_DIR"),
        large ? "/var/tmp" : getenv("TMPDIR"),
        "/tmp",
    };
    for (size_t i = 0; i < sizeof bases / sizeof *bases; i++) {
        int length = bases[i] && *bases[i] == '/' ? snprintf(file->folder, sizeof file->folder,
                                                             "%s/reconctl-XXXXXX", bases[i])
                                                  : -1;
        if (length > 0 && (size_t)length < sizeof file->folder && mkdtemp(file->folder)) {
            snprintf(file->path, sizeof file->path, "%s/live.db", file->folder);
            return true;
        }
    }
    rc_error_errno(err, RC_IO, "no temporary folder can be made; TMPDIR names where");
    file->folder[0] = '\0';
    return false;
}

void rc_live_file_remove(struct rc_live_file *file)
{
    static const char *const ends[] = {"", "-wal", "-shm", "-journal"};
    char path[sizeof file->path + 16];
    if (!file->folder[0])
        return;
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        snprintf(path, sizeof path, "%s%s", file->path, ends[i]);
        unlink(path);
    }
    rmdir(file->folder);
    file->folder[0] = '\0';
}
