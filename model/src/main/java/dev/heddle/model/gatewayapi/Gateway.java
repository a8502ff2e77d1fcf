package dev.heddle.model.gatewayapi;

import dev.heddle.model.match.Selector;
import dev.heddle.model.schema.Key;
import dev.heddle.model.schema.NotYet;
import dev.heddle.model.schema.Ordered;
import dev.heddle.model.schema.Required;
import dev.heddle.model.tree.Node;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// A place where traffic comes in: addresses, and listeners on their ports. Istio's kind of the
/// same name is [dev.heddle.model.istio.Gateway].
///
/// @param gatewayClassName name of the GatewayClass
/// @param addresses that are asked for; empty for whatever there is
/// @param infrastructure for what is made on the Gateway's behalf
/// @param allowedListeners which ListenerSets may add to it; none when absent
/// @param tls what is true of all listeners, and of connections to backends
/// @param defaultScope whether routes that ask for default Gateways come here, too (GEP-3793);
///   empty for no
/// @param status what somebody wrote there; nothing but its check reads it
public record Gateway(
        @Required String gatewayClassName,
        @Required List<Listener> listeners,
        List<Address> addresses,
        @NotYet Optional<Infrastructure> infrastructure,
        Optional<AllowedListeners> allowedListeners,
        Optional<GatewayTls> tls,
        Optional<GatewayScope> defaultScope,
        Optional<Node> status) {

    public Gateway {
        listeners = List.copyOf(listeners);
        addresses = List.copyOf(addresses);
    }

    /// Whether routes come here that ask for the default Gateways.
    public boolean isDefault() {
        return defaultScope.filter(scope -> scope == GatewayScope.All).isPresent();
    }

    /// An address.
    ///
    /// @param type `IPAddress` (when absent), `Hostname`, `NamedAddress`, or `domain/something`
    /// @param value empty for any of that type
    public record Address(Optional<String> type, Optional<String> value) {
        /// The type when none is said.
        public static final String IP = "IPAddress";

        /// A name of DNS. As Istio has it, that of a Service whose workloads are the Gateway.
        public static final String HOSTNAME = "Hostname";

        /// The type in force.
        public String typeOrIp() {
            return type.orElse(IP);
        }
    }

    /// For what is made on a Gateway's behalf, such as its Deployment.
    public record Infrastructure(
            Map<String, String> labels,
            Map<String, String> annotations,
            Optional<ParametersReference> parametersRef) {
        public Infrastructure {
            labels = Ordered.copyOf(labels);
            annotations = Ordered.copyOf(annotations);
        }
    }

    /// Which ListenerSets may add to a Gateway.
    public record AllowedListeners(Optional<ListenerNamespaces> namespaces) {}

    /// Namespaces of ListenerSets.
    ///
    /// @param selector of namespaces by their labels, with `from: Selector`
    public record ListenerNamespaces(FromListeners from, Optional<Selector> selector) {}

    /// From where ListenerSets may come.
    public enum FromListeners {
        /// From nowhere.
        None,
        /// From anywhere.
        All,
        /// From the namespaces that the selector chooses.
        Selector,
        /// From the Gateway's own.
        Same
    }

    /// Whether routes and Gateways come together that do not name each other.
    public enum GatewayScope {
        /// Every route that asks for it is at every Gateway that has it.
        All,
        /// They do not, as when nothing is said.
        None
    }

    /// What is true of all listeners, and of connections to backends.
    public record GatewayTls(Optional<BackendTls> backend, Optional<FrontendTls> frontend) {}

    /// Of connections to backends.
    ///
    /// @param clientCertificateRef the Gateway's own certificate
    public record BackendTls(Optional<SecretReference> clientCertificateRef) {}

    /// Of connections to listeners.
    ///
    /// @param fallback for the ports that [#perPort] does not name
    public record FrontendTls(
            @Required @Key("default") Optional<PortTls> fallback, List<OfPort> perPort) {
        public FrontendTls {
            perPort = List.copyOf(perPort);
        }

        /// What is asked of clients at a port; empty for nothing.
        public Optional<ClientValidation> validation(int port) {
            return perPort.stream()
                    .filter(p -> p.port() == port)
                    .findFirst()
                    .map(OfPort::tls)
                    .or(() -> fallback)
                    .flatMap(PortTls::validation);
        }
    }

    /// What is true of one port.
    public record OfPort(@Required int port, @Required PortTls tls) {}

    /// What is true of the listeners on a port.
    ///
    /// @param validation what is asked of clients; empty for nothing
    public record PortTls(Optional<ClientValidation> validation) {}

    /// How clients are asked for a certificate.
    ///
    /// @param caCertificateRefs who signed it: ConfigMaps with an entry `ca.crt`
    public record ClientValidation(
            @Required List<CaReference> caCertificateRefs, ValidationMode mode) {
        public ClientValidation {
            caCertificateRefs = List.copyOf(caCertificateRefs);
        }
    }

    /// What becomes of clients without a valid certificate.
    public enum ValidationMode {
        /// They get no connection.
        AllowValidOnly,
        /// They are served all the same.
        AllowInsecureFallback
    }

    /// Certificates of those who sign others.
    ///
    /// @param group empty for Kubernetes' core group
    /// @param kind as in `ConfigMap`
    /// @param namespace the referrer's own when absent
    public record CaReference(
            Optional<String> group,
            @Required String kind,
            @Required String name,
            Optional<String> namespace) {}
}
