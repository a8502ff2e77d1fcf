package dev.heddle.model;

import java.util.Set;

/// What kind of finding this is. Codes are stable: scripts and ignore-lists name them.
///
/// Where `istioctl analyze` has a message for the same mistake, its code is used, so that nobody
/// learns two vocabularies; what only Heddle finds starts with `HED`. All texts about codes stand
/// here: `docs/features/analyze.md` and SARIF's rules are made of them.
///
/// This file is long because it is the catalogue of everything that can be found.
public enum DiagnosticCode {
    SYNTAX(
            "HED0001",
            Severity.ERROR,
            "A text is not YAML or JSON.",
            "Nothing of that document is in force.",
            "Mend the text at the line that is named."),
    NOT_A_RESOURCE(
            "HED0002",
            Severity.ERROR,
            "A document has no `apiVersion`, `kind` or `metadata.name`.",
            "Nobody knows what it is for, so it is left out.",
            "Add what is missing."),
    UNKNOWN_KIND(
            "HED0003",
            Severity.ERROR,
            "An API group of the mesh has no such kind, or no such version of it.",
            "The resource is left out.",
            "Correct the kind or the version."),
    UNKNOWN_FIELD(
            "HED0004",
            Severity.ERROR,
            "A field that its kind does not have.",
            "What it was to say is not in force, so the whole resource is refused, as "
                    + "the API server does.",
            "Correct the spelling or the indentation."),
    INVALID_VALUE(
            "HED0005",
            Severity.ERROR,
            "A value of the wrong type, or out of its range.",
            "The resource is refused, or what the value is part of is left out.",
            "Write one of the values that are named."),
    MISSING_FIELD(
            "HED0006",
            Severity.ERROR,
            "A field that must be there is not.",
            "The resource is refused.",
            "Add it."),
    ONE_OF(
            "HED0007",
            Severity.ERROR,
            "Of several alternatives more than one is set.",
            "Nobody knows which is meant, so the resource is refused.",
            "Keep one."),
    NOT_IMPLEMENTED(
            "HED0008",
            Severity.WARNING,
            "A field that is read and that nothing acts on.",
            "What it asks for does not happen.",
            "Do without it, or by what the finding names."),
    DUPLICATE_RESOURCE(
            "HED0009",
            Severity.WARNING,
            "The same resource is defined twice.",
            "One of the two counts for nothing.",
            "Remove one."),
    WEIGHTS(
            "HED0010",
            Severity.ERROR,
            "Weights of a route that cannot be used as given.",
            "Requests would be shared out otherwise than was meant.",
            "Have the weights add up to 100."),
    UNREACHABLE_RULE(
            "HED0011",
            Severity.WARNING,
            "A rule, or a match, that no request can reach, beyond what Istio sees.",
            "What the rule says happens to nobody.",
            "Put it before the rule that takes its requests, or remove it."),
    CONFLICT(
            "HED0012",
            Severity.WARNING,
            "Two resources claim the same host or port.",
            "One of the two counts for nothing there.",
            "Give the host or port to one of them."),
    UNUSABLE_CERTIFICATE(
            "HED0013",
            Severity.ERROR,
            "A certificate, key or bundle that cannot be used.",
            "Handshakes that need it fail.",
            "Replace it."),
    LENIENT_TLS(
            "HED0014",
            Severity.WARNING,
            "TLS that believes more than its author may think.",
            "Somebody else's certificate is good enough.",
            "Name `subjectAltNames`."),
    LEFT_OUT(
            "HED0015",
            Severity.ERROR,
            "A rule, or one of its matches, that cannot work.",
            "Proxies are not told of it.",
            "Correct what is named."),
    PATCHES_NOTHING(
            "HED0016",
            Severity.WARNING,
            "A patch of an EnvoyFilter finds nothing to change in a proxy that it is for.",
            "What it was to change stays as it is.",
            "Compare its match with what the proxy is told."),
    OWN_PROXY_ONLY(
            "HED0017",
            Severity.INFO,
            "Something that Heddle's own proxy does, and stock Envoy cannot.",
            "In stock Envoy it does not happen.",
            "Run those workloads with Heddle's own proxy."),
    STARTED_OTHERWISE(
            "HED0018",
            Severity.WARNING,
            "What a proxy takes when it starts, and it was started otherwise.",
            "It is in force when the proxy starts again.",
            "Start the proxy again."),
    GATEWAY_STATUS(
            "HED0019",
            Severity.ERROR,
            "What the status of a resource of the Gateway API says that is not well.",
            "The resource, or a part of it, is not in force.",
            "Correct what the condition names."),
    LAST_GOOD(
            "HED0020",
            Severity.WARNING,
            "A file is broken now.",
            "What it said before stays in force.",
            "Mend the file."),
    UNREADABLE(
            "HED0021",
            Severity.ERROR,
            "A file or directory cannot be read.",
            "What it says is unknown.",
            "Give the control plane the right to read it."),
    MASS_DELETION(
            "HED0022",
            Severity.ERROR,
            "So many files are gone at once that it looks like a mistake.",
            "What they said stays in force.",
            "Bring them back, or delete by `heddle delete`."),
    NO_IDENTITY(
            "HED0024",
            Severity.ERROR,
            "A proxy is to speak the mesh's TLS, and has no identity.",
            "Its connections are refused.",
            "Start it with a certificate."),
    KEYS_UNKNOWN(
            "HED0025",
            Severity.WARNING,
            "Keys of somebody who signs tokens have not come.",
            "Tokens of that issuer are refused.",
            "See why the address does not answer."),
    NOT_CARRIED_OVER(
            "HED0026",
            Severity.WARNING,
            "What a resource says and another API has no words for, when it is converted.",
            "It is lost in the converted resource.",
            "Say it by a resource that has words for it."),
    EMPTY_SUBSET(
            "HED0027",
            Severity.WARNING,
            "A share of the requests goes to a subset that no workload is in.",
            "That share is answered 503.",
            "Correct the subset's labels, or give it no weight."),
    MULTIPLYING_RETRIES(
            "HED0028",
            Severity.WARNING,
            "Services that call each other retry, one behind the other.",
            "While the last one fails, one request becomes the product of all attempts,"
                    + " and keeps it down.",
            "Retry in one tier, the one nearest to the fault."),
    CONTRADICTING_TIMEOUTS(
            "HED0029",
            Severity.WARNING,
            "A rule's time is over before what it waits for may be.",
            "Attempts, or answers, that are still allowed are never waited for.",
            "Make the outer timeout longer than all that is within it."),
    INSECURE_COMBINATION(
            "HED0030",
            Severity.WARNING,
            "Settings that are harmless alone open a door together.",
            "Somebody is let in, or believed, whom nobody meant.",
            "Do what the finding names."),
    INEFFECTIVE_LOCALITY(
            "HED0031",
            Severity.WARNING,
            "Settings about localities that cannot do anything.",
            "Traffic is not kept near, and does not fail over.",
            "Give the workloads localities, or outlier detection to the host."),
    NEVER_HIT(
            "HED0032",
            Severity.INFO,
            "A rule that proxies have reported no request for, while its neighbours have some.",
            "It may be left over, or its match may be wrong.",
            "See what it was meant for; remove it if nothing."),
    LOGIN_CLOSED(
            "HED0033",
            Severity.WARNING,
            "A login that cannot come about yet.",
            "Its routes are closed: they answer 503.",
            "See why the provider does not answer, or write what is missing."),
    BUNDLE_UNREAD(
            "HED0034",
            Severity.WARNING,
            "Whom another trust domain believes could not be read.",
            "What was read before stays in force; where nothing was, nobody of it is believed.",
            "See why its bundle endpoint does not answer, or proves somebody else."),
    DEPRECATED(
            "IST0002",
            Severity.WARNING,
            "A field or kind that Istio has deprecated.",
            "It may be gone with the next version.",
            "Write what has taken its place."),
    REFERENCED_RESOURCE_NOT_FOUND(
            "IST0101",
            Severity.ERROR,
            "A resource names a host, gateway, subset, Secret, namespace or label that "
                    + "nothing has.",
            "What leads there fails, mostly with 503.",
            "Define it, or correct the name."),
    NAMESPACE_NOT_INJECTED(
            "IST0102",
            Severity.INFO,
            "A namespace says nothing of injection.",
            "Workloads there get no proxy.",
            "Label it `istio-injection=enabled`, or `disabled` where that is meant."),
    POD_MISSING_PROXY(
            "IST0103",
            Severity.WARNING,
            "A Pod of an injected namespace has no proxy.",
            "It is not in the mesh: no mutual TLS, no policies.",
            "Create the Pod again."),
    MISPLACED_ANNOTATION(
            "IST0107",
            Severity.WARNING,
            "An annotation stands at a kind that it is not for.",
            "Nobody reads it there.",
            "Move it to a kind that is named."),
    UNKNOWN_ANNOTATION(
            "IST0108",
            Severity.WARNING,
            "An annotation of Istio's that does not exist.",
            "Nobody reads it.",
            "Correct the spelling."),
    CONFLICTING_MESH_GATEWAY_HOSTS(
            "IST0109",
            Severity.ERROR,
            "Several VirtualServices of the mesh have the same host.",
            "For sidecars only one of them counts.",
            "Put the rules into one VirtualService."),
    CONFLICTING_SIDECAR_WORKLOAD_SELECTORS(
            "IST0110",
            Severity.ERROR,
            "Several Sidecars choose the same workload.",
            "Only one of them counts for it.",
            "Narrow the selectors."),
    MULTIPLE_SIDECARS_WITHOUT_WORKLOAD_SELECTORS(
            "IST0111",
            Severity.ERROR,
            "Several Sidecars are for all workloads of a namespace.",
            "Only one of them counts.",
            "Put all into one."),
    PORT_SELECTOR_REQUIRED(
            "IST0112",
            Severity.ERROR,
            "A destination names no port, and its service has several.",
            "Which port is meant is a guess.",
            "Name the port."),
    DEPLOYMENT_ASSOCIATED_TO_MULTIPLE_SERVICES(
            "IST0116",
            Severity.WARNING,
            "Services with one port and different protocols choose one Deployment.",
            "A proxy cannot tell what is spoken at the port.",
            "Give the port one protocol."),
    PORT_NAME_CONVENTION(
            "IST0118",
            Severity.INFO,
            "A port's name says no protocol.",
            "What is spoken is found out by looking, or taken for TCP: no routes, no "
                    + "retries, no HTTP metrics.",
            "Name it as in `http-web`, or set `appProtocol`."),
    NAMESPACE_MULTIPLE_INJECTION_LABELS(
            "IST0123",
            Severity.WARNING,
            "A namespace has several labels about injection.",
            "They contradict each other, and one wins silently.",
            "Keep one."),
    INVALID_ANNOTATION(
            "IST0125",
            Severity.WARNING,
            "An annotation of Istio's has a value that it cannot have.",
            "It is ignored, or injection fails.",
            "Write a value of the kind that is named."),
    UNKNOWN_SERVICE_REGISTRY(
            "IST0126",
            Severity.ERROR,
            "MeshNetworks name a registry that nobody knows.",
            "Its endpoints are in no network.",
            "Name a cluster that has a secret, or `Kubernetes`."),
    NO_MATCHING_WORKLOADS(
            "IST0127",
            Severity.WARNING,
            "A policy chooses no workload.",
            "It protects nothing.",
            "Correct the selector or the namespace."),
    NO_SERVER_VERIFICATION(
            "IST0128",
            Severity.WARNING,
            "A DestinationRule has TLS mode SIMPLE or MUTUAL without `caCertificates`.",
            "Whom the machine's own roots believe is believed; Istio without "
                    + "`VERIFY_CERTIFICATE_AT_CLIENT` believes anybody.",
            "Set `caCertificates`."),
    NO_SERVER_VERIFICATION_AT_PORT(
            "IST0129",
            Severity.WARNING,
            "The same of a port.",
            "As above, for that port.",
            "Set `caCertificates` there."),
    UNREACHABLE_VIRTUAL_SERVICE_RULE(
            "IST0130",
            Severity.WARNING,
            "A rule of a VirtualService comes behind one that takes everything, or "
                    + "repeats earlier matches.",
            "The rule is never used.",
            "Put it before the other, or remove it."),
    INEFFECTIVE_MATCH(
            "IST0131",
            Severity.INFO,
            "A match repeats an earlier one, or an earlier prefix covers it.",
            "The match is never used.",
            "Remove it, or put the narrower one first."),
    HOST_NOT_FOUND_IN_GATEWAY(
            "IST0132",
            Severity.WARNING,
            "A VirtualService names a Gateway that has none of its hosts.",
            "The gateway does not take its rules.",
            "Add the host to a server of the Gateway."),
    SERVICE_ENTRY_ADDRESSES_REQUIRED(
            "IST0134",
            Severity.WARNING,
            "A ServiceEntry has a TCP port and no addresses.",
            "Its connections are told from others by the port alone.",
            "Give it `addresses`."),
    DEPRECATED_ANNOTATION(
            "IST0135",
            Severity.INFO,
            "An annotation that Istio has deprecated.",
            "It may be gone with the next version.",
            "Write what has taken its place."),
    ALPHA_ANNOTATION(
            "IST0136",
            Severity.INFO,
            "An annotation of a feature that Istio calls alpha.",
            "It may change without notice.",
            "Do not depend on it in production."),
    DEPLOYMENT_CONFLICTING_PORTS(
            "IST0137",
            Severity.WARNING,
            "Services with different ports lead to one port of a Deployment.",
            "A proxy takes one of them for all.",
            "Give each its own target port."),
    GATEWAY_DUPLICATE_CERTIFICATE(
            "IST0138",
            Severity.WARNING,
            "Several Gateways of one workload have the same certificate.",
            "A client that uses its HTTP/2 connection again gets 404 for the other's hosts.",
            "Put the hosts into one Gateway."),
    INVALID_WEBHOOK(
            "IST0139",
            Severity.ERROR,
            "Injection webhooks overlap, or lead to a service that does not exist.",
            "Pods get two proxies, or none.",
            "Narrow the selectors; correct the service."),
    INGRESS_ROUTE_RULES_NOT_AFFECTED(
            "IST0140",
            Severity.WARNING,
            "A gateway's rule leads to a host whose subsets another VirtualService chooses.",
            "Gateways do not follow that one's rules.",
            "Name the subset in the gateway's rule, too."),
    INVALID_APPLICATION_UID(
            "IST0144",
            Severity.WARNING,
            "An application runs as user 1337.",
            "That is the proxy's: its traffic goes round the mesh.",
            "Run it as another user."),
    CONFLICTING_GATEWAYS(
            "IST0145",
            Severity.ERROR,
            "Gateways of one workload claim the same host at the same port.",
            "One of the two counts for nothing there.",
            "Give the host to one of them."),
    IMAGE_AUTO_WITHOUT_INJECTION(
            "IST0146",
            Severity.WARNING,
            "A Deployment has `image: auto`, and no webhook injects it.",
            "Its Pods cannot start.",
            "Label it, or its namespace, for injection."),
    IMAGE_AUTO_IN_POD(
            "IST0147",
            Severity.ERROR,
            "A Pod has `image: auto`.",
            "There is no such image: the Pod was not injected.",
            "Label it for injection, and create it again."),
    NAMESPACE_INJECTED_BY_DEFAULT(
            "IST0148",
            Severity.INFO,
            "A namespace says nothing of injection, which is enabled for all.",
            "Its workloads get proxies.",
            "Label it where that is not meant."),
    CLAIM_ROUTES_WITHOUT_AUTHENTICATION(
            "IST0149",
            Severity.ERROR,
            "A gateway's rule matches claims of tokens that nothing verifies there.",
            "The rule takes no request.",
            "Add a RequestAuthentication for the gateway."),
    EXTERNAL_NAME_PORT(
            "IST0150",
            Severity.WARNING,
            "A service of type ExternalName has a port that is TCP, by its name or for "
                    + "want of one.",
            "It takes traffic of others at that port.",
            "Name the port by its protocol."),
    ENVOY_FILTER_RELATIVE(
            "IST0151",
            Severity.WARNING,
            "An EnvoyFilter without priority changes what another may have made.",
            "Which comes first is chance.",
            "Set `priority`."),
    ENVOY_FILTER_REPLACE(
            "IST0152",
            Severity.ERROR,
            "An EnvoyFilter replaces what cannot be replaced.",
            "The patch does nothing.",
            "Use MERGE, or another `applyTo`."),
    ENVOY_FILTER_ADD(
            "IST0153",
            Severity.ERROR,
            "An EnvoyFilter adds what cannot be added.",
            "The patch does nothing.",
            "Use INSERT_FIRST, or another `applyTo`."),
    ENVOY_FILTER_REMOVE(
            "IST0154",
            Severity.ERROR,
            "An EnvoyFilter removes what cannot be removed.",
            "The patch does nothing.",
            "Use another `applyTo`."),
    ENVOY_FILTER_RELATIVE_VERSION(
            "IST0155",
            Severity.WARNING,
            "The same where an earlier patch of that name is for one version of the proxy.",
            "It may be lost with an upgrade.",
            "Set `priority`."),
    INVALID_TELEMETRY_PROVIDER(
            "IST0157",
            Severity.WARNING,
            "A Telemetry asks for access logs and names nobody who takes them.",
            "There are none.",
            "Name a provider, or set the mesh's `defaultProviders`."),
    PROXY_IMAGE_MISMATCH(
            "IST0158",
            Severity.WARNING,
            "Pods of a namespace run another proxy than is injected.",
            "They lack what the upgrade brought.",
            "Create the Pods again."),
    CONFLICTING_TELEMETRIES(
            "IST0159",
            Severity.ERROR,
            "Several Telemetries choose the same workload.",
            "Only one of them counts for it.",
            "Narrow the selectors."),
    MULTIPLE_TELEMETRIES(
            "IST0160",
            Severity.ERROR,
            "Several Telemetries are for all workloads of a namespace.",
            "Only one of them counts.",
            "Put all into one."),
    INVALID_GATEWAY_CREDENTIAL(
            "IST0161",
            Severity.ERROR,
            "The Secret of a Gateway has no certificate that is good now.",
            "The server refuses handshakes.",
            "Replace what is in the Secret."),
    GATEWAY_PORT_NOT_ON_SERVICE(
            "IST0162",
            Severity.WARNING,
            "A Gateway listens at a port that no service of its workload leads to.",
            "Nobody gets there through the service.",
            "Add the port to the service."),
    INVALID_EXTERNAL_CONTROL_PLANE(
            "IST0163",
            Severity.WARNING,
            "A webhook of an external control plane has no address, or one that is none.",
            "Nothing is injected or validated.",
            "Correct the URL."),
    EXTERNAL_CONTROL_PLANE_IS_IP(
            "IST0164",
            Severity.INFO,
            "A webhook of an external control plane has an IP address.",
            "Its certificate has to name that, and it may change.",
            "Give it a host name."),
    REFERENCED_INTERNAL_GATEWAY(
            "IST0165",
            Severity.WARNING,
            "A VirtualService names a Gateway that is made of one of the Gateway API.",
            "Its name is nobody's promise.",
            "Use an HTTPRoute."),
    INEFFECTIVE_SELECTOR(
            "IST0166",
            Severity.WARNING,
            "A policy chooses a gateway of the Gateway API by labels.",
            "It does not count there.",
            "Name the Gateway in `targetRefs`."),
    INEFFECTIVE_POLICY(
            "IST0167",
            Severity.WARNING,
            "A Sidecar is for workloads without a sidecar.",
            "It does nothing.",
            "Remove it."),
    NEGATIVE_CONDITION(
            "IST0171",
            Severity.WARNING,
            "The status of a resource has a condition that is bad.",
            "A controller could not do what the resource asks for.",
            "See the condition's message."),
    SUBSET_SELECTS_NO_PODS(
            "IST0173",
            Severity.ERROR,
            "A subset of a DestinationRule chooses no Pod.",
            "Requests for it are answered 503.",
            "Correct its labels."),
    UNKNOWN_DESTINATION_RULE_HOST(
            "IST0174",
            Severity.WARNING,
            "A DestinationRule is for a host that no service has.",
            "It does nothing.",
            "Correct the host."),
    UNRESTRICTED_JWKS(
            "IST0175",
            Severity.WARNING,
            "Istiod fetches keys of tokens from anywhere.",
            "Who may write a RequestAuthentication can have it call addresses inside.",
            "Set `BLOCKED_CIDRS_IN_JWKS_URIS`."),
    GATEWAY_API_CRD_TOO_OLD(
            "IST0176",
            Severity.WARNING,
            "A CRD of the Gateway API is older than Istio needs.",
            "Resources of that kind are ignored.",
            "Upgrade the CRDs."),
    CONFLICTING_SERVICE_ENTRY_PROTOCOL(
            "IST0177",
            Severity.WARNING,
            "Several ServiceEntries give one port of a host different protocols.",
            "Which is spoken is chance.",
            "Agree on one.");

    private static final Set<DiagnosticCode> OF_SCHEMA =
            Set.of(
                    SYNTAX,
                    NOT_A_RESOURCE,
                    UNKNOWN_KIND,
                    UNKNOWN_FIELD,
                    INVALID_VALUE,
                    MISSING_FIELD,
                    ONE_OF,
                    WEIGHTS,
                    LEFT_OUT);

    private final String id;
    private final Severity severity;
    private final String when;
    private final String why;
    private final String remedy;

    DiagnosticCode(String id, Severity severity, String when, String why, String remedy) {
        this.id = id;
        this.severity = severity;
        this.when = when;
        this.why = why;
        this.remedy = remedy;
    }

    /// As scripts know it, for example `HED0004`.
    public String id() {
        return id;
    }

    /// How much findings of this kind usually matter.
    public Severity severity() {
        return severity;
    }

    /// When it is found, in a sentence of Markdown.
    public String when() {
        return when;
    }

    /// Why it matters.
    public String why() {
        return why;
    }

    /// What to do.
    public String remedy() {
        return remedy;
    }

    /// Whether a finding of that severity goes by this code: its own, or the one under which Istio
    /// has all that is wrong with a resource by itself, `IST0106` for errors and `IST0133` for
    /// warnings.
    public boolean goesBy(String code, Severity said) {
        return id.equals(code)
                || (OF_SCHEMA.contains(this)
                        && code.equals(said == Severity.ERROR ? "IST0106" : "IST0133"));
    }
}
