"""Compiled loops on bare arrays: no checks, no defaults, no units, no errors.

Users never import a kernel; `sensorann.geometry` and the rooms above wrap each one once.
"""
