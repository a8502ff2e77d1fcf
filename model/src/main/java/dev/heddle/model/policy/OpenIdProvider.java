package dev.heddle.model.policy;

import dev.heddle.model.schema.Required;

/// What a provider of OpenID Connect says of itself. The control plane makes these of what it
/// fetches; who cannot reach a provider may write one.
///
/// @param issuer as SecurityPolicies have it
/// @param authorizationEndpoint to which browsers are sent
/// @param tokenEndpoint which gateways call
/// @param endSessionEndpoint to which browsers are sent that log out; may be empty
public record OpenIdProvider(
        @Required String issuer,
        @Required String authorizationEndpoint,
        @Required String tokenEndpoint,
        String endSessionEndpoint) {}
