package dev.heddle.compiler.xds;

import com.google.protobuf.Empty;
import dev.heddle.compiler.ir.Tokens;
import dev.heddle.compiler.ir.Tokens.Issuer;
import io.envoyproxy.envoy.config.core.v3.DataSource;
import io.envoyproxy.envoy.config.route.v3.RouteMatch;
import io.envoyproxy.envoy.extensions.filters.http.jwt_authn.v3.JwtAuthentication;
import io.envoyproxy.envoy.extensions.filters.http.jwt_authn.v3.JwtClaimToHeader;
import io.envoyproxy.envoy.extensions.filters.http.jwt_authn.v3.JwtHeader;
import io.envoyproxy.envoy.extensions.filters.http.jwt_authn.v3.JwtProvider;
import io.envoyproxy.envoy.extensions.filters.http.jwt_authn.v3.JwtProvider.NormalizePayload;
import io.envoyproxy.envoy.extensions.filters.http.jwt_authn.v3.JwtRequirement;
import io.envoyproxy.envoy.extensions.filters.http.jwt_authn.v3.JwtRequirementAndList;
import io.envoyproxy.envoy.extensions.filters.http.jwt_authn.v3.JwtRequirementOrList;
import io.envoyproxy.envoy.extensions.filters.http.jwt_authn.v3.RequirementRule;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpFilter;
import java.util.List;
import java.util.stream.IntStream;

/// Emits the filter that looks at tokens, with Istio's names.
final class TokenEmitter {
    /// Where other filters find what tokens say.
    static final String FILTER = "envoy.filters.http.jwt_authn";

    static final String PAYLOAD = "payload";

    /// Refuses every token: nobody has the other half of this key, which was thrown away. Envoy
    /// takes no set without a key that it can use, and with it no listener.
    private static final String NO_KEYS =
            "{\"keys\":[{\"kty\":\"RSA\",\"e\":\"AQAB\",\"n\":\""
                    + "uJFWHr-SjGtjK7zCrwUNUIrlvLVsFE5j0cgf78PD1JG34mVuwFOFcEeXaBQmRNBQdc8MgLoMb992"
                    + "gflMvKbhqokPYNRHRJmZRzOBr32MVNlqhO0fIzXA95UcFUtt9W7IOhJENhTzrGEmM5KfghdIuVAF"
                    + "TYS3qIWuwJC8dOEtoyTRp2o9JptZPUk9BarBTST329-jodMMBYlnHD4NcA9sffKV-GlUQaaz8iTS"
                    + "wDUip7FVZjsfURHO2gyIUP7Vecqq4xBAUjumqUBUIcWWofpRAsJLOgLT5J8IU24QlN6YTYHljsJd"
                    + "_SsiEvP-7LA5sebMTyon1DTANILs2ROMNJUNXw"
                    + "\"}]}";

    private TokenEmitter() {}

    static void filter(Tokens tokens, HttpConnectionManager.Builder out) {
        if (tokens.issuers().isEmpty()) {
            return;
        }
        JwtAuthentication.Builder filter = JwtAuthentication.newBuilder();
        List<Issuer> issuers = tokens.issuers();
        for (int i = 0; i < issuers.size(); i++) {
            filter.putProviders(name(i), provider(issuers.get(i), tokens.areForRoutes()));
        }
        filter.addRules(
                        RequirementRule.newBuilder()
                                .setMatch(RouteMatch.newBuilder().setPrefix("/"))
                                .setRequires(requirement(issuers)))
                .setBypassCorsPreflight(true);
        out.addHttpFilters(
                HttpFilter.newBuilder()
                        .setName(FILTER)
                        .setTypedConfig(Protos.pack(filter.build())));
    }

    private static String name(int number) {
        return "origins-" + number;
    }

    private static JwtProvider provider(Issuer issuer, boolean clearsRoute) {
        JwtProvider.Builder out =
                JwtProvider.newBuilder()
                        .setIssuer(issuer.name())
                        .addAllAudiences(issuer.audiences())
                        .setLocalJwks(
                                DataSource.newBuilder()
                                        .setInlineString(issuer.keys().orElse(NO_KEYS)))
                        .setForward(issuer.forwards())
                        .addAllFromParams(issuer.places().parameters())
                        .addAllFromCookies(issuer.places().cookies())
                        .setForwardPayloadHeader(issuer.payloadHeader())
                        .setPayloadInMetadata(PAYLOAD)
                        .setNormalizePayloadInMetadata(
                                NormalizePayload.newBuilder()
                                        .addAllSpaceDelimitedClaims(issuer.lists()))
                        .setClearRouteCache(clearsRoute);
        issuer.places()
                .headers()
                .forEach(header ->
                        out.addFromHeaders(
                                JwtHeader.newBuilder()
                                        .setName(header.name())
                                        .setValuePrefix(header.prefix())));
        issuer.claims()
                .forEach(claim ->
                        out.addClaimToHeaders(
                                JwtClaimToHeader.newBuilder()
                                        .setHeaderName(claim.header())
                                        .setClaimName(claim.claim())));
        return out.build();
    }

    /// A token that is there must be good, and those that are required must be there.
    private static JwtRequirement requirement(List<Issuer> issuers) {
        List<JwtRequirement> required =
                IntStream.range(0, issuers.size())
                        .filter(i -> issuers.get(i).isRequired())
                        .mapToObj(TokenEmitter::of)
                        .toList();
        if (required.isEmpty()) {
            return optional(issuers.size());
        }
        if (issuers.size() == 1) {
            return required.getFirst();
        }
        return JwtRequirement.newBuilder()
                .setRequiresAll(
                        JwtRequirementAndList.newBuilder()
                                .addAllRequirements(required)
                                .addRequirements(optional(issuers.size())))
                .build();
    }

    /// As Istio has it: a good token of one of them, or, of each of them, a good one or none. The
    /// first is for issuers whose tokens are in the same place, where those of all others are bad.
    private static JwtRequirement optional(int issuers) {
        List<JwtRequirement> each =
                IntStream.range(0, issuers)
                        .mapToObj(i ->
                                any(
                                        JwtRequirementOrList.newBuilder()
                                                .addRequirements(of(i))
                                                .addRequirements(mayBeMissing())))
                        .toList();
        if (issuers == 1) {
            return each.getFirst();
        }
        JwtRequirementOrList.Builder all = JwtRequirementOrList.newBuilder();
        IntStream.range(0, issuers).forEach(i -> all.addRequirements(of(i)));
        return any(
                all.addRequirements(
                        JwtRequirement.newBuilder()
                                .setRequiresAll(
                                        JwtRequirementAndList.newBuilder()
                                                .addAllRequirements(each))));
    }

    private static JwtRequirement of(int number) {
        return JwtRequirement.newBuilder().setProviderName(name(number)).build();
    }

    private static JwtRequirement any(JwtRequirementOrList.Builder any) {
        return JwtRequirement.newBuilder().setRequiresAny(any).build();
    }

    private static JwtRequirement.Builder mayBeMissing() {
        return JwtRequirement.newBuilder().setAllowMissing(Empty.getDefaultInstance());
    }
}
