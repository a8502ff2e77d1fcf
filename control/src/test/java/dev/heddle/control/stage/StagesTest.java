package dev.heddle.control.stage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.heddle.control.ControlBootstrap;
import dev.heddle.control.ControlPlane;
import dev.heddle.control.access.Account;
import dev.heddle.control.access.Caller;
import dev.heddle.control.access.Grant;
import dev.heddle.control.view.Apply;
import dev.heddle.control.view.How;
import dev.heddle.control.view.Proposal;
import dev.heddle.control.world.WorldHistory.Version;
import dev.heddle.model.codec.Json;
import dev.heddle.xds.NodeInfo;
import dev.heddle.xds.XdsResource;
import dev.heddle.xds.XdsType;
import dev.heddle.xds.client.Rejection;
import dev.heddle.xds.client.XdsSubscriber;
import dev.heddle.xds.client.grpc.GrpcTransport;
import heddle.hits.v1.HitReport;
import heddle.hits.v1.HitsTaken;
import heddle.hits.v1.RuleHitsGrpc;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A whole control plane, with four proxies' clients on the other ends of sockets.
class StagesTest {
    private static final Caller ANNA =
            new Caller(
                    new Account("anna", "", List.of(Grant.of("operator"), Grant.of("viewer"))),
                    "",
                    "10.0.0.1");
    private static final String CLUSTER = "outbound|80||shop.example.com";

    @TempDir Path temp;
    private Path config = Path.of("");
    private final Deque<AutoCloseable> open = new ArrayDeque<>();
    private final List<Proxy> proxies = new ArrayList<>();
    private ControlPlane control;

    /// A proxy that takes everything but changes of what it is told not to, and remembers what it
    /// was given.
    private static final class Proxy implements XdsSubscriber {
        final Map<String, String> names = new ConcurrentHashMap<>();
        final Set<String> unwanted = ConcurrentHashMap.newKeySet();
        final List<String> clusters = new CopyOnWriteArrayList<>();

        @Override
        public List<Rejection> onUpdate(
                XdsType type, List<XdsResource> changed, List<String> removed) {
            removed.forEach(n -> names.remove(type.shortName() + " " + n));
            for (XdsResource resource : changed) {
                if (resource.name().equals(CLUSTER)) {
                    clusters.add(resource.version());
                }
            }
            return changed.stream()
                    .filter(r -> unwanted.contains(r.name()))
                    .filter(r -> !r.version().equals(clusters.getFirst()))
                    .map(r -> new Rejection(r.name(), "not for me"))
                    .toList();
        }
    }

    @BeforeEach
    void begin() throws IOException {
        config = Files.createDirectory(temp.resolve("config"));
        Files.writeString(config.resolve("shop.yaml"), shop("10.0.0.1"));
        control = start(0);
        for (int i = 0; i < 4; i++) {
            proxies.add(connect(i));
        }
        awaitInSync(1);
        proxies.forEach(p -> assertThat(p.clusters).hasSize(1));
    }

    @AfterEach
    void closeAll() throws Exception {
        while (!open.isEmpty()) {
            open.pop().close();
        }
    }

    private ControlPlane start(int port) throws IOException {
        var address = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
        var started =
                ControlPlane.start(ControlBootstrap.of(config, temp.resolve("data"), address));
        open.push(started);
        return started;
    }

    private Proxy connect(int i) {
        var proxy = new Proxy();
        var callbacks = Executors.newSingleThreadExecutor();
        var client =
                GrpcTransport.client(
                        control.xdsAddress(),
                        NodeInfo.of(
                                "sidecar~127.0.0.%d~web-%d.default~default.svc.cluster.local"
                                        .formatted(i + 1, i),
                                "web.default"),
                        proxy,
                        callbacks,
                        InstantSource.system(),
                        new Random(7));
        client.subscribe(XdsType.CLUSTER, Set.of("*"));
        client.subscribe(XdsType.LISTENER, Set.of("*"));
        client.start();
        open.push(callbacks::shutdownNow);
        open.push(client);
        return proxy;
    }

    /// @param address whose change changes the cluster of every proxy
    private static String shop(String address) {
        return """
        apiVersion: networking.istio.io/v1
        kind: ServiceEntry
        metadata: {name: shop, namespace: default}
        spec:
          hosts: [shop.example.com]
          ports: [{number: 80, name: http, protocol: HTTP}]
          resolution: DNS
          endpoints: [{address: a%s.example.com}]
        """
                .formatted(address);
    }

    private void awaitInSync(long version) {
        Awaitility.await()
                .atMost(Duration.ofSeconds(20))
                .untilAsserted(() -> {
                    assertThat(control.mesh().view().version()).isEqualTo(version);
                    assertThat(control.mesh().view().inSync()).isEqualTo(4);
                });
    }

    private Apply apply(String text, How how) throws IOException {
        var texts = List.of(new Proposal.Text("x.yaml", text));
        return control.configStore()
                .change(ANNA, new Proposal(texts, "default", List.of(), "why"), how);
    }

    private static How stages(String stages, String hold) {
        return new How.InStages(StagePlan.parse(stages, hold, "5s", false, "5%"));
    }

    private StageView view() throws IOException {
        return control.configStore().stages().view().orElseThrow();
    }

    private void awaitState(String state) {
        Awaitility.await()
                .atMost(Duration.ofSeconds(40))
                .untilAsserted(
                        () -> assertThat(view().state()).as(view().reason()).isEqualTo(state));
    }

    /// How many proxies were given the cluster a second time.
    private long told() {
        return proxies.stream().filter(p -> p.clusters.size() > 1).count();
    }

    @Test
    void someHaveItFirstAndThenAllAndThenItIsInForceUnderTheSameNumber() throws Exception {
        var begun = (Apply.Done) apply(shop("9"), stages("25%,50%,100%", "700ms"));
        assertThat(begun.version()).isEqualTo(2);
        awaitState("holding");
        assertThat(told()).isEqualTo(1);
        assertThat(control.mesh().view().version()).isEqualTo(1);
        assertThat(config.resolve("applied")).doesNotExist();
        assertThat(view().proxies()).hasSize(1);
        assertThat(view().who()).isEqualTo("anna");
        assertThat(control.mesh().view().proxies()).filteredOn(p -> p.isTrial()).hasSize(1);
        assertThat(apply(shop("8"), new How.AtOnce())).isEqualTo(new Apply.Busy(2));
        assertThat(apply(shop("8"), stages("100%", "1s"))).isEqualTo(new Apply.Busy(2));

        awaitState("promoted");
        awaitInSync(2);
        // Nobody was told twice, nor of what was before.
        proxies.forEach(p -> assertThat(p.clusters).hasSize(2));
        Version version = control.configStore().history().versions().getFirst();
        assertThat(version.number()).isEqualTo(2);
        assertThat(version.change().message()).isEqualTo("why");
        assertThat(config.resolve("applied")).exists();
        assertThat(apply(shop("8"), new How.AtOnce())).isInstanceOf(Apply.Done.class);
    }

    @Test
    void aRefusalInTheFirstStageTakesItBackAndNobodyElseHeardOfIt() throws Exception {
        proxies.forEach(p -> p.unwanted.add(CLUSTER));
        apply(shop("9"), stages("25%,100%", "10s"));
        awaitState("reverted");
        assertThat(view().reason()).contains("web.default refuses CDS of version 2", "not for me");
        assertThat(told()).isEqualTo(1);
        awaitInSync(1);
        assertThat(config.resolve("applied")).doesNotExist();
        control.audit().flush();
        assertThat(control.audit().last(1, _ -> true).stream().map(Json::compact))
                .singleElement()
                .asString()
                .contains(
                        "\"who\":\"anna\"", "version 2 in stages", "reverted: web.default refuses");
        // Its number is not given again, not even after a restart.
        assertThat(((Apply.Done) apply(shop("7"), new How.AtOnce())).version()).isEqualTo(3);
    }

    @Test
    void whenErrorsOfItsProxiesJumpItIsTakenBack() throws Exception {
        apply(shop("9"), stages("25%,100%", "1h"));
        awaitState("holding");
        String chosen = view().proxies().getFirst();
        ManagedChannel channel =
                ManagedChannelBuilder.forAddress("127.0.0.1", control.xdsAddress().getPort())
                        .usePlaintext()
                        .build();
        open.push(channel::shutdownNow);
        StreamObserver<HitReport> reports = RuleHitsGrpc.newStub(channel).report(new Taken());
        reports.onNext(HitReport.newBuilder().setNodeId(chosen).setRun(7).build());
        reports.onNext(HitReport.newBuilder().setSequence(1).setAnswers(100).setErrors(40).build());
        awaitState("reverted");
        assertThat(view().reason())
                .isEqualTo("40 of 100 answers of its proxies were 5xx (40.0%), and 0.0% before");
        awaitInSync(1);
    }

    /// What the control plane says to reports is not looked at.
    private static final class Taken implements StreamObserver<HitsTaken> {
        @Override
        public void onNext(HitsTaken taken) {}

        @Override
        public void onError(Throwable error) {}

        @Override
        public void onCompleted() {}
    }

    @Test
    void whatIsAbortedIsForgottenAndItsNumberToo() throws Exception {
        apply(shop("9"), stages("25%,100%", "1h"));
        awaitState("holding");
        assertThat(control.configStore().stages().end(ANNA, false).orElseThrow().reason())
                .isEqualTo("aborted by anna");
        awaitInSync(1);
        assertThat(control.configStore().stages().end(ANNA, false)).isEmpty();
        int port = control.xdsAddress().getPort();
        control.close();
        control = start(port);
        awaitInSync(1);
        assertThat(view().state()).isEqualTo("reverted");
        assertThat(((Apply.Done) apply(shop("7"), new How.AtOnce())).version()).isEqualTo(3);
    }

    @Test
    void whatIsPromotedByHandWaitsForNobody() throws Exception {
        apply(shop("9"), stages("25%,100%", "1h"));
        awaitState("holding");
        control.configStore().stages().end(ANNA, true);
        awaitState("promoted");
        awaitInSync(2);
    }

    @Test
    void aRestartGoesOnWithTheSameProxies() throws Exception {
        // Proxies may take a while to come back, and the hold goes on while nothing runs.
        apply(shop("9"), new How.InStages(StagePlan.parse("25%,100%", "1h", "30s", false, "5%")));
        awaitState("holding");
        List<String> chosen = view().proxies();
        int port = control.xdsAddress().getPort();
        control.close();
        control = start(port);
        awaitState("holding");
        assertThat(view().proxies()).isEqualTo(chosen);
        assertThat(control.mesh().view().version()).isEqualTo(1);
        assertThat(told()).isEqualTo(1);
        control.configStore().stages().end(ANNA, true);
        awaitState("promoted");
        awaitInSync(view().version());
        proxies.forEach(p -> assertThat(p.clusters).hasSize(2));
    }

    @Test
    void editedFilesReachAllAndTheChangeGoesOnOnTopOfThem() throws Exception {
        apply(shop("9"), stages("25%,100%", "2s"));
        awaitState("holding");
        Files.writeString(
                config.resolve("other.yaml"),
                shop("1").replace("name: shop", "name: other").replace("shop.", "other."));
        awaitInSync(3);
        Awaitility.await().untilAsserted(() -> assertThat(view().version()).isEqualTo(4));
        assertThat(view().state()).isEqualTo("holding");
        awaitState("promoted");
        awaitInSync(4);
        assertThat(control.mesh().view().services()).hasSize(2);
    }

    @Test
    void anEditOfWhatTheChangeChangesTakesItBack() throws Exception {
        apply(shop("9"), new How.AtOnce());
        awaitInSync(2);
        apply(shop("8"), stages("25%,100%", "1h"));
        awaitState("holding");
        Path applied =
                config.resolve("applied/serviceentries.networking.istio.io/default/shop.yaml");
        Files.writeString(applied, shop("7"));
        awaitState("reverted");
        assertThat(view().reason()).endsWith("shop.yaml was edited meanwhile");
        Awaitility.await()
                .untilAsserted(() -> assertThat(control.mesh().view().inSync()).isEqualTo(4));
        assertThat(applied).hasContent(shop("7"));
    }

    @Test
    void withoutAProxyNobodyCanGoFirst() throws Exception {
        while (open.size() > 1) {
            open.pop().close();
        }
        Awaitility.await().until(() -> control.mesh().view().connected() == 0);
        assertThat(apply(shop("9"), stages("25%,100%", "1s"))).isEqualTo(new Apply.Unwatched());
        assertThat(control.configStore().stages().view()).isEmpty();
        assertThatThrownBy(() -> stages("25%", "1s")).hasMessageContaining("100%");
    }
}
