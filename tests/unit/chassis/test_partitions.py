"""Keys go to the partitions that every other client of Kafka finds them in."""

from random import Random

from aiokafka import partitioner

from chassis.ids import new_id
from chassis.partitions import murmur2, partition_of


def test_any_bytes_hash_as_aiokafka_hashes_them() -> None:
    random = Random(7)
    for length in range(200):
        data = random.randbytes(length)
        assert murmur2(data) == partitioner.murmur2(data) & 0xFFFFFFFF


def test_a_key_is_in_the_partition_that_the_default_partitioner_chooses() -> None:
    choose = partitioner.DefaultPartitioner()
    for _ in range(200):
        key = new_id()
        assert partition_of(key, 12) == choose(str(key).encode(), list(range(12)), [])
