package dev.heddle.model.policy;

import dev.heddle.model.schema.Required;

/// Whom a trust domain believes. The control plane makes these of what it fetches; who cannot reach
/// a place may write one.
///
/// @param trustDomain whose roots these are, as in `partner.example`
/// @param bundle a SPIFFE bundle (SPIFFE Trust Domain and Bundle, section 4), as JSON
public record TrustBundle(@Required String trustDomain, @Required String bundle) {}
