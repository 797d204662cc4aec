#include "model/layoutguess.h"

#include "core/bundled.h"
#include "core/civil.h"
#include "core/parse.h"

#include <sys/stat.h>
#include <unistd.h>

struct reading {
    uint64_t end; /* what is cut there is no mistake */
    bool whole, rejected;
};

static bool reject(void *context, const struct rc_reject *rejected, struct rc_error *err)
{
    struct reading *reading = context;
    (void)err;
    if (!reading->whole && rejected->offset + rejected->framed_length >= reading->end)
        return true;
    reading->rejected = true;
    return false; /* that is enough */
}

static int fields_of(const struct rc_layout *layout)
{
    int count = 0;
    for (int t = 0; t < layout->type_count; t++)
        for (int f = 0; f < layout->types[t].field_count; f++)
            count += layout->types[t].fields[f].type != RC_FILLER;
    return count;
}

/* How many fields the layout tells of the file; 0: it does not fit. */
static int fits(const char *name, int fd, const struct reading *how)
{
    const struct rc_parse_options options = {.file_date = RC_CIVIL_NONE};
    struct reading reading = *how;
    const struct rc_sink sink = {.context = &reading, .reject = reject};
    struct rc_error err = {0};
    bool ok = false;
    struct rc_layout *layout = rc_layout_load(name, NULL, &err);
    struct rc_parser *parser = layout ? rc_parser_new(layout, &options, &sink, &err) : NULL;
    if (parser && lseek(fd, 0, SEEK_SET) == 0)
        ok = rc_parser_run(parser, fd, &err) && !reading.rejected &&
             rc_parser_totals(parser)->records > 0;
    int fields = ok ? fields_of(layout) : 0;
    rc_parser_free(parser);
    rc_layout_free(layout);
    return fields;
}

int rc_layout_guess(int fd, bool whole, const char *found[RC_LAYOUT_GUESSES])
{
    int fields[RC_LAYOUT_GUESSES], count = 0;
    struct stat status;
    if (fstat(fd, &status) != 0)
        return 0;
    const struct reading reading = {.end = (uint64_t)status.st_size, .whole = whole};
    for (size_t i = 0; i < rc_bundled_layout_count && count < RC_LAYOUT_GUESSES; i++) {
        int tells = fits(rc_bundled_layouts[i].name, fd, &reading), at = count;
        if (!tells)
            continue;
        for (; at > 0 && fields[at - 1] < tells; at--) {
            fields[at] = fields[at - 1];
            found[at] = found[at - 1];
        }
        fields[at] = tells;
        found[at] = rc_bundled_layouts[i].name;
        count++;
    }
    return count;
}
