# Each recipe is a line that a person could type. Start with: make book
PYTHON ?= python3
TESTS := not slow
VENV := .venv
PY := $(VENV)/bin/python
export PYTHONPATH := $(CURDIR)/code
SETUP := $(PYTHON) -m press.environment $(VENV) requirements.txt

.DEFAULT_GOAL := book
.PHONY: book pdf notebooks epub release test test-all experiments lint format serve bench clean help

book:  ## the HTML book in both languages, in _build/html
	@$(SETUP)
	@$(PY) -m press.book

pdf:  ## the printed book in both languages, in _build/pdf; needs LaTeX
	@$(SETUP)
	@$(PY) -m press.pdf

notebooks:  ## every chapter as a notebook, with the wheel it installs, in _build/notebooks
	@$(SETUP)
	@$(PY) -m press.notebooks

epub:  ## the book for e-readers, in both languages, in _build/epub
	@$(SETUP)
	@$(PY) -m press.epub

release:  ## all of it, with the PDF if there is one, digests and a site to publish, in _build/release
	@$(SETUP) requirements-test.txt
	@$(PY) -m press.release

test:  ## the book, then every test but those that take minutes
	@$(SETUP) requirements-test.txt
	@$(PY) -m press.book
	@$(PY) -m press.browser
	@$(PY) -m pytest -m "$(TESTS)" -n auto --dist loadscope --no-loadscope-reorder

test-all: TESTS := slow or not slow
test-all: test  ## that, and what takes minutes: faults, trainings, the book built twice (Linux)

experiments:  ## measures what book/results lacks; takes hours, may be stopped and resumed
	@$(SETUP) requirements-test.txt
	@$(PY) -m dnnbook.experiments

lint:  ## style of the code
	@$(SETUP) requirements-test.txt
	@$(PY) -m ruff check . && $(PY) -m ruff format --check .

format:  ## puts the code in style
	@$(SETUP) requirements-test.txt
	@$(PY) -m ruff check --fix . && $(PY) -m ruff format .

serve: book  ## the book on http://localhost:8000
	@$(PY) -m http.server --bind 127.0.0.1 --directory _build/html 8000

bench:  ## how long builds take, as ratios
	@$(SETUP)
	@$(PY) -m press.bench

clean:  ## removes everything built; the environment stays
	rm -rf _build

help:  ## this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/\1:  \2/p' $(MAKEFILE_LIST)
