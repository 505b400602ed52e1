"""Files of points: PCD, PLY, npy and bare binary."""
