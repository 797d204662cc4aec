/* The bytes of an object that nobody has to keep: any part of it can be made from the
 * seed alone, so that a server makes what it sends and a client what it expects. */
#ifndef RC_BENCH_AWS_BYTES_H
#define RC_BENCH_AWS_BYTES_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Eight bytes, by their number: splitmix64 (Steele, Lea and Flood, 2014). */
static inline uint64_t bench_word(uint64_t seed, uint64_t number)
{
    uint64_t z = seed + (number + 1) * 0x9E3779B97F4A7C15ULL;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ULL;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBULL;
    return z ^ (z >> 31);
}

/* The bytes from `offset` on. */
static inline void bench_bytes(uint64_t seed, uint64_t offset, char *to, size_t length)
{
    uint64_t number = offset / 8;
    size_t skip = (size_t)(offset % 8);
    while (length > 0) {
        uint64_t word = bench_word(seed, number++);
        size_t part = 8 - skip < length ? 8 - skip : length;
        memcpy(to, (const char *)&word + skip, part);
        to += part;
        length -= part;
        skip = 0;
    }
}

#endif
