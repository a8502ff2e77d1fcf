package dev.heddle.compiler.select;

import dev.heddle.model.Origin;

/// Why a rule that delegates, or one that is delegated to, does not count.
public sealed interface Refusal {
    /// The line that is refused.
    Origin at();

    /// There is none of that name.
    record Missing(Origin at, String name) implements Refusal {}

    /// It has hosts, so that it counts by itself.
    record HasHosts(Origin at, String name, Origin other) implements Refusal {}

    /// Its `exportTo` keeps it from the namespace of who delegates.
    record Hidden(Origin at, String name, String namespace) implements Refusal {}

    /// The rule that is delegated to matches requests that were not delegated.
    ///
    /// @param at its match
    /// @param from the rule that delegates
    /// @param name of the VirtualService that `at` is in
    record MatchesMore(Origin at, Origin from, String name) implements Refusal {}
}
