/* The inside of core/generate.h: which records a generated day has, and what each
 * of them is.
 *
 * A plan is a list of cases, each planted a number of times, and plainly matched
 * pairs for the rest. One planting of a case is a family: a few records whose id,
 * card and acquirer reference no other family has, so that families never meet in
 * matching and the statuses of their records are known when they are made. A
 * record is made from the seed and its ordinal alone; nothing is kept. */
#ifndef RC_CORE_GENERATE_PLAN_H
#define RC_CORE_GENERATE_PLAN_H

#include "core/program.h"
#include "core/record.h"

#include <stdbool.h>
#include <stdint.h>

enum {
    RC_GEN_LINE = 169,      /* bytes of a line, its LF included */
    RC_GEN_DRAFTS = 16,     /* most records of a family */
    RC_GEN_NUMBERS = 32,    /* serials that a family may use */
    RC_GEN_CASES = 192,     /* most cases */
    RC_GEN_TWISTS = 4,      /* most twists of a pair */
    RC_GEN_CURRENCIES = 5,  /* currencies that are used */
    RC_GEN_GROUP_CAP = 12,  /* of the program's group pass */
    RC_GEN_DAYS_AHEAD = 32, /* dates lie between so many days after the file date … */
    RC_GEN_DAYS_BACK = 127, /* … and so many before it */
    RC_GEN_DAYS = RC_GEN_DAYS_AHEAD + RC_GEN_DAYS_BACK + 1,
};

/* A record before it is written: its fields at full width, and what becomes of it. */
struct rc_gen_draft {
    char id[24];
    char card[19];
    char auth_code[6];
    char reference[23]; /* the acquirer reference */
    char mcc[4];
    char merchant_id[15];
    char merchant_name[25];
    int64_t amount_minor;
    int64_t fee_minor;
    int64_t original_minor; /* when converted; else the original is the amount */
    int32_t date;
    int32_t settle_date;
    uint8_t currency; /* index into the plan's currencies */
    uint8_t original_currency;
    uint8_t kind; /* enum rc_kind */
    bool converted;

    enum rc_side side;
    enum rc_status status;
    int outcome; /* records of a family that share an outcome share its number */
    bool leads;  /* the outcome is counted with this record */
};

struct rc_gen_day {
    char digits[8];  /* YYYYMMDD */
    char ordinal[4]; /* YDDD, as acquirer references hold it */
    int32_t age;     /* business days to the file date */
    int bucket;
};

struct rc_gen_planted {
    uint64_t count;
    uint64_t first[RC_SIDES]; /* ordinal of its first record */
    uint64_t serial;          /* of its first family */
    int size[RC_SIDES];       /* records of one family */
};

struct rc_gen_plan {
    uint64_t key;  /* the seed, mixed */
    bool clearing; /* the layout has kinds, fees and original amounts */
    int32_t file_date;
    struct rc_rules rules;
    uint64_t records[RC_SIDES];
    uint64_t plain;        /* plainly matched pairs: the first ordinals of both sides */
    int32_t pending_reach; /* calendar days back to the oldest date that is still pending */
    int32_t late_reach;    /* calendar days back to the youngest date that is late */
    uint8_t currencies[RC_GEN_CURRENCIES]; /* indexes into rc_currencies */
    struct rc_gen_day days[RC_GEN_DAYS];   /* from the latest date to the earliest */
    struct rc_gen_planted planted[RC_GEN_CASES];
};

struct rc_gen_family {
    const struct rc_gen_plan *plan;
    uint64_t serial; /* the first of its RC_GEN_NUMBERS serials */
    uint64_t dice;
    int count;
    struct rc_gen_draft drafts[RC_GEN_DRAFTS];
};

/* ----- cases (generate_cases.c) ----- */

/* Makes the records of a pair differ. */
typedef void rc_gen_twist(struct rc_gen_family *family, struct rc_gen_draft *settlement,
                          struct rc_gen_draft *internal);

/* One record of a family that shares what the numbers say: equal numbers of id,
 * card or reference are equal texts. */
struct rc_gen_part {
    enum rc_side side;
    enum rc_kind kind;
    int times, plus; /* its amount: so many times the family's, plus so much */
    int id, card, reference;
    bool no_reference;
    bool foreign; /* in another currency */
    int outcome;
    enum rc_status status;
};

struct rc_gen_case {
    const char *name;
    bool clearing; /* only where the layout has kinds, fees and original amounts */
    int weight;    /* families a round; 0: one and no more */
    void (*build)(struct rc_gen_family *family, const struct rc_gen_case *c);
    enum rc_status status;
    rc_gen_twist *twists[RC_GEN_TWISTS];
    const struct rc_gen_part *parts;
    int part_count;
    uint32_t shape;
};

/* The first of them have every status but matched; the most telling come first. */
extern const struct rc_gen_case rc_gen_cases[];
extern const int rc_gen_case_count;

/* ----- plans (generate_plan.c) ----- */

/* Plans a day of `records` settlement details for a program that came from
 * rc_generate's own JSON. */
void rc_gen_plan_init(struct rc_gen_plan *plan, const struct rc_program *program, uint64_t records,
                      uint64_t seed, int32_t file_date, bool clearing);

/* The family of a case, by its number in rc_gen_cases and among its kind. */
void rc_gen_family_build(const struct rc_gen_plan *plan, int number, uint64_t instance,
                         struct rc_gen_family *family);

/* The record of an ordinal below plan->records[side]. */
void rc_gen_draft_at(const struct rc_gen_plan *plan, enum rc_side side, uint64_t ordinal,
                     struct rc_gen_draft *draft);

/* The ordinal of the record at a position of its file: a permutation. */
uint64_t rc_gen_ordinal_at(const struct rc_gen_plan *plan, enum rc_side side, uint64_t position);

/* ----- records (generate_draft.c) ----- */

uint64_t rc_gen_mix(uint64_t value); /* a bijection */
uint64_t rc_gen_roll(uint64_t *dice, uint64_t below);

/* Everything but money; the date is up to nine days back. */
void rc_gen_start(const struct rc_gen_plan *plan, uint64_t serial, uint64_t *dice,
                  struct rc_gen_draft *draft);

/* A record of the bulk: start and realistic money. */
void rc_gen_plain(const struct rc_gen_plan *plan, uint64_t serial, struct rc_gen_draft *draft);

/* Texts that no other serial has. The reference holds the draft's date. */
void rc_gen_id(const struct rc_gen_plan *plan, uint64_t serial, struct rc_gen_draft *draft);
void rc_gen_card(const struct rc_gen_plan *plan, uint64_t serial, struct rc_gen_draft *draft);
void rc_gen_reference(const struct rc_gen_plan *plan, uint64_t serial, struct rc_gen_draft *draft);

/* One to two and a half percent of the amount. */
void rc_gen_fee(uint64_t *dice, struct rc_gen_draft *draft);

/* Gives the amount an original one in another currency, unless it would not fit. */
void rc_gen_convert(uint64_t *dice, struct rc_gen_draft *draft);

static inline const struct rc_gen_day *rc_gen_day_of(const struct rc_gen_plan *plan, int32_t date)
{
    return &plan->days[plan->file_date + RC_GEN_DAYS_AHEAD - date];
}

/* What the layout makes of the draft; its texts point into the draft. */
void rc_gen_record(const struct rc_gen_plan *plan, const struct rc_gen_draft *draft,
                   struct rc_record *record);

/* Canonical order. */
bool rc_gen_precedes(const struct rc_gen_plan *plan, const struct rc_gen_draft *a,
                     const struct rc_gen_draft *b);

void rc_gen_line(const struct rc_gen_plan *plan, const struct rc_gen_draft *draft,
                 char line[RC_GEN_LINE]);

/* Writes value in decimal with leading zeros. */
void rc_gen_digits(char *to, int width, uint64_t value);

#endif
