package dev.heddle.model;

/// What kind of finding this is. Codes are stable: scripts and ignore-lists name them.
///
/// Where `istioctl analyze` has a message for the same mistake, its code is used, so that nobody
/// learns two vocabularies; what only Heddle finds starts with `HED`.
public enum DiagnosticCode {
    /// The text is not YAML or JSON.
    SYNTAX("HED0001", Severity.ERROR),
    /// A document without `apiVersion`, `kind` or `metadata.name`.
    NOT_A_RESOURCE("HED0002", Severity.ERROR),
    /// A kind of one of our API groups that does not exist.
    UNKNOWN_KIND("HED0003", Severity.ERROR),
    /// A field that its kind does not have.
    UNKNOWN_FIELD("HED0004", Severity.ERROR),
    /// A value of the wrong type or outside its range.
    INVALID_VALUE("HED0005", Severity.ERROR),
    /// A field that must be there and is not.
    MISSING_FIELD("HED0006", Severity.ERROR),
    /// Several alternatives of which only one may be set.
    ONE_OF("HED0007", Severity.ERROR),
    /// A field that this version reads but does not act on.
    NOT_IMPLEMENTED("HED0008", Severity.WARNING),
    /// The same resource is defined twice.
    DUPLICATE_RESOURCE("HED0009", Severity.WARNING),
    /// Weights of a route that cannot be used as given.
    WEIGHTS("HED0010", Severity.ERROR),
    /// A rule that no request can reach, because an earlier one takes everything.
    UNREACHABLE_RULE("HED0011", Severity.WARNING),
    /// Two resources claim the same host or port.
    CONFLICT("HED0012", Severity.WARNING),
    /// A certificate, key or bundle that cannot be used.
    UNUSABLE_CERTIFICATE("HED0013", Severity.ERROR),
    /// TLS that believes more than its author may think.
    LENIENT_TLS("HED0014", Severity.WARNING),
    /// A rule, or one of its matches, that cannot work, and that proxies are not told of.
    LEFT_OUT("HED0015", Severity.ERROR),
    /// A patch of an EnvoyFilter that finds nothing to change in a proxy that it is for.
    PATCHES_NOTHING("HED0016", Severity.WARNING),
    /// Something that Heddle's own proxy does, and stock Envoy cannot.
    OWN_PROXY_ONLY("HED0017", Severity.INFO),
    /// What a proxy takes when it starts, and it was started otherwise.
    STARTED_OTHERWISE("HED0018", Severity.WARNING),
    /// What the status of a resource of the Gateway API says that is not well.
    GATEWAY_STATUS("HED0019", Severity.ERROR),
    /// A file that is broken now, so that what it said before stays in force.
    LAST_GOOD("HED0020", Severity.WARNING),
    /// A file or directory that cannot be read.
    UNREADABLE("HED0021", Severity.ERROR),
    /// So many files are gone at once that they stay in force for now.
    MASS_DELETION("HED0022", Severity.ERROR),
    /// A proxy is to speak the mesh's TLS, and has no identity.
    NO_IDENTITY("HED0024", Severity.ERROR),
    /// Keys of somebody who signs tokens that have not come from where they are.
    KEYS_UNKNOWN("HED0025", Severity.WARNING),
    /// What a resource says and another API has no words for, when it is converted.
    NOT_CARRIED_OVER("HED0026", Severity.WARNING),
    /// A resource names a host, gateway, subset or selector that does not exist.
    REFERENCED_RESOURCE_NOT_FOUND("IST0101", Severity.ERROR),
    /// Several Sidecars choose the same workload.
    CONFLICTING_SIDECAR_WORKLOAD_SELECTORS("IST0110", Severity.ERROR),
    /// Several Sidecars are for all workloads of a namespace.
    MULTIPLE_SIDECARS_WITHOUT_WORKLOAD_SELECTORS("IST0111", Severity.ERROR),
    /// An EnvoyFilter that replaces what cannot be replaced.
    ENVOY_FILTER_REPLACE("IST0152", Severity.ERROR),
    /// An EnvoyFilter that adds what cannot be added.
    ENVOY_FILTER_ADD("IST0153", Severity.ERROR),
    /// An EnvoyFilter that removes what cannot be removed.
    ENVOY_FILTER_REMOVE("IST0154", Severity.ERROR);

    private final String id;
    private final Severity severity;

    DiagnosticCode(String id, Severity severity) {
        this.id = id;
        this.severity = severity;
    }

    /// As scripts know it, for example `HED0004`.
    public String id() {
        return id;
    }

    /// How much findings of this kind usually matter.
    public Severity severity() {
        return severity;
    }
}
