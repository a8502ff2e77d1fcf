package dev.heddle.xds;

/// What the control plane's two sides agree on where stock Envoy counts hits of rules: the one asks
/// it for a counter, the other finds that among its statistics.
public final class EnvoyRuleHits {
    /// Of workloads whose Envoy is to count: `true`.
    public static final String ANNOTATION = "heddle.dev/rule-hits";

    /// Before the counter's name.
    public static final String PREFIX = "heddle";

    /// The counter's name after the prefix.
    public static final String NAME = "rule_hits";

    /// A tag of the counter, as in `VirtualService default/reviews`.
    public static final String RESOURCE = "resource";

    /// A tag of the counter: the rule's name among those of the resource.
    public static final String RULE = "rule";

    private EnvoyRuleHits() {}
}
