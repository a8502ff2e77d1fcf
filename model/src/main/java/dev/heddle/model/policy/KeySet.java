package dev.heddle.model.policy;

import dev.heddle.model.schema.Required;

/// The keys that somebody has who signs tokens, as they were found at their place. The control
/// plane makes these of what it fetches; who cannot reach a place may write one.
///
/// @param uri where the keys are, as a RequestAuthentication has it; without `jwksUri` it is the
///   issuer's `/.well-known/openid-configuration`
/// @param jwks the keys (RFC 7517)
public record KeySet(@Required String uri, @Required String jwks) {}
