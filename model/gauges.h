/* What CloudWatch knows of the pipeline's tables, queues and functions, on one time axis: a
 * series a row of the table "throttles". Capacities and limits come from DynamoDB and Lambda
 * themselves. It is a listing of model/live.h; its rows are there before their values. */
#ifndef RC_MODEL_GAUGES_H
#define RC_MODEL_GAUGES_H

#include "model/live.h"

/* The periods that are offered, the shortest first; 0 at the end. Steps are a minute, of the
 * longest five. */
extern const int64_t rc_gauges_periods_s[];

enum {
    RC_GAUGES_PERIOD_S = 3600,
    RC_GAUGES_TABLE_BYTES = 256, /* of a table's name, NUL included */
    RC_GAUGES_INDEXES = 20,      /* global indexes of a table that are shown */
    RC_GAUGES_POINTS = 180,      /* most of a series */
};

/* "15m", "1h", "3h" or "12h" in seconds; 0: it is none of them. */
int64_t rc_gauges_period(const char *text);

/* Takes a period or the name of a table, in any order, at most one of each; `table` has
 * RC_GAUGES_TABLE_BYTES and was "", *period_s was 0. False when the word can be neither. */
bool rc_gauges_word(const char *word, char *table, int64_t *period_s);

/* Of the pipeline's tables, queues and functions; of one table and its indexes when it is named
 * (NULL or "": all). The period is one of rc_gauges_periods_s, up to until_ms (0: now). A table
 * that is not there or may not be looked at is a note in its rows. */
struct rc_listing *rc_live_gauges(struct rc_live *live, const char *table, int64_t period_s,
                                  int64_t until_ms, struct rc_error *err);

/* What a series is of. */
enum rc_gauge_kind {
    RC_GAUGE_LEVEL,    /* a use, a depth, an age */
    RC_GAUGE_EVENTS,   /* of trouble: nothing told means that there was none */
    RC_GAUGE_STANDING, /* a level that is trouble unless it is zero */
    RC_GAUGE_KINDS
};

enum rc_gauge_of { RC_GAUGE_OF_TABLE, RC_GAUGE_OF_QUEUE, RC_GAUGE_OF_FUNCTION };

struct rc_gauge {
    enum rc_gauge_of of;
    char resource[RC_GAUGES_TABLE_BYTES + 260]; /* "TABLE", "TABLE/INDEX", a queue, … */
    char panel[48];                             /* series of one panel stand together */
    char name[32];
    char unit[16]; /* "", "s", "share" */
    enum rc_gauge_kind kind;
    double limit;                   /* NAN: none is known */
    char limit_name[64];            /* what it is, or why none is known */
    char note[RC_ERROR_TEXT_BYTES]; /* why there are no values; "": they may be there */
    double *values;                 /* count of them; NAN: not known */
    bool known;                     /* one of them is */
};

struct rc_gauges {
    int64_t from_ms, step_ms;
    size_t count; /* of points */
    struct rc_gauge *series;
    size_t series_count;
};

/* The rows of a listing as they are now. NULL with an error. */
struct rc_gauges *rc_gauges_read(struct rc_model *model, int64_t listing, struct rc_error *err);
void rc_gauges_free(struct rc_gauges *gauges);

#endif
