"""The releases: whether every file that a manifest names stands, and is what it was."""

from storage import keys, parquet, published
from storage.errors import DamagedError, KeyMissingError
from storage.manifests import Manifest
from storage.objects import Bucket
from storage.verification.report import Fault, Listed, Tell, Verified

AGAIN = "readers of this release are misled: make a release of the same commit under a new name, or restore the object"


def check(bucket: Bucket, listed: Listed, found: Verified) -> list[Manifest]:
    """The finished releases; what lacks or has another size is a fault."""
    manifests = []
    try:
        releases = published.listed(bucket)
    except DamagedError as error:
        found.derived(keys.LATEST, f"{error}; the releases are not looked at before")
        return []
    if any(standing.manifest for standing in releases) and not any(standing.is_latest for standing in releases):
        found.derived(keys.LATEST, "the pointer to the newest release names none that stands")
    for standing in releases:
        if standing.damage is not None:
            found.faults.append(Fault(keys.release_manifest(standing.name), standing.damage, AGAIN))
        if standing.manifest is not None:
            manifests.append(standing.manifest)
            _objects(bucket, standing.manifest, listed, found)
    return manifests


def _objects(bucket: Bucket, manifest: Manifest, listed: Listed, found: Verified) -> None:
    for file in manifest.files:
        key = keys.release_file(manifest.name, file.path)
        info = listed.get(key) or bucket.head(key)
        if info is None:
            found.faults.append(Fault(key, "the object is missing", AGAIN))
        elif info.size != file.bytes:
            what = f"the object has {info.size} bytes where its manifest says {file.bytes}"
            found.faults.append(Fault(key, what, AGAIN))


def digests(bucket: Bucket, manifests: list[Manifest], found: Verified, tell: Tell) -> None:
    """Reads every file of every release."""
    due = [(keys.release_file(manifest.name, file.path), file.sha256) for manifest in manifests for file in manifest.files]
    for number, (key, sha256) in enumerate(due):
        tell("releases", number, len(due))
        try:
            data = bucket.get(key)
        except KeyMissingError:
            continue  # told already: it is not listed
        except DamagedError as error:
            found.faults.append(Fault(key, str(error), AGAIN))
            continue
        found.digests += 1
        found.bytes_read += len(data)
        if parquet.sha256(data) != sha256:
            found.faults.append(Fault(key, "its bytes are not those that were released", AGAIN))
