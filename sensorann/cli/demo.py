"""`sensorann demo`: the whole pipeline on a simulated drive, measured against its truth."""

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter
from cyclopts.validators import Number

from sensorann.cli.demo_pipeline import Demo, run_demo
from sensorann.cli.demo_report import write_report
from sensorann.cli.progress import shown


def demo(*, out: Path = Path("demo_out"), seed: Annotated[int, Parameter(validator=Number(gte=0))] = 0) -> None:
    """Run the whole pipeline on a simulated drive.

    Simulates a drive through a town, keeps one box in ten as a human would have placed it, computes all others,
    measures them against the truth, and leaves labels, pictures, a video and a report to look at.

    For example:

        sensorann demo
        sensorann demo --out demo_out --seed 3

    Parameters
    ----------
    out
        Folder for the results; files of an earlier run are replaced.
    seed
        Another number, another town.
    """
    result = run_demo(out, seed=seed, progress=lambda frames: shown(frames, "simulating and drawing"))
    write_report(result)
    print(table(result))
    print(f"\nReport:   {out / 'report.html'}")
    print(f"Video:    {out / 'pictures' / 'birdseye.mp4'}")
    print(f"Pictures: {out / 'pictures'}")
    print(f"Labels:   {out / 'labels'} (OpenLABEL)   Figures: {out / 'summary.json'}")


def table(result: Demo) -> str:
    """Lay out the scores as text."""
    lines = [
        f"{result.drive.name}: {result.keyframes.n_boxes} of {result.truth.n_boxes} boxes kept as keyframes, "
        f"{result.scores['smooth']['all'].n_boxes} computed and compared with the truth",
        "",
        f"{'method':<8} {'category':<12} {'boxes':>6} {'centre m':>9} {'p95 m':>7} {'yaw deg':>8} {'IoU':>6} "
        f"{'> 0.7':>7}",
    ]
    for method, by_category in result.scores.items():
        lines += [
            f"{method:<8} {category:<12} {s.n_boxes:>6} {s.center_mean_m:>9.3f} {s.center_p95_m:>7.3f} "
            f"{s.yaw_mean_deg:>8.2f} {s.iou_mean:>6.3f} {s.share_good:>7.1%}"
            for category, s in by_category.items()
        ]
    total = sum(result.seconds.values())
    return "\n".join([*lines, "", f"done in {total:.0f} s"])
