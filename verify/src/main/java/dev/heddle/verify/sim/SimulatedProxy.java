package dev.heddle.verify.sim;

import dev.heddle.model.Confined;
import dev.heddle.proxy.ControlPlaneLink;
import dev.heddle.proxy.Proxy;
import dev.heddle.proxy.ProxySettings;
import dev.heddle.proxy.config.BootstrapException;
import dev.heddle.proxy.config.BootstrapParser;
import dev.heddle.proxy.config.ProxyBootstrap;
import dev.heddle.proxy.drain.DrainPlan;
import dev.heddle.proxy.runtime.Transport;
import dev.heddle.xds.Snapshot;
import dev.heddle.xds.XdsType;
import dev.heddle.xds.client.XdsSubscriber;
import dev.heddle.xds.direct.DirectLink;
import dev.heddle.xds.server.XdsHandler;
import dev.heddle.xds.server.XdsStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The proxy of production on a virtual loop, with one configuration.
@Confined("one thread")
final class SimulatedProxy implements AutoCloseable {
    private final VirtualLoop loop;
    private final Snapshot snapshot;
    private final List<String> refused = new ArrayList<>();
    private final Proxy proxy;
    private Optional<DirectLink> link = Optional.empty();

    /// Starts it and lets it take its configuration.
    ///
    /// @param node text of its bootstrap's `node`
    /// @throws IOException when it cannot listen where the configuration says
    SimulatedProxy(VirtualLoop loop, Snapshot snapshot, String node, long seed) throws IOException {
        this.loop = loop;
        this.snapshot = snapshot;
        try {
            ProxyBootstrap bootstrap = BootstrapParser.parse("simulation", BOOTSTRAP + node);
            proxy =
                    Proxy.start(
                            bootstrap,
                            new ProxySettings(
                                    1,
                                    Transport.LOCAL,
                                    DrainPlan.immediate(Duration.ZERO),
                                    seed,
                                    loop.clock(),
                                    OutputStream.nullOutputStream(),
                                    OutputStream.nullOutputStream()),
                            loop.host(subscriber -> link(bootstrap, subscriber)));
        } catch (BootstrapException e) {
            throw new AssertionError("a bootstrap that this class writes", e);
        }
        settle();
    }

    /// The control plane that it names is none that is called.
    private static final String BOOTSTRAP =
            """
            dynamic_resources:
              ads_config:
                api_type: DELTA_GRPC
                transport_api_version: V3
                grpc_services: [{envoy_grpc: {cluster_name: xds-grpc}}]
              cds_config: {ads: {}, resource_api_version: V3}
              lds_config: {ads: {}, resource_api_version: V3}
            static_resources:
              clusters:
                - name: xds-grpc
                  type: STATIC
                  typed_extension_protocol_options:
                    envoy.extensions.upstreams.http.v3.HttpProtocolOptions:
                      "@type": "type.googleapis.com/\
            envoy.extensions.upstreams.http.v3.HttpProtocolOptions"
                      explicit_http_config: {http2_protocol_options: {}}
                  load_assignment:
                    cluster_name: xds-grpc
                    endpoints:
                      - lb_endpoints:
                          - endpoint:
                              address:
                                socket_address: {address: 127.0.0.1, port_value: 15010}
            """;

    private ControlPlaneLink link(ProxyBootstrap bootstrap, XdsSubscriber subscriber) {
        var direct = new DirectLink(bootstrap.node().info(), new Handler(), subscriber);
        link = Optional.of(direct);
        return new SimulatedLink(direct);
    }

    /// What the proxy did not take, in its words; none where all is well.
    List<String> refused() {
        return List.copyOf(refused);
    }

    /// Whether outlier detection keeps a host out of its cluster now.
    boolean isEjected(String cluster, InetSocketAddress host) {
        return proxy.isEjected(cluster, host);
    }

    /// Lets time pass.
    void advance(Duration duration) {
        loop.advance(duration);
        settle();
    }

    private void settle() {
        boolean more = true;
        while (more) {
            loop.settle();
            more = link.map(l -> l.deliverRequest() || l.deliverResponse()).orElse(false);
        }
    }

    @Override
    public void close() {
        proxy.close();
        loop.settle();
    }

    private final class Handler implements XdsHandler {
        @Override
        public void onOpened(XdsStream opened) {
            opened.push(snapshot);
        }

        @Override
        public void onAck(XdsStream from, XdsType type, String version) {}

        @Override
        public void onNack(
                XdsStream from, XdsType type, String version, String text, List<String> resources) {
            refused.add(type.shortName() + ": " + text);
        }

        @Override
        public void onClosed(XdsStream closed, String reason) {}
    }
}
