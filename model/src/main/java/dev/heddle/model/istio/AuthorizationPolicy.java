package dev.heddle.model.istio;

import dev.heddle.model.match.LabelSelector;
import dev.heddle.model.match.PolicyTargetReference;
import dev.heddle.model.schema.Required;
import java.util.List;
import java.util.Optional;

/// Who may call a workload, and how.
///
/// @param targetRef Istio's older form of `targetRefs`
/// @param rules alternatives of which one must match; none means that nothing matches
/// @param provider who decides; only with the action CUSTOM
public record AuthorizationPolicy(
        Optional<LabelSelector> selector,
        Optional<PolicyTargetReference> targetRef,
        List<PolicyTargetReference> targetRefs,
        List<Rule> rules,
        Action action,
        Optional<ExtensionProvider> provider)
        implements TargetedPolicy {

    public AuthorizationPolicy {
        targetRefs = List.copyOf(targetRefs);
        rules = List.copyOf(rules);
    }

    /// What a match means.
    public enum Action {
        /// The request may pass; once a workload has such a policy, nothing else may.
        ALLOW,
        /// The request is refused, whatever else allows it.
        DENY,
        /// The request is noted.
        AUDIT,
        /// The provider decides.
        CUSTOM
    }

    /// @param name as in the mesh's list of providers
    public record ExtensionProvider(@Required String name) {}

    /// From where, to what, and under which conditions: all that is set must match.
    public record Rule(List<From> from, List<To> to, List<Condition> when) {
        public Rule {
            from = List.copyOf(from);
            to = List.copyOf(to);
            when = List.copyOf(when);
        }
    }

    /// One alternative of who calls.
    public record From(@Required Source source) {}

    /// Who calls: all that is set must match, and one value of each list. A value may begin or end
    /// with `*`.
    public record Source(
            List<String> principals,
            List<String> notPrincipals,
            List<String> requestPrincipals,
            List<String> notRequestPrincipals,
            List<String> namespaces,
            List<String> notNamespaces,
            List<String> ipBlocks,
            List<String> notIpBlocks,
            List<String> remoteIpBlocks,
            List<String> notRemoteIpBlocks,
            List<String> serviceAccounts,
            List<String> notServiceAccounts,
            List<String> trustDomains,
            List<String> notTrustDomains) {

        public Source {
            principals = List.copyOf(principals);
            notPrincipals = List.copyOf(notPrincipals);
            requestPrincipals = List.copyOf(requestPrincipals);
            notRequestPrincipals = List.copyOf(notRequestPrincipals);
            namespaces = List.copyOf(namespaces);
            notNamespaces = List.copyOf(notNamespaces);
            ipBlocks = List.copyOf(ipBlocks);
            notIpBlocks = List.copyOf(notIpBlocks);
            remoteIpBlocks = List.copyOf(remoteIpBlocks);
            notRemoteIpBlocks = List.copyOf(notRemoteIpBlocks);
            serviceAccounts = List.copyOf(serviceAccounts);
            notServiceAccounts = List.copyOf(notServiceAccounts);
            trustDomains = List.copyOf(trustDomains);
            notTrustDomains = List.copyOf(notTrustDomains);
        }
    }

    /// One alternative of what is called.
    public record To(@Required Operation operation) {}

    /// What is called: all that is set must match, and one value of each list. A value may begin or
    /// end with `*`.
    public record Operation(
            List<String> hosts,
            List<String> notHosts,
            List<String> ports,
            List<String> notPorts,
            List<String> methods,
            List<String> notMethods,
            List<String> paths,
            List<String> notPaths) {

        public Operation {
            hosts = List.copyOf(hosts);
            notHosts = List.copyOf(notHosts);
            ports = List.copyOf(ports);
            notPorts = List.copyOf(notPorts);
            methods = List.copyOf(methods);
            notMethods = List.copyOf(notMethods);
            paths = List.copyOf(paths);
            notPaths = List.copyOf(notPaths);
        }
    }

    /// A condition on an attribute of the request, as in `request.headers[x-token]`.
    public record Condition(@Required String key, List<String> values, List<String> notValues) {
        public Condition {
            values = List.copyOf(values);
            notValues = List.copyOf(notValues);
        }
    }
}
