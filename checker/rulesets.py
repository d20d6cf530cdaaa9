"""The packs of an audit: read and typed, chosen by name, and those that fit the data."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from checker.diagnostics import Diagnostic, nearest
from checker.packs.check import check_pack
from checker.packs.load import BUNDLED, read_packs
from checker.packs.typed import TypedPack

if TYPE_CHECKING:
    from checker.data.dataset import Dataset
    from checker.options import AuditOptions

Loaded = tuple[tuple[TypedPack, ...], tuple[Diagnostic, ...]]


def load_packs(rules: Sequence[Path] = (), settings: Sequence[tuple[str, str]] = ()) -> Loaded:
    """Typed packs from files and folders (none given: the bundled ones), and all that is wrong."""
    return _loaded(rules, settings) if rules or settings else _shipped()


@lru_cache(maxsize=1)
def _shipped() -> Loaded:
    """The bundled packs as they are, which no run changes."""
    return _loaded((BUNDLED,), ())


def _loaded(rules: Sequence[Path], settings: Sequence[tuple[str, str]]) -> Loaded:
    packs, found = read_packs(rules or (BUNDLED,), settings)
    typed = [check_pack(pack) for pack in packs]
    diagnostics = [*found, *(d for _, one in typed for d in one)]
    return tuple(pack for pack, _ in typed), tuple(sorted(diagnostics, key=lambda d: d.sort_key))


def choose_packs(
    packs: Sequence[TypedPack], names: Sequence[str]
) -> tuple[tuple[TypedPack, ...], tuple[Diagnostic, ...]]:
    """The packs that `--pack` names, or all."""
    known = {pack.pack.name: pack for pack in packs}
    found = []
    for name in names:
        if name not in known:
            best = nearest(name, list(known))
            found.append(
                Diagnostic(
                    "E303",
                    f"unknown pack `{name}`",
                    notes=(
                        *((f"did you mean `{best}`?",) if best else ()),
                        f"packs: {', '.join(sorted(known)) or 'none'}",
                    ),
                )
            )
    chosen = [known[name] for name in dict.fromkeys(names) if name in known]
    return (tuple(chosen) if names else tuple(packs)), tuple(found)


def applicable(
    packs: Sequence[TypedPack], dataset: Dataset, options: AuditOptions
) -> tuple[tuple[TypedPack, ...], tuple[Diagnostic, ...]]:
    """The packs whose platform occurs in the data, and those that `--pack` names; a pack for any
    platform only when it is named or given."""
    platforms = dataset.platforms
    given = bool(options.packs or options.rules)
    fitting = [
        pack
        for pack in packs
        if pack.pack.platform in platforms or (pack.pack.platform == "any" and given)
    ]
    known = sorted({pack.pack.platform for pack in packs})
    notes = (
        f"platforms in the data: {', '.join(platforms) or 'none'}",
        f"platforms of the packs: {', '.join(known) or 'none'}",
        "say `--platform P`, or give rules for it with `--rules`",
    )
    if not fitting:
        return (), (
            Diagnostic("E305", "no pack applies to the platforms in the data", notes=notes),
        )
    if not options.packs:
        return tuple(fitting), ()
    absent = [pack for pack in packs if pack not in fitting]
    return tuple(packs), tuple(
        Diagnostic(
            "W305",
            f"pack `{pack.pack.name}` is for platform `{pack.pack.platform}`, of which the data have"
            " no row: its rules are not evaluated",
            notes=notes[:1],
            level="warning",
        )
        for pack in absent
    )
