package dev.heddle.xds.protocol;

import java.util.Optional;
import java.util.Set;

/// What a subscriber thinks of a response.
///
/// @param rejected names of resources that it cannot use; it goes on with what it had of them.
///   None, beside a text, means that the response as a whole is rejected
/// @param text why, for the server to show; empty when everything is accepted
public record Verdict(Set<String> rejected, Optional<String> text) {
    /// All is well.
    public static final Verdict ACCEPTED = new Verdict(Set.of(), Optional.empty());

    public Verdict {
        rejected = Set.copyOf(rejected);
        if (text.isEmpty() && !rejected.isEmpty()) {
            throw new IllegalArgumentException("text: '' (expected: why " + rejected);
        }
    }

    /// Whether nothing of the response was taken.
    public boolean isWhole() {
        return text.isPresent() && rejected.isEmpty();
    }
}
