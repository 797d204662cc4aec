/* Cutting bytes into records: four bytes choose the framing, the rest is the file.
 * Numbers and offsets never go back, every byte belongs to one record or fault,
 * and a record is found again by its place. */
#include "core/frame.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { SETTINGS = 4, PLACES = 64 };

static volatile uint8_t sink;

static void must(bool true_)
{
    if (!true_)
        abort();
}

static struct rc_framing framing_of(const uint8_t *data)
{
    struct rc_framing framing = {
        .kind = (enum rc_frame_kind)(data[0] & 3),
        .pad = data[0] & 4,
        .little_endian = data[0] & 8,
        .inclusive = data[0] & 16,
        .file_header_bytes = data[0] & 32 ? data[2] & 15u : 0,
        .file_footer_bytes = data[0] & 64 ? data[2] >> 4 : 0,
        .length = data[1],
        .max_length = data[3] * 8u + 8,
    };
    if (framing.kind == RC_FRAME_FIXED && !framing.length)
        framing.length = 1;
    if (framing.kind == RC_FRAME_RDW || framing.kind == RC_FRAME_BDW)
        framing.length = 0;
    if (framing.kind != RC_FRAME_LINES || !framing.length)
        framing.pad = false;
    if (framing.length > framing.max_length)
        framing.max_length = framing.length;
    return framing;
}

/* Reads every byte that a record promises, and those behind it. */
static void touch(const struct rc_raw *raw)
{
    for (uint32_t i = 0; i < raw->length + RC_READ_PAST; i++)
        sink = raw->bytes[i];
}

struct place {
    uint64_t number, offset, framed_length;
    uint32_t length;
    uint8_t first;
};

static size_t read_file(int fd, const struct rc_framing *framing, size_t size,
                        struct place places[PLACES])
{
    struct rc_error err = {0};
    struct rc_raw raw = {0};
    struct rc_frame *frame = rc_frame_new(fd, framing, true, &err);
    uint64_t number = 0, offset = 0;
    size_t kept = 0;
    must(frame != NULL);
    for (;;) {
        enum rc_frame_result result = rc_frame_next(frame, &raw, &err);
        must(result != RC_FRAME_ERROR);
        if (result == RC_FRAME_END)
            break;
        must(raw.number == ++number);
        must(number == 1 || raw.offset == offset);
        must(raw.length <= framing->max_length);
        must(raw.framed_length > 0 || raw.length == 0);
        must((result == RC_FRAME_FAULT) == (raw.reason[0] != '\0'));
        offset = raw.offset + raw.framed_length;
        touch(&raw);
        if (result == RC_FRAME_RECORD && kept < PLACES)
            places[kept++] = (struct place){raw.number, raw.offset, raw.framed_length, raw.length,
                                            raw.length ? raw.bytes[0] : (uint8_t)0};
    }
    must(rc_frame_offset(frame) <= size);
    must(rc_frame_next(frame, &raw, &err) == RC_FRAME_END);
    rc_frame_free(frame);
    return kept;
}

/* Backwards, so that each is looked for anew. */
static void find_again(int fd, const struct rc_framing *framing, const struct place *places,
                       size_t count)
{
    struct rc_error err = {0};
    struct rc_raw raw = {0};
    struct rc_frame *frame = rc_frame_new(fd, framing, false, &err);
    must(frame != NULL);
    for (size_t i = count; i-- > 0;) {
        const struct place *place = &places[i];
        rc_frame_seek(frame, place->offset, place->number, (size_t)place->framed_length);
        must(rc_frame_next(frame, &raw, &err) == RC_FRAME_RECORD);
        must(raw.number == place->number && raw.offset == place->offset);
        must(raw.length == place->length && raw.framed_length == place->framed_length);
        must(!raw.length || raw.bytes[0] == place->first);
        touch(&raw);
    }
    rc_frame_free(frame);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct place places[PLACES];
    if (size < SETTINGS)
        return 0;
    struct rc_framing framing = framing_of(data);
    int fd = memfd_create("fuzz", MFD_CLOEXEC);
    must(fd >= 0);
    must(write(fd, data + SETTINGS, size - SETTINGS) == (ssize_t)(size - SETTINGS));
    must(lseek(fd, 0, SEEK_SET) == 0);
    size_t count = read_file(fd, &framing, size - SETTINGS, places);
    if (framing.kind != RC_FRAME_BDW)
        find_again(fd, &framing, places, count);
    close(fd);
    return 0;
}
