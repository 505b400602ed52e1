"""KITTI: tracking and raw drives, label text, tracklets."""
