package dev.heddle.proxy.listener;

import dev.heddle.proxy.config.DatagramConfig;
import dev.heddle.proxy.config.ListenerConfig;
import dev.heddle.proxy.dns.NameServer;
import dev.heddle.proxy.dns.NamesConfig;
import dev.heddle.proxy.runtime.Confined;
import dev.heddle.proxy.runtime.Datagrams;
import dev.heddle.proxy.udp.UdpProxy;
import io.netty.buffer.ByteBuf;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// One listener for datagrams on one worker: its sockets, and who hears them.
@Confined("worker")
final class DatagramListener {
    private final WorkerServices services;
    private final List<Datagrams> sockets = new ArrayList<>();
    private ListenerConfig config;
    private Service service;
    private boolean isClosed;

    /// What is done with datagrams.
    private sealed interface Service {
        record Names(NameServer server) implements Service {}

        record Forward(UdpProxy proxy) implements Service {}
    }

    DatagramListener(WorkerServices services, ListenerConfig config, DatagramConfig wanted) {
        this.services = services;
        this.config = config;
        this.service = service(wanted);
    }

    private Service service(DatagramConfig wanted) {
        return switch (wanted) {
            case DatagramConfig.Names(NamesConfig names) ->
                    new Service.Names(
                            new NameServer(
                                    services.context().worker(),
                                    names,
                                    services.nameServers(),
                                    services.filterStats("dns_filter", names.statPrefix()),
                                    services.nameMetrics()));
            case DatagramConfig.Forward forward ->
                    new Service.Forward(
                            new UdpProxy(
                                    services.context().worker(),
                                    services.context().clusters(),
                                    forward,
                                    services.filterStats("udp", forward.statPrefix())));
        };
    }

    ListenerConfig config() {
        return config;
    }

    /// It listens, on one socket more.
    void onListening(Datagrams socket) {
        if (isClosed) {
            socket.close();
        } else {
            sockets.add(socket);
        }
    }

    /// Hears one of its sockets.
    @Confined("worker")
    final class Hearing implements DatagramSocketOwner {
        private @Nullable Datagrams on;

        @Override
        public void onListening(Datagrams socket) {
            on = socket;
            DatagramListener.this.onListening(socket);
        }

        @Override
        public void onDatagram(ByteBuf bytes, InetSocketAddress from) {
            Datagrams socket = on;
            if (socket == null || isClosed) {
                bytes.release();
                return;
            }
            switch (service) {
                case Service.Names(NameServer server) -> server.onDatagram(bytes, from, socket);
                case Service.Forward(UdpProxy proxy) -> proxy.onDatagram(bytes, from, socket);
            }
        }
    }

    /// Who answers for names; empty where nobody does.
    Optional<NameServer> names() {
        return switch (service) {
            case Service.Names(NameServer server) -> Optional.of(server);
            case Service.Forward _ -> Optional.empty();
        };
    }

    /// Goes on by another configuration.
    void update(ListenerConfig next, DatagramConfig wanted) {
        config = next;
        if (service instanceof Service.Names(NameServer server)
                && wanted instanceof DatagramConfig.Names(NamesConfig names)) {
            server.update(names);
        } else if (service instanceof Service.Forward(UdpProxy proxy)
                && wanted instanceof DatagramConfig.Forward forward) {
            proxy.update(forward);
        } else {
            end();
            service = service(wanted);
        }
    }

    /// Takes no more datagrams; what goes on ends.
    void close() {
        isClosed = true;
        sockets.forEach(Datagrams::close);
        sockets.clear();
        end();
    }

    private void end() {
        switch (service) {
            case Service.Names(NameServer server) -> server.close();
            case Service.Forward(UdpProxy proxy) -> proxy.close();
        }
    }
}
