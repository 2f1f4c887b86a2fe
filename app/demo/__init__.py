"""The whole product on this machine, on a project that is really flaky."""
