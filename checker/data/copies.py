"""A growing folder or file of exports as one that stands still: copies that end with a whole line."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from checker.data.lines import Stat, is_followed, whole_lines
from checker.data.scratch import Scratch


@dataclass
class Copies:
    """The exports below `path`, under their own names. Files that do not grow by lines are linked."""

    path: Path
    _home: Scratch = field(default_factory=lambda: Scratch("checker-watch-"))
    _known: dict[Path, tuple[Stat, Path]] = field(default_factory=dict)

    @property
    def place(self) -> Path:
        """What stands for `path`."""
        return self._home.path / (self.path.name or "data")

    def update(self) -> bool:
        """Takes over what is new, and says whether anything is. Raises OSError when a file vanishes."""
        files = self._files()
        changed = False
        for file, copy in files.items():
            stat = Stat.of(file)
            known = self._known.get(file)
            if known is not None and known[0] == stat:
                continue
            changed = True
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.unlink(missing_ok=True)
            if is_followed(file):
                quoted = file.suffix.lower() in (".csv", ".tsv")
                with copy.open("wb") as out:
                    out.writelines(whole_lines(file, 0, quoted=quoted))
            else:
                copy.symlink_to(file.resolve())
            self._known[file] = stat, copy
        for file in [f for f in self._known if f not in files]:
            self._known.pop(file)[1].unlink(missing_ok=True)
            changed = True
        return changed

    def _files(self) -> dict[Path, Path]:
        if not self.path.is_dir():
            return {self.path: self.place}
        return {
            file: self.place / file.relative_to(self.path)
            for file in sorted(self.path.rglob("*"))
            if file.is_file() and not file.name.startswith(".")
        }
