package dev.heddle.compiler.analyze;

import dev.heddle.compiler.select.MeshIndex;
import dev.heddle.model.DiagnosticCode;
import dev.heddle.model.Diagnostics;
import dev.heddle.model.FieldPath;
import dev.heddle.model.Resource;
import dev.heddle.model.istio.AuthorizationPolicy;
import dev.heddle.model.istio.AuthorizationPolicy.Action;
import dev.heddle.model.istio.AuthorizationPolicy.Rule;
import dev.heddle.model.istio.AuthorizationPolicy.Source;
import dev.heddle.model.istio.ClientTlsSettings;
import dev.heddle.model.istio.ClientTlsSettings.Mode;
import dev.heddle.model.istio.DestinationRule;
import dev.heddle.model.istio.PeerAuthentication.MutualTls;
import dev.heddle.model.istio.RequestAuthentication;
import dev.heddle.model.istio.TargetedPolicy;
import dev.heddle.model.istio.VirtualService;
import dev.heddle.model.istio.VirtualService.CorsPolicy;
import dev.heddle.model.kinds.Kinds;
import dev.heddle.model.match.StringMatch;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Looks for settings that are harmless alone, and let somebody in together.
final class SecurityAnalyzer implements Analyzer {
    private static final Set<String> ANYTHING = Set.of(".*", ".+", "^.*$", "^.+$", "https?://.*");

    @Override
    public void analyze(Subject subject, Diagnostics findings) {
        MeshIndex index = subject.world().index();
        List<Resource<AuthorizationPolicy>> policies =
                index.resources().all(Kinds.AUTHORIZATION_POLICY);
        for (Resource<AuthorizationPolicy> policy : policies) {
            refusals(index, policy, findings);
            permissions(policy, policies, findings);
        }
        index.resources()
                .all(Kinds.REQUEST_AUTHENTICATION)
                .forEach(it -> tokens(index, it, policies, findings));
        index.resources().all(Kinds.VIRTUAL_SERVICE).forEach(it -> browsers(it, findings));
        index.resources().all(Kinds.DESTINATION_RULE).forEach(it -> servers(it, findings));
    }

    /// Who calls in plain text has no name, so a refusal by name misses him.
    private static void refusals(
            MeshIndex index, Resource<AuthorizationPolicy> policy, Diagnostics findings) {
        if (policy.spec().action() != Action.DENY) {
            return;
        }
        MutualTls.Mode mode =
                index.peers()
                        .in(policy.metadata().namespace())
                        .of(labels(policy.spec()))
                        .otherwise();
        for (int i = 0; i < policy.spec().rules().size(); i++) {
            Rule rule = policy.spec().rules().get(i);
            boolean isByName =
                    !rule.from().isEmpty()
                            && rule.from().stream().allMatch(f -> isByName(f.source()));
            if (isByName && mode != MutualTls.Mode.STRICT) {
                findings.add(
                        DiagnosticCode.INSECURE_COMBINATION,
                        policy.origin(FieldPath.of("spec", "rules").index(i).field("from")),
                        "it refuses callers by name, and plain text, which has none, is taken ("
                                + mode
                                + ")",
                        "Have a PeerAuthentication ask for STRICT, or allow by name instead");
            }
        }
    }

    private static boolean isByName(Source source) {
        return !source.principals().isEmpty()
                || !source.namespaces().isEmpty()
                || !source.serviceAccounts().isEmpty();
    }

    /// One rule that lets everybody in makes all others of the same workloads pointless.
    private static void permissions(
            Resource<AuthorizationPolicy> policy,
            List<Resource<AuthorizationPolicy>> all,
            Diagnostics findings) {
        if (policy.spec().action() != Action.ALLOW) {
            return;
        }
        for (int i = 0; i < policy.spec().rules().size(); i++) {
            Rule rule = policy.spec().rules().get(i);
            boolean isAll = rule.from().isEmpty() && rule.to().isEmpty() && rule.when().isEmpty();
            Optional<Resource<AuthorizationPolicy>> other =
                    all.stream()
                            .filter(o -> !o.id().equals(policy.id()))
                            .filter(o -> o.spec().action() == Action.ALLOW)
                            .filter(o ->
                                    o.metadata().namespace().equals(policy.metadata().namespace()))
                            .filter(o -> isWithin(o.spec(), policy.spec()))
                            .filter(o -> o.spec().rules().stream().anyMatch(r -> !isEmpty(r)))
                            .findFirst();
            if (isAll && other.isPresent()) {
                findings.add(
                        DiagnosticCode.INSECURE_COMBINATION,
                        policy.origin(FieldPath.of("spec", "rules").index(i)),
                        "it lets everybody in, whatever " + other.get().id() + " asks for",
                        "Remove it, or give it conditions");
            }
        }
    }

    private static boolean isEmpty(Rule rule) {
        return rule.from().isEmpty() && rule.to().isEmpty() && rule.when().isEmpty();
    }

    /// Whether whoever the narrow one is for, the wide one is for, too.
    private static boolean isWithin(TargetedPolicy narrow, TargetedPolicy wide) {
        return narrow.targets().equals(wide.targets())
                && labels(narrow).entrySet().containsAll(labels(wide).entrySet());
    }

    private static Map<String, String> labels(TargetedPolicy policy) {
        return policy.selector().map(s -> s.matchLabels()).orElse(Map.of());
    }

    /// A token is verified where there is one; that there is one, somebody else has to ask for.
    private static void tokens(
            MeshIndex index,
            Resource<RequestAuthentication> authentication,
            List<Resource<AuthorizationPolicy>> policies,
            Diagnostics findings) {
        boolean isOptional =
                !authentication.spec().jwtRules().isEmpty()
                        && authentication.spec().jwtRules().stream()
                                .allMatch(r ->
                                        r.presence() == RequestAuthentication.Presence.OPTIONAL);
        String namespace = authentication.metadata().namespace();
        String root = index.security().rootNamespace();
        boolean isAsked =
                policies.stream()
                        .filter(p ->
                                namespace.equals(root)
                                        || p.metadata().namespace().equals(namespace)
                                        || p.metadata().namespace().equals(root))
                        .anyMatch(SecurityAnalyzer::asksForTokens);
        if (isOptional && !isAsked) {
            findings.add(
                    DiagnosticCode.INSECURE_COMBINATION,
                    authentication.origin(FieldPath.of("spec", "jwtRules")),
                    "requests without a token pass: no AuthorizationPolicy here asks for one",
                    "Add one with requestPrincipals: ['*']");
        }
    }

    private static boolean asksForTokens(Resource<AuthorizationPolicy> policy) {
        return policy.spec().rules().stream()
                .anyMatch(rule ->
                        rule.from().stream()
                                        .anyMatch(f ->
                                                !f.source().requestPrincipals().isEmpty()
                                                        || !f.source()
                                                                .notRequestPrincipals()
                                                                .isEmpty())
                                || rule.when().stream()
                                        .anyMatch(w -> w.key().startsWith("request.auth.")));
    }

    /// With credentials, any page may act for whoever looks at it.
    private static void browsers(Resource<VirtualService> service, Diagnostics findings) {
        for (int i = 0; i < service.spec().http().size(); i++) {
            Optional<CorsPolicy> cors = service.spec().http().get(i).corsPolicy();
            boolean isOpen =
                    cors.filter(c -> c.allowCredentials().orElse(false))
                            .filter(c ->
                                    c.allowOrigin().contains("*")
                                            || c.allowOrigins().stream()
                                                    .anyMatch(SecurityAnalyzer::isAnything))
                            .isPresent();
            if (isOpen) {
                findings.add(
                        DiagnosticCode.INSECURE_COMBINATION,
                        service.origin(FieldPath.of("spec", "http").index(i).field("corsPolicy")),
                        "pages of any origin may send the credentials of whoever looks at them",
                        "Name the origins, or do without allowCredentials");
            }
        }
    }

    private static boolean isAnything(StringMatch match) {
        return switch (match) {
            case StringMatch.Exact(String text) -> text.equals("*");
            case StringMatch.Prefix(String text) -> text.isEmpty() || text.matches("https?:?/?/?");
            case StringMatch.Regex(String regex) -> ANYTHING.contains(regex);
            case StringMatch.Present() -> true;
        };
    }

    /// Who believes any server shows it his certificate, too.
    private static void servers(Resource<DestinationRule> rule, Diagnostics findings) {
        Optional<ClientTlsSettings> tls = rule.spec().trafficPolicy().flatMap(p -> p.tls());
        boolean isBlind =
                tls.filter(t -> t.mode() == Mode.MUTUAL)
                        .filter(t -> t.insecureSkipVerify().orElse(false))
                        .isPresent();
        if (isBlind) {
            findings.add(
                    DiagnosticCode.INSECURE_COMBINATION,
                    rule.origin(FieldPath.of("spec", "trafficPolicy", "tls", "insecureSkipVerify")),
                    "any server is believed, and is shown the client's certificate",
                    "Name 'caCertificates' and 'subjectAltNames'");
        }
    }
}
