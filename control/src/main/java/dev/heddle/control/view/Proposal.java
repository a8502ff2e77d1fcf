package dev.heddle.control.view;

import dev.heddle.model.ResourceId;
import java.util.List;

/// What somebody wants changed, as one: it comes in force as one version, or not at all.
///
/// @param texts whose resources shall be in force
/// @param namespace of resources that name none
/// @param deletions applied resources that shall go
/// @param message why, for the history; empty for nothing said
public record Proposal(
        List<Text> texts, String namespace, List<ResourceId> deletions, String message) {
    /// The most letters of a message.
    public static final int LONGEST_MESSAGE = 1000;

    /// @param from how findings call it
    public record Text(String from, String text) {
        /// Without the text, as there may be Secrets in it.
        @Override
        public String toString() {
            return "Text[" + from + "]";
        }
    }

    public Proposal {
        texts = List.copyOf(texts);
        deletions = List.copyOf(deletions);
        if (message.length() > LONGEST_MESSAGE) {
            throw new IllegalArgumentException(
                    "message: %d letters (expected: %d at most)"
                            .formatted(message.length(), LONGEST_MESSAGE));
        }
    }
}
