package dev.heddle.proxy.config;

import static dev.heddle.proxy.config.Findings.join;

import dev.heddle.proxy.filter.jwt.JwtConfig;
import dev.heddle.proxy.filter.jwt.Provider;
import dev.heddle.proxy.filter.jwt.Requirement;
import dev.heddle.proxy.http.HeaderName;
import dev.heddle.xds.token.KeySet;
import envoy.config.core.v3.DataSource;
import envoy.extensions.filters.http.jwt_authn.v3.JwtAuthentication;
import envoy.extensions.filters.http.jwt_authn.v3.JwtProvider;
import envoy.extensions.filters.http.jwt_authn.v3.JwtRequirement;
import envoy.extensions.filters.http.jwt_authn.v3.ProviderWithAudiences;
import envoy.extensions.filters.http.jwt_authn.v3.RequirementRule;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Reads what tokens requests must have.
final class JwtParser {
    private static final int DEEPEST = 16;
    private static final long SKEW_SECONDS = 60;
    private static final HeaderName NO_HEADER = HeaderName.of("-");

    private final Findings findings;

    JwtParser(Findings findings) {
        this.findings = findings;
    }

    JwtConfig filter(JwtAuthentication config) {
        findings.fields(
                "",
                config,
                Set.of(
                        "providers",
                        "rules",
                        "bypass_cors_preflight",
                        "requirement_map",
                        "strip_failure_response",
                        "stat_prefix"));
        var providers = new LinkedHashMap<String, Provider>();
        config.getProvidersMap()
                .forEach((name, provider) ->
                        providers.put(name, provider("providers['" + name + "']", name, provider)));
        var rules = new ArrayList<JwtConfig.Rule>();
        for (int i = 0; i < config.getRulesCount(); i++) {
            rules.add(rule("rules[" + i + "]", config.getRules(i), config, providers));
        }
        return new JwtConfig(
                providers,
                rules,
                config.getBypassCorsPreflight(),
                !config.getStripFailureResponse(),
                config.getStatPrefix());
    }

    private Provider provider(String path, String name, JwtProvider provider) {
        findings.fields(
                path,
                provider,
                Set.of(
                        "issuer",
                        "audiences",
                        "local_jwks",
                        "forward",
                        "from_headers",
                        "from_params",
                        "from_cookies",
                        "forward_payload_header",
                        "pad_forward_payload_header",
                        "payload_in_metadata",
                        "normalize_payload_in_metadata",
                        "header_in_metadata",
                        "clock_skew_seconds",
                        "claim_to_headers",
                        "clear_route_cache"),
                // Verified tokens are kept anyway, within bounds of our own.
                Set.of("jwt_cache_config"));
        var normalized = provider.getNormalizePayloadInMetadata();
        findings.fields(
                join(path, "normalize_payload_in_metadata"),
                normalized,
                Set.of("space_delimited_claims"));
        int skew = provider.getClockSkewSeconds();
        return new Provider(
                name,
                provider.getIssuer(),
                provider.getAudiencesList(),
                keys(join(path, "local_jwks"), provider.getLocalJwks()),
                places(path, provider),
                skew == 0 ? SKEW_SECONDS : Integer.toUnsignedLong(skew),
                new Provider.Good(
                        provider.getForward(),
                        provider.getForwardPayloadHeader().isEmpty()
                                ? Optional.empty()
                                : Optional.of(
                                        header(
                                                join(path, "forward_payload_header"),
                                                provider.getForwardPayloadHeader())),
                        provider.getPadForwardPayloadHeader(),
                        claims(path, provider),
                        provider.getPayloadInMetadata(),
                        provider.getHeaderInMetadata(),
                        normalized.getSpaceDelimitedClaimsList(),
                        provider.getClearRouteCache()));
    }

    private KeySet keys(String path, DataSource source) {
        findings.fields(path, source, Set.of("inline_string", "inline_bytes"));
        return switch (source.getSpecifierCase()) {
            case INLINE_STRING -> KeySet.of(source.getInlineString());
            case INLINE_BYTES ->
                    KeySet.of(source.getInlineBytes().toString(StandardCharsets.UTF_8));
            case FILENAME, ENVIRONMENT_VARIABLE, SPECIFIER_NOT_SET -> {
                findings.reject(path, "no keys (expected: inline_string)");
                yield KeySet.of("");
            }
        };
    }

    /// Where nothing is said, tokens are where everybody has them.
    private Provider.Places places(String path, JwtProvider provider) {
        boolean isSaid =
                provider.getFromHeadersCount() > 0
                        || provider.getFromParamsCount() > 0
                        || provider.getFromCookiesCount() > 0;
        if (!isSaid) {
            return new Provider.Places(
                    List.of(new Provider.Header(HeaderName.of("authorization"), "Bearer ")),
                    List.of("access_token"),
                    List.of());
        }
        var headers = new ArrayList<Provider.Header>();
        for (int i = 0; i < provider.getFromHeadersCount(); i++) {
            var from = provider.getFromHeaders(i);
            String at = path + ".from_headers[" + i + "]";
            findings.fields(at, from, Set.of("name", "value_prefix"));
            headers.add(
                    new Provider.Header(
                            header(join(at, "name"), from.getName()), from.getValuePrefix()));
        }
        return new Provider.Places(
                headers, provider.getFromParamsList(), provider.getFromCookiesList());
    }

    private List<Provider.ClaimHeader> claims(String path, JwtProvider provider) {
        var claims = new ArrayList<Provider.ClaimHeader>();
        for (int i = 0; i < provider.getClaimToHeadersCount(); i++) {
            var claim = provider.getClaimToHeaders(i);
            String at = path + ".claim_to_headers[" + i + "]";
            findings.fields(at, claim, Set.of("header_name", "claim_name"));
            findings.required(join(at, "claim_name"), claim.getClaimName());
            claims.add(
                    new Provider.ClaimHeader(
                            header(join(at, "header_name"), claim.getHeaderName()),
                            claim.getClaimName()));
        }
        return claims;
    }

    private HeaderName header(String path, String name) {
        try {
            return HeaderName.of(name);
        } catch (IllegalArgumentException e) {
            findings.reject(path, String.valueOf(e.getMessage()));
            return NO_HEADER;
        }
    }

    private JwtConfig.Rule rule(
            String path,
            RequirementRule rule,
            JwtAuthentication config,
            Map<String, Provider> providers) {
        findings.fields(path, rule, Set.of("match", "requires", "requirement_name"));
        var requests = RequestCondition.read(findings, join(path, "match"), rule.getMatch());
        return switch (rule.getRequirementTypeCase()) {
            case REQUIRES ->
                    new JwtConfig.Rule(
                            requests,
                            requirement(join(path, "requires"), rule.getRequires(), providers, 1));
            case REQUIREMENT_NAME -> {
                JwtRequirement named = config.getRequirementMapMap().get(rule.getRequirementName());
                if (named == null) {
                    findings.reject(
                            join(path, "requirement_name"),
                            "'" + rule.getRequirementName() + "' is not in requirement_map");
                    yield new JwtConfig.Rule(requests, new Requirement.Nothing());
                }
                yield new JwtConfig.Rule(
                        requests,
                        requirement(
                                "requirement_map['" + rule.getRequirementName() + "']",
                                named,
                                providers,
                                1));
            }
            case REQUIREMENTTYPE_NOT_SET -> new JwtConfig.Rule(requests, new Requirement.Nothing());
        };
    }

    private Requirement requirement(
            String path, JwtRequirement requirement, Map<String, Provider> providers, int depth) {
        if (depth > DEEPEST) {
            findings.reject(path, "deeper than " + DEEPEST + " requirements");
            return new Requirement.Nothing();
        }
        return switch (requirement.getRequiresTypeCase()) {
            case PROVIDER_NAME ->
                    of(path, requirement.getProviderName(), Optional.empty(), providers);
            case PROVIDER_AND_AUDIENCES -> {
                ProviderWithAudiences with = requirement.getProviderAndAudiences();
                yield of(
                        path,
                        with.getProviderName(),
                        with.getAudiencesCount() == 0
                                ? Optional.empty()
                                : Optional.of(List.copyOf(with.getAudiencesList())),
                        providers);
            }
            case REQUIRES_ANY -> {
                List<JwtRequirement> all = requirement.getRequiresAny().getRequirementsList();
                yield any(join(path, "requires_any"), all, providers, depth);
            }
            case REQUIRES_ALL -> {
                var all = new ArrayList<Requirement>();
                List<JwtRequirement> said = requirement.getRequiresAll().getRequirementsList();
                for (int i = 0; i < said.size(); i++) {
                    String at = path + ".requires_all.requirements[" + i + "]";
                    all.add(requirement(at, said.get(i), providers, depth + 1));
                }
                yield new Requirement.All(all);
            }
            case ALLOW_MISSING_OR_FAILED -> new Requirement.Optionally(true);
            case ALLOW_MISSING -> new Requirement.Optionally(false);
            case REQUIRESTYPE_NOT_SET -> new Requirement.Nothing();
        };
    }

    /// What is tolerated is so where no alternative is met, wherever it stands.
    private Requirement any(
            String path, List<JwtRequirement> said, Map<String, Provider> providers, int depth) {
        var all = new ArrayList<Requirement>();
        var tolerance = Requirement.Tolerance.NONE;
        for (int i = 0; i < said.size(); i++) {
            switch (said.get(i).getRequiresTypeCase()) {
                case ALLOW_MISSING_OR_FAILED -> tolerance = Requirement.Tolerance.ANY;
                case ALLOW_MISSING ->
                        tolerance =
                                tolerance == Requirement.Tolerance.ANY
                                        ? tolerance
                                        : Requirement.Tolerance.MISSING;
                case PROVIDER_NAME,
                        PROVIDER_AND_AUDIENCES,
                        REQUIRES_ANY,
                        REQUIRES_ALL,
                        REQUIRESTYPE_NOT_SET ->
                        all.add(
                                requirement(
                                        path + ".requirements[" + i + "]",
                                        said.get(i),
                                        providers,
                                        depth + 1));
            }
        }
        return all.isEmpty()
                ? new Requirement.Optionally(tolerance == Requirement.Tolerance.ANY)
                : new Requirement.Any(all, tolerance);
    }

    private Requirement of(
            String path,
            String name,
            Optional<List<String>> audiences,
            Map<String, Provider> providers) {
        if (!providers.containsKey(name)) {
            findings.reject(path, "'" + name + "' is no provider");
            return new Requirement.Nothing();
        }
        return new Requirement.Of(name, audiences);
    }
}
