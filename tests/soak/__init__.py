"""The soak: everything at once for minutes, and every reply checked (`python -m tests.soak`)."""
