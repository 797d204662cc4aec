/* Which items go into which batch: each once, and those of a lane far from each other. */
#include "tests/unit/support.h"

#include "pipeline/deal.h"

#include <math.h>
#include <string.h>

static uint64_t dice;

static uint32_t lane_of(uint32_t lanes)
{
    dice = dice * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)(dice >> 33) % lanes;
}

static void roll(uint32_t *lanes, size_t count, uint32_t lane_count)
{
    for (size_t i = 0; i < count; i++)
        lanes[i] = lane_of(lane_count);
}

static void test_each_once(void **state)
{
    (void)state;
    static uint32_t lanes[RC_DEAL_ITEMS], order[RC_DEAL_ITEMS];
    for (size_t count = 0; count <= RC_DEAL_ITEMS; count++) {
        bool seen[RC_DEAL_ITEMS] = {false};
        roll(lanes, count, 300);
        rc_deal(lanes, count, order);
        for (size_t i = 0; i < count; i++) {
            assert_true(order[i] < count);
            assert_false(seen[order[i]]);
            seen[order[i]] = true;
        }
    }
}

static void test_one_of_a_lane_in_a_batch(void **state)
{
    (void)state;
    static uint32_t lanes[RC_DEAL_ITEMS], order[RC_DEAL_ITEMS];
    for (size_t batches = 1; batches * RC_DEAL_BATCH <= RC_DEAL_ITEMS; batches++) {
        size_t count = batches * RC_DEAL_BATCH;
        for (size_t i = 0; i < count; i++)
            lanes[i] = (uint32_t)(i % RC_DEAL_BATCH);
        rc_deal(lanes, count, order);
        for (size_t batch = 0; batch < batches; batch++) {
            bool seen[RC_DEAL_BATCH] = {false};
            for (size_t i = 0; i < RC_DEAL_BATCH; i++) {
                uint32_t lane = lanes[order[batch * RC_DEAL_BATCH + i]];
                assert_false(seen[lane]);
                seen[lane] = true;
            }
        }
    }
}

/* How far the items of some lanes that are sent with a batch and those before it are off their
 * share of these, at most. */
static double farthest(const uint32_t *lanes, const uint32_t *order, size_t count,
                       const bool *of_these)
{
    double all = 0, sent = 0, most = 0;
    for (size_t i = 0; i < count; i++)
        all += of_these[lanes[i]];
    for (size_t i = 0; i < count; i++) {
        sent += of_these[lanes[order[i]]];
        if ((i + 1) % RC_DEAL_BATCH == 0)
            most = fmax(most, fabs(sent - all * (double)(i + 1) / (double)count));
    }
    return most;
}

/* In batches that follow each other it would be 16, as they come 21. */
static void test_a_lane_is_spread(void **state)
{
    (void)state;
    static uint32_t lanes[RC_DEAL_ITEMS], order[RC_DEAL_ITEMS];
    static const uint32_t lane_counts[] = {1, 8, 16, 32, 64, 128, 256};
    for (size_t at = 0; at < sizeof lane_counts / sizeof *lane_counts; at++)
        for (size_t count = 100; count <= RC_DEAL_ITEMS; count += 93) {
            roll(lanes, count, lane_counts[at]);
            rc_deal(lanes, count, order);
            for (uint32_t lane = 0; lane < lane_counts[at]; lane++) {
                bool of_these[RC_DEAL_LANES] = {false};
                of_these[lane] = true;
                double off = farthest(lanes, order, count, of_these);
                if (off > 5)
                    fail_msg("%zu items, lane %u of %u: off by %g", count, lane, lane_counts[at],
                             off);
            }
        }
}

/* A partition has several lanes, wherever they lie: in batches that follow each other 12.9 in the
 * mean and 44 at most, as they come 7.2 and 16. */
static void test_a_partition_is_spread(void **state)
{
    (void)state;
    static uint32_t lanes[RC_DEAL_ITEMS], order[RC_DEAL_ITEMS];
    double sum = 0, worst = 0;
    enum { TURNS = 500, LANES = 64, OF_A_PARTITION = 7, ITEMS = 914 };
    for (int turn = 0; turn < TURNS; turn++) {
        bool of_these[RC_DEAL_LANES] = {false};
        roll(lanes, ITEMS, LANES);
        for (int i = 0; i < OF_A_PARTITION; i++)
            of_these[lane_of(LANES)] = true;
        rc_deal(lanes, ITEMS, order);
        double off = farthest(lanes, order, ITEMS, of_these);
        sum += off;
        worst = fmax(worst, off);
    }
    print_message("%d items of %d: off by %.1f in the mean, %.1f at most\n",
                  ITEMS * OF_A_PARTITION / LANES, ITEMS, sum / TURNS, worst);
    assert_true(sum / TURNS < 5);
    assert_true(worst < 13);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_once),
        cmocka_unit_test(test_one_of_a_lane_in_a_batch),
        cmocka_unit_test(test_a_lane_is_spread),
        cmocka_unit_test(test_a_partition_is_spread),
    };
    return cmocka_run_group_tests_name("deal", tests, NULL, NULL);
}
