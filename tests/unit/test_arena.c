#include "base/arena.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

static void test_memory_is_zeroed_and_aligned(void **state)
{
    (void)state;
    static const size_t sizes[] = {0, 1, 7, 16, 17, 4095, 4096, 4097, 100000};
    struct rc_arena arena;
    rc_arena_init(&arena, 1 << 20);
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        char *memory = rc_arena_alloc(&arena, sizes[i]);
        assert_non_null(memory);
        assert_int_equal((uintptr_t)memory % _Alignof(max_align_t), 0);
        for (size_t at = 0; at < sizes[i]; at++)
            assert_int_equal(memory[at], 0);
        memset(memory, 'x', sizes[i]);
    }
    assert_string_equal(rc_arena_text(&arena, "abcdef", 3), "abc");
    assert_string_equal(rc_arena_printf(&arena, "%d and %s", 4, "five"), "4 and five");
    rc_arena_free(&arena);
}

/* However small the pieces are, they take no more than the cap. */
static void test_the_cap_is_of_what_is_taken(void **state)
{
    (void)state;
    enum { CAP = 1 << 16 };
    struct rc_arena arena;
    size_t count = 0;
    rc_arena_init(&arena, CAP);
    while (rc_arena_alloc(&arena, 1))
        count++;
    assert_int_equal(count, CAP / sizeof(max_align_t));
    assert_null(rc_arena_text(&arena, "", 0));
    assert_null(rc_arena_printf(&arena, "x"));
    rc_arena_free(&arena);
    assert_non_null(rc_arena_alloc(&arena, CAP));
    assert_null(rc_arena_alloc(&arena, 1));
    rc_arena_free(&arena);
    assert_null(rc_arena_alloc(&arena, CAP + 1));
    assert_null(rc_arena_alloc(&arena, SIZE_MAX));
    assert_null(rc_arena_alloc(&arena, SIZE_MAX - 8));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_memory_is_zeroed_and_aligned),
        cmocka_unit_test(test_the_cap_is_of_what_is_taken),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
