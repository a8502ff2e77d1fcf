package dev.heddle.bench.row;

import static dev.heddle.bench.peer.Peer.ENVOY;
import static dev.heddle.bench.peer.Peer.HAPROXY;
import static dev.heddle.bench.peer.Peer.HEDDLE;
import static dev.heddle.bench.peer.Peer.NGINX;
import static dev.heddle.bench.peer.Peer.RELAY;
import static dev.heddle.bench.peer.Peer.SPLICE;

import dev.heddle.bench.load.Load;
import dev.heddle.bench.load.Load.Pace;
import dev.heddle.bench.peer.Peer;
import dev.heddle.bench.peer.Shape;
import dev.heddle.bench.peer.Shape.Telling;
import dev.heddle.bench.peer.Shape.Wire;
import dev.heddle.bench.stat.Metric;
import dev.heddle.bench.stat.Target;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The benchmark set: twelve numbers, some in parts.
///
/// In the rows about HTTP, `haproxy` does nothing but proxy, while `haproxy-mesh`, `nginx-mesh`,
/// `envoy` and `heddle` do all that a sidecar does: 1,000 routes over 100 hosts, an access log in a
/// file, a request id, header edits both ways, and their own metrics.
public final class Rows {
    private static final int HOSTS = 100;
    private static final int ROUTES_PER_HOST = 10;
    private static final int SMALL = 1024;
    private static final int LARGE = 256 * 1024;
    private static final int FLEET = 500;
    private static final int BULK = 64 * 1024 * 1024;

    private final Path certificates;

    private Rows(Path certificates) {
        this.certificates = certificates;
    }

    /// Every row, in order.
    ///
    /// @param certificates where the certificates of the TLS rows will be
    public static List<Row> all(Path certificates) {
        var rows = new Rows(certificates);
        return List.of(
                rows.relay(),
                rows.http(),
                rows.largeBodies(),
                rows.telemetry(),
                rows.throughput(),
                rows.twoHops(),
                rows.mutualTls(),
                rows.handshakes(),
                rows.resumption(),
                rows.http2(),
                rows.bulk(),
                rows.footprint(),
                rows.start(),
                rows.change(),
                rows.fleet());
    }

    private Row relay() {
        List<Arm> arms = tcpArms(SMALL);
        return row(
                "1",
                "L4 relay, 1 KB answers, 32 connections",
                arms,
                Target.ratioAtMost(Metric.CPU, "heddle", "relay", 1.05, 0.95));
    }

    private Row http() {
        return new LoadRow(
                "2a",
                "HTTP/1.1 keep-alive with the full mesh path, 1 KB answers",
                httpArms(SMALL),
                List.of(
                        Target.ratioAtMost(Metric.CPU, "heddle", "haproxy", 0.85, 0.75),
                        Target.ratioAtMost(Metric.CPU, "heddle", "envoy", 0.5, 0.4),
                        Target.atMost(Metric.ALLOCATED, "heddle", 64, 0),
                        Target.atMost(Metric.SYSCALLS, "heddle", 4.1, 1.0)),
                true,
                true);
    }

    private Row largeBodies() {
        return row(
                "2b",
                "HTTP/1.1 keep-alive with the full mesh path, 256 KB answers",
                httpArms(LARGE),
                Target.ratioAtMost(Metric.CPU, "heddle", "haproxy", 0.7, 0.55));
    }

    private Row telemetry() {
        Shape mesh = Shape.mesh(Wire.HTTP1, HOSTS, ROUTES_PER_HOST);
        return row(
                "2c",
                "what telemetry costs: Istio's metrics, an access log, 1 % of traces; 1 KB answers",
                List.of(
                        Arm.of("envoy-silent", ENVOY, mesh.telling(Telling.NOTHING), SMALL),
                        Arm.of("envoy", ENVOY, mesh.telling(Telling.EVERYTHING), SMALL),
                        Arm.of("heddle-silent", HEDDLE, mesh.telling(Telling.NOTHING), SMALL),
                        Arm.of("heddle-log", HEDDLE, mesh, SMALL),
                        Arm.of("heddle", HEDDLE, mesh.telling(Telling.EVERYTHING), SMALL)),
                Target.ratioAtMost(Metric.CPU, "heddle", "heddle-silent", 1.1, 1.05));
    }

    private Row throughput() {
        var arms = new ArrayList<Arm>();
        arms.add(Arm.direct(Load.keepAlive("bench", "/x/" + SMALL)));
        arms.add(Arm.of("relay", RELAY, Shape.tcp(), SMALL));
        arms.addAll(httpArms(SMALL));
        return new LoadRow(
                "3",
                "throughput through one HTTP hop, everything on all cores",
                arms,
                List.of(
                        Target.ratioAtLeast(Metric.RATE, "heddle", Arm.DIRECT, 0.42, 0.47),
                        Target.ratioAtLeast(Metric.RATE, "relay", Arm.DIRECT, 0.42, 0.5)),
                false,
                false);
    }

    private Row twoHops() {
        Load load = Load.keepAlive("bench", "/x/" + SMALL).over(16).at(new Pace.Open(1000));
        var arms = new ArrayList<Arm>();
        arms.add(Arm.direct(load));
        for (Peer peer : List.of(HAPROXY, NGINX, ENVOY, HEDDLE)) {
            Shape sending = Shape.plain(Wire.HTTP1).tlsOutside(certificates);
            Shape receiving = Shape.plain(Wire.HTTP1).tlsInside(certificates);
            arms.add(new Arm(peer.word(), Optional.of(peer), List.of(sending, receiving), load));
        }
        return row(
                "4",
                "two hops with mutual TLS between them, 1,000 requests a second, 16 connections",
                arms,
                Target.ratioAtMost(Metric.ADDED_P99, "heddle", "haproxy", 1.0, 0.8),
                Target.ratioAtMost(Metric.ADDED_P99, "heddle", "envoy", 1.0, 0.5));
    }

    private Row mutualTls() {
        var arms = new ArrayList<Arm>();
        for (Peer peer : List.of(HAPROXY, NGINX, ENVOY, HEDDLE)) {
            Shape plain = Shape.plain(Wire.HTTP1);
            arms.add(Arm.of(peer.word(), peer, plain, SMALL));
            arms.add(Arm.of(peer.word() + "-mtls", peer, plain.tlsInside(certificates), SMALL));
        }
        return row(
                "5",
                "mutual TLS on the client's side, keep-alive, 1 KB answers",
                arms,
                Target.ratioAtMost(Metric.CPU, "heddle-mtls", "heddle", 1.25, 1.12),
                Target.ratioAtMost(Metric.CPU, "heddle-mtls", "haproxy-mtls", 0.8, 0.7));
    }

    private Row handshakes() {
        var arms = new ArrayList<Arm>();
        for (Peer peer : List.of(HAPROXY, NGINX, ENVOY, HEDDLE)) {
            Arm arm = tlsArm(peer.word(), peer);
            arms.add(arm.under(arm.load().at(new Pace.Reconnecting())));
        }
        return row(
                "6a",
                "full handshakes with mutual TLS, a connection for each request",
                arms,
                Target.ratioAtLeast(Metric.PER_CPU_SECOND, "heddle", "haproxy", 1.8, 2.0));
    }

    private Row resumption() {
        var arms = new ArrayList<Arm>();
        for (Peer peer : List.of(HAPROXY, HEDDLE)) {
            Load full = tlsArm(peer.word(), peer).load().at(new Pace.Reconnecting());
            arms.add(tlsArm(peer.word() + "-full", peer).under(full));
            arms.add(tlsArm(peer.word() + "-resumed", peer).under(full.resuming()));
        }
        return row(
                "6b",
                "resumed handshakes with mutual TLS, a connection for each request",
                arms,
                Target.ratioAtLeast(Metric.PER_CPU_SECOND, "heddle-resumed", "heddle-full", 4, 8));
    }

    private Arm tlsArm(String name, Peer peer) {
        return Arm.of(name, peer, Shape.plain(Wire.HTTP1).tlsInside(certificates), SMALL);
    }

    private Row http2() {
        var arms = new ArrayList<Arm>();
        for (Peer peer : List.of(HAPROXY, ENVOY, HEDDLE)) {
            Shape shape =
                    peer == HAPROXY
                            ? Shape.plain(Wire.HTTP2)
                            : Shape.mesh(Wire.HTTP2, HOSTS, ROUTES_PER_HOST);
            Load load =
                    new Load(
                            Load.Version.HTTP2,
                            shape.busyHost(),
                            shape.busyPath(Integer.toString(SMALL)),
                            8,
                            new Pace.Multiplexed(16),
                            Optional.empty(),
                            false);
            arms.add(new Arm(peer.word(), Optional.of(peer), List.of(shape), load));
        }
        return row(
                "7",
                "HTTP/2 in cleartext on both sides, 8 connections with 16 streams, 1 KB answers",
                arms,
                Target.ratioAtMost(Metric.CPU, "heddle", "haproxy", 0.8, 0.7),
                Target.ratioAtMost(Metric.CPU, "heddle", "envoy", 0.6, 0.5));
    }

    private Row bulk() {
        var all = new ArrayList<>(tcpArms(BULK));
        all.add(1, Arm.of("splice", SPLICE, Shape.tcp(), BULK));
        List<Arm> arms = all.stream().map(arm -> arm.under(arm.load().over(4))).toList();
        return row(
                "8",
                "L4 bulk, 64 MB answers, 4 connections",
                arms,
                Target.ratioAtLeast(Metric.BYTES_PER_CPU_SECOND, "heddle", "relay", 3, 5),
                Target.ratioAtLeast(Metric.BYTES_PER_CPU_SECOND, "heddle", "splice", 0.9, 1));
    }

    private Row footprint() {
        return new FootprintRow(
                "9",
                "memory of a sidecar with TLS, 200 clusters and 400 routes from a control plane",
                List.of(
                        Target.atMost(Metric.PSS_LOADED, "heddle", 60, 45),
                        Target.atMost(Metric.PSS_ROUTES, "heddle", 2, 1),
                        Target.atMost(Metric.PSS_CONNECTION, "heddle", 1, 0.5)));
    }

    private Row start() {
        Shape shape = Shape.mesh(Wire.HTTP1, HOSTS, ROUTES_PER_HOST);
        List<Arm> arms =
                List.of(
                        Arm.of("haproxy", HAPROXY, shape, SMALL),
                        Arm.of("envoy", ENVOY, shape, SMALL),
                        Arm.of("heddle", HEDDLE, shape, SMALL),
                        Arm.of(StartRow.COLD, HEDDLE, shape, SMALL));
        return new StartRow(
                "10",
                "from the start to the first answer, and to full speed",
                arms,
                List.of(
                        Target.atMost(Metric.START, "heddle", 500, 80),
                        Target.ratioAtMost(Metric.START, "heddle", StartRow.COLD, 0.3, 0.2),
                        new Target(
                                Metric.EARLY_CPU,
                                "heddle",
                                Optional.of("heddle"),
                                Metric.CPU,
                                Target.Bound.AT_MOST,
                                2.0,
                                1.3)));
    }

    private Row change() {
        return new ChangeRow(
                "11",
                "a changed route takes effect; 1,000 services, 200 more clients",
                List.of(
                        Target.atMost(Metric.CHANGE, "heddle", 30, 10),
                        Target.ratioAtMost(
                                Metric.CHANGE, "heddle" + ChangeRow.CHURN, "heddle", 1.2, 1.1)));
    }

    private Row fleet() {
        return new FleetRow(
                "12",
                "the control plane's cost of " + FLEET + " connected proxies; 1,000 services",
                FLEET,
                List.of(
                        Target.atMost(Metric.PSS_PROXY, "heddle", 150, 50),
                        Target.atMost(Metric.CHANGE_SHARE, "heddle", 0.01, 0.001),
                        Target.atMost(Metric.STORM, "heddle", 5000, 1000)));
    }

    private static Row row(String id, String title, List<Arm> arms, Target... targets) {
        return new LoadRow(id, title, arms, List.of(targets), true, false);
    }

    private static List<Arm> tcpArms(int size) {
        var arms = new ArrayList<Arm>();
        for (Peer peer : List.of(RELAY, HAPROXY, ENVOY, HEDDLE)) {
            arms.add(Arm.of(peer.word(), peer, Shape.tcp(), size));
        }
        return arms;
    }

    private static List<Arm> httpArms(int size) {
        Shape plain = Shape.plain(Wire.HTTP1);
        Shape mesh = Shape.mesh(Wire.HTTP1, HOSTS, ROUTES_PER_HOST);
        return List.of(
                Arm.of("haproxy", HAPROXY, plain, size),
                Arm.of("haproxy-mesh", HAPROXY, mesh, size),
                Arm.of("nginx-mesh", NGINX, mesh, size),
                Arm.of("envoy", ENVOY, mesh, size),
                Arm.of("heddle", HEDDLE, mesh, size));
    }
}
