#include "aws/loop.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <time.h>
#include <unistd.h>

enum {
    BATCH_EVENTS = 64, /* descriptors that one wait gives; the others wait for the next */
    FIRST_TIMERS = 64,
    /* Before a clock of a test jumps, descriptors get a moment: the kernel may carry
     * bytes over loopback a little later. One hundredth of the jump, in these bounds. */
    SETTLE_SHARE = 100,
    SETTLE_LEAST_MS = 1,
    SETTLE_MOST_MS = 20,
};

/* The descriptors that one epoll_wait found. A callback that runs the loop puts its
 * own batch on top. */
struct batch {
    struct epoll_event events[BATCH_EVENTS];
    int count;
    int next; /* of those that were not yet called */
    struct batch *outer;
};

struct rc_loop {
    struct rc_clock clock;
    int epoll_fd;
    struct rc_timer **heap;
    size_t timers;
    size_t capacity;
    uint64_t order; /* of the next timer that is set */
    size_t watches;
    struct batch *batch; /* the innermost that runs */
};

/* ----- time ----- */

static int64_t clock_ms(clockid_t id)
{
    struct timespec now;
    clock_gettime(id, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static int64_t real_monotonic_ms(void *ctx)
{
    (void)ctx;
    return clock_ms(CLOCK_MONOTONIC);
}

static int64_t real_unix_ms(void *ctx)
{
    (void)ctx;
    return clock_ms(CLOCK_REALTIME);
}

const struct rc_clock rc_clock_real = {
    .monotonic_ms = real_monotonic_ms,
    .unix_ms = real_unix_ms,
};

int64_t rc_loop_now_ms(const struct rc_loop *loop)
{
    return loop->clock.monotonic_ms(loop->clock.ctx);
}

int64_t rc_loop_unix_ms(const struct rc_loop *loop)
{
    return loop->clock.unix_ms(loop->clock.ctx);
}

/* ----- life ----- */

struct rc_loop *rc_loop_new(const struct rc_clock *clock, struct rc_error *err)
{
    struct rc_loop *loop = calloc(1, sizeof *loop);
    if (!loop) {
        rc_error_nomem(err);
        return NULL;
    }
    loop->clock = clock ? *clock : rc_clock_real;
    loop->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    if (loop->epoll_fd < 0) {
        rc_error_errno(err, RC_IO, "cannot make an event loop");
        free(loop);
        return NULL;
    }
    return loop;
}

void rc_loop_free(struct rc_loop *loop)
{
    if (!loop)
        return;
    close(loop->epoll_fd);
    free(loop->heap);
    free(loop);
}

/* ----- timers: a heap, the earliest on top ----- */

static bool earlier(const struct rc_timer *a, const struct rc_timer *b)
{
    return a->at_ms != b->at_ms ? a->at_ms < b->at_ms : a->order < b->order;
}

static void put(struct rc_loop *loop, struct rc_timer *timer, size_t index)
{
    loop->heap[index] = timer;
    timer->place = index + 1;
}

static void sift_up(struct rc_loop *loop, struct rc_timer *timer, size_t index)
{
    while (index > 0) {
        size_t parent = (index - 1) / 2;
        if (!earlier(timer, loop->heap[parent]))
            break;
        put(loop, loop->heap[parent], index);
        index = parent;
    }
    put(loop, timer, index);
}

static void sift_down(struct rc_loop *loop, struct rc_timer *timer, size_t index)
{
    for (;;) {
        size_t child = 2 * index + 1;
        if (child >= loop->timers)
            break;
        if (child + 1 < loop->timers && earlier(loop->heap[child + 1], loop->heap[child]))
            child++;
        if (!earlier(loop->heap[child], timer))
            break;
        put(loop, loop->heap[child], index);
        index = child;
    }
    put(loop, timer, index);
}

void rc_timer_stop(struct rc_loop *loop, struct rc_timer *timer)
{
    if (!timer->place)
        return;
    size_t index = timer->place - 1;
    timer->place = 0;
    struct rc_timer *last = loop->heap[--loop->timers];
    if (last == timer)
        return;
    if (index > 0 && earlier(last, loop->heap[(index - 1) / 2]))
        sift_up(loop, last, index);
    else
        sift_down(loop, last, index);
}

static bool room_for_timer(struct rc_loop *loop)
{
    if (loop->timers < loop->capacity)
        return true;
    size_t capacity = loop->capacity ? loop->capacity * 2 : FIRST_TIMERS;
    struct rc_timer **heap = reallocarray(loop->heap, capacity, sizeof(struct rc_timer *));
    if (!heap)
        return false;
    loop->heap = heap;
    loop->capacity = capacity;
    return true;
}

bool rc_timer_set(struct rc_loop *loop, struct rc_timer *timer, int64_t after_ms)
{
    rc_timer_stop(loop, timer);
    if (!room_for_timer(loop))
        return false;
    int64_t now_ms = rc_loop_now_ms(loop);
    if (after_ms < 0)
        after_ms = 0;
    timer->at_ms = after_ms > INT64_MAX - now_ms ? INT64_MAX : now_ms + after_ms;
    timer->order = loop->order++;
    sift_up(loop, timer, loop->timers++);
    return true;
}

/* Those that a callback sets wait for the next round, even when they are due at
 * once, so that a round always ends. */
static void fire_due(struct rc_loop *loop)
{
    if (!loop->timers)
        return;
    uint64_t before = loop->order;
    int64_t now_ms = rc_loop_now_ms(loop);
    while (loop->timers > 0) {
        struct rc_timer *timer = loop->heap[0];
        if (timer->at_ms > now_ms || timer->order >= before)
            return;
        rc_timer_stop(loop, timer);
        timer->fire(timer);
    }
}

/* ----- descriptors ----- */

bool rc_watch_set(struct rc_loop *loop, struct rc_watch *watch, bool readable, bool writable,
                  struct rc_error *err)
{
    if (!readable && !writable) {
        rc_watch_stop(loop, watch);
        return true;
    }
    struct epoll_event event = {
        .events = (readable ? EPOLLIN : 0) | (writable ? EPOLLOUT : 0),
        .data.ptr = watch,
    };
    int operation = watch->active ? EPOLL_CTL_MOD : EPOLL_CTL_ADD;
    int failed = epoll_ctl(loop->epoll_fd, operation, watch->fd, &event);
    if (failed && watch->active && errno == ENOENT) /* its number was closed and given anew */
        failed = epoll_ctl(loop->epoll_fd, EPOLL_CTL_ADD, watch->fd, &event);
    if (failed) {
        rc_error_errno(err, RC_IO, "cannot watch descriptor %d", watch->fd);
        return false;
    }
    if (!watch->active)
        loop->watches++;
    watch->active = true;
    return true;
}

/* What a batch found of this watch is forgotten: it may be gone by then. */
void rc_watch_stop(struct rc_loop *loop, struct rc_watch *watch)
{
    if (!watch->active)
        return;
    watch->active = false;
    loop->watches--;
    epoll_ctl(loop->epoll_fd, EPOLL_CTL_DEL, watch->fd, NULL);
    for (struct batch *batch = loop->batch; batch; batch = batch->outer) {
        for (int i = batch->next; i < batch->count; i++) {
            if (batch->events[i].data.ptr == watch)
                batch->events[i].data.ptr = NULL;
        }
    }
}

static void call_ready(struct rc_loop *loop, struct batch *batch)
{
    batch->outer = loop->batch;
    loop->batch = batch;
    while (batch->next < batch->count) {
        const struct epoll_event *event = &batch->events[batch->next++];
        struct rc_watch *watch = event->data.ptr;
        bool hung_up = event->events & (EPOLLHUP | EPOLLERR);
        if (watch)
            watch->ready(watch, hung_up || event->events & EPOLLIN,
                         hung_up || event->events & EPOLLOUT);
    }
    loop->batch = batch->outer;
}

/* ----- running ----- */

/* Gives how many were ready. */
static int run_ready(struct rc_loop *loop, int most, int wait_ms)
{
    struct batch batch = {.count = 0};
    int ready = epoll_wait(loop->epoll_fd, batch.events, most, wait_ms);
    batch.count = ready > 0 ? ready : 0;
    call_ready(loop, &batch);
    return batch.count;
}

/* One round: descriptors first, so that an answer that is there wins over the timer
 * that gives it up. Gives how many were ready. */
static int run_round(struct rc_loop *loop, int wait_ms)
{
    int ready = run_ready(loop, BATCH_EVENTS, wait_ms);
    fire_due(loop);
    return ready;
}

int rc_loop_fd(const struct rc_loop *loop)
{
    return loop->epoll_fd;
}

int rc_loop_wait_ms(const struct rc_loop *loop)
{
    if (!loop->timers)
        return -1;
    int64_t left_ms = loop->heap[0]->at_ms - rc_loop_now_ms(loop);
    if (left_ms <= 0)
        return 0;
    return left_ms > INT_MAX ? INT_MAX : (int)left_ms;
}

void rc_loop_run(struct rc_loop *loop)
{
    run_round(loop, 0);
}

/* One at a time: an epoll puts what it has given behind the others, so that all get their turn. */
void rc_loop_run_for(struct rc_loop *loop, int64_t limit_ms)
{
    int64_t until_ms = rc_loop_now_ms(loop) + limit_ms;
    for (int i = 0; i < BATCH_EVENTS && run_ready(loop, 1, 0) > 0; i++)
        if (rc_loop_now_ms(loop) >= until_ms)
            break;
    fire_due(loop);
}

static int shorter(int wait_ms, int64_t limit_ms)
{
    if (limit_ms < 0 || (wait_ms >= 0 && wait_ms <= limit_ms))
        return wait_ms;
    return limit_ms > INT_MAX ? INT_MAX : (int)limit_ms;
}

/* With a clock of a test: gives descriptors a moment, then lets the time jump.
 * False when neither can bring anything. */
static bool pass_time(struct rc_loop *loop, int wait_ms)
{
    if (loop->watches > 0) {
        int settle_ms = wait_ms < 0 ? SETTLE_MOST_MS : wait_ms / SETTLE_SHARE;
        if (settle_ms < SETTLE_LEAST_MS)
            settle_ms = SETTLE_LEAST_MS;
        if (settle_ms > SETTLE_MOST_MS)
            settle_ms = SETTLE_MOST_MS;
        if (run_round(loop, settle_ms) > 0)
            return true;
    }
    if (wait_ms < 0)
        return false;
    loop->clock.pass(loop->clock.ctx, wait_ms);
    return true;
}

bool rc_loop_until(struct rc_loop *loop, const bool *done, int64_t limit_ms)
{
    int64_t start_ms = rc_loop_now_ms(loop);
    int wait_ms = 0;
    for (;;) {
        int ready = run_round(loop, wait_ms);
        if (*done || (!loop->timers && !loop->watches))
            return *done;
        int64_t left_ms = limit_ms;
        if (limit_ms >= 0) {
            left_ms = limit_ms - (rc_loop_now_ms(loop) - start_ms);
            if (left_ms <= 0)
                return false;
        }
        wait_ms = shorter(rc_loop_wait_ms(loop), left_ms);
        if (!loop->clock.pass || wait_ms == 0)
            continue;
        if (ready == 0 && !pass_time(loop, wait_ms))
            return *done;
        wait_ms = 0;
    }
}
