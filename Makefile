# The archive's commands. Needs Python 3.11+ and make; everything else is installed into .venv.
PYTHON ?= python3
PORT ?= 8000
export PORT

.PHONY: setup run check test system-tests mutants lock messages audit pin clean

setup:
	@$(PYTHON) archive/bootstrap.py

# Start the database, migrate, load fixtures, collect static files, serve on 127.0.0.1:$(PORT).
run: setup
	@exec .venv/bin/python manage.py serve

# The gate: linters, formatters, types, links and commands of the docs, import rules, docstrings. Needs no database.
# djangofmt cannot read a form that opens and closes under conditions, as the page of review has one.
check: setup
	@.venv/bin/ruff check archive articles tests manage.py
	@.venv/bin/ruff format --check --quiet archive articles tests manage.py
	@.venv/bin/mypy
	@.venv/bin/djangofmt check $$(git ls-files 'templates/*.html' | grep -v desk/review.html)
	@.venv/bin/python -m pytest -q -n 0 tests/test_docs.py tests/test_rooms.py tests/test_docstrings.py

# The suite, browser tests included. `make test ARGS="tests/arabic -x"` passes arguments on.
test: setup
	@exec .venv/bin/python -m pytest $(ARGS)

# Tests of whole processes: servers are started, killed, upgraded, backed up and filled. Longer than the suite.
system-tests: setup
	@exec .venv/bin/python -m pytest tests/system $(ARGS)

# Mutation testing: small changes of the code of which no test takes notice. `make mutants ARGS="--rooms search --sample 40"`.
mutants: setup
	@exec .venv/bin/python -m tests.mutation.run $(ARGS)

# Resolve pyproject.toml again into the two lock files (hashes, all platforms, Python 3.11 and up).
lock: setup
	.venv/bin/python -m pip install --quiet uv
	.venv/bin/uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes --no-emit-index-url --custom-compile-command "make lock" -q -o requirements.lock
	.venv/bin/uv pip compile pyproject.toml --group dev --universal --python-version 3.11 --generate-hashes --no-emit-index-url --custom-compile-command "make lock" -q -o requirements-dev.lock

# Collect what is to be translated into articles/locale, and compile what is. Needs GNU gettext (Debian: gettext).
messages: setup
	.venv/bin/python manage.py makemessages --locale en --no-obsolete --no-location --ignore .venv --ignore var --ignore tests
	.venv/bin/python manage.py compilemessages --locale en --locale ar --ignore .venv --ignore var

# Write the digests of the images into docker-compose.yml and Dockerfile, so that nobody can put others under their names. Asks
# the images' registries; where one does not answer nothing is changed and the exit status is 1.
pin:
	@$(PYTHON) articles/platform/pin_images.py docker-compose.yml Dockerfile

clean:
	rm -rf .venv .venv.lock

# Known vulnerabilities of what is installed in production. Asks the Python Package Index.
audit: setup
	.venv/bin/python -m pip install --quiet pip-audit
	.venv/bin/pip-audit --requirement requirements.lock --disable-pip
