"""`python -m sensorann`."""

from sensorann.cli import main

main()
