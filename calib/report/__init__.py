"""Pages of calibrations, and their plots as pictures."""

from calib.report.drifts import drift_page, radar_drift_page
from calib.report.edges import edges_page
from calib.report.lens import lens_page
from calib.report.lidars import lidars_page
from calib.report.motions import delay_page, hand_eye_page
from calib.report.overlays import Overlay, draw_outlines, draw_overlays
from calib.report.page import Page, write_report
from calib.report.pairs import pair_page
from calib.report.plots import draw_page
from calib.report.radars import radar_page
from calib.report.rigs import rig_of_targets_page, rig_page
from calib.report.surveys import survey_page

__all__ = [
    "Overlay",
    "Page",
    "delay_page",
    "draw_outlines",
    "draw_overlays",
    "draw_page",
    "drift_page",
    "edges_page",
    "hand_eye_page",
    "lens_page",
    "lidars_page",
    "pair_page",
    "radar_drift_page",
    "radar_page",
    "rig_of_targets_page",
    "rig_page",
    "survey_page",
    "write_report",
]
