package dev.heddle.model.istio;

import dev.heddle.model.match.LabelSelector;
import dev.heddle.model.match.PolicyTargetReference;
import dev.heddle.model.schema.Required;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/// Which tokens of end users a workload accepts. A wrong token is refused; none at all is not.
public record RequestAuthentication(
        Optional<LabelSelector> selector,
        Optional<PolicyTargetReference> targetRef,
        List<PolicyTargetReference> targetRefs,
        List<JwtRule> jwtRules)
        implements TargetedPolicy {

    public RequestAuthentication {
        targetRefs = List.copyOf(targetRefs);
        jwtRules = List.copyOf(jwtRules);
    }

    /// One issuer of tokens.
    ///
    /// @param issuer claim `iss` that tokens must have; empty for any, with a jwksUri
    /// @param audiences of which a token must have one
    /// @param jwksUri where the issuer's keys are
    /// @param jwks the issuer's keys themselves
    /// @param timeout for fetching keys; 5 s when absent
    public record JwtRule(
            String issuer,
            List<String> audiences,
            String jwksUri,
            String jwks,
            List<JwtHeader> fromHeaders,
            List<String> fromParams,
            List<String> fromCookies,
            String outputPayloadToHeader,
            boolean forwardOriginalToken,
            List<ClaimToHeader> outputClaimToHeaders,
            Optional<Duration> timeout,
            List<String> spaceDelimitedClaims,
            Presence presence) {

        public JwtRule {
            audiences = List.copyOf(audiences);
            fromHeaders = List.copyOf(fromHeaders);
            fromParams = List.copyOf(fromParams);
            fromCookies = List.copyOf(fromCookies);
            outputClaimToHeaders = List.copyOf(outputClaimToHeaders);
            spaceDelimitedClaims = List.copyOf(spaceDelimitedClaims);
        }
    }

    /// Whether a request without this issuer's token is refused.
    public enum Presence {
        /// No.
        OPTIONAL,
        /// Yes, whatever other tokens it has.
        REQUIRED
    }

    /// A header that holds a token.
    ///
    /// @param prefix in front of the token, as in `Bearer `
    public record JwtHeader(@Required String name, String prefix) {}

    /// A claim that the workload gets as a header.
    public record ClaimToHeader(@Required String header, @Required String claim) {}
}
