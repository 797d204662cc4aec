#include "aws/loop.h"
#include "tests/aws/fake_clock.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>

enum { PIPES = 8, RANDOM_TIMERS = 500, RANDOM_STEPS = 20000 };

struct fixture {
    struct fake_clock fake;
    struct rc_loop *loop;
    char said[64]; /* a letter for each timer that fired */
    bool done;
};

static int set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    fake_clock_init(&f->fake);
    f->loop = rc_loop_new(&f->fake.clock, NULL);
    *state = f;
    return f->loop ? 0 : -1;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;
    rc_loop_free(f->loop);
    free(f);
    return 0;
}

/* A timer that says its letter, and may then set or stop another. */
struct letter {
    struct rc_timer timer;
    struct fixture *f;
    char letter;
    struct letter *sets;
    struct letter *stops;
    int64_t sets_after_ms;
};

static void say(struct rc_timer *timer)
{
    struct letter *letter = timer->ctx;
    struct fixture *f = letter->f;
    assert_int_equal(timer->place, 0);
    size_t length = strlen(f->said);
    assert_true(length + 1 < sizeof f->said);
    f->said[length] = letter->letter;
    if (letter->sets)
        assert_true(rc_timer_set(f->loop, &letter->sets->timer, letter->sets_after_ms));
    if (letter->stops)
        rc_timer_stop(f->loop, &letter->stops->timer);
}

static void init_letter(struct letter *letter, struct fixture *f, char name)
{
    *letter = (struct letter){.f = f, .letter = name};
    letter->timer = (struct rc_timer){.fire = say, .ctx = letter};
}

static void test_timers_fire_in_order_of_time(void **state)
{
    struct fixture *f = *state;
    struct letter a;
    struct letter b;
    struct letter c;
    init_letter(&a, f, 'a');
    init_letter(&b, f, 'b');
    init_letter(&c, f, 'c');
    assert_int_equal(rc_loop_wait_ms(f->loop), -1);
    rc_timer_set(f->loop, &a.timer, 30);
    rc_timer_set(f->loop, &b.timer, 10);
    rc_timer_set(f->loop, &c.timer, 20);
    assert_int_equal(rc_loop_wait_ms(f->loop), 10);
    rc_loop_run(f->loop);
    assert_string_equal(f->said, "");
    fake_clock_pass(&f->fake, 9);
    rc_loop_run(f->loop);
    assert_string_equal(f->said, "");
    fake_clock_pass(&f->fake, 1);
    assert_int_equal(rc_loop_wait_ms(f->loop), 0);
    rc_loop_run(f->loop);
    assert_string_equal(f->said, "b");
    fake_clock_pass(&f->fake, 1000);
    rc_loop_run(f->loop);
    assert_string_equal(f->said, "bca");
    assert_int_equal(rc_loop_wait_ms(f->loop), -1);
}

static void test_of_equal_times_the_first_set_is_first(void **state)
{
    struct fixture *f = *state;
    struct letter letters[9];
    for (int i = 0; i < 9; i++) {
        init_letter(&letters[i], f, (char)('a' + i));
        rc_timer_set(f->loop, &letters[i].timer, 5);
    }
    rc_timer_set(f->loop, &letters[2].timer, 5); /* set anew: it goes behind the others */
    rc_timer_stop(f->loop, &letters[4].timer);
    fake_clock_pass(&f->fake, 5);
    rc_loop_run(f->loop);
    assert_string_equal(f->said, "abdfghic");
}

static void test_a_round_ends_although_a_timer_sets_itself(void **state)
{
    struct fixture *f = *state;
    struct letter a;
    struct letter b;
    init_letter(&a, f, 'a');
    init_letter(&b, f, 'b');
    a.sets = &a;
    rc_timer_set(f->loop, &a.timer, 0);
    rc_timer_set(f->loop, &b.timer, 0);
    rc_loop_run(f->loop);
    assert_string_equal(f->said, "ab");
    rc_loop_run(f->loop);
    assert_string_equal(f->said, "aba");
    rc_timer_stop(f->loop, &a.timer);
}

static void test_a_timer_stops_one_that_is_due(void **state)
{
    struct fixture *f = *state;
    struct letter a;
    struct letter b;
    struct letter c;
    init_letter(&a, f, 'a');
    init_letter(&b, f, 'b');
    init_letter(&c, f, 'c');
    a.stops = &b;
    rc_timer_set(f->loop, &a.timer, 1);
    rc_timer_set(f->loop, &b.timer, 1);
    rc_timer_set(f->loop, &c.timer, 1);
    fake_clock_pass(&f->fake, 1);
    rc_loop_run(f->loop);
    assert_string_equal(f->said, "ac");
    rc_timer_stop(f->loop, &b.timer); /* of one that is stopped: nothing */
}

static void test_a_time_that_overflows_is_never(void **state)
{
    struct fixture *f = *state;
    struct letter a;
    init_letter(&a, f, 'a');
    assert_true(rc_timer_set(f->loop, &a.timer, INT64_MAX));
    assert_int_equal(rc_loop_wait_ms(f->loop), INT32_MAX);
    assert_true(rc_timer_set(f->loop, &a.timer, -5));
    rc_loop_run(f->loop);
    assert_string_equal(f->said, "a");
}

struct random_timer {
    struct rc_timer timer;
    int64_t due_ms; /* 0: stopped */
    struct fake_clock *fake;
};

static void random_fires(struct rc_timer *timer)
{
    struct random_timer *random = timer->ctx;
    assert_true(random->due_ms > 0);
    assert_true(random->due_ms <= random->fake->now_ms);
    random->due_ms = 0;
}

/* Sets, stops and passing of time in any order: after each run, what is left is not
 * yet due, and what fired was. */
static void test_many_timers(void **state)
{
    struct fixture *f = *state;
    struct random_timer *timers = calloc(RANDOM_TIMERS, sizeof *timers);
    assert_non_null(timers);
    for (int i = 0; i < RANDOM_TIMERS; i++) {
        timers[i].fake = &f->fake;
        timers[i].timer = (struct rc_timer){.fire = random_fires, .ctx = &timers[i]};
    }
    unsigned short seed[3] = {1, 2, 3};
    for (int step = 0; step < RANDOM_STEPS; step++) {
        struct random_timer *timer = &timers[nrand48(seed) % RANDOM_TIMERS];
        long what = nrand48(seed) % 10;
        int64_t after_ms = nrand48(seed) % 1000;
        if (what < 6) {
            assert_true(rc_timer_set(f->loop, &timer->timer, after_ms));
            timer->due_ms = f->fake.now_ms + after_ms;
        } else if (what < 8) {
            rc_timer_stop(f->loop, &timer->timer);
            timer->due_ms = 0;
        } else {
            fake_clock_pass(&f->fake, after_ms / 20);
            rc_loop_run(f->loop);
            for (int i = 0; i < RANDOM_TIMERS; i++)
                assert_true(timers[i].due_ms == 0 || timers[i].due_ms > f->fake.now_ms);
        }
    }
    free(timers);
}

/* ----- descriptors ----- */

struct piped {
    struct rc_watch watch;
    struct fixture *f;
    int ends[2];
    int calls;
    bool readable;
    bool writable;
    struct piped *releases; /* is stopped, closed and wiped when this one is ready */
};

static void close_pipe(struct piped *piped)
{
    rc_watch_stop(piped->f->loop, &piped->watch);
    close(piped->ends[0]);
    if (piped->ends[1] >= 0)
        close(piped->ends[1]);
}

static void pipe_ready(struct rc_watch *watch, bool readable, bool writable)
{
    struct piped *piped = watch->ctx;
    char c;
    piped->calls++;
    piped->readable = readable;
    piped->writable = writable;
    piped->f->done = true;
    if (readable)
        assert_true(read(watch->fd, &c, 1) >= 0);
    if (piped->releases) {
        close_pipe(piped->releases);
        memset(piped->releases, 0xff, sizeof *piped->releases);
    }
}

static void open_pipe(struct piped *piped, struct fixture *f)
{
    *piped = (struct piped){.f = f};
    assert_int_equal(pipe(piped->ends), 0);
    piped->watch = (struct rc_watch){.ready = pipe_ready, .ctx = piped, .fd = piped->ends[0]};
    assert_true(rc_watch_set(f->loop, &piped->watch, true, false, NULL));
    assert_true(piped->watch.active);
}

static void test_a_descriptor_is_called_when_it_is_ready(void **state)
{
    struct fixture *f = *state;
    struct piped p;
    open_pipe(&p, f);
    struct pollfd outside = {.fd = rc_loop_fd(f->loop), .events = POLLIN};
    rc_loop_run(f->loop);
    assert_int_equal(p.calls, 0);
    assert_int_equal(poll(&outside, 1, 0), 0);
    assert_int_equal(write(p.ends[1], "ab", 2), 2);
    assert_int_equal(poll(&outside, 1, 0), 1); /* another loop can wait for this one */
    rc_loop_run(f->loop);
    rc_loop_run(f->loop);
    rc_loop_run(f->loop);
    assert_int_equal(p.calls, 2);
    assert_true(p.readable && !p.writable);
    close(p.ends[1]);
    p.ends[1] = -1;
    rc_loop_run(f->loop);
    assert_int_equal(p.calls, 3);
    assert_true(p.readable && p.writable); /* hung up */
    rc_watch_stop(f->loop, &p.watch);
    rc_loop_run(f->loop);
    assert_int_equal(p.calls, 3);
    close_pipe(&p);
}

static void test_what_is_watched_for_changes(void **state)
{
    struct fixture *f = *state;
    struct piped p;
    open_pipe(&p, f);
    rc_watch_stop(f->loop, &p.watch); /* the other end is the one that takes bytes */
    struct rc_watch writer = {.ready = pipe_ready, .ctx = &p, .fd = p.ends[1]};
    assert_true(rc_watch_set(f->loop, &writer, true, false, NULL));
    rc_loop_run(f->loop);
    assert_int_equal(p.calls, 0);
    assert_true(rc_watch_set(f->loop, &writer, false, true, NULL));
    rc_loop_run(f->loop);
    assert_int_equal(p.calls, 1);
    assert_true(!p.readable && p.writable);
    assert_true(rc_watch_set(f->loop, &writer, false, false, NULL));
    assert_false(writer.active);
    rc_loop_run(f->loop);
    assert_int_equal(p.calls, 1);
    rc_watch_stop(f->loop, &writer);
    close(p.ends[0]);
    close(p.ends[1]);
}

/* All are ready in the same batch, and the first one that is called releases all the
 * others: none of them may be called. */
static void test_a_watch_is_released_by_another_of_its_batch(void **state)
{
    struct fixture *f = *state;
    struct piped *pipes[PIPES];
    for (int i = 0; i < PIPES; i++) {
        pipes[i] = calloc(1, sizeof *pipes[i]);
        assert_non_null(pipes[i]);
        open_pipe(pipes[i], f);
        assert_int_equal(write(pipes[i]->ends[1], "x", 1), 1);
    }
    for (int i = 0; i < PIPES; i += 2) {
        pipes[i]->releases = pipes[i + 1];
        pipes[i + 1]->releases = pipes[i];
    }
    rc_loop_run(f->loop);
    for (int i = 0; i < PIPES; i += 2) {
        bool first = pipes[i]->f == f && pipes[i]->calls == 1;
        bool second = pipes[i + 1]->f == f && pipes[i + 1]->calls == 1;
        assert_true(first != second);
        close_pipe(first ? pipes[i] : pipes[i + 1]);
        free(pipes[i]);
        free(pipes[i + 1]);
    }
}

/* What a callback costs on this loop. */
static void takes_a_while(struct rc_watch *watch, bool readable, bool writable)
{
    struct piped *piped = watch->ctx;
    assert_true(readable && !writable);
    fake_clock_pass(&piped->f->fake, 3);
    piped->calls++; /* what is in it stays there: it is ready again at once */
}

/* Nobody is called any more after the limit, each gets its turn, and timers theirs. */
static void test_a_limited_run_leaves_the_rest_for_the_next(void **state)
{
    struct fixture *f = *state;
    struct piped pipes[PIPES];
    struct letter letter;
    init_letter(&letter, f, 'a');
    for (int i = 0; i < PIPES; i++) {
        open_pipe(&pipes[i], f);
        pipes[i].watch.ready = takes_a_while;
        assert_int_equal(write(pipes[i].ends[1], "x", 1), 1);
    }
    rc_timer_set(f->loop, &letter.timer, 1);
    for (int turn = 1; turn <= PIPES; turn++) {
        int calls = 0;
        rc_loop_run_for(f->loop, 6);
        for (int i = 0; i < PIPES; i++) {
            calls += pipes[i].calls;
            assert_in_range(pipes[i].calls, 2 * turn / PIPES, (2 * turn + PIPES - 1) / PIPES);
        }
        assert_int_equal(calls, 2 * turn);
        assert_string_equal(f->said, "a");
    }
    for (int i = 0; i < PIPES; i++)
        close_pipe(&pipes[i]);
}

static void test_a_file_cannot_be_watched(void **state)
{
    struct fixture *f = *state;
    FILE *file = tmpfile();
    assert_non_null(file);
    struct rc_watch watch = {.ready = pipe_ready, .fd = fileno(file)};
    struct rc_error err;
    assert_false(rc_watch_set(f->loop, &watch, true, false, &err));
    assert_int_equal(err.code, RC_IO);
    assert_non_null(strstr(err.text, "cannot watch descriptor"));
    assert_false(watch.active);
    rc_watch_stop(f->loop, &watch);
    fclose(file);
}

/* ----- waiting ----- */

static void raise_done(struct rc_timer *timer)
{
    ((struct fixture *)timer->ctx)->done = true;
}

static void test_until_passes_the_time_of_a_test(void **state)
{
    struct fixture *f = *state;
    struct rc_timer timer = {.fire = raise_done, .ctx = f};
    int64_t start_ms = rc_loop_now_ms(f->loop);
    int64_t start_unix_ms = rc_loop_unix_ms(f->loop);
    rc_timer_set(f->loop, &timer, 3600 * 1000);
    assert_true(rc_loop_until(f->loop, &f->done, -1));
    assert_int_equal(rc_loop_now_ms(f->loop) - start_ms, 3600 * 1000);
    assert_int_equal(rc_loop_unix_ms(f->loop) - start_unix_ms, 3600 * 1000);
}

static void test_until_ends_at_its_limit(void **state)
{
    struct fixture *f = *state;
    struct rc_timer timer = {.fire = raise_done, .ctx = f};
    int64_t start_ms = rc_loop_now_ms(f->loop);
    rc_timer_set(f->loop, &timer, 1000);
    assert_false(rc_loop_until(f->loop, &f->done, 999));
    assert_int_equal(rc_loop_now_ms(f->loop) - start_ms, 999);
    assert_false(rc_loop_until(f->loop, &f->done, 0));
    assert_true(rc_loop_until(f->loop, &f->done, 1));
}

static void test_until_ends_when_nothing_is_left(void **state)
{
    struct fixture *f = *state;
    assert_false(rc_loop_until(f->loop, &f->done, -1));
    struct letter a;
    init_letter(&a, f, 'a');
    rc_timer_set(f->loop, &a.timer, 7);
    assert_false(rc_loop_until(f->loop, &f->done, -1));
    assert_string_equal(f->said, "a");
    struct piped p; /* nobody will ever write to it */
    open_pipe(&p, f);
    assert_false(rc_loop_until(f->loop, &f->done, -1));
    close_pipe(&p);
}

struct writer {
    struct rc_timer timer;
    int fd;
};

static void write_one(struct rc_timer *timer)
{
    const struct writer *writer = timer->ctx;
    assert_int_equal(write(writer->fd, "x", 1), 1);
}

static void test_a_ready_descriptor_comes_before_time(void **state)
{
    struct fixture *f = *state;
    struct piped p;
    open_pipe(&p, f);
    struct rc_timer late = {.fire = raise_done, .ctx = f};
    struct writer writer = {.fd = p.ends[1]};
    writer.timer = (struct rc_timer){.fire = write_one, .ctx = &writer};
    rc_timer_set(f->loop, &late, 500);
    rc_timer_set(f->loop, &writer.timer, 10);
    int64_t start_ms = rc_loop_now_ms(f->loop);
    assert_true(rc_loop_until(f->loop, &f->done, -1));
    assert_int_equal(p.calls, 1);
    assert_int_equal(rc_loop_now_ms(f->loop) - start_ms, 10);
    rc_timer_stop(f->loop, &late);
    close_pipe(&p);
}

static void test_the_real_clock(void **state)
{
    struct fixture *f = *state;
    struct rc_loop *loop = rc_loop_new(NULL, NULL);
    assert_non_null(loop);
    assert_true(rc_loop_unix_ms(loop) > INT64_C(1700000000000));
    struct rc_timer timer = {.fire = raise_done, .ctx = f};
    int64_t start_ms = rc_loop_now_ms(loop);
    rc_timer_set(loop, &timer, 2);
    assert_true(rc_loop_until(loop, &f->done, 60000));
    assert_true(rc_loop_now_ms(loop) - start_ms >= 2);
    f->done = false;
    rc_timer_set(loop, &timer, 600000);
    assert_false(rc_loop_until(loop, &f->done, 1));
    rc_timer_stop(loop, &timer);
    rc_loop_free(loop);
}

static volatile sig_atomic_t alarms;

static void on_alarm(int number)
{
    (void)number;
    alarms = alarms + 1;
}

static void test_signals_do_not_end_the_wait(void **state)
{
    struct fixture *f = *state;
    struct rc_loop *loop = rc_loop_new(&rc_clock_real, NULL);
    assert_non_null(loop);
    struct sigaction before;
    struct sigaction action = {.sa_handler = on_alarm};
    sigaction(SIGALRM, &action, &before);
    struct rc_timer timer = {.fire = raise_done, .ctx = f};
    f->done = false;
    rc_timer_set(loop, &timer, 20);
    struct itimerval soon = {{0, 1000}, {0, 1000}};
    setitimer(ITIMER_REAL, &soon, NULL);
    assert_true(rc_loop_until(loop, &f->done, -1));
    assert_true(alarms > 0);
    struct itimerval never = {{0, 0}, {0, 0}};
    setitimer(ITIMER_REAL, &never, NULL);
    sigaction(SIGALRM, &before, NULL);
    rc_timer_stop(loop, &timer);
    rc_loop_free(loop);
}

int main(void)
{
#define LOOP_TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        LOOP_TEST(test_timers_fire_in_order_of_time),
        LOOP_TEST(test_of_equal_times_the_first_set_is_first),
        LOOP_TEST(test_a_round_ends_although_a_timer_sets_itself),
        LOOP_TEST(test_a_timer_stops_one_that_is_due),
        LOOP_TEST(test_a_time_that_overflows_is_never),
        LOOP_TEST(test_many_timers),
        LOOP_TEST(test_a_descriptor_is_called_when_it_is_ready),
        LOOP_TEST(test_what_is_watched_for_changes),
        LOOP_TEST(test_a_watch_is_released_by_another_of_its_batch),
        LOOP_TEST(test_a_limited_run_leaves_the_rest_for_the_next),
        LOOP_TEST(test_a_file_cannot_be_watched),
        LOOP_TEST(test_until_passes_the_time_of_a_test),
        LOOP_TEST(test_until_ends_at_its_limit),
        LOOP_TEST(test_until_ends_when_nothing_is_left),
        LOOP_TEST(test_a_ready_descriptor_comes_before_time),
        LOOP_TEST(test_the_real_clock),
        LOOP_TEST(test_signals_do_not_end_the_wait),
    };
    return cmocka_run_group_tests_name("loop", tests, NULL, NULL);
}
