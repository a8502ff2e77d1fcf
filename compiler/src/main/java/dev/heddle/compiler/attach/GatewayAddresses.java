package dev.heddle.compiler.attach;

import dev.heddle.compiler.service.ServiceAddresses;
import dev.heddle.model.FieldPath;
import dev.heddle.model.Resource;
import dev.heddle.model.core.Service;
import dev.heddle.model.gatewayapi.Gateway;
import dev.heddle.model.gatewayapi.Gateway.Address;
import dev.heddle.model.kinds.Kinds;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Where a Gateway is: which proxies serve it, and what clients call it by.
record GatewayAddresses(Facts facts, Resource<Gateway> gateway) {
    /// What whoever makes a Gateway's Deployment labels its Pods with: the Gateway's name.
    static final String NAME_LABEL = "gateway.networking.k8s.io/gateway-name";

    private static final FieldPath ADDRESSES = FieldPath.of("spec", "addresses");

    /// Addresses of books, which nobody has (RFC 5737, RFC 3849), as first bytes.
    private static final List<byte[]> OF_BOOKS =
            List.of(
                    new byte[] {(byte) 192, 0, 2},
                    new byte[] {(byte) 198, 51, 100},
                    new byte[] {(byte) 203, 0, 113},
                    new byte[] {0x20, 0x01, 0x0d, (byte) 0xb8});

    /// An address of a Gateway.
    ///
    /// @param type IPAddress or Hostname
    record Shown(String type, String value) {}

    /// Proxies that serve a Gateway: all of a namespace that have these labels.
    record Proxies(String namespace, Map<String, String> labels) {
        boolean contain(String where, Map<String, String> proxy) {
            return namespace.equals(where) && proxy.entrySet().containsAll(labels.entrySet());
        }

        /// Whether some proxy must be among both, if there are any: all of one are of the other.
        boolean meet(Proxies other) {
            return contain(other.namespace, other.labels) || other.contain(namespace, labels);
        }
    }

    /// The proxies that serve the Gateway: those whose label names it, and those that a Service
    /// chooses which the Gateway names as its address.
    List<Proxies> proxies() {
        var all = new ArrayList<Proxies>();
        all.add(
                new Proxies(
                        gateway.metadata().namespace(),
                        Map.of(NAME_LABEL, gateway.metadata().name())));
        named().stream()
                .filter(s -> !s.spec().selector().isEmpty())
                .map(s -> new Proxies(s.metadata().namespace(), s.spec().selector()))
                .forEach(all::add);
        return all;
    }

    /// Whether a proxy serves the Gateway.
    boolean servedBy(String namespace, Map<String, String> labels) {
        return proxies().stream().anyMatch(p -> p.contain(namespace, labels));
    }

    /// The Services that the Gateway names as its addresses.
    private List<Resource<Service>> named() {
        return gateway.spec().addresses().stream()
                .filter(a -> a.typeOrIp().equals(Address.HOSTNAME))
                .flatMap(a -> a.value().stream())
                .flatMap(host -> service(host).stream())
                .toList();
    }

    private Optional<Resource<Service>> service(String host) {
        return inCluster(host)
                .flatMap(parts ->
                        facts.resources().find(Kinds.SERVICE, parts.get(1), parts.getFirst()));
    }

    /// Name and namespace, as in `edge`, `edge.shop`, `edge.shop.svc` or the full name; empty for a
    /// name of elsewhere.
    private Optional<List<String>> inCluster(String host) {
        String suffix = ".svc." + facts.domain();
        String name =
                host.endsWith(suffix)
                        ? host.substring(0, host.length() - suffix.length())
                        : host.endsWith(".svc") ? host.substring(0, host.length() - 4) : host;
        List<String> labels = List.of(name.split("\\.", -1));
        if (labels.size() == 1) {
            return Optional.of(List.of(name, gateway.metadata().namespace()));
        }
        boolean isFull = !name.equals(host);
        boolean isThere =
                labels.size() == 2
                        && facts.resources()
                                .find(Kinds.SERVICE, labels.get(1), labels.getFirst())
                                .isPresent();
        return labels.size() == 2 && (isFull || isThere) ? Optional.of(labels) : Optional.empty();
    }

    /// What is wrong with the addresses that the Gateway asks for.
    Optional<Condition> unusable() {
        List<Address> addresses = gateway.spec().addresses();
        for (int i = 0; i < addresses.size(); i++) {
            Address address = addresses.get(i);
            Optional<String> why =
                    address.value()
                            .flatMap(value ->
                                    address.typeOrIp().equals(Address.HOSTNAME)
                                            ? unusableHost(value)
                                            : unusableIp(value));
            if (why.isPresent()) {
                return Optional.of(
                        Condition.no(
                                Condition.PROGRAMMED,
                                Reason.AddressNotUsable,
                                why.get(),
                                ADDRESSES.index(i).field("value")));
            }
        }
        return Optional.empty();
    }

    private Optional<String> unusableHost(String host) {
        return inCluster(host).isPresent() && service(host).isEmpty()
                ? Optional.of("there is no Service for the host '" + host + "'")
                : Optional.empty();
    }

    private static Optional<String> unusableIp(String value) {
        byte[] bytes;
        try {
            bytes = InetAddress.ofLiteral(value).getAddress();
        } catch (IllegalArgumentException _) {
            return Optional.of("'" + value + "' is no IP address");
        }
        return OF_BOOKS.stream().anyMatch(prefix -> startsWith(bytes, prefix))
                ? Optional.of("'" + value + "' is an address for books, which nobody has")
                : Optional.empty();
    }

    private static boolean startsWith(byte[] bytes, byte[] prefix) {
        if (bytes.length != (prefix.length == 3 ? 4 : 16)) {
            return false;
        }
        for (int i = 0; i < prefix.length; i++) {
            if (bytes[i] != prefix[i]) {
                return false;
            }
        }
        return true;
    }

    /// What clients call it by: what it asks for, else the addresses of the Services that choose
    /// its proxies; none where nobody knows.
    List<Shown> shown() {
        List<Shown> asked =
                gateway.spec().addresses().stream()
                        .filter(a -> a.value().isPresent())
                        .map(a -> new Shown(a.typeOrIp(), a.value().orElse("")))
                        .toList();
        if (!asked.isEmpty()) {
            return unusable().isPresent() ? List.of() : asked;
        }
        Set<Shown> shown = new LinkedHashSet<>();
        for (Resource<Service> service : facts.resources().all(Kinds.SERVICE)) {
            boolean isIts =
                    service.metadata().namespace().equals(gateway.metadata().namespace())
                            && gateway.metadata()
                                    .name()
                                    .equals(service.spec().selector().get(NAME_LABEL));
            if (isIts) {
                List<String> addresses = ServiceAddresses.of(service);
                addresses.forEach(ip -> shown.add(new Shown(Address.IP, ip)));
                if (addresses.isEmpty()) {
                    shown.add(
                            new Shown(
                                    Address.HOSTNAME,
                                    ServiceAddresses.host(service, facts.domain())));
                }
            }
        }
        return List.copyOf(shown);
    }
}
