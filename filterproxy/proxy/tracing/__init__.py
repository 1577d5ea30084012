"""One span a reply, for OpenTelemetry. An extra: imported only where the setting `tracing` asks for it."""
