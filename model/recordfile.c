#include "model/recordfile_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    INDEX_SPOTS = 16384, /* most that are kept; then every other one goes */
    FIRST_STRIDE = 64,
    HEADER_SEARCH = 16, /* records among which the file's header is looked for */
};

#define NOWHERE UINT64_MAX

/* A record and what stands before it. */
struct spot {
    uint64_t number, offset;
    struct rc_position position;
    uint64_t batch_offset, file_offset; /* of the open headers; NOWHERE */
};

struct rc_recordindex {
    struct spot *spots;
    size_t count;
    uint64_t stride, records;
};

struct rc_recordfile {
    const struct rc_layout *layout;
    int fd;
    uint64_t bytes;
    struct rc_frame *frame;
    struct spot next; /* of the frame */
    struct rc_recordindex *index;
    int32_t file_date;
};

/* ----- walking ----- */

static void seek_to(struct rc_recordfile *file, const struct spot *spot)
{
    uint64_t end = file->bytes - file->layout->framing.file_footer_bytes;
    if (file->bytes < file->layout->framing.file_footer_bytes || spot->offset > end)
        end = spot->offset;
    rc_frame_seek(file->frame, spot->offset, spot->number, (size_t)(end - spot->offset));
    file->next = *spot;
}

static struct spot first_spot(const struct rc_layout *layout)
{
    return (struct spot){.number = 1,
                         .offset = layout->framing.file_header_bytes,
                         .position = rc_position_start,
                         .batch_offset = NOWHERE,
                         .file_offset = NOWHERE};
}

/* The place behind a record of the type (or that type, misplaced). */
static void pass(struct rc_recordfile *file, int type, const struct rc_raw *raw)
{
    struct spot *next = &file->next;
    rc_position_pass(file->layout, &next->position, type);
    if (type >= 0 && file->layout->types[type].role == RC_FILE_HEADER)
        next->file_offset = raw->offset;
    if (type >= 0 && file->layout->types[type].role == RC_BATCH_HEADER)
        next->batch_offset = raw->offset;
    else if (next->position.batch_header < 0)
        next->batch_offset = NOWHERE;
    next->number = raw->number + 1;
    next->offset = raw->offset + raw->framed_length;
}

/* The next record; here: what stood before it. False at the end (*ok) or on failure. */
static bool walk(struct rc_recordfile *file, struct rc_raw *raw, struct spot *here, int *type,
                 int *misplaced, bool *ok, struct rc_error *err)
{
    *here = file->next;
    enum rc_frame_result result = rc_frame_next(file->frame, raw, err);
    *ok = result != RC_FRAME_ERROR;
    if (result == RC_FRAME_ERROR || result == RC_FRAME_END)
        return false;
    *type = rc_recognise(file->layout, &here->position, raw->bytes, raw->length, misplaced);
    pass(file, *type >= 0 ? *type : *misplaced, raw);
    return true;
}

/* A record of a block can be found again only where the block begins. */
static bool may_begin_here(const struct rc_layout *layout, const struct rc_raw *raw)
{
    return layout->framing.kind != RC_FRAME_BDW || raw->framed_length >= raw->length + 8u;
}

/* ----- the file ----- */

/* The date by which dates without a year are read, from the header where the layout
 * says so. */
static bool find_file_date(struct rc_recordfile *file, struct rc_error *err)
{
    const struct rc_ref *ref = &file->layout->map.file_date;
    struct rc_raw raw;
    struct spot here;
    int type, misplaced;
    bool ok = true;
    file->file_date = RC_CIVIL_NONE;
    if (!file->layout->map.present || ref->type < 0)
        return true;
    for (int i = 0; i < HEADER_SEARCH && walk(file, &raw, &here, &type, &misplaced, &ok, err);
         i++) {
        if (type != ref->type)
            continue;
        struct rc_piece *piece =
            rc_piece_new(file->layout, type, raw.bytes, raw.length, RC_CIVIL_NONE, err);
        if (!piece)
            return false;
        if (piece->values[ref->field].kind == RC_VALUE_DATE)
            file->file_date = piece->values[ref->field].date;
        rc_piece_free(piece);
        break;
    }
    return ok;
}

struct rc_recordfile *rc_recordfile_open(const struct rc_layout *layout, const char *path,
                                         struct rc_error *err)
{
    struct stat status;
    struct rc_recordfile *file = calloc(1, sizeof *file);
    if (!file) {
        rc_error_nomem(err);
        return NULL;
    }
    file->layout = layout;
    file->fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (file->fd < 0 || fstat(file->fd, &status) != 0) {
        rc_error_errno(err, RC_IO, "cannot open %s", path);
    } else if (!S_ISREG(status.st_mode)) {
        rc_error_set(err, RC_IO, "%s is no regular file", path);
    } else {
        file->bytes = (uint64_t)status.st_size;
        file->frame = rc_frame_new(file->fd, &layout->framing, false, err);
        struct spot first = first_spot(layout);
        if (file->frame) {
            seek_to(file, &first);
            if (find_file_date(file, err)) {
                seek_to(file, &first);
                return file;
            }
        }
    }
    rc_recordfile_close(file);
    return NULL;
}

void rc_recordfile_close(struct rc_recordfile *file)
{
    if (!file)
        return;
    rc_frame_free(file->frame);
    rc_recordindex_free(file->index);
    if (file->fd >= 0)
        close(file->fd);
    free(file);
}

uint64_t rc_recordfile_bytes(const struct rc_recordfile *file)
{
    return file->bytes;
}

uint64_t rc_recordfile_count(const struct rc_recordfile *file)
{
    return file->index ? file->index->records : 0;
}

/* ----- the index ----- */

static void add_spot(struct rc_recordindex *index, const struct spot *spot)
{
    if (index->count == INDEX_SPOTS) {
        for (size_t i = 0; 2 * i < index->count; i++)
            index->spots[i] = index->spots[2 * i];
        index->count /= 2;
        index->stride *= 2;
    }
    if (!index->count || spot->number >= index->spots[index->count - 1].number + index->stride)
        index->spots[index->count++] = *spot;
}

struct rc_recordindex *rc_recordindex_build(const struct rc_layout *layout, const char *path,
                                            bool (*cancelled)(void), struct rc_error *err)
{
    struct rc_recordfile *file = rc_recordfile_open(layout, path, err);
    struct rc_recordindex *index = file ? calloc(1, sizeof *index) : NULL;
    struct rc_raw raw;
    struct spot here;
    int type, misplaced;
    bool ok = index != NULL;
    if (index) {
        index->stride = FIRST_STRIDE;
        index->spots = malloc(INDEX_SPOTS * sizeof *index->spots);
        ok = index->spots != NULL;
    }
    if (file && !ok)
        rc_error_nomem(err);
    while (ok && walk(file, &raw, &here, &type, &misplaced, &ok, err)) {
        index->records = raw.number;
        if (may_begin_here(layout, &raw))
            add_spot(index, &here);
        if (raw.number % 1024 == 0 && cancelled && cancelled()) {
            rc_error_set(err, RC_LIMIT, "given up");
            ok = false;
        }
    }
    rc_recordfile_close(file);
    if (ok)
        return index;
    rc_recordindex_free(index);
    return NULL;
}

void rc_recordindex_free(struct rc_recordindex *index)
{
    if (!index)
        return;
    free(index->spots);
    free(index);
}

void rc_recordfile_use(struct rc_recordfile *file, struct rc_recordindex *index)
{
    rc_recordindex_free(file->index);
    file->index = index;
}

/* The last spot of the index at or before the record. */
static const struct spot *spot_before(const struct rc_recordindex *index, uint64_t number)
{
    size_t low = 0, high = index->count;
    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;
        if (index->spots[middle].number <= number)
            low = middle;
        else
            high = middle;
    }
    return &index->spots[low];
}

/* ----- what a transaction stands on ----- */

struct pieces {
    struct rc_piece *of[RC_LAYOUT_TYPES];
};

/* Reads one record at an offset as one of the type. */
static bool read_header(struct rc_recordfile *file, uint64_t offset, int type,
                        struct pieces *pieces, struct rc_error *err)
{
    struct rc_raw raw;
    struct spot spot = {.number = 1, .offset = offset, .position = rc_position_unknown};
    if (offset == NOWHERE || type < 0 || pieces->of[type])
        return true;
    seek_to(file, &spot);
    enum rc_frame_result result = rc_frame_next(file->frame, &raw, err);
    if (result != RC_FRAME_RECORD)
        return result != RC_FRAME_ERROR;
    pieces->of[type] =
        rc_piece_new(file->layout, type, raw.bytes, raw.length, file->file_date, err);
    return pieces->of[type] != NULL;
}

/* The records behind a detail that belong to it; the frame stands behind it. */
static bool read_addenda(struct rc_recordfile *file, struct pieces *pieces, struct rc_error *err)
{
    struct rc_raw raw;
    struct spot here;
    int type, misplaced;
    bool ok = true;
    while (walk(file, &raw, &here, &type, &misplaced, &ok, err)) {
        enum rc_record_role role = type < 0 ? RC_DETAIL : file->layout->types[type].role;
        if (role == RC_FILLER_RECORD)
            continue;
        if (role != RC_ADDENDA)
            break;
        rc_piece_free(pieces->of[type]);
        pieces->of[type] =
            rc_piece_new(file->layout, type, raw.bytes, raw.length, file->file_date, err);
        if (!pieces->of[type])
            return false;
    }
    return ok;
}

static bool map_detail(struct rc_recordfile *file, const struct spot *here, struct rc_piece *detail,
                       struct rc_shown_record *shown, struct rc_error *err)
{
    struct pieces pieces = {0};
    struct rc_standing standing = {0};
    struct spot behind = file->next;
    bool addenda = false;
    for (int t = 0; t < file->layout->type_count; t++)
        addenda |= file->layout->types[t].role == RC_ADDENDA;
    pieces.of[detail->type] = detail;
    bool ok = (!addenda || read_addenda(file, &pieces, err)) &&
              read_header(file, here->batch_offset, here->position.batch_header, &pieces, err) &&
              read_header(file, here->file_offset, here->position.file_header, &pieces, err);
    for (int t = 0; t < file->layout->type_count; t++)
        standing.values[t] = pieces.of[t] ? pieces.of[t]->values : NULL;
    ok = ok && rc_shown_map(file->layout, &standing, shown, err);
    pieces.of[detail->type] = NULL;
    for (int t = 0; t < file->layout->type_count; t++)
        rc_piece_free(pieces.of[t]);
    /* In blocks the frame cannot go back to where it was. */
    if (file->layout->framing.kind != RC_FRAME_BDW)
        seek_to(file, &behind);
    else
        file->next.number = UINT64_MAX;
    return ok;
}

/* ----- one record ----- */

static void say_reason(const struct rc_layout *layout, const struct rc_raw *raw, int type,
                       int misplaced, struct rc_shown_record *shown)
{
    if (raw->reason[0])
        snprintf(shown->reason, sizeof shown->reason, "%s", raw->reason);
    else if (type < 0 && misplaced < 0)
        snprintf(shown->reason, sizeof shown->reason,
                 "unknown record type: the layout describes no record that begins like this");
    else if (type < 0)
        snprintf(shown->reason, sizeof shown->reason, "out of order: %s may not stand here",
                 layout->types[misplaced].name);
}

static struct rc_shown_record *show(struct rc_recordfile *file, const struct spot *here,
                                    const struct rc_raw *raw, int type, int misplaced,
                                    struct rc_error *err)
{
    const struct rc_layout *layout = file->layout;
    int as = type >= 0 ? type : misplaced;
    struct rc_shown_record *shown = calloc(1, sizeof *shown);
    struct rc_piece *piece =
        shown ? rc_piece_new(layout, as, raw->bytes, raw->length, file->file_date, err) : NULL;
    if (!shown)
        rc_error_nomem(err);
    bool ok = piece && rc_shown_fill(layout, piece, shown, err);
    if (ok) {
        shown->number = raw->number;
        shown->offset = raw->offset;
        shown->framed_length = raw->framed_length;
        say_reason(layout, raw, type, misplaced, shown);
        if (layout->map.present && type >= 0 && layout->types[type].role == RC_DETAIL &&
            !shown->reason[0])
            ok = map_detail(file, here, piece, shown, err);
    }
    rc_piece_free(piece);
    if (ok)
        return shown;
    rc_shown_record_free(shown);
    return NULL;
}

/* Goes to the nearest place before the record from which reading can go on. */
static void approach(struct rc_recordfile *file, uint64_t number)
{
    struct spot first = first_spot(file->layout);
    const struct spot *best = &first;
    if (file->index && file->index->count)
        best = spot_before(file->index, number);
    bool on = !file->next.position.unknown && file->next.number <= number &&
              file->next.number >= best->number;
    if (!on)
        seek_to(file, best);
}

struct rc_shown_record *rc_recordfile_read(struct rc_recordfile *file, uint64_t number,
                                           struct rc_error *err)
{
    struct rc_raw raw;
    struct spot here;
    int type, misplaced;
    bool ok = true;
    approach(file, number);
    if (!file->index && number - file->next.number > RC_RECORDFILE_SCAN) {
        rc_error_set(err, RC_LIMIT, "record %llu is found when the file has been read through",
                     (unsigned long long)number);
        return NULL;
    }
    while (walk(file, &raw, &here, &type, &misplaced, &ok, err))
        if (raw.number == number)
            return show(file, &here, &raw, type, misplaced, err);
    if (ok)
        rc_error_set(err, RC_USAGE, "the file has no record %llu", (unsigned long long)number);
    file->next.number = UINT64_MAX;
    return NULL;
}

struct rc_shown_record *rc_recordfile_read_at(struct rc_recordfile *file, uint64_t number,
                                              uint64_t offset, struct rc_error *err)
{
    struct rc_raw raw;
    struct spot here;
    int type, misplaced;
    bool ok = true;
    if (file->index)
        return rc_recordfile_read(file, number, err);
    struct spot spot = {.number = number,
                        .offset = offset,
                        .position = rc_position_unknown,
                        .batch_offset = NOWHERE,
                        .file_offset = NOWHERE};
    seek_to(file, &spot);
    if (walk(file, &raw, &here, &type, &misplaced, &ok, err))
        return show(file, &here, &raw, type, misplaced, err);
    if (ok)
        rc_error_set(err, RC_USAGE, "the file ends before byte %llu", (unsigned long long)offset);
    return NULL;
}
