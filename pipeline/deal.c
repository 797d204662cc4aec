#include "pipeline/deal.h"

enum { BATCHES = (RC_DEAL_ITEMS + RC_DEAL_BATCH - 1) / RC_DEAL_BATCH };

static const double golden_section = 0.6180339887498949;

static size_t divisor(size_t a, size_t b)
{
    return b ? divisor(b, a % b) : a;
}

/* A batch takes every so manieth item, as many as there are batches, from its first on. Of items
 * that follow each other the batches are multiples of the golden section: however many these are,
 * they lie evenly (Knuth, The Art of Computer Programming 3, section 6.4, theorem S). */
static void find_firsts(uint32_t *first, size_t batches)
{
    size_t step = (size_t)((double)batches * golden_section);
    while (divisor(batches, step) != 1)
        step++;
    for (size_t i = 0; i < batches; i++)
        first[i * step % batches] = (uint32_t)i;
}

static void sort_by_lane(const uint32_t *lanes, size_t count, uint32_t *order)
{
    size_t starts[RC_DEAL_LANES + 1] = {0};
    for (size_t i = 0; i < count; i++)
        starts[lanes[i] % RC_DEAL_LANES + 1]++;
    for (size_t i = 0; i < RC_DEAL_LANES; i++)
        starts[i + 1] += starts[i];
    for (size_t i = 0; i < count; i++)
        order[starts[lanes[i] % RC_DEAL_LANES]++] = (uint32_t)i;
}

void rc_deal(const uint32_t *lanes, size_t count, uint32_t *order)
{
    uint32_t by_lane[RC_DEAL_ITEMS], first[BATCHES];
    size_t batches = (count + RC_DEAL_BATCH - 1) / RC_DEAL_BATCH, at = 0;
    sort_by_lane(lanes, count, by_lane);
    find_firsts(first, batches);
    for (size_t batch = 0; batch < batches; batch++)
        for (size_t i = first[batch]; i < count; i += batches)
            order[at++] = by_lane[i];
}
