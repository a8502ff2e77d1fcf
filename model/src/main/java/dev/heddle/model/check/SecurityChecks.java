package dev.heddle.model.check;

import dev.heddle.model.FieldPath;
import dev.heddle.model.Resource;
import dev.heddle.model.istio.AuthorizationPolicy;
import dev.heddle.model.istio.AuthorizationPolicy.Action;
import dev.heddle.model.istio.AuthorizationPolicy.Condition;
import dev.heddle.model.istio.AuthorizationPolicy.Operation;
import dev.heddle.model.istio.AuthorizationPolicy.Rule;
import dev.heddle.model.istio.AuthorizationPolicy.Source;
import dev.heddle.model.istio.PeerAuthentication;
import dev.heddle.model.istio.RequestAuthentication;
import dev.heddle.model.istio.RequestAuthentication.JwtRule;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// Looks at AuthorizationPolicies, PeerAuthentications and RequestAuthentications.
final class SecurityChecks {
    private static final FieldPath SPEC = FieldPath.of("spec");
    private static final String DRY_RUN = "istio.io/dry-run";
    private static final String TELLS_DENIALS = "heddle.dev/tells-denials";
    private static final Pattern PORT = Pattern.compile("\\d{1,5}");
    private static final Pattern KEY_OF_FILTER =
            Pattern.compile("experimental\\.envoy\\.filters\\.[^\\[]+\\[.+]");
    private static final Pattern LITERAL = Pattern.compile("[a-zA-Z0-9._~%!$&'()+,;:@=-]*");

    private static final Set<String> OF_IDENTITY =
            Set.of(
                    "source.namespace",
                    "source.principal",
                    "source.serviceAccount",
                    "source.trustDomain");

    private SecurityChecks() {}

    static void checkAuthorization(Resource<AuthorizationPolicy> resource, Findings findings) {
        AuthorizationPolicy spec = resource.spec();
        PolicyChecks.checkTargets(spec, findings);
        boolean custom = spec.action() == Action.CUSTOM;
        if (custom && spec.provider().isEmpty()) {
            findings.missing(SPEC.field("provider"), "CUSTOM needs 'provider'");
        }
        if (custom && spec.rules().isEmpty()) {
            findings.missing(SPEC.field("rules"), "CUSTOM needs 'rules' (expected: [{}] for all)");
        }
        if (spec.action() == Action.DENY && spec.rules().isEmpty()) {
            findings.missing(
                    SPEC.field("rules"), "DENY refuses nobody (expected: rules, or [{}] for all)");
        }
        if (!custom && spec.provider().isPresent()) {
            findings.error(SPEC.field("provider"), spec.action() + " has no use for it");
        }
        boolean plain = spec.action() == Action.ALLOW || spec.action() == Action.DENY;
        checkDryRun(resource, plain, findings);
        checkTelling(resource, findings);
        for (int i = 0; i < spec.rules().size(); i++) {
            FieldPath path = SPEC.field("rules").index(i);
            checkRule(spec.rules().get(i), resource, path, findings);
            if (custom) {
                checkAsked(spec.rules().get(i), path, findings);
            }
        }
    }

    /// Whoever decides instead of the proxy is asked before the proxy knows who calls.
    private static void checkAsked(Rule rule, FieldPath path, Findings findings) {
        for (int i = 0; i < rule.from().size(); i++) {
            Source source = rule.from().get(i).source();
            boolean isAboutWho =
                    Stream.of(
                                    source.principals(),
                                    source.notPrincipals(),
                                    source.requestPrincipals(),
                                    source.notRequestPrincipals(),
                                    source.namespaces(),
                                    source.notNamespaces(),
                                    source.serviceAccounts(),
                                    source.notServiceAccounts(),
                                    source.trustDomains(),
                                    source.notTrustDomains())
                            .anyMatch(list -> !list.isEmpty());
            if (isAboutWho) {
                findings.error(
                        path.field("from").index(i).field("source"),
                        "CUSTOM knows no identities yet (expected: ipBlocks or remoteIpBlocks)");
            }
        }
        for (int i = 0; i < rule.when().size(); i++) {
            String key = rule.when().get(i).key();
            if (OF_IDENTITY.contains(key) || key.startsWith("request.auth.")) {
                findings.invalid(
                        path.field("when").index(i).field("key"),
                        key,
                        "nothing of an identity, which CUSTOM does not know yet");
            }
        }
    }

    /// Only ALLOW and DENY can be tried out.
    static void checkDryRun(Resource<?> resource, boolean allowed, Findings findings) {
        String value = resource.metadata().annotations().get(DRY_RUN);
        FieldPath path = FieldPath.of("metadata", "annotations", DRY_RUN);
        if (value == null) {
            return;
        }
        if (!allowed) {
            findings.error(path, "only ALLOW and DENY policies can be tried out");
        } else if (!Set.of("true", "false").contains(value)) {
            findings.invalid(path, value, "true or false");
        }
    }

    /// A policy that says who is told of denials decides nothing, in Istio neither, and names those
    /// whom it means by something that they have proved.
    private static void checkTelling(Resource<AuthorizationPolicy> resource, Findings findings) {
        String value = resource.metadata().annotations().get(TELLS_DENIALS);
        FieldPath path = FieldPath.of("metadata", "annotations", TELLS_DENIALS);
        if (value == null || value.equals("false")) {
            return;
        }
        if (!value.equals("true")) {
            findings.invalid(path, value, "true or false");
            return;
        }
        if (resource.spec().action() != Action.ALLOW
                || !"true".equals(resource.metadata().annotations().get(DRY_RUN))) {
            findings.error(
                    path,
                    "the policy would decide who may call (expected: action ALLOW, and the"
                            + " annotation istio.io/dry-run: \"true\" beside this one)");
        }
        for (int i = 0; i < resource.spec().rules().size(); i++) {
            Rule rule = resource.spec().rules().get(i);
            boolean names =
                    (!rule.from().isEmpty()
                                    && rule.from().stream().allMatch(it -> names(it.source())))
                            || rule.when().stream().anyMatch(SecurityChecks::names);
            if (!names) {
                findings.error(
                        SPEC.field("rules").index(i),
                        "it would tell everybody of denials (expected: who is told, as"
                                + " from.source.principals or when request.auth.claims[…])");
            }
        }
    }

    private static boolean names(Source source) {
        return Stream.of(
                        source.principals(),
                        source.requestPrincipals(),
                        source.namespaces(),
                        source.serviceAccounts(),
                        source.ipBlocks(),
                        source.remoteIpBlocks())
                .anyMatch(list -> !list.isEmpty());
    }

    private static boolean names(Condition condition) {
        return !condition.values().isEmpty()
                && (OF_IDENTITY.contains(condition.key())
                        || condition.key().startsWith("request.auth."));
    }

    private static void checkRule(
            Rule rule, Resource<AuthorizationPolicy> resource, FieldPath path, Findings findings) {
        refuseEmpty(rule.from().isEmpty(), resource, path.field("from"), findings);
        refuseEmpty(rule.to().isEmpty(), resource, path.field("to"), findings);
        for (int i = 0; i < rule.from().size(); i++) {
            FieldPath at = path.field("from").index(i).field("source");
            checkSource(rule.from().get(i).source(), at, findings);
        }
        for (int i = 0; i < rule.to().size(); i++) {
            FieldPath at = path.field("to").index(i).field("operation");
            checkOperation(rule.to().get(i).operation(), at, findings);
        }
        for (int i = 0; i < rule.when().size(); i++) {
            checkCondition(rule.when().get(i), path.field("when").index(i), findings);
        }
    }

    /// A list that is there and empty was meant to say something.
    private static void refuseEmpty(
            boolean empty,
            Resource<AuthorizationPolicy> resource,
            FieldPath path,
            Findings findings) {
        boolean written =
                !resource.source()
                        .position(path)
                        .equals(resource.source().position(parentOf(path)));
        if (empty && written) {
            findings.error(path, "an empty list (expected: something to match)");
        }
    }

    private static FieldPath parentOf(FieldPath path) {
        return new FieldPath(path.segments().subList(0, path.segments().size() - 1));
    }

    private static void checkSource(Source source, FieldPath path, Findings findings) {
        Map<String, List<String>> lists = new LinkedHashMap<>();
        lists.put("principals", source.principals());
        lists.put("notPrincipals", source.notPrincipals());
        lists.put("requestPrincipals", source.requestPrincipals());
        lists.put("notRequestPrincipals", source.notRequestPrincipals());
        lists.put("namespaces", source.namespaces());
        lists.put("notNamespaces", source.notNamespaces());
        lists.put("serviceAccounts", source.serviceAccounts());
        lists.put("notServiceAccounts", source.notServiceAccounts());
        lists.put("trustDomains", source.trustDomains());
        lists.put("notTrustDomains", source.notTrustDomains());
        checkLists(lists, _ -> true, "not empty", path, findings);
        Map<String, List<String>> blocks = new LinkedHashMap<>();
        blocks.put("ipBlocks", source.ipBlocks());
        blocks.put("notIpBlocks", source.notIpBlocks());
        blocks.put("remoteIpBlocks", source.remoteIpBlocks());
        blocks.put("notRemoteIpBlocks", source.notRemoteIpBlocks());
        checkLists(blocks, Addresses::isRange, "an address or a range", path, findings);
        lists.putAll(blocks);
        if (lists.values().stream().allMatch(List::isEmpty)) {
            findings.missing(path, "it names nobody (expected: principals, namespaces, …)");
        }
        boolean accounts =
                !source.serviceAccounts().isEmpty() || !source.notServiceAccounts().isEmpty();
        boolean others =
                !source.principals().isEmpty()
                        || !source.notPrincipals().isEmpty()
                        || !source.namespaces().isEmpty()
                        || !source.notNamespaces().isEmpty();
        if (accounts && others) {
            findings.exclusive(path, "serviceAccounts", "principals or namespaces");
        }
    }

    private static void checkOperation(Operation operation, FieldPath path, Findings findings) {
        Map<String, List<String>> lists = new LinkedHashMap<>();
        lists.put("hosts", operation.hosts());
        lists.put("notHosts", operation.notHosts());
        lists.put("methods", operation.methods());
        lists.put("notMethods", operation.notMethods());
        checkLists(lists, _ -> true, "not empty", path, findings);
        Map<String, List<String>> paths = new LinkedHashMap<>();
        paths.put("paths", operation.paths());
        paths.put("notPaths", operation.notPaths());
        checkLists(
                paths,
                SecurityChecks::isPath,
                "a path, or one with {*} for a segment and {**} at the end",
                path,
                findings);
        lists.putAll(paths);
        Map<String, List<String>> ports = new LinkedHashMap<>();
        ports.put("ports", operation.ports());
        ports.put("notPorts", operation.notPorts());
        checkLists(ports, SecurityChecks::isPort, "a port from 1 to 65535", path, findings);
        lists.putAll(ports);
        if (lists.values().stream().allMatch(List::isEmpty)) {
            findings.missing(path, "it names nothing (expected: hosts, ports, methods or paths)");
        }
    }

    /// Braces are for whole segments alone, and behind `{**}` there is no other.
    private static boolean isPath(String path) {
        boolean isTemplate = path.contains("{*}") || path.contains("{**}");
        boolean isOpen = false;
        for (String segment : path.split("/", -1)) {
            boolean isGap = segment.equals("{*}") || segment.equals("{**}");
            if (isGap && isOpen) {
                return false;
            }
            isOpen |= segment.equals("{**}");
            if (!isGap && (segment.contains("{") || segment.contains("}"))) {
                return false;
            }
            if (isTemplate && !isGap && !LITERAL.matcher(segment).matches()) {
                return false;
            }
        }
        return true;
    }

    private static boolean isPort(String text) {
        return PORT.matcher(text).matches()
                && Integer.parseInt(text) >= 1
                && Integer.parseInt(text) <= 65535;
    }

    private static void checkLists(
            Map<String, List<String>> lists,
            Predicate<String> good,
            String expected,
            FieldPath path,
            Findings findings) {
        lists.forEach((name, values) -> {
            for (int i = 0; i < values.size(); i++) {
                String value = values.get(i);
                if (value.isEmpty() || !good.test(value)) {
                    findings.invalid(path.field(name).index(i), value, expected);
                }
            }
        });
    }

    private static void checkCondition(Condition condition, FieldPath path, Findings findings) {
        String key = condition.key();
        boolean known =
                isNamed(key, "request.headers")
                        || isNamed(key, "request.auth.claims")
                        || KEY_OF_FILTER.matcher(key).matches()
                        || Set.of(
                                        "request.auth.principal",
                                        "request.auth.audiences",
                                        "request.auth.presenter",
                                        "source.ip",
                                        "remote.ip",
                                        "source.namespace",
                                        "source.principal",
                                        "source.serviceAccount",
                                        "source.trustDomain",
                                        "destination.ip",
                                        "destination.port",
                                        "connection.sni")
                                .contains(key);
        if (!known) {
            findings.invalid(path.field("key"), key, "an attribute as source.ip");
        }
        if (condition.values().isEmpty() && condition.notValues().isEmpty()) {
            findings.missing(path, "it compares with nothing (expected: values or notValues)");
        }
        Predicate<String> good =
                switch (key) {
                    case "source.ip", "remote.ip", "destination.ip" -> Addresses::isRange;
                    case "destination.port" -> SecurityChecks::isPort;
                    default -> _ -> true;
                };
        Map<String, List<String>> lists = new LinkedHashMap<>();
        lists.put("values", condition.values());
        lists.put("notValues", condition.notValues());
        checkLists(lists, good, "a value of " + key, path, findings);
    }

    private static boolean isNamed(String key, String of) {
        return key.startsWith(of + "[") && key.endsWith("]") && key.length() > of.length() + 2;
    }

    static void checkPeer(Resource<PeerAuthentication> resource, Findings findings) {
        PeerAuthentication spec = resource.spec();
        checkDryRun(resource, false, findings);
        spec.selector()
                .ifPresent(s -> PolicyChecks.checkSelector(s, SPEC.field("selector"), findings));
        FieldPath ports = SPEC.field("portLevelMtls");
        boolean written =
                !resource.source().position(ports).equals(resource.source().position(SPEC));
        if (written && spec.portLevelMtls().isEmpty()) {
            findings.error(ports, "no ports (expected: at least one)");
        }
        boolean chosen = spec.selector().filter(s -> !s.matchLabels().isEmpty()).isPresent();
        if (!spec.portLevelMtls().isEmpty() && !chosen) {
            findings.error(ports, "it needs a selector with labels");
        }
        for (String port : spec.portLevelMtls().keySet()) {
            if (!isPort(port)) {
                findings.invalid(ports.field(port), port, "a port from 1 to 65535");
            }
        }
    }

    static void checkRequest(Resource<RequestAuthentication> resource, Findings findings) {
        RequestAuthentication spec = resource.spec();
        checkDryRun(resource, false, findings);
        PolicyChecks.checkTargets(spec, findings);
        for (int i = 0; i < spec.jwtRules().size(); i++) {
            checkJwt(spec.jwtRules().get(i), SPEC.field("jwtRules").index(i), findings);
        }
    }

    private static void checkJwt(JwtRule rule, FieldPath path, Findings findings) {
        if (rule.issuer().isEmpty() && rule.jwksUri().isEmpty()) {
            findings.missing(
                    path.field("issuer"),
                    "'issuer' is missing (expected: a text, or a jwksUri for those of any issuer)");
        }
        if (!rule.jwks().isEmpty() && !isJsonObject(rule.jwks())) {
            findings.error(path.field("jwks"), "no JSON object (expected: a JSON Web Key Set)");
        }
        Map<String, List<String>> lists = new LinkedHashMap<>();
        lists.put("audiences", rule.audiences());
        lists.put("fromParams", rule.fromParams());
        lists.put("fromCookies", rule.fromCookies());
        lists.put("spaceDelimitedClaims", rule.spaceDelimitedClaims());
        checkLists(lists, _ -> true, "not empty", path, findings);
        if (!rule.jwksUri().isEmpty() && !isHttpUrl(rule.jwksUri())) {
            findings.invalid(path.field("jwksUri"), rule.jwksUri(), "an http or https URL");
        }
        if (!rule.jwksUri().isEmpty() && !rule.jwks().isEmpty()) {
            findings.exclusive(path.field("jwks"), "jwksUri", "jwks");
        }
        for (int i = 0; i < rule.outputClaimToHeaders().size(); i++) {
            String header = rule.outputClaimToHeaders().get(i).header();
            if (!Values.isHeaderName(header)) {
                FieldPath at = path.field("outputClaimToHeaders").index(i).field("header");
                findings.invalid(at, header, "the name of a header");
            }
        }
        Values.checkDuration(rule.timeout(), path.field("timeout"), findings);
    }

    /// At a glance; what is in it, and whether a key of it can be used, is looked at later.
    private static boolean isJsonObject(String text) {
        String inside = text.strip();
        return inside.startsWith("{") && inside.endsWith("}");
    }

    private static boolean isHttpUrl(String text) {
        try {
            var uri = new URI(text);
            boolean http = "http".equals(uri.getScheme()) || "https".equals(uri.getScheme());
            return http && uri.getRawAuthority() != null && uri.parseServerAuthority() != null;
        } catch (URISyntaxException e) {
            return false;
        }
    }
}
