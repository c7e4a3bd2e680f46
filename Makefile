# make demo   installs into .venv, then runs the whole course once, small: train, release, grade
# make test   installs into .venv, then checks style, types and behaviour
# make site   installs into .venv, then runs the lessons and writes the course's site to site/html
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed
# Tests and lessons start Python often: what they import is compiled once, whatever the shell says.
export PYTHONDONTWRITEBYTECODE :=

.PHONY: demo test types behaviour site install browser clean

demo: $(INSTALLED)
	$(BIN)/dlcourse demo

test: $(INSTALLED) browser
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	@$(MAKE) --no-print-directory --jobs 2 types behaviour
	$(BIN)/pytest -m alone --durations 10 $$(grep -rl --include='test_*.py' 'mark\.alone' tests)

types: $(INSTALLED)
	$(BIN)/mypy

# One thread each: a test on every core fills the machine.
behaviour: $(INSTALLED)
	OMP_NUM_THREADS=1 $(BIN)/pytest -m "not alone" --durations 10 \
		--numprocesses auto --dist loadscope --no-loadscope-reorder

# Lessons whose cells have not changed are not run again. Any warning is an error.
site: $(INSTALLED)
	OMP_NUM_THREADS=1 $(BIN)/sphinx-build --quiet --fail-on-warning --keep-going -c course/site \
		--doctree-dir site/.pages . site/html
	@echo "open site/html/index.html"

install: $(INSTALLED)

# The tests look at nbgrader's formgrader in a real browser.
browser:
	@command -v chromium >/dev/null || command -v google-chrome >/dev/null || { \
		echo "installing Chromium for the browser tests"; \
		if [ "$$(id -u)" = 0 ]; then sudo=; else sudo=sudo; fi; \
		$$sudo apt-get update -qq && $$sudo apt-get install -y -qq chromium >/dev/null; } \
		|| { echo "make test needs Chromium: install your system's chromium package" >&2; exit 2; }

$(INSTALLED): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "dlcourse needs Python 3.11 or newer: make PYTHON=python3.11 ..." >&2; exit 2; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --upgrade 'pip>=24'
	$(BIN)/python -m pip install --constraint constraints.txt --editable '.[lessons,notebooks,grade,cluster,dev,site]'
	@touch $@

clean:
	rm -rf $(VENV) runs site
