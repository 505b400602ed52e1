# Two commands do everything on a fresh machine: `make demo` and `make test`.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
KERNEL_CACHE := $(CURDIR)/.cache/kernels
export NUMBA_CACHE_DIR ?= $(KERNEL_CACHE)

.PHONY: demo test soak lint judges bench clean
.DELETE_ON_ERROR:

demo: $(VENV)/core.stamp
	$(BIN)/sensorann demo --out demo_out

test: system-libraries lint judges
	$(BIN)/python -m pytest -n 2
	NUMBA_DISABLE_JIT=1 $(BIN)/python -m pytest -m kernels

# Hours in minutes: 500 kills, 16 processes x 1,000 edits on each database, and every byte of a journal flipped.
soak: system-libraries $(VENV)/all.stamp
	SENSORANN_SOAK=1 $(BIN)/python -m pytest tests/store/test_durability.py tests/store/test_journal.py --durations=0

lint: $(VENV)/all.stamp
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

# Official programs judge ours from environments of their own: they pin other versions of numpy.
NUSCENES_JUDGE := .cache/judges/nuscenes
TRACKEVAL_JUDGE := .cache/judges/trackeval
CROISSANT_JUDGE := .cache/judges/croissant
RELIABILITY_JUDGE := .cache/judges/reliability
JUDGES := $(NUSCENES_JUDGE) $(TRACKEVAL_JUDGE) $(CROISSANT_JUDGE) $(RELIABILITY_JUDGE)
judges: $(JUDGES:=.stamp)
$(NUSCENES_JUDGE).stamp: JUDGE := nuscenes-devkit==1.2.0
$(TRACKEVAL_JUDGE).stamp: JUDGE := trackeval==1.3.0
$(CROISSANT_JUDGE).stamp: JUDGE := mlcroissant==1.1.1
$(RELIABILITY_JUDGE).stamp: JUDGE := krippendorff==0.9.0 scikit-learn==1.7.2
$(JUDGES:=.stamp): %.stamp:
	$(PYTHON) -m venv $*
	$*/bin/python -m pip --disable-pip-version-check --quiet install $(JUDGE) \
	  || { rm -rf $*; echo "$(JUDGE) does not install here: its tests will be skipped"; }
	touch $@

bench: $(VENV)/all.stamp
	$(BIN)/python -m benchmarks.report

# What only a benchmark compares with, in an environment of its own.
PATCHWORK := .cache/peers/patchwork
.PHONY: peers
peers: $(PATCHWORK).stamp
$(PATCHWORK).stamp:
	$(PYTHON) -m venv $(PATCHWORK)
	$(PATCHWORK)/bin/python -m pip --disable-pip-version-check --quiet install pypatchworkpp==1.4.1
	touch $@

$(VENV)/core.stamp: pyproject.toml constraints.txt
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(PIP) install -c constraints.txt -e .
	touch $@

$(VENV)/all.stamp: $(VENV)/core.stamp
	$(PIP) install -c constraints.txt -e ".[all,test,dev]"
	touch $@

VIEWER_LIBRARIES := libusb-1.0-0 libvulkan1 mesa-vulkan-drivers libegl1 libgl1 libx11-6 libidn2-0 libudev1 libglib2.0-0
# The label store is tested on a real server, the viewer on a real screen, pages in a real browser; the tests start them.
SYSTEM_LIBRARIES := $(VIEWER_LIBRARIES) postgresql xvfb xdotool chromium chromium-driver
APT := apt-get install -y --no-install-recommends $(SYSTEM_LIBRARIES)

.PHONY: system-libraries
system-libraries:
	@if command -v dpkg >/dev/null && dpkg -s $(SYSTEM_LIBRARIES) >/dev/null 2>&1; then \
	  true; \
	elif [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	  apt-get update -qq && DEBIAN_FRONTEND=noninteractive $(APT) -qq; \
	else \
	  echo "System libraries of the viewer and of the tests are missing: sudo $(APT)"; \
	fi

clean:
	rm -rf $(VENV) .cache demo_out
