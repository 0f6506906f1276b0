"""The receiver of single requests from a gateway of one's own: LiteLLM's log and OpenTelemetry's spans."""
