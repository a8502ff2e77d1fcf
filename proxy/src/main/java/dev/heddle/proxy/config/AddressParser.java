package dev.heddle.proxy.config;

import static dev.heddle.proxy.config.Findings.join;

import dev.heddle.proxy.runtime.InternalAddress;
import dev.heddle.proxy.runtime.PathAddress;
import envoy.config.core.v3.Address;
import envoy.config.core.v3.EnvoyInternalAddress;
import envoy.config.core.v3.Pipe;
import envoy.config.core.v3.SocketAddress;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Set;

/// Reads addresses. Never asks DNS.
final class AddressParser {

    private static final InetSocketAddress NOWHERE =
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);

    private final Findings findings;

    AddressParser(Findings findings) {
        this.findings = findings;
    }

    /// An IP address and a port.
    InetSocketAddress literal(String path, Address address) {
        return read(path, address, false);
    }

    /// An IP address and a port.
    InetSocketAddress literal(String path, SocketAddress address) {
        return socket(path, address, false);
    }

    /// An IP address and a port that take datagrams.
    InetSocketAddress ofDatagrams(String path, Address address) {
        if (!address.hasSocketAddress()) {
            findings.reject(path, "is no socket_address");
            return NOWHERE;
        }
        return literal(join(path, "socket_address"), address.getSocketAddress(), false);
    }

    /// Whether an address takes datagrams.
    static boolean isOfDatagrams(Address address) {
        return address.getSocketAddress().getProtocol() == SocketAddress.Protocol.UDP;
    }

    /// An IP address or a name, and a port; a name comes back unresolved.
    InetSocketAddress literalOrName(String path, Address address) {
        return read(path, address, true);
    }

    /// That of a host: an IP address and a port, a name and a port, which comes back unresolved, or
    /// a listener of this proxy, or the path of a socket.
    InetSocketAddress ofHost(String path, Address address, boolean nameAllowed) {
        if (address.hasPipe()) {
            return pipe(join(path, "pipe"), address.getPipe());
        }
        return address.hasEnvoyInternalAddress()
                ? internal(join(path, "envoy_internal_address"), address.getEnvoyInternalAddress())
                : read(path, address, nameAllowed);
    }

    private InetSocketAddress pipe(String path, Pipe pipe) {
        // The mode is for those who listen.
        findings.fields(path, pipe, Set.of("path"), Set.of("mode"));
        try {
            return new PathAddress(pipe.getPath()).toSocketAddress();
        } catch (IllegalArgumentException e) {
            findings.reject(join(path, "path"), String.valueOf(e.getMessage()));
            return NOWHERE;
        }
    }

    private InetSocketAddress internal(String path, EnvoyInternalAddress address) {
        findings.fields(path, address, Set.of("server_listener_name", "endpoint_id"));
        try {
            return new InternalAddress(address.getServerListenerName(), address.getEndpointId())
                    .toSocketAddress();
        } catch (IllegalArgumentException e) {
            findings.reject(join(path, "server_listener_name"), String.valueOf(e.getMessage()));
            return NOWHERE;
        }
    }

    private InetSocketAddress read(String path, Address address, boolean nameAllowed) {
        switch (address.getAddressCase()) {
            case SOCKET_ADDRESS -> {
                return socket(
                        join(path, "socket_address"), address.getSocketAddress(), nameAllowed);
            }
            case PIPE -> findings.notImplemented(join(path, "pipe"));
            case ENVOY_INTERNAL_ADDRESS ->
                    findings.notImplemented(join(path, "envoy_internal_address"));
            case ADDRESS_NOT_SET ->
                    findings.reject(path, "is not set (expected: a socket_address)");
        }
        return NOWHERE;
    }

    private InetSocketAddress socket(String path, SocketAddress address, boolean nameAllowed) {
        if (address.getProtocol() != SocketAddress.Protocol.TCP) {
            findings.notImplemented(join(path, "protocol"), address.getProtocol());
        }
        return literal(path, address, nameAllowed);
    }

    private InetSocketAddress literal(String path, SocketAddress address, boolean nameAllowed) {
        findings.fields(
                path, address, Set.of("protocol", "address", "port_value"), Set.of("ipv4_compat"));
        findings.range(join(path, "port_value"), address.getPortValue(), 0, 65_535);
        int port = Math.clamp(address.getPortValue(), 0, 65_535);
        String host = address.getAddress();
        try {
            return new InetSocketAddress(InetAddress.ofLiteral(host), port);
        } catch (IllegalArgumentException e) {
            if (nameAllowed && host.matches("[A-Za-z0-9._-]{1,253}")) {
                return InetSocketAddress.createUnresolved(host, port);
            }
            findings.reject(
                    join(path, "address"),
                    "'"
                            + host
                            + "' (expected: an IP address"
                            + (nameAllowed ? " or a host name)" : ")"));
            return NOWHERE;
        }
    }
}
