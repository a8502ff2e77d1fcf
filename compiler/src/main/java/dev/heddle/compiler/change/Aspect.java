package dev.heddle.compiler.change;

import java.util.Locale;

/// In what two configurations may treat a request differently.
public enum Aspect {
    /// Another rule decides.
    ROUTE,
    /// It goes to other services or subsets, or to the same in other shares.
    DESTINATION,
    /// Other hosts of the same destinations can take it.
    HOSTS,
    /// A proxy answers by itself, or does not any more, or otherwise.
    ANSWER,
    /// It is refused, or more of its kind are.
    DENIED,
    /// It is refused no more, or fewer of its kind are.
    ALLOWED,
    /// Another policy says whether it may pass.
    POLICY,
    /// How long it may take.
    TIMEOUT,
    /// When and how it is tried again.
    RETRIES,
    /// What goes wrong on purpose.
    FAULT,
    /// Against which limits it counts, where it is sent and where it is received.
    LIMITS,
    /// What is changed of its headers, and of its answer's.
    HEADERS,
    /// Who gets copies.
    MIRRORS,
    /// Under which path and name it goes on.
    REWRITE,
    /// What else becomes of it on the way: CORS, sessions, services that are asked.
    FILTERS,
    /// How it is carried and balanced, and within which limits: TLS, pools, circuit breakers.
    CONNECTION,
    /// Who sends it, as its receiver sees it.
    IDENTITY;

    /// As people and programs read it: in lower case.
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
