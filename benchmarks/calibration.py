"""How honest calibration is: errors of simulated sessions beside their Cramer-Rao bound, and what they cost.

    python -m benchmarks.calibration                 print the tables of docs/calibration.md
    python -m benchmarks.calibration --write         put them there
    python -m benchmarks.calibration --runs 40       fewer simulated sessions
    python -m benchmarks.calibration --table speed   one table only: simulated, speed

Reflectors at 3-12 m (near) or 4-25 m, range noise 0.1 m, azimuth 0.5 degree, 0.5 px, boards 1 cm; a drawing is known to
1 degree and 5 cm.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass, field
from statistics import median
from time import process_time

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from benchmarks.report import REPOSITORY, write
from calib import (
    Estimate,
    Prior,
    calibrate_camera_radar,
)
from calib.estimation.problem import single_points
from calib.estimation.robust import fit_robustly
from calib.estimation.simulation import FLAT, NEAR, SPREAD, Session, simulate_session
from calib.estimation.solver import target_equations
from calib.estimation.start import FORWARD_FROM_CAMERA, consensus_start
from calib.estimation.tangent import AXES, difference, moved

DRAWING = {"rotation": np.deg2rad(1.0), "translation": 0.05}
DOCS = REPOSITORY / "docs" / "calibration.md"


@dataclass(frozen=True)
class Setting:
    """One row of the table of simulated sessions."""

    name: str
    drawing: bool = False
    seen_as: str = "boards"
    options: dict = field(default_factory=dict)


SETTINGS = (
    Setting("boards, near", options={"n": 50, "layout": NEAR}),
    Setting("boards, near, 20 % wrong", options={"n": 50, "layout": NEAR, "wrong_share": 0.2}),
    Setting("boards, near, drawing", drawing=True, options={"layout": NEAR}),
    Setting("boards, near, drawing, 20 % wrong", drawing=True, options={"layout": NEAR, "wrong_share": 0.2}),
    Setting("boards, spread, drawing", drawing=True, options={"layout": SPREAD}),
    Setting("pixels, spread, drawing", drawing=True, seen_as="pixels", options={"layout": SPREAD}),
    Setting("boards, heights measured", options={"layout": SPREAD, "heights": True}),
    Setting("boards, 4D radar", options={"layout": NEAR, "elevation": True}),
    Setting("boards, flat, drawing", drawing=True, options={"layout": FLAT}),
    Setting("boards, flat", options={"layout": FLAT}),
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=300, help="simulated sessions per row")
    parser.add_argument("--write", action="store_true", help="update docs/calibration.md")
    parser.add_argument("--table", choices=tuple(TABLES), help="one table only")
    options = parser.parse_args()
    tables = {name: TABLES[name](options.runs) for name in ([options.table] if options.table else TABLES)}
    print("\n\n".join(tables.values()))
    if options.write:
        write(tables, DOCS)


def simulated_table(n_runs: int) -> str:
    head = f"| {n_runs} sessions each | " + " | ".join(AXES) + " | NEES (95 % band) | flagged | CPU time |"
    return "\n".join([head, "|---|" + "---|" * 9, *(simulated_row(setting, n_runs) for setting in SETTINGS)])


@dataclass(frozen=True)
class Judged:
    """Sessions of one setting together.

    ratios (6,) are error over bound per axis, lost (6,) the axes without an estimate, nees lies within band or not,
    flagged is the share of sessions with an axis that the targets do not tell, seconds are the median session's.
    """

    ratios: NDArray[np.float64]
    lost: NDArray[np.bool_]
    nees: float
    band: tuple[float, float]
    flagged: float
    seconds: float


def judge(setting: Setting, n_runs: int) -> Judged:
    rng = np.random.default_rng(1)
    runs = [run(setting, rng) for _ in range(n_runs)]
    errors, bounds, nees = (np.array([getattr(one, name) for one in runs]) for name in ("error", "bound", "nees"))
    weak = np.mean([[axis in one.found.seen.weak_axes for axis in AXES] for one in runs], axis=0)
    low, high = stats.chi2.ppf([0.025, 0.975], 6 * n_runs) / n_runs
    return Judged(
        ratios=np.sqrt((errors**2).mean(axis=0) / bounds.mean(axis=0)),
        # A drawing tells what the targets do not; without one the axis has no estimate to judge.
        lost=(weak > 0.5) & (not setting.drawing),
        nees=float(nees.mean()),
        band=(low, high),
        flagged=float(np.mean([bool(one.found.seen.weak_axes) for one in runs])),
        seconds=median(one.seconds for one in runs),
    )


def simulated_row(setting: Setting, n_runs: int) -> str:
    judged = judge(setting, n_runs)
    values = ["" if judged.lost.any() else f"{ratio:.2f}" for ratio in judged.ratios]
    shown = ["lost" if gone else value for gone, value in zip(judged.lost, values, strict=True)]
    consistency = "" if judged.lost.any() else f"{judged.nees:.2f} ({judged.band[0]:.2f}-{judged.band[1]:.2f})"
    rest = f"{judged.flagged:.0%} | {1e3 * judged.seconds:.0f} ms"
    return f"| {setting.name} | {' | '.join(shown)} | {consistency} | {rest} |"


@dataclass(frozen=True)
class Run:
    """One session: its estimate beside the truth."""

    found: Estimate
    error: NDArray[np.float64]
    bound: NDArray[np.float64]
    nees: float
    seconds: float


def run(setting: Setting, rng: np.random.Generator) -> Run:
    session = simulate_session(rng, **setting.options)
    prior = drawn_prior(session, rng) if setting.drawing else None
    begin = process_time()
    found = calibrate_camera_radar(getattr(session, setting.seen_as), session.radar, prior=prior)
    seconds = process_time() - begin
    error = difference(found.target_from_source, session.radar_from_camera)
    return Run(found, error, cramer_rao(setting, session), error @ np.linalg.solve(found.covariance, error), seconds)


def drawn_prior(session: Session, rng: np.random.Generator) -> Prior:
    off = rng.normal(size=6) * np.repeat(list(DRAWING.values()), 3)
    return Prior.from_sigmas(moved(session.radar_from_camera, off), **DRAWING)


def cramer_rao(setting: Setting, session: Session) -> NDArray[np.float64]:
    """Least variances (6,) of any unbiased estimator that knows which detections are right."""
    truth = session.radar_from_camera
    problem = single_points(
        getattr(session, setting.seen_as), session.radar, source_name="", target_name="", names=None, prior=None
    ).keep(session.right)
    points = truth.inverse().apply(session.points_radar[session.right])
    information = target_equations(problem, truth, points)[0].sum(axis=0)
    if setting.drawing:
        information = information + np.linalg.inv(Prior.from_sigmas(truth, **DRAWING).covariance)
    return np.diag(np.linalg.pinv(information, hermitian=True))


def speed_table(_n_runs: int) -> str:
    rows = ["| reflectors, 20 % wrong | pose | all that is reported |", "|---|---|---|"]
    for n in (10, 50, 100):
        rng = np.random.default_rng(1)
        times = [speeds(simulate_session(rng, n=n, wrong_share=0.2)) for _ in range(15)]
        pose, whole = (median(column) * 1e3 for column in zip(*times, strict=True))
        rows.append(f"| {n} | {pose:.0f} ms | {whole:.0f} ms |")
    return "\n".join(rows)


def speeds(session: Session) -> tuple[float, float]:
    """CPU seconds of the pose alone, wrong detections left out, and of the whole estimate."""
    problem = single_points(
        session.boards, session.radar, source_name="camera", target_name="radar", names=None, prior=None
    )
    begin = process_time()
    fit_robustly(problem, consensus_start(problem, FORWARD_FROM_CAMERA, height_known=False))
    middle = process_time()
    calibrate_camera_radar(session.boards, session.radar)
    return middle - begin, process_time() - middle


TABLES = {"simulated": simulated_table, "speed": speed_table}

if __name__ == "__main__":
    main()
