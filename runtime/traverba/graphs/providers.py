"""Which providers and which precision a model runs in: pure functions of what is asked and what is there."""

from __future__ import annotations

from collections.abc import Sequence

from traverba.errors import OptionError, ProviderUnavailableError
from traverba.graphs.policies import AUTO_ORDER, CPU, DEVICES, policy_of


def choose_providers(
    device: str,
    providers: Sequence[str] | None,
    available: Sequence[str],
    *,
    measured: str | None = None,
    distributions: Sequence[str] = (),
) -> tuple[str, ...]:
    """The providers for a session, best first, the CPU last for the few nodes that others lack.

    What is asked for by name and missing raises; only "auto" may choose, and ``measured`` is
    what was the fastest on this machine. ``distributions`` are those of `DISTRIBUTIONS` that are
    installed.
    """
    wanted = _wanted(device, providers, available, measured)
    missing = [provider for provider in wanted if provider not in available]
    if missing:
        raise ProviderUnavailableError(_unavailable(missing, available, distributions))
    return tuple(dict.fromkeys([*wanted, CPU]))


def _wanted(
    device: str, providers: Sequence[str] | None, available: Sequence[str], measured: str | None
) -> list[str]:
    if device != "auto" and device not in DEVICES:
        raise OptionError(f"device must be one of auto, {', '.join(DEVICES)}, not {device!r}")
    if providers is not None and device != "auto":
        raise OptionError("give device or providers, not both")
    if providers is not None and not providers:
        raise OptionError("providers must name at least one execution provider")
    if providers is not None:
        return list(providers)
    if device != "auto":
        return [DEVICES[device]]
    return [p for p in (measured, *AUTO_ORDER) if p is not None and p in available][:1] or [CPU]


def _unavailable(missing: Sequence[str], available: Sequence[str], distributions: Sequence[str]) -> str:
    remedy = clash_of(distributions) or "; ".join(policy_of(provider).install for provider in missing)
    return f"{', '.join(missing)} is not available (there are: {', '.join(available)}); {remedy}"


def clash_of(distributions: Sequence[str]) -> str | None:
    """What is wrong when several distributions of onnxruntime are installed, and what to do."""
    if len(distributions) < 2:
        return None
    return (
        f"{' and '.join(distributions)} are installed together and overwrite each other's files, "
        f"so providers go missing: pip uninstall {' '.join(distributions)}, then install the one you want"
    )


def choose_precision(provider: str, offered: Sequence[str], wanted: str | None = None) -> str:
    """The precision to run a model in that offers these, its default first."""
    if wanted is not None and wanted not in offered:
        raise OptionError(f"precision must be one that the model has ({', '.join(offered)}), not {wanted!r}")
    preferred = [precision for precision in policy_of(provider).precisions if precision in offered]
    return wanted or (preferred or list(offered))[0]
