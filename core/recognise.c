#include "core/recognise.h"

#include <string.h>

const struct rc_position rc_position_start = {false, -1, -1, -1};
const struct rc_position rc_position_unknown = {true, -1, -1, -1};

bool rc_type_matches(const struct rc_record_type *type, const uint8_t *bytes, uint32_t length)
{
    for (int i = 0; i < type->match_count; i++) {
        const struct rc_match *match = &type->matches[i];
        bool found = false;
        if (match->at + match->length > length)
            return false;
        for (int v = 0; v < match->count && !found; v++)
            found = memcmp(bytes + match->at, match->values + (size_t)v * match->length,
                           match->length) == 0;
        if (found == match->negate)
            return false;
    }
    return true;
}

bool rc_may_stand(const struct rc_position *position, const struct rc_record_type *type)
{
    int open = position->batch_header >= 0 ? position->batch_header : position->file_header;
    if (position->unknown)
        return true;
    if (type->in && (open < 0 || !(type->in >> open & 1)))
        return false;
    if (!type->after && !type->after_start)
        return true;
    return position->previous < 0 ? type->after_start : type->after >> position->previous & 1;
}

int rc_recognise(const struct rc_layout *layout, const struct rc_position *position,
                 const uint8_t *bytes, uint32_t length, int *misplaced)
{
    *misplaced = -1;
    for (int t = 0; t < layout->type_count; t++) {
        const struct rc_record_type *type = &layout->types[t];
        if (!rc_type_matches(type, bytes, length))
            continue;
        if (rc_may_stand(position, type))
            return t;
        *misplaced = *misplaced < 0 ? t : *misplaced;
    }
    return -1;
}

void rc_position_pass(const struct rc_layout *layout, struct rc_position *position, int type)
{
    enum rc_record_role role = type < 0 ? RC_FILLER_RECORD : layout->types[type].role;
    if (role == RC_FILLER_RECORD)
        return;
    if (role == RC_FILE_HEADER)
        position->file_header = type;
    if (role == RC_BATCH_HEADER || role == RC_BATCH_TRAILER || role == RC_FILE_TRAILER)
        position->batch_header = role == RC_BATCH_HEADER ? type : -1;
    position->previous = type;
}
