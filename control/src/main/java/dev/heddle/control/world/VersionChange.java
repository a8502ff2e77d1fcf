package dev.heddle.control.world;

import java.util.List;

/// What made a version of the one before it.
///
/// @param who accounts and owners of files, each once; none where that is not known
/// @param message in the words of whoever applied it; empty for none
/// @param resources that changed, [#MOST_RESOURCES] at most
/// @param count of all that changed
public record VersionChange(
        List<String> who, String message, List<ResourceChange> resources, int count) {
    /// The most that are named.
    public static final int MOST_RESOURCES = 200;

    /// Nothing is known.
    public static final VersionChange UNKNOWN = new VersionChange(List.of(), "", List.of(), 0);

    /// @param action `created`, `configured` or `deleted`
    /// @param resource as in `VirtualService default/reviews`
    /// @param namespace of that; empty for none
    public record ResourceChange(String action, String resource, String namespace) {}

    public VersionChange {
        who = List.copyOf(who);
        resources = List.copyOf(resources.subList(0, Math.min(resources.size(), MOST_RESOURCES)));
    }
}
