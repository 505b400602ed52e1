"""ASAM OpenLABEL 1.0: the lossless interchange of labels, and the description of a folder drive."""
