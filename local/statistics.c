#include "local/statistics.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* Each bin is two per cent wide. Values of either sign stand in order of their places. */
enum { OFFSET = 100000, BINS = 4096 };
static const double width = 0.019802627296179712; /* ln 1.02 */

static int place_of(double value)
{
    if (value == 0)
        return 0;
    int place = OFFSET + (int)lround(log(fabs(value)) / width);
    return value > 0 ? place : -place;
}

static double value_at(int place)
{
    if (place == 0)
        return 0;
    double value = exp((double)(abs(place) - OFFSET) * width);
    return place > 0 ? value : -value;
}

/* Past BINS different ones, which no metric has, the distribution is left out. */
static bool add_bin(struct rc_statistics *statistics, int place, double count)
{
    size_t low = 0, high = statistics->bin_count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (statistics->bins[middle].place < place)
            low = middle + 1;
        else
            high = middle;
    }
    if (low < statistics->bin_count && statistics->bins[low].place == place) {
        statistics->bins[low].count += count;
        statistics->spread += count;
        return true;
    }
    if (statistics->bin_count == BINS)
        return true;
    if (statistics->bin_count == statistics->bin_room) {
        size_t room = statistics->bin_room ? statistics->bin_room * 2 : 4;
        struct rc_statistics_bin *bins = realloc(statistics->bins, room * sizeof *bins);
        if (!bins)
            return false;
        statistics->bins = bins;
        statistics->bin_room = room;
    }
    struct rc_statistics_bin *at = statistics->bins + low;
    memmove(at + 1, at, (statistics->bin_count - low) * sizeof *at);
    *at = (struct rc_statistics_bin){place, count};
    statistics->bin_count++;
    statistics->spread += count;
    return true;
}

static void widen(struct rc_statistics *statistics, double count, double sum, double low,
                  double high)
{
    bool first = statistics->count == 0;
    statistics->low = first || low < statistics->low ? low : statistics->low;
    statistics->high = first || high > statistics->high ? high : statistics->high;
    statistics->count += count;
    statistics->sum += sum;
}

bool rc_statistics_add(struct rc_statistics *statistics, double value, double count)
{
    if (count <= 0)
        return true;
    widen(statistics, count, value * count, value, value);
    return add_bin(statistics, place_of(value), count);
}

bool rc_statistics_add_set(struct rc_statistics *statistics, double count, double sum, double low,
                           double high)
{
    if (count <= 0)
        return true;
    widen(statistics, count, sum, low, high);
    return low != high || add_bin(statistics, place_of(low), count);
}

bool rc_statistics_merge(struct rc_statistics *statistics, const struct rc_statistics *from)
{
    bool ok = true;
    if (from->count <= 0)
        return true;
    widen(statistics, from->count, from->sum, from->low, from->high);
    for (size_t i = 0; ok && i < from->bin_count; i++)
        ok = add_bin(statistics, from->bins[i].place, from->bins[i].count);
    return ok;
}

void rc_statistics_free(struct rc_statistics *statistics)
{
    free(statistics->bins);
    *statistics = (struct rc_statistics){0};
}

/* "p99.9"; -1 when it is none. */
static double percent_of(const char *name)
{
    char *end;
    if (name[0] != 'p' || !name[1])
        return -1;
    double percent = strtod(name + 1, &end);
    return *end || percent < 0 || percent > 100 ? -1 : percent;
}

static bool percentile(const struct rc_statistics *statistics, double percent, double *value)
{
    double rank = percent / 100 * statistics->count, seen = 0;
    if (statistics->spread < statistics->count)
        return false; /* something came as a set */
    *value = statistics->high;
    for (size_t i = 0; i < statistics->bin_count; i++) {
        seen += statistics->bins[i].count;
        if (seen >= rank) {
            *value = value_at(statistics->bins[i].place);
            break;
        }
    }
    *value = fmin(fmax(*value, statistics->low), statistics->high);
    return true;
}

bool rc_statistics_is_name(const char *name)
{
    static const char *const known[] = {"Sum", "Average", "Minimum", "Maximum", "SampleCount"};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (strcmp(known[i], name) == 0)
            return true;
    return percent_of(name) >= 0;
}

bool rc_statistics_get(const struct rc_statistics *statistics, const char *name, double *value)
{
    if (statistics->count <= 0)
        return false;
    if (strcmp(name, "Sum") == 0)
        *value = statistics->sum;
    else if (strcmp(name, "Average") == 0)
        *value = statistics->sum / statistics->count;
    else if (strcmp(name, "Minimum") == 0)
        *value = statistics->low;
    else if (strcmp(name, "Maximum") == 0)
        *value = statistics->high;
    else if (strcmp(name, "SampleCount") == 0)
        *value = statistics->count;
    else
        return percent_of(name) >= 0 && percentile(statistics, percent_of(name), value);
    return true;
}

bool rc_statistics_write_bins(const struct rc_statistics *statistics, struct rc_buf *text)
{
    for (size_t i = 0; i < statistics->bin_count; i++)
        rc_buf_printf(text, "%d:%.17g ", statistics->bins[i].place, statistics->bins[i].count);
    return !text->failed;
}

bool rc_statistics_read_bins(struct rc_statistics *statistics, const char *text)
{
    while (*text) {
        char *end;
        long place = strtol(text, &end, 10);
        if (*end != ':')
            return false;
        double count = strtod(end + 1, &end);
        if (*end != ' ' || !add_bin(statistics, (int)place, count))
            return false;
        text = end + 1;
    }
    return true;
}
