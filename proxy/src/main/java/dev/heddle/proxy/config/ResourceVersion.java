package dev.heddle.proxy.config;

/// What the control plane calls a resource as it is now. It is no part of what the resource says:
/// two are always equal, so that one which came again unchanged is the same, and its version is
/// that of when it changed last.
///
/// @param text empty for a resource of the bootstrap
public record ResourceVersion(String text) {
    /// Nobody gave it a version.
    public static final ResourceVersion NONE = new ResourceVersion("");

    @Override
    public boolean equals(Object other) {
        return other instanceof ResourceVersion;
    }

    @Override
    public int hashCode() {
        return 0;
    }
}
