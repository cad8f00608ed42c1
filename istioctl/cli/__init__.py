"""Flags in, text and status out: the only user of Typer and Rich. No rule about Istio lives here."""
