"""Archives with the same bytes each time: names in order, one date, the same rights."""

import time
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from press import wheel

DATE = time.gmtime(int(wheel.EPOCH))[:6]


def add(archive: ZipFile, name: str, content: bytes, method: int = ZIP_DEFLATED) -> None:
    """Adds a file to an archive."""
    entry = ZipInfo(name, DATE)
    entry.compress_type, entry.create_system, entry.external_attr = method, 3, 0o100644 << 16
    archive.writestr(entry, content, compresslevel=9)


def pack(folder: Path, place: Path, top: str) -> Path:
    """Packs the files of a folder, below a folder `top`."""
    with ZipFile(place, "w") as archive:
        for file in sorted(file for file in folder.rglob("*") if file.is_file()):
            add(archive, f"{top}/{file.relative_to(folder).as_posix()}", file.read_bytes())
    return place
