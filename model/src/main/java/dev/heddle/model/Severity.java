package dev.heddle.model;

/// How much a finding matters. The order is from the least to the most.
public enum Severity {
    /// Worth knowing; nothing is wrong.
    INFO,
    /// Works, but probably not as meant.
    WARNING,
    /// The field, rule or resource is not in force; the rest of the mesh goes on.
    ERROR
}
