package dev.heddle.model.policy;

import dev.heddle.model.schema.Required;
import java.util.List;
import java.util.Optional;

/// Who may pass a gateway: people and clients who show who they are. Names and fields are those of
/// Envoy Gateway's kind of this name. Each section stands for itself: of several policies for a
/// request, each section is taken from the one that names its rule, else its route, else the
/// listener, else the gateway, and of several that name the same from the oldest.
///
/// @param targetRefs Gateways, or their listeners, and routes of the policy's namespace
/// @param basicAuth names with passwords; empty: not by this policy
/// @param apiKeyAuth keys of clients; empty: not by this policy
public record SecurityPolicy(
        List<TargetRef> targetRefs,
        Optional<BasicAuth> basicAuth,
        Optional<ApiKeyAuth> apiKeyAuth) {

    public SecurityPolicy {
        targetRefs = List.copyOf(targetRefs);
    }

    /// A request must have a name and its password (RFC 7617).
    ///
    /// @param users a Secret whose entry `.htpasswd` has a line `NAME:{SHA}HASH` for each, as
    ///   `htpasswd -s` writes it
    /// @param forwardUsernameHeader that gets the name on the way to the service; empty for none
    public record BasicAuth(@Required SecretRef users, String forwardUsernameHeader) {}

    /// A request must have a key that some client has.
    ///
    /// @param credentialRefs Secrets, each entry of which is a client's name with its key
    /// @param extractFrom where keys are looked for, in order
    /// @param forwardClientIDHeader that gets the client's name on the way to the service; empty
    ///   for none
    /// @param sanitize whether the key stays at the gateway
    public record ApiKeyAuth(
            @Required List<SecretRef> credentialRefs,
            @Required List<ExtractFrom> extractFrom,
            String forwardClientIDHeader,
            boolean sanitize) {
        public ApiKeyAuth {
            credentialRefs = List.copyOf(credentialRefs);
            extractFrom = List.copyOf(extractFrom);
        }
    }

    /// Where keys are: headers first, where a key may stand behind `Bearer `, then parameters of
    /// the query, then cookies.
    public record ExtractFrom(List<String> headers, List<String> params, List<String> cookies) {
        public ExtractFrom {
            headers = List.copyOf(headers);
            params = List.copyOf(params);
            cookies = List.copyOf(cookies);
        }
    }

    /// A Secret of the policy's namespace.
    ///
    /// @param group empty
    /// @param kind Secret, also when empty
    public record SecretRef(String group, String kind, @Required String name) {}
}
