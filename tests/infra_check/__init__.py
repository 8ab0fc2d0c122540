"""Checks of the files in infra/ without an account: format, types, tests with a mocked Azure, checkov."""
