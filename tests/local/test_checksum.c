#include "local/s3_checksum.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

/* The check values of "123456789" are those of the catalogue of parametrised CRC
 * algorithms; the digests those of FIPS 180. */
static void test_known_values(void **state)
{
    static const struct {
        const char *header, *text, *wanted;
    } known[] = {
        {"x-amz-checksum-crc32", "123456789", "y/Q5Jg=="},         /* cbf43926 */
        {"x-amz-checksum-crc32c", "123456789", "4waSgw=="},        /* e3069283 */
        {"x-amz-checksum-crc64nvme", "123456789", "rosUhgp5mIg="}, /* ae8b14860a799888 */
        {"x-amz-checksum-sha1", "abc", "qZk+NkcGgWq6PiVxeFDCbJzQ2J0="},
        {"X-Amz-Checksum-SHA256", "abc", "ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0="},
        {"x-amz-checksum-crc32", "", "AAAAAA=="},
    };
    (void)state;
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        struct rc_checksum checksum;
        char text[RC_CHECKSUM_TEXT];
        size_t half = strlen(known[i].text) / 2;
        assert_true(rc_checksum_begin(&checksum, rc_checksum_of_header(known[i].header)));
        assert_true(rc_checksum_add(&checksum, known[i].text, half));
        assert_true(rc_checksum_add(&checksum, known[i].text + half, strlen(known[i].text) - half));
        rc_checksum_end(&checksum, text);
        assert_string_equal(text, known[i].wanted);
    }
}

static void test_none(void **state)
{
    struct rc_checksum checksum;
    char text[RC_CHECKSUM_TEXT];
    (void)state;
    assert_int_equal(rc_checksum_of_header("x-amz-checksum-mode"), RC_CHECKSUM_NONE);
    assert_true(rc_checksum_begin(&checksum, RC_CHECKSUM_NONE));
    assert_true(rc_checksum_add(&checksum, "x", 1));
    rc_checksum_end(&checksum, text);
    assert_string_equal(text, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_known_values),
        cmocka_unit_test(test_none),
    };
    return cmocka_run_group_tests_name("checksum", tests, NULL, NULL);
}
