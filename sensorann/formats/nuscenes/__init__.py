"""nuScenes v1.0 tables: drives read, labels read and written."""
