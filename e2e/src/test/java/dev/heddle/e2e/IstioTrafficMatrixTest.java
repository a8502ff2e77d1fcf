package dev.heddle.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import dev.heddle.testkit.Repository;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/// Istio's own matrix of traffic (`istio-traffic-matrix`): what is applied, live requests, and what
/// they must meet, through stock Envoy and through our proxy.
@Tag("e2e")
class IstioTrafficMatrixTest {
    @TempDir Path directory = Path.of("");

    @TestFactory
    @Tag("long")
    Stream<DynamicTest> throughStockEnvoyCallsMeetWhatIstioSays() {
        Optional<Envoy> envoy = Envoy.find();
        assumeTrue(envoy.isPresent(), "HEDDLE_ENVOY names no Envoy ('./heddle test' finds one)");
        return tests(envoy.orElseThrow());
    }

    @TestFactory
    Stream<DynamicTest> throughOurProxyCallsMeetWhatIstioSays() {
        return tests(new HeddleProxy());
    }

    private Stream<DynamicTest> tests(DataPlane dataPlane) {
        assumeTrue(
                Repository.cases().map(it -> it.resolve("istio-traffic-matrix")).isPresent(),
                "skipped: no ../shared/cases/istio-traffic-matrix here");
        List<MatrixRow> rows = MatrixRow.all();
        assertThat(rows).hasSizeGreaterThan(50);
        List<String> numbers =
                rows.stream()
                        .filter(row -> row.isRedirected() && !row.asksNames())
                        .map(row -> Integer.toString(row.number()))
                        .toList();
        Path own = directory.resolve(dataPlane.getClass().getSimpleName());
        var redirected =
                new RedirectedRun(
                        RedirectedMatrix.class, dataPlane, own.resolve("redirected"), numbers);
        return rows.stream()
                .map(row ->
                        DynamicTest.dynamicTest(
                                row.name(),
                                () -> {
                                    if (row.asksNames()) {
                                        checkAlone(row, dataPlane, own);
                                    } else if (row.isRedirected()) {
                                        redirected.assertMet(Integer.toString(row.number()));
                                    } else {
                                        check(row, dataPlane, own.resolve("row" + row.number()));
                                    }
                                }))
                .onClose(redirected::close);
    }

    /// With a network namespace of its own: a server of names has a place there that is its alone.
    private static void checkAlone(MatrixRow row, DataPlane dataPlane, Path own) throws Exception {
        String number = Integer.toString(row.number());
        try (var run =
                new RedirectedRun(
                        RedirectedMatrix.class,
                        dataPlane,
                        own.resolve("names" + number),
                        List.of(number))) {
            run.assertMet(number);
        }
    }

    private static void check(MatrixRow row, DataPlane dataPlane, Path own) throws Exception {
        Files.createDirectories(own);
        try (var mesh = LiveMesh.start(row.written(own.resolve("case")), dataPlane, own)) {
            for (MatrixRow.Call call : row.calls()) {
                switch (row.function()) {
                    case "autoPassthroughCases" -> checkRefused(mesh, call);
                    default -> check(mesh, row, call);
                }
            }
            assertThat(mesh.nacks()).isEmpty();
        }
    }

    private static void check(LiveMesh mesh, MatrixRow row, MatrixRow.Call call) {
        MatrixCall.Requests requests =
                (isHttp2, method, url, headers) ->
                        isHttp2
                                ? mesh.callHttp2(method, url, headers)
                                : mesh.call(method, url, headers);
        new MatrixCall(row, call, requests).check();
        if (row.said().has("toN")) {
            checkShares(mesh, row);
        }
    }

    /// Ten times as many calls as the row has, so that chance seldom has its way.
    private static void checkShares(LiveMesh mesh, MatrixRow row) {
        var answered = new LinkedHashMap<String, Integer>();
        int calls = 1_000;
        for (int i = 0; i < calls; i++) {
            Answer answer = mesh.call("GET", "http://" + MatrixRow.TARGET + "/", Map.of());
            answered.merge(answer.destination().orElse(""), 1, Integer::sum);
        }
        var shares = new ArrayList<Integer>();
        JsonObject values = MatrixRow.object(row.said(), "templateVars");
        for (JsonElement share : values.getAsJsonArray("split")) {
            shares.add(share.getAsInt());
        }
        assertThat(shares).hasSize(3);
        List<String> names = List.of("b/v1", "c/v1", "d/v1");
        for (int i = 0; i < shares.size(); i++) {
            assertThat(answered.getOrDefault(names.get(i), 0) * 100.0 / calls)
                    .as(names.get(i))
                    .isCloseTo(shares.get(i), within(5.0));
        }
    }

    /// A client that says that it is a sidecar gets to nobody who is not one.
    private static void checkRefused(LiveMesh mesh, MatrixRow.Call call) {
        JsonObject tls = MatrixRow.object(call.options(), "TLS");
        JsonObject key = MatrixRow.object(tls, "ServerName");
        List<JsonElement> of = key.getAsJsonArray("args").asList();
        String port = of.get(3).getAsString();
        String host = of.get(2).getAsString();
        String server =
                MatrixRow.text(key, "call").equals("model.BuildSubsetKey")
                        ? "outbound|" + port + "||" + host
                        : "outbound_." + port + "_._." + host;
        var protocols = new ArrayList<String>();
        if (tls.has("Alpn")) {
            tls.getAsJsonArray("Alpn").forEach(it -> protocols.add(it.getAsString()));
        }
        assertThat(isAnswered(mesh, server, protocols)).as("%s %s", server, protocols).isFalse();
        assertThat(mesh.heard("b/v1")).isZero();
    }

    private static boolean isAnswered(LiveMesh mesh, String server, List<String> protocols) {
        try (SSLSocket socket = mesh.secured(443, server, protocols)) {
            socket.startHandshake();
            return true;
        } catch (IOException _) {
            return false;
        }
    }
}
