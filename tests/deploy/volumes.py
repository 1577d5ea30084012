"""ConfigMaps as a kubelet puts them on disk, and a pod's files where its containers would see them."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(slots=True)
class ConfigMapFolder:
    """
    A mounted ConfigMap: each file is a link into `..data`, which is a link to a folder of one generation; an
    update is one rename of that link.

    https://pkg.go.dev/k8s.io/kubernetes/pkg/volume/util#AtomicWriter
    """

    folder: Path
    _generation: int = 0

    def write(self, files: Mapping[str, str]) -> None:
        """Make *files* what stands there: the kubelet's steps in its order."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self._generation += 1
        now = self.folder / f"..2026_01_01_00_00_00.{self._generation:09}"
        now.mkdir()
        for name, text in files.items():
            (now / name).write_text(text)
        data = self.folder / "..data"
        before = data.resolve() if data.is_symlink() else None
        (self.folder / "..data_tmp").symlink_to(now.name)
        (self.folder / "..data_tmp").rename(data)
        for name in files:
            if not (self.folder / name).is_symlink():
                (self.folder / name).symlink_to(f"..data/{name}")
        for link in self.folder.iterdir():
            if not link.name.startswith("..") and link.name not in files:
                link.unlink()
        if before is not None:
            shutil.rmtree(before)


def lay_out(manifests: list[dict[str, Any]], root: Path) -> None:
    """
    Put what the ConfigMaps of *manifests* hold below *root*, at the paths of the proxy's mounts; other
    volumes are empty folders.
    """
    maps = {d["metadata"]["name"]: d["data"] for d in manifests if d["kind"] == "ConfigMap"}
    pod = next(d for d in manifests if d["kind"] == "Deployment")["spec"]["template"]["spec"]
    volumes = {volume["name"]: volume for volume in pod["volumes"]}
    for mount in pod["containers"][0]["volumeMounts"]:
        folder = root / mount["mountPath"].lstrip("/")
        source = volumes[mount["name"]].get("configMap", {}).get("name")
        folder.mkdir(parents=True, exist_ok=True)
        if source in maps:
            ConfigMapFolder(folder).write(maps[source])
