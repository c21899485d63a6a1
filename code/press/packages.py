"""What the lock holds, as a list that other programs can read: CycloneDX, in JSON."""

import re
import uuid
from datetime import UTC, datetime

from press import wheel

PINNED = re.compile(r"^([\w.-]+)==([^\s;]+)[^\n]*((?:\n    --hash=[^\n]*)+)", re.MULTILINE)


def pinned(lock: str) -> list[tuple[str, str, list[str]]]:
    """Name, version and SHA-256 digests of each package of a lock, in its order."""
    return [
        (name, version, re.findall(r"sha256:(\w+)", digests))
        for name, version, digests in PINNED.findall(lock)
    ]


def bill(lock: str) -> str:
    """The packages of a lock with their digests; the same text each time.

    Raises:
        ImportError: the library that writes it, one of `requirements-test.txt`, is not there.
    """
    from cyclonedx import model
    from cyclonedx.model.bom import Bom, BomMetaData
    from cyclonedx.model.component import Component
    from cyclonedx.output.json import JsonV1Dot6
    from packageurl import PackageURL

    def component(name: str, version: str, digests: list[str] = ()) -> Component:
        purl = PackageURL("pypi", None, name, version)
        files = model.ExternalReference(
            type=model.ExternalReferenceType.DISTRIBUTION,
            url=model.XsUri(str(purl)),  # whichever registry has it
            hashes=[
                model.HashType(alg=model.HashAlgorithm.SHA_256, content=digest)
                for digest in digests
            ],
        )
        return Component(
            name=name, version=version, bom_ref=str(purl), purl=purl, external_references=[files]
        )

    book = component("dnnbook", wheel.version())
    parts = [component(*package) for package in pinned(lock)]
    said = BomMetaData(component=book, timestamp=datetime.fromtimestamp(int(wheel.EPOCH), UTC))
    number = uuid.uuid5(uuid.NAMESPACE_URL, lock)
    listed = Bom(components=parts, metadata=said, serial_number=number)
    listed.register_dependency(book, parts)
    return JsonV1Dot6(listed).output_as_string(indent=1) + "\n"
