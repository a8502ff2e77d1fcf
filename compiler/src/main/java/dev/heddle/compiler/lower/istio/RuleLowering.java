package dev.heddle.compiler.lower.istio;

import dev.heddle.compiler.ir.Access.Condition;
import dev.heddle.compiler.ir.Access.Rule;
import dev.heddle.model.Origin;
import dev.heddle.model.istio.AuthorizationPolicy;
import dev.heddle.model.istio.AuthorizationPolicy.Operation;
import dev.heddle.model.istio.AuthorizationPolicy.Source;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;

/// Lowers one rule of an AuthorizationPolicy.
///
/// What asks for a part of a request cannot be told of bytes. Istio's rule is to err on the side of
/// refusing: a rule that allows and asks for such a thing does not count; of one that refuses or
/// notes, the rest counts, so that it matches more.
///
/// @param namespace of the policy
/// @param domains trust domains that are one, the mesh's own first
/// @param isBytes whether connections are meant, not requests
/// @param isAllowing whether the rule allows
record RuleLowering(String namespace, List<String> domains, boolean isBytes, boolean isAllowing) {
    private static final String HEADERS = "request.headers";
    private static final String CLAIMS = "request.auth.claims";
    private static final String FILTERS = "experimental.envoy.filters.";

    /// Something that cannot be told of bytes.
    private static final class NotOfBytes extends Exception {
        private static final long serialVersionUID = 1;

        NotOfBytes() {
            super("a condition on requests", null, false, false);
        }
    }

    /// The rule; empty where it does not count.
    Optional<Rule> lower(String name, AuthorizationPolicy.Rule rule, Origin origin) {
        try {
            var what = new ArrayList<Condition>();
            if (rule.to().isEmpty()) {
                what.add(all(whatOf(rule)));
            }
            for (AuthorizationPolicy.To to : rule.to()) {
                List<Condition> conditions = operation(to.operation());
                conditions.addAll(whatOf(rule));
                what.add(all(conditions));
            }
            var who = new ArrayList<Condition>();
            if (rule.from().isEmpty()) {
                who.add(all(whoOf(rule)));
            }
            for (AuthorizationPolicy.From from : rule.from()) {
                List<Condition> conditions = source(from.source());
                conditions.addAll(whoOf(rule));
                who.add(all(conditions));
            }
            return Optional.of(new Rule(name, what, who, origin));
        } catch (NotOfBytes e) {
            return Optional.empty();
        }
    }

    private static Condition all(List<Condition> conditions) {
        return new Condition.All(
                conditions.isEmpty() ? List.of(new Condition.Anything()) : conditions);
    }

    private List<Condition> operation(Operation operation) throws NotOfBytes {
        var all = new ArrayList<Condition>();
        ofRequest(
                operation.hosts(),
                operation.notHosts(),
                v -> AccessTexts.header(":authority", v, true),
                all);
        ofRequest(
                operation.methods(),
                operation.notMethods(),
                v -> AccessTexts.header(":method", v, false),
                all);
        ofRequest(operation.paths(), operation.notPaths(), RuleLowering::path, all);
        each(operation.ports(), operation.notPorts(), RuleLowering::port, all);
        return all;
    }

    private List<Condition> source(Source source) throws NotOfBytes {
        var all = new ArrayList<Condition>();
        each(
                domained(source.principals()),
                domained(source.notPrincipals()),
                AccessTexts::principal,
                all);
        ofRequest(
                source.requestPrincipals(),
                source.notRequestPrincipals(),
                AccessTexts::requestPrincipal,
                all);
        each(
                source.serviceAccounts(),
                source.notServiceAccounts(),
                v -> AccessTexts.serviceAccount(v, namespace),
                all);
        each(
                expanded(source.trustDomains()),
                expanded(source.notTrustDomains()),
                AccessTexts::trustDomain,
                all);
        each(source.namespaces(), source.notNamespaces(), AccessTexts::namespace, all);
        each(
                source.remoteIpBlocks(),
                source.notRemoteIpBlocks(),
                Condition.ClientAddress::new,
                all);
        each(source.ipBlocks(), source.notIpBlocks(), Condition.FromAddress::new, all);
        return all;
    }

    /// Conditions on what is called.
    private List<Condition> whatOf(AuthorizationPolicy.Rule rule) {
        var all = new ArrayList<Condition>();
        for (AuthorizationPolicy.Condition when : rule.when()) {
            List<String> values = when.values();
            List<String> not = when.notValues();
            switch (when.key()) {
                case "destination.ip" -> each(values, not, Condition.ToAddress::new, all);
                case "destination.port" -> each(values, not, RuleLowering::port, all);
                case "connection.sni" ->
                        each(values, not, v -> new Condition.ServerName(AccessTexts.text(v)), all);
                default -> {
                    if (when.key().startsWith(FILTERS)) {
                        found(when, all);
                    }
                }
            }
        }
        return all;
    }

    /// Conditions on who calls.
    private List<Condition> whoOf(AuthorizationPolicy.Rule rule) throws NotOfBytes {
        var all = new ArrayList<Condition>();
        for (AuthorizationPolicy.Condition when : rule.when()) {
            List<String> values = when.values();
            List<String> not = when.notValues();
            switch (when.key()) {
                case "source.ip" -> each(values, not, Condition.FromAddress::new, all);
                case "remote.ip" -> each(values, not, Condition.ClientAddress::new, all);
                case "source.namespace" -> each(values, not, AccessTexts::namespace, all);
                case "source.trustDomain" ->
                        each(expanded(values), expanded(not), AccessTexts::trustDomain, all);
                case "source.serviceAccount" ->
                        each(values, not, v -> AccessTexts.serviceAccount(v, namespace), all);
                case "source.principal" ->
                        each(domained(values), domained(not), AccessTexts::principal, all);
                case "request.auth.principal" ->
                        ofRequest(values, not, AccessTexts::requestPrincipal, all);
                case "request.auth.audiences" -> claims(List.of("aud"), when, all);
                case "request.auth.presenter" -> claims(List.of("azp"), when, all);
                default -> named(when, all);
            }
        }
        return all;
    }

    private void named(AuthorizationPolicy.Condition when, List<Condition> all) throws NotOfBytes {
        String key = when.key();
        if (key.startsWith(HEADERS)) {
            String name = inBrackets(key.substring(HEADERS.length())).toLowerCase(Locale.ROOT);
            ofRequest(
                    when.values(), when.notValues(), v -> AccessTexts.header(name, v, false), all);
        } else if (key.startsWith(CLAIMS)) {
            claims(names(key.substring(CLAIMS.length())), when, all);
        }
    }

    private void claims(List<String> path, AuthorizationPolicy.Condition when, List<Condition> all)
            throws NotOfBytes {
        if (isBytes && isAllowing) {
            throw new NotOfBytes();
        }
        if (isBytes) {
            return;
        }
        if (!when.values().isEmpty()) {
            all.add(AccessTexts.claims(path, when.values()));
        }
        if (!when.notValues().isEmpty()) {
            all.add(new Condition.Not(AccessTexts.claims(path, when.notValues())));
        }
    }

    /// As in `experimental.envoy.filters.a.b[c]`.
    private static void found(AuthorizationPolicy.Condition when, List<Condition> all) {
        String rest = when.key().substring("experimental.".length());
        int bracket = rest.indexOf('[');
        String filter = rest.substring(0, bracket);
        String key = rest.substring(bracket + 1, rest.length() - 1);
        if (!when.values().isEmpty()) {
            all.add(AccessTexts.found(filter, key, when.values()));
        }
        if (!when.notValues().isEmpty()) {
            all.add(new Condition.Not(AccessTexts.found(filter, key, when.notValues())));
        }
    }

    private static String inBrackets(String text) {
        return text.substring(1, text.length() - 1);
    }

    /// `[a][b]` is a claim within another; any other text in brackets is one name.
    static List<String> names(String text) {
        return text.matches("(\\[[^\\[\\]]*])+")
                ? List.of(inBrackets(text).split("]\\[", -1))
                : List.of(inBrackets(text));
    }

    private void ofRequest(
            List<String> values,
            List<String> not,
            Function<String, Condition> of,
            List<Condition> all)
            throws NotOfBytes {
        if (isBytes && isAllowing && !(values.isEmpty() && not.isEmpty())) {
            throw new NotOfBytes();
        }
        if (!isBytes) {
            each(values, not, of, all);
        }
    }

    /// One of some values, and none of others.
    private static void each(
            List<String> values,
            List<String> not,
            Function<String, Condition> of,
            List<Condition> all) {
        if (!values.isEmpty()) {
            all.add(new Condition.Some(values.stream().map(of).toList()));
        }
        if (!not.isEmpty()) {
            all.add(new Condition.Not(new Condition.Some(not.stream().map(of).toList())));
        }
    }

    private static Condition path(String value) {
        return value.contains("{*}") || value.contains("{**}")
                ? new Condition.Template(value.replace("{*}", "*").replace("{**}", "**"))
                : new Condition.Path(AccessTexts.text(value));
    }

    private static Condition port(String value) {
        return new Condition.ToPort(Integer.parseInt(value));
    }

    /// Names of callers in each of the trust domains that are one, where they name one of these;
    /// `cluster.local` stands for the mesh's own.
    private List<String> domained(List<String> principals) {
        var all = new ArrayList<String>();
        for (String principal : principals) {
            String[] parts = principal.split("/", -1);
            boolean isNamed = parts.length == 5 && !parts[0].equals("*");
            if (!isNamed || !isOurs(parts[0])) {
                all.add(principal);
                continue;
            }
            for (String domain : domains) {
                String other =
                        isSuffix(domain, parts[0])
                                ? principal
                                : domain + principal.substring(parts[0].length());
                if (!all.contains(other)) {
                    all.add(other);
                }
            }
        }
        return all;
    }

    private boolean isOurs(String domain) {
        return domain.equals("cluster.local")
                || domains.stream().anyMatch(it -> it.equals(domain) || isLike(it, domain));
    }

    private static boolean isLike(String domain, String pattern) {
        return isSuffix(domain, pattern)
                || (pattern.endsWith("*")
                        && domain.startsWith(pattern.substring(0, pattern.length() - 1)));
    }

    /// Whether a pattern as `*-domain` takes a domain.
    private static boolean isSuffix(String domain, String pattern) {
        return pattern.startsWith("*") && domain.endsWith(pattern.substring(1));
    }

    private List<String> expanded(List<String> values) {
        return values.stream()
                .flatMap(v -> domains.contains(v) ? domains.stream() : List.of(v).stream())
                .distinct()
                .toList();
    }
}
