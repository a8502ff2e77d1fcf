package dev.heddle.compiler;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.compiler.explain.PlanText;
import dev.heddle.compiler.ir.DatagramListener;
import dev.heddle.compiler.ir.DatagramListener.Service.Forward;
import dev.heddle.compiler.ir.DatagramListener.Share;
import dev.heddle.compiler.ir.Listener.Direction;
import dev.heddle.compiler.ir.ProxyPlan;
import dev.heddle.compiler.ir.SocketAddress;
import dev.heddle.compiler.xds.Emission;
import dev.heddle.compiler.xds.SnapshotJson;
import dev.heddle.compiler.xds.XdsEmitter;
import dev.heddle.model.Origin;
import dev.heddle.xds.Snapshot;
import dev.heddle.xds.XdsType;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A gateway's listener for datagrams that are passed on, in Envoy's words.
class DatagramsTest {
    private static final DatagramListener MEDIA =
            new DatagramListener(
                    "0.0.0.0_5353_udp",
                    new SocketAddress("0.0.0.0", 5353),
                    Direction.OUTBOUND,
                    new Forward(
                            "media",
                            List.of(new Share("outbound|5353||media.shop", 1)),
                            Forward.IDLE,
                            true),
                    Origin.BUILT_IN);

    private static final ProxyPlan PLAN =
            new ProxyPlan(List.of(), List.of(), List.of(), List.of(), List.of(), List.of(MEDIA));

    @TempDir private Path directory;

    private static Snapshot snapshot() {
        return XdsEmitter.snapshot("1", XdsEmitter.emit(PLAN, Emission.none()), Emission.none());
    }

    @Test
    void peopleAreToldWhereDatagramsGo() {
        assertThat(PlanText.of(PLAN))
                .isEqualTo(
                        "listener 0.0.0.0_5353_udp: udp 0.0.0.0:5353 outbound, udp media ->"
                                + " outbound|5353||media.shop, idle PT1M, host by the client's"
                                + " address\n");
    }

    @Test
    void theFilterIsEnvoysUdpProxy() {
        assertThat(SnapshotJson.resources(snapshot(), XdsType.LISTENER))
                .contains("envoy.filters.udp_listener.udp_proxy")
                .contains("\"protocol\": \"UDP\"")
                .contains("on_no_match")
                .contains("\"cluster\": \"outbound|5353||media.shop\"")
                .contains("\"source_ip\": true")
                .contains("\"idle_timeout\": \"60s\"");
    }

    @Test
    void envoyTakesIt() throws IOException, InterruptedException {
        ValidatingEnvoy envoy = ValidatingEnvoy.find("datagrams");
        assertThat(envoy.objection(SnapshotJson.bootstrap(snapshot()), directory)).isEmpty();
    }
}
