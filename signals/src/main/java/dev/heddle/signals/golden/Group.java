package dev.heddle.signals.golden;

import dev.heddle.signals.record.Party;

/// Calls that are looked at together. What they need not have in common is empty.
public record Group(Party source, Party destination, String protocol, String route) {}
