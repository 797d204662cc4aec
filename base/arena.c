#include "base/arena.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BLOCK_BYTES = 4096 };

struct rc_arena_block {
    struct rc_arena_block *next;
    size_t used;
    size_t size;
    max_align_t bytes[];
};

void rc_arena_init(struct rc_arena *arena, size_t cap_bytes)
{
    *arena = (struct rc_arena){.cap_bytes = cap_bytes};
}

void rc_arena_free(struct rc_arena *arena)
{
    while (arena->blocks) {
        struct rc_arena_block *next = arena->blocks->next;
        free(arena->blocks);
        arena->blocks = next;
    }
    arena->used_bytes = 0;
}

void rc_arena_wipe(struct rc_arena *arena)
{
    for (struct rc_arena_block *block = arena->blocks; block; block = block->next)
        explicit_bzero(block->bytes, block->used);
}

void *rc_arena_alloc(struct rc_arena *arena, size_t bytes)
{
    const size_t unit = sizeof(max_align_t);
    if (bytes > SIZE_MAX - unit)
        return NULL;
    size_t need = (bytes + unit - 1) / unit * unit; /* what counts: a byte costs a unit */
    if (need > arena->cap_bytes || arena->used_bytes > arena->cap_bytes - need)
        return NULL;
    struct rc_arena_block *block = arena->blocks;
    if (!block || block->size - block->used < need) {
        size_t size = need > BLOCK_BYTES ? need : BLOCK_BYTES;
        block = calloc(1, sizeof *block + size);
        if (!block)
            return NULL;
        *block = (struct rc_arena_block){.next = arena->blocks, .size = size};
        arena->blocks = block;
    }
    void *memory = (char *)block->bytes + block->used;
    block->used += need;
    arena->used_bytes += need;
    return memory;
}

char *rc_arena_text(struct rc_arena *arena, const char *bytes, size_t length)
{
    char *text = length < SIZE_MAX ? rc_arena_alloc(arena, length + 1) : NULL;
    if (text && length)
        memcpy(text, bytes, length);
    return text;
}

char *rc_arena_printf(struct rc_arena *arena, const char *format, ...)
{
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    int length = vsnprintf(NULL, 0, format, args);
    va_end(args);
    char *text = length >= 0 ? rc_arena_alloc(arena, (size_t)length + 1) : NULL;
    if (text)
        vsnprintf(text, (size_t)length + 1, format, again);
    va_end(again);
    return text;
}
