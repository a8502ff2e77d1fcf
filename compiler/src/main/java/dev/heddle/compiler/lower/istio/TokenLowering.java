package dev.heddle.compiler.lower.istio;

import dev.heddle.compiler.ir.Tokens;
import dev.heddle.compiler.ir.Tokens.ClaimHeader;
import dev.heddle.compiler.ir.Tokens.Issuer;
import dev.heddle.compiler.ir.Tokens.Places;
import dev.heddle.compiler.ir.Tokens.TokenHeader;
import dev.heddle.compiler.lower.alike.EnvoySyntax;
import dev.heddle.compiler.select.KeySets;
import dev.heddle.model.FieldPath;
import dev.heddle.model.Origin;
import dev.heddle.model.Resource;
import dev.heddle.model.istio.RequestAuthentication;
import dev.heddle.model.istio.RequestAuthentication.JwtRule;
import dev.heddle.model.istio.RequestAuthentication.Presence;
import dev.heddle.xds.token.KeySet;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.TreeSet;

/// Lowers RequestAuthentications. What cannot be sent is left out; the checks say so.
public final class TokenLowering {
    private TokenLowering() {}

    /// The tokens of all policies together, as Istio has it: sorted by their issuers.
    ///
    /// @param areForRoutes whether routes may depend on them
    public static Tokens lower(
            List<Resource<RequestAuthentication>> policies, KeySets keys, boolean areForRoutes) {
        var issuers = new ArrayList<Issuer>();
        for (Resource<RequestAuthentication> policy : policies) {
            List<JwtRule> rules = policy.spec().jwtRules();
            for (int i = 0; i < rules.size(); i++) {
                if (KeySets.isSaid(rules.get(i))) {
                    issuers.add(
                            issuer(
                                    rules.get(i),
                                    keys,
                                    policy.origin(FieldPath.of("spec", "jwtRules").index(i))));
                }
            }
        }
        issuers.sort(Comparator.comparing(Issuer::name));
        return issuers.isEmpty() ? Tokens.NONE : new Tokens(issuers, areForRoutes);
    }

    private static Issuer issuer(JwtRule rule, KeySets keys, Origin origin) {
        var lists = new TreeSet<>(List.of("permission", "scope"));
        lists.addAll(rule.spaceDelimitedClaims());
        return new Issuer(
                rule.issuer(),
                rule.audiences(),
                keys.of(rule).filter(it -> KeySet.of(it).size() > 0),
                new Places(
                        rule.fromHeaders().stream()
                                .filter(it -> EnvoySyntax.isHeaderName(it.name()))
                                .map(it -> new TokenHeader(it.name(), it.prefix()))
                                .toList(),
                        rule.fromParams(),
                        rule.fromCookies()),
                rule.forwardOriginalToken(),
                EnvoySyntax.isHeaderName(rule.outputPayloadToHeader())
                        ? rule.outputPayloadToHeader()
                        : "",
                rule.outputClaimToHeaders().stream()
                        .filter(it -> EnvoySyntax.isHeaderName(it.header()))
                        .map(it -> new ClaimHeader(it.header(), it.claim()))
                        .toList(),
                List.copyOf(lists),
                rule.presence() == Presence.REQUIRED,
                origin);
    }
}
