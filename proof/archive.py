"""A ZIP file that has one form only: stored, sorted, without times, comments and extra fields.

Whoever reads one writes it again and compares: no byte of it can mean nothing.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Mapping

from states.errors import BadInput

MOST = 1 << 30
"""Bytes of a file that is read at all."""
_LOCAL, _CENTRAL, _END = b"PK\x03\x04", b"PK\x01\x02", b"PK\x05\x06"
_FIRST_DAY = 0x21  # 1 January 1980, the earliest that the format can say
_UTF_8 = 0x800
_MODE = 0o100600 << 16


def pack(files: Mapping[str, bytes]) -> bytes:
    """The archive of these files."""
    local, central, offset = [], [], 0
    for name in sorted(files):
        content, path = files[name], name.encode()
        about = struct.pack(
            "<HHHHHIIIHH", 20, _UTF_8, 0, 0, _FIRST_DAY, zlib.crc32(content), len(content), len(content), len(path), 0
        )
        local += [_LOCAL, about, path, content]
        central += [_CENTRAL, struct.pack("<H", 0x314), about, struct.pack("<HHHII", 0, 0, 0, _MODE, offset), path]
        offset += 4 + len(about) + len(path) + len(content)
    directory = b"".join(central)
    end = struct.pack("<HHHHIIH", 0, 0, len(files), len(files), len(directory), offset, 0)
    return b"".join([*local, directory, _END, end])


def unpack(data: bytes) -> dict[str, bytes]:
    """The files of an archive. BadInput for every other file than `pack` makes."""
    files: dict[str, bytes] = {}
    at = 0
    try:
        while data[at : at + 4] == _LOCAL:
            *_, length, _, name_length, _ = struct.unpack_from("<HHHHHIIIHH", data, at + 4)
            begin = at + 30 + name_length
            files[data[at + 30 : begin].decode()] = data[begin : begin + length]
            at = begin + length
    except (struct.error, UnicodeDecodeError):
        files = {}
    if not files or pack(files) != data:
        raise BadInput("the file is no bundle, or not as it was made: an archive of one form is expected, to the byte")
    return files
