"""The packed drive: one checksummed HDF5 file out of any drive."""
