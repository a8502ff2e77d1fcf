package dev.heddle.signals.record;

/// Whether a call came by mutual TLS.
public enum Secure {
    YES,
    NO,
    UNKNOWN;

    /// The meaning of Istio's label `connection_security_policy`.
    public static Secure of(String policy) {
        return switch (policy) {
            case "mutual_tls" -> YES;
            case "none" -> NO;
            default -> UNKNOWN;
        };
    }

    /// As that label says it.
    @Override
    public String toString() {
        return switch (this) {
            case YES -> "mutual_tls";
            case NO -> "none";
            case UNKNOWN -> "unknown";
        };
    }
}
