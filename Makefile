# One command for each habit. Needs Python 3.11 or newer, make and pip.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
LOCK := requirements/lock.txt
SECONDS ?= 120
CASES ?= 10000
SAMPLE ?= both
WITH_TRAINERS := $(addprefix tests/test_,engine.py ray.py remote.py stream.py stream_batches.py \
	stream_torch.py examples.py docs_run.py export_lines.py hub.py export_pages.py export_trainers.py)
PIP := $(BIN)/python -m pip --disable-pip-version-check install --quiet

.PHONY: help demo test teach check golden lint types imports wheel bench judge docs sample hands lock browser trainers clean fuzz

help:  ## what there is
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 12

$(BIN)/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/.run: pyproject.toml $(LOCK) | $(BIN)/python
	$(PIP) -c $(LOCK) -e .
	@touch $@

$(VENV)/.dev: pyproject.toml $(LOCK) | $(BIN)/python
	$(PIP) -c $(LOCK) -e '.[dev]'
	@touch $@ $(VENV)/.run

$(VENV)/.torch: pyproject.toml $(LOCK) $(VENV)/.dev
	$(PIP) -c $(LOCK) -e '.[torch]' && touch $@ || echo 'PyTorch cannot be installed here: what trains is skipped, and pytest says so'

$(VENV)/.docs: pyproject.toml $(LOCK) | $(BIN)/python
	$(PIP) -c $(LOCK) -e '.[docs]'
	@touch $@

$(VENV)/.fuzz: pyproject.toml $(LOCK) | $(BIN)/python
	$(PIP) -c $(LOCK) -e '.[fuzz]'
	@touch $@

demo: $(VENV)/.run  ## set up, and make 200 lines and a page of them from the embedded sample
	$(BIN)/penline compose -n 200 --boxes --overwrite -o demo/lines
	$(BIN)/penline check demo/lines
	$(BIN)/penline sheet demo/lines -o demo/lines.html
	@echo "Open demo/lines.html in a browser; the training set is demo/lines."

test: $(VENV)/.dev  ## set up, and run the tests
	$(BIN)/python -m pytest -n 2

golden: $(VENV)/.dev  ## make all golden lines again, and name those that differ
	$(BIN)/python tools/golden_lines.py

lint: $(VENV)/.dev  ## style
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(VENV)/.dev  ## mypy, strict
	$(BIN)/mypy

imports: $(VENV)/.dev  ## who may import whom
	$(BIN)/lint-imports

wheel: $(VENV)/.dev  ## build the wheel, install it into an empty environment, compose with it; SAMPLE=simulated leaves real hands out
	rm -rf build/wheel && mkdir -p build/wheel/source
	cp -r pyproject.toml README.md LICENSE LICENSES src build/wheel/source
ifeq ($(SAMPLE),simulated)
	rm -r build/wheel/source/src/penline/sample/hands build/wheel/source/LICENSES/CC-BY-4.0.txt
	sed -i.with 's/ AND CC-BY-4.0//' build/wheel/source/pyproject.toml
endif
	$(BIN)/python -m pip --disable-pip-version-check wheel --quiet --no-deps -w build/wheel build/wheel/source
	$(PYTHON) -m venv build/wheel/env
	build/wheel/env/bin/python -m pip --disable-pip-version-check install --quiet -c $(LOCK) build/wheel/*.whl
	cd build/wheel && env/bin/python -c 'import penline; penline.sample_bank("$(SAMPLE)")'
	cd build/wheel && env/bin/penline compose -n 20 -o lines && env/bin/penline check lines
	@cd build/wheel && if env/bin/python -m pip list 2>/dev/null | grep -qiE '^(torch|ray) '; then echo 'the wheel pulls torch or ray'; exit 1; fi

teach: $(VENV)/.torch  ## train a small reader on a toy, as penline ablate does (PyTorch, some hundred MB)
	$(BIN)/python -m pytest -rs tests/test_ablate.py

check: lint types imports test teach wheel  ## all that must hold before a change lands

bench: $(VENV)/.dev  ## where a line's time goes, and speed beside other generators (in build/peers)
	$(BIN)/python bench/profile.py
	$(BIN)/python bench/peers.py

judge: $(VENV)/.dev  ## read composed lines with an outside reader (environment in build/judge)
	$(BIN)/python bench/judge.py --help

fuzz: $(VENV)/.fuzz  ## CASES of hypothesis and SECONDS of atheris a reader (docs/fuzzing.md)
	$(BIN)/python -m fuzz --cases $(CASES) --seconds $(SECONDS)

docs: $(VENV)/.docs  ## build the site in site/
	$(BIN)/python tools/make_docs.py
	$(BIN)/python tools/make_docs.py --data
	$(BIN)/mkdocs build --strict --quiet

sample: $(VENV)/.dev  ## make the embedded sample again from its fonts (needs npm)
	$(PIP) -c $(LOCK) -e '.[sample]'
	$(BIN)/python tools/make_sample.py

hands: $(VENV)/.dev  ## choose the real hands of the embedded sample again: UNIPEN=train_r01_v07.zip
	$(BIN)/python tools/make_hands.py $(UNIPEN)

lock: $(VENV)/.dev $(VENV)/.docs  ## write the versions in use to the lock file
	$(PIP) -e '.[dev,docs,sample,fuzz,torch]'
	$(BIN)/python -m pip freeze --exclude-editable --exclude pip --exclude setuptools > $(LOCK)

browser: $(VENV)/.dev  ## Debian's Chromium (asks for root), Playwright and axe-core: then `make test` looks at pages, too
	$(PIP) -c $(LOCK) -e '.[browser]'
	command -v chromium >/dev/null || { apt-get update -qq && apt-get install -y -qq chromium; }
	npm install --silent --no-save --prefix build/axe axe-core@4

build/trainers/.done: pyproject.toml requirements/trainers.txt
	$(PYTHON) -m venv build/trainers
	build/trainers/bin/python -m pip --disable-pip-version-check install --quiet -e . -r requirements/trainers.txt
	@touch $@

trainers: build/trainers/.done  ## open the outputs with PyTorch, ray, S3, datasets, docTR, kraken ... (environment in build/trainers, some GB)
	build/trainers/bin/python -m pytest -rs $(WITH_TRAINERS)

clean:  ## remove what was made
	rm -rf $(VENV) build dist site demo .pytest_cache .mypy_cache .ruff_cache .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
