/* 128-bit integers: the one place that names the compiler's extension. */
#ifndef RC_BASE_INT128_H
#define RC_BASE_INT128_H

__extension__ typedef __int128 rc_i128;
__extension__ typedef unsigned __int128 rc_u128;

#define RC_I128_MAX ((rc_i128)(~(rc_u128)0 >> 1))
#define RC_I128_MIN (-RC_I128_MAX - 1)

#endif
