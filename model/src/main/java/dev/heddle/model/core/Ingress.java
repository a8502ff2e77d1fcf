package dev.heddle.model.core;

import dev.heddle.model.schema.NotYet;
import dev.heddle.model.schema.Required;
import dev.heddle.model.tree.Node;
import java.util.List;
import java.util.Optional;

/// What the proxies at an edge of the mesh do with requests, in Kubernetes' own words.
///
/// @param defaultBackend for requests that no rule is for
/// @param tls certificates, by host
/// @param ingressClassName of the IngressClass that says whose it is; empty for the default one
public record Ingress(
        Optional<Backend> defaultBackend,
        List<Tls> tls,
        List<Rule> rules,
        String ingressClassName) {

    public Ingress {
        tls = List.copyOf(tls);
        rules = List.copyOf(rules);
    }

    /// A certificate.
    ///
    /// @param hosts that it is for; empty for all
    /// @param secretName in the namespace of the Ingress
    public record Tls(List<String> hosts, String secretName) {
        public Tls {
            hosts = List.copyOf(hosts);
        }
    }

    /// What becomes of the requests for a host.
    ///
    /// @param host as in `shop.example.com` or `*.example.com`, whose star is one label; empty for
    ///   all
    public record Rule(String host, Optional<Http> http) {}

    /// By path.
    public record Http(@Required List<Path> paths) {
        public Http {
            paths = List.copyOf(paths);
        }
    }

    /// What becomes of the requests for a path.
    public record Path(String path, PathType pathType, @Required Backend backend) {}

    /// How a path is compared.
    public enum PathType {
        /// As Istio always did: as it is, or its beginning where it ends with `.*` or `/*`.
        ImplementationSpecific,
        /// As it is.
        Exact,
        /// Segment by segment from the beginning; a slash at the end makes no difference.
        Prefix
    }

    /// Who answers.
    public record Backend(Optional<ServiceBackend> service, @NotYet Optional<Node> resource) {}

    /// A service of the namespace of the Ingress.
    public record ServiceBackend(@Required String name, Port port) {}

    /// A port by its number or by its name.
    ///
    /// @param number 0 for none
    public record Port(String name, int number) {}
}
