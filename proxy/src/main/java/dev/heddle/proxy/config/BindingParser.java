package dev.heddle.proxy.config;

import static dev.heddle.proxy.config.Findings.join;

import dev.heddle.proxy.runtime.InternalAddress;
import dev.heddle.proxy.runtime.SocketSettings;
import dev.heddle.proxy.runtime.SocketSettings.KernelOption;
import dev.heddle.proxy.runtime.SocketSettings.Value;
import envoy.config.core.v3.Address;
import envoy.config.core.v3.SocketOption;
import envoy.config.listener.v3.Listener;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;

/// Reads where a listener listens, and how its sockets are set.
final class BindingParser {

    private final Findings findings;

    BindingParser(Findings findings) {
        this.findings = findings;
    }

    Binding binding(Listener listener) {
        if (listener.hasInternalListener()) {
            return internal(listener);
        }
        var addresses = new ArrayList<InetSocketAddress>();
        addresses.add(address("address", listener.getAddress()));
        for (int i = 0; i < listener.getAdditionalAddressesCount(); i++) {
            String path = "additional_addresses[" + i + "]";
            var additional = listener.getAdditionalAddresses(i);
            findings.fields(path, additional, Set.of("address"));
            addresses.add(address(join(path, "address"), additional.getAddress()));
            if (AddressParser.isOfDatagrams(listener.getAddress())
                    != AddressParser.isOfDatagrams(additional.getAddress())) {
                findings.reject(join(path, "address"), "is of another protocol than address");
            }
        }
        return new Binding(
                addresses,
                !listener.hasBindToPort() || listener.getBindToPort().getValue(),
                listener.getUseOriginalDst().getValue(),
                listener.getIgnoreGlobalConnLimit(),
                isBalanced(listener),
                settings(listener));
    }

    private InetSocketAddress address(String path, Address address) {
        var parser = new AddressParser(findings);
        return AddressParser.isOfDatagrams(address)
                ? parser.ofDatagrams(path, address)
                : parser.literal(path, address);
    }

    private Binding internal(Listener listener) {
        findings.fields("internal_listener", listener.getInternalListener(), Set.of());
        if (listener.hasAddress() || listener.getAdditionalAddressesCount() > 0) {
            findings.reject("address", "is set beside internal_listener (expected: none)");
        }
        if (listener.getUseOriginalDst().getValue()) {
            findings.reject("use_original_dst", "true beside internal_listener (expected: false)");
        }
        if (listener.getName().indexOf('/') >= 0) {
            findings.reject(
                    "name",
                    "'" + listener.getName() + "' of an internal_listener (expected: without '/')");
        }
        String name = listener.getName().replace('/', '_');
        return new Binding(
                List.of(new InternalAddress(name.isEmpty() ? "-" : name, "").toSocketAddress()),
                false,
                false,
                true,
                false,
                SocketSettings.USUAL);
    }

    private boolean isBalanced(Listener listener) {
        if (!listener.hasConnectionBalanceConfig()) {
            return false;
        }
        String path = "connection_balance_config";
        var balance = listener.getConnectionBalanceConfig();
        findings.fields(path, balance, Set.of("exact_balance", "extend_balance"));
        if (balance.hasExtendBalance()) {
            findings.notImplemented(join(path, "extend_balance"));
        }
        return balance.hasExactBalance();
    }

    private SocketSettings settings(Listener listener) {
        int backlog = SocketSettings.BACKLOG;
        if (listener.hasTcpBacklogSize()) {
            backlog = listener.getTcpBacklogSize().getValue();
            findings.range("tcp_backlog_size", backlog, 1, Integer.MAX_VALUE);
        }
        int accepts = 0;
        if (listener.hasMaxConnectionsToAcceptPerSocketEvent()) {
            accepts = listener.getMaxConnectionsToAcceptPerSocketEvent().getValue();
            findings.range(
                    "max_connections_to_accept_per_socket_event", accepts, 1, Integer.MAX_VALUE);
        }
        return new SocketSettings(Math.max(1, backlog), Math.max(0, accepts), options(listener));
    }

    private List<KernelOption> options(Listener listener) {
        var options = new ArrayList<KernelOption>();
        if (listener.getTransparent().getValue()) {
            options.add(KernelOption.TRANSPARENT);
        }
        if (listener.getFreebind().getValue()) {
            options.add(KernelOption.FREEBIND);
        }
        for (int i = 0; i < listener.getSocketOptionsCount(); i++) {
            String path = "socket_options[" + i + "]";
            SocketOption option = listener.getSocketOptions(i);
            findings.fields(
                    path,
                    option,
                    Set.of("level", "name", "int_value", "buf_value", "state", "type"),
                    Set.of("description"));
            if (option.getType().hasDatagram()) {
                findings.note(join(path, "type.datagram"));
                continue;
            }
            findings.range(join(path, "level"), option.getLevel(), 0, Integer.MAX_VALUE);
            findings.range(join(path, "name"), option.getName(), 0, Integer.MAX_VALUE);
            options.add(
                    new KernelOption(
                            (int) option.getLevel(),
                            (int) option.getName(),
                            value(path, option),
                            isEarly(path, option)));
        }
        return options;
    }

    private Value value(String path, SocketOption option) {
        return switch (option.getValueCase()) {
            case INT_VALUE -> {
                findings.range(
                        join(path, "int_value"),
                        option.getIntValue(),
                        Integer.MIN_VALUE,
                        Integer.MAX_VALUE);
                yield new Value.Whole((int) option.getIntValue());
            }
            case BUF_VALUE ->
                    new Value.Bytes(HexFormat.of().formatHex(option.getBufValue().toByteArray()));
            case VALUE_NOT_SET -> {
                findings.reject(path, "has no value (expected: int_value or buf_value)");
                yield new Value.Whole(0);
            }
        };
    }

    private boolean isEarly(String path, SocketOption option) {
        return switch (option.getState()) {
            case STATE_PREBIND -> true;
            // The kernel looks at the difference between the two for no option that we know of.
            case STATE_BOUND, STATE_LISTENING -> false;
            case UNRECOGNIZED -> {
                findings.reject(join(path, "state"), "is unknown");
                yield true;
            }
        };
    }
}
