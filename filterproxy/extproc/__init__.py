"""filterproxy as an external processor of Envoy's: see exchange for what is said, serving for who says it."""
