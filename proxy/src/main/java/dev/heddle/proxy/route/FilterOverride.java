package dev.heddle.proxy.route;

/// What a route says of one of its listener's filters (`typed_per_filter_config`): [Off], [On], or
/// what its requests pass in the place of that filter.
public interface FilterOverride {
    /// Of the filter in the chain.
    String name();

    /// Requests do not pass it.
    record Off(String name) implements FilterOverride {}

    /// Requests pass it, though others may not.
    record On(String name) implements FilterOverride {}
}
