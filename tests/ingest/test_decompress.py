import gzip
import subprocess
import sys

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from ingest.decompress import Damage, decompressed

WORDS = b"".join(b" %d" % (n * n) for n in range(40_000))


def packed(data: bytes, encoding: str | None) -> bytes:
    if encoding == "gzip":
        return gzip.compress(data)
    return zstandard.ZstdCompressor().compress(data) if encoding == "zstd" else data


def in_pieces(data: bytes, size: int) -> list[bytes]:
    return [data[start : start + size] for start in range(0, len(data), size)]


def whole(data: bytes, encoding: str | None, size: int = 1 << 16) -> tuple[bytes, Damage | None]:
    pieces = list(decompressed(in_pieces(data, size), encoding))
    damage = pieces.pop() if pieces and isinstance(pieces[-1], Damage) else None
    return b"".join(piece for piece in pieces if not isinstance(piece, Damage)), damage


@given(st.lists(st.binary(max_size=200), max_size=4), st.sampled_from(["gzip", "zstd"]), st.sampled_from([1, 2, 7, 1 << 16]))
def test_members_one_after_the_other_come_out_whole(parts, encoding, size):
    data = b"".join(packed(part, encoding) for part in parts)
    assert whole(data, encoding, size) == (b"".join(parts), None)


@pytest.mark.parametrize("encoding", ["gzip", "zstd"])
def test_what_stands_before_a_cut_comes_out(encoding):
    data = packed(WORDS, encoding)
    out, damage = whole(data[: len(data) * 3 // 4], encoding)
    assert damage is not None
    assert WORDS.startswith(out)
    assert len(out) > len(WORDS) / 3


@pytest.mark.parametrize("encoding", ["gzip", "zstd"])
@pytest.mark.parametrize("cut", [1, 3, 8])
def test_every_cut_is_told(encoding, cut):
    assert whole(packed(WORDS, encoding)[:-cut], encoding)[1] is not None


def test_what_stands_before_a_wrong_checksum_comes_out():
    data = gzip.compress(WORDS[:5000])
    out, damage = whole(data[:-8] + b"\0\0\0\0" + data[-4:], "gzip")
    assert out == WORDS[:5000]
    assert damage is not None


@pytest.mark.parametrize("encoding", ["gzip", "zstd"])
def test_what_is_not_compressed_at_all_is_damage(encoding):
    assert whole(b"plain text", encoding)[1] is not None
    assert whole(b"p", encoding)[1] is not None


def test_padding_and_garbage_behind_a_gzip_are_ignored():
    data = gzip.compress(b"one")
    assert whole(data + b"\0" * 512, "gzip") == (b"one", None)
    assert whole(data + b"garbage", "gzip") == (b"one", None)


def test_skippable_zstd_frames_are_skipped():
    skippable = b"\x50\x2a\x4d\x18\x04\0\0\0skip"
    assert whole(skippable + packed(b"one", "zstd") + skippable, "zstd") == (b"one", None)


BOMB = """
import sys, zlib, zstandard
from pathlib import Path
from ingest.decompress import decompressed
def peak():
    # Not ru_maxrss, which a process inherits from the one that started it.
    status = Path("/proc/self/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) // 1024
zeros = bytes(1 << 20)
if sys.argv[1] == "gzip":
    stream = zlib.compressobj(9, zlib.DEFLATED, 31)
    data = b"".join(stream.compress(zeros) for _ in range(200)) + stream.flush()
else:
    stream = zstandard.ZstdCompressor(level=19).compressobj()
    data = b"".join(stream.compress(zeros) for _ in range(200)) + stream.flush()
before = peak()
assert sum(len(piece) for piece in decompressed([data], sys.argv[1])) == 200 << 20
print(peak() - before)
"""


@pytest.mark.parametrize("encoding", ["gzip", "zstd"])
def test_a_bomb_costs_little_memory(encoding, root):
    done = subprocess.run([sys.executable, "-c", BOMB, encoding], cwd=root, capture_output=True, text=True, check=True)
    assert int(done.stdout) < 100
