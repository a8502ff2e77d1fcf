package dev.heddle.xds.client;

/// Why one resource cannot be used; becomes part of the text of a NACK.
///
/// @param resource its name
/// @param reason what is wrong, with the field's path and what would be right
public record Rejection(String resource, String reason) {

    public Rejection {
        if (reason.isEmpty()) {
            throw new IllegalArgumentException("reason: '' (expected: what is wrong)");
        }
    }

    /// As in `cluster 'a': lb_policy: 7 (expected: ROUND_ROBIN)`.
    public String text() {
        return "'" + resource + "': " + reason;
    }
}
