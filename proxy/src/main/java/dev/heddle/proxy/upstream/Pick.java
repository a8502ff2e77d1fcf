package dev.heddle.proxy.upstream;

/// What a balancer answers: a [Host], or that there is none. A host is its own answer, so that a
/// pick allocates nothing.
public sealed interface Pick permits Host, Pick.NoHealthyHost {
    /// No host may take this request; `UH` in the access log.
    enum NoHealthyHost implements Pick {
        NONE
    }
}
