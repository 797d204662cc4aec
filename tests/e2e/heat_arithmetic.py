"""What a DynamoDB table takes of a load, by arithmetic alone: nothing here is of the model
that the server asks. A partition takes its cap a second and has at most one second's worth
in hand; one that is full refuses."""

import ctypes

xxhash = ctypes.CDLL("libxxhash.so.0")
xxhash.XXH3_64bits.restype = ctypes.c_uint64
xxhash.XXH3_64bits.argtypes = [ctypes.c_char_p, ctypes.c_size_t]


def partition_of(key, partitions):
    """Of a table whose partitions are equal ranges of hashes."""
    return xxhash.XXH3_64bits(key.encode(), len(key)) * partitions >> 64


def by_offers(offers, cap, partitions, wanted=None):
    """Of offers (second, key) of one unit, in their order: how many are taken and refused,
    and in which second the last of so many was taken."""
    full_at = {}  # when a partition's bucket is full again: what is missing is time
    taken = refused = last = 0
    for second, key in offers:
        partition = partition_of(key, partitions)
        full = max(full_at.get(partition, second), second)
        if full - second > 1 - 1 / cap + 1e-9:
            refused += 1
            continue
        full_at[partition] = full + 1 / cap
        taken += 1
        if wanted is None or taken <= wanted:
            last = second
    return taken, refused, last


def at_an_even_rate(keys, records, seconds, cap, partitions):
    """Taken of so many records that are offered once and evenly, in time and over the keys:
    all that comes to a partition, or a bucket and the cap a second."""
    taken = 0
    for partition in range(partitions):
        share = sum(partition_of(key, partitions) == partition for key in keys) / len(keys)
        taken += min(records * share, cap + cap * seconds)
    return taken


def until_all_is_taken(records, cap, partitions):
    """Seconds in which the fullest partition takes its records, when there is always
    something that it refuses."""
    fullest = max(
        sum(partition_of(key, partitions) == partition for key in records)
        for partition in range(partitions)
    )
    return (fullest - cap) / cap
