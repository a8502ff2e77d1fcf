package dev.heddle.model.policy;

import dev.heddle.model.schema.Required;
import java.util.Optional;

/// Another trust domain whose workloads are believed to be who they say, as SPIRE's
/// `ClusterFederatedTrustDomain` says it.
///
/// @param trustDomain its name, as in `partner.example`
/// @param bundleEndpointURL where it says whom it believes; https
/// @param bundleEndpointProfile by what that place proves that it is the right one
/// @param trustDomainBundle whom it believes until that was read, as JSON; a place with the profile
///   `https_spiffe` of the same domain proves itself by it
/// @param className Heddle's is empty
public record FederatedTrustDomain(
        @Required String trustDomain,
        @Required String bundleEndpointURL,
        @Required Profile bundleEndpointProfile,
        String trustDomainBundle,
        String className) {

    /// @param endpointSPIFFEID who answers there, for `https_spiffe`
    public record Profile(ProfileType type, Optional<String> endpointSPIFFEID) {}

    /// Profiles of bundle endpoints (SPIFFE Federation, 5.2).
    public enum ProfileType {
        /// The certificate is good for the name of the host, for whom everybody believes.
        https_web,
        /// The certificate is that of a SPIFFE id.
        https_spiffe
    }
}
