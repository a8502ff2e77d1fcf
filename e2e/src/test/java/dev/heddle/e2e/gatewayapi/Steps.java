package dev.heddle.e2e.gatewayapi;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import dev.heddle.e2e.Answer;
import dev.heddle.e2e.Http2Call;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/// Takes the suite's steps that are about traffic.
final class Steps {
    /// How long a proxy may take until it does what is expected.
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    /// Answers in a row that must be as expected.
    private static final int IN_A_ROW = 3;

    private final Rig rig;
    private final Material material;

    Steps(Rig rig, Material material) {
        this.rig = rig;
        this.material = material;
    }

    /// Something that is tried until it is as expected.
    interface Attempt {
        /// What is wrong; empty for nothing.
        Optional<String> made() throws Exception;
    }

    /// Whether the Gateway that is called is there.
    boolean isPossible(Suite.Step step) {
        if (!step.args().get(0).isJsonObject() || step.call().equals("suite.Client.Delete")) {
            return true;
        }
        Target to = target(step.args().get(0));
        return rig.has(to.namespace(), to.name());
    }

    void take(Suite.Step step) throws Exception {
        switch (step.call()) {
            case "http.MakeRequestAndExpectEventuallyConsistentResponse",
                    "h.MakeRequestAndExpectEventuallyConsistentResponse" ->
                    await(step, () -> http(step));
            case "tls.MakeTLSRequestAndExpectEventuallyConsistentResponse" ->
                    await(step, () -> tls(step));
            case "grpc.MakeRequestAndExpectEventuallyConsistentResponse" ->
                    await(step, () -> grpc(step));
            case "suite.Client.Delete" -> {
                JsonObject of = Expected.object(step.arg(1), "metadata");
                rig.delete(Expected.text(of, "namespace"), Expected.text(of, "name"));
            }
            default -> throw new AssertionError(step + ": no traffic");
        }
    }

    private static void await(Suite.Step step, Attempt attempt) throws Exception {
        await(step.of() + " (line " + step.line() + ") " + step.args(), attempt, IN_A_ROW);
    }

    /// Tries until it is as expected so often in a row.
    static void await(String what, Attempt attempt, int inARow) throws Exception {
        long end = System.nanoTime() + PATIENCE.toNanos();
        int successes = 0;
        Optional<String> problem = Optional.of("never tried");
        while (successes < inARow) {
            try {
                problem = attempt.made();
            } catch (IOException e) {
                problem = Optional.of(e.toString());
            }
            successes = problem.isEmpty() ? successes + 1 : 0;
            if (problem.isPresent()) {
                if (System.nanoTime() > end) {
                    assertThat(problem).as(what).isEmpty();
                }
                TimeUnit.MILLISECONDS.sleep(50);
            }
        }
    }

    private Optional<String> http(Suite.Step step) throws Exception {
        var expected = new Expected(step.arg(1));
        Target named = target(step.args().get(0));
        Target to = isByListener(step.args().get(0)) ? at(named, expected.request()) : named;
        return expected.problem(
                Caller.call(
                        rig.address(to.namespace(), to.name(), to.port()),
                        to.port(),
                        request(expected, Optional.empty())),
                material);
    }

    /// The answer to a request at the suite's Gateway of that name.
    Answer call(String gateway, String method, String path) throws Exception {
        return Caller.call(
                rig.address(Material.INFRA, gateway, 80),
                80,
                new Caller.Request(method, "", path, Map.of(), false, Optional.empty()));
    }

    private Optional<String> tls(Suite.Step step) throws Exception {
        Target to = target(step.args().get(0));
        int index = 1;
        String roots = material.pair(secret(step.args().get(index++))).chain();
        JsonElement client = step.args().get(index++);
        // A client's certificate may come in one or, with its key, in two.
        if (step.args().get(index + 1).isJsonPrimitive()) {
            index++;
        }
        String server = step.args().get(index++).getAsString();
        JsonObject said = step.arg(index).deepCopy();
        said.addProperty("scheme", "https");
        var expected = new Expected(said);
        var tls =
                new Caller.Tls(
                        server,
                        roots,
                        client.isJsonObject()
                                ? Optional.of(material.pair(secret(client)))
                                : Optional.empty());
        return expected.problem(
                Caller.call(
                        rig.address(to.namespace(), to.name(), to.port()),
                        to.port(),
                        request(expected, Optional.of(tls))),
                material);
    }

    private Optional<String> grpc(Suite.Step step) throws Exception {
        Target to = target(step.args().get(0));
        JsonObject said = step.arg(1);
        String method =
                said.has("echoRequest")
                        ? "Echo"
                        : said.has("echoTwoRequest") ? "EchoTwo" : "EchoThree";
        JsonObject metadata = Expected.object(said, "requestMetadata");
        String status = Expected.text(Expected.object(said, "response"), "code");
        Answer answer =
                grpc(
                        rig.address(to.namespace(), to.name(), to.port()),
                        method,
                        Expected.text(metadata, "authority"),
                        Expected.texts(Expected.object(metadata, "metadata")));
        String expected =
                status.isEmpty() || status.equals("OK")
                        ? "0"
                        : status.equals("UNIMPLEMENTED") ? "12" : status;
        if (!answer.header("grpc-status").equals(Optional.of(expected))) {
            return Optional.of(
                    "grpc-status "
                            + answer.header("grpc-status")
                            + " (expected: "
                            + expected
                            + ")");
        }
        String pod = answer.header(EchoPods.POD).orElse("");
        return pod.startsWith(Expected.text(said, "backend"))
                        && (!expected.equals("0")
                                || answer.header(EchoPods.NAMESPACE)
                                        .equals(Optional.of(Expected.text(said, "namespace"))))
                ? Optional.empty()
                : Optional.of("answered by " + pod);
    }

    /// Which pod answers a call of the suite's gRPC service.
    String pod(String gateway, String method) throws Exception {
        return grpc(rig.address(Material.INFRA, gateway, 80), method, "", Map.of())
                .header(EchoPods.POD)
                .orElse("");
    }

    private static Answer grpc(
            InetSocketAddress to, String method, String authority, Map<String, String> metadata)
            throws IOException {
        var headers = new LinkedHashMap<>(metadata);
        headers.put("content-type", "application/grpc");
        headers.put("te", "trailers");
        return Http2Call.make(
                to,
                Optional.empty(),
                "POST",
                authority.isEmpty() ? "127.0.0.1" : authority,
                "/gateway_api_conformance.echo_basic.grpcecho.GrpcEcho/" + method,
                headers,
                new byte[5]);
    }

    private static Caller.Request request(Expected expected, Optional<Caller.Tls> tls) {
        JsonObject said = expected.request();
        var headers = new LinkedHashMap<>(Expected.texts(Expected.object(said, "headers")));
        var set = new StringBuilder();
        Expected.texts(Expected.object(expected.said(), "backendSetResponseHeaders"))
                .forEach((name, value) ->
                        set.append(set.isEmpty() ? "" : ",")
                                .append(name)
                                .append(':')
                                .append(value));
        if (!set.isEmpty()) {
            headers.put("X-Echo-Set-Header", set.toString());
        }
        String protocol = Expected.text(said, "protocol");
        return new Caller.Request(
                Expected.text(said, "method").isEmpty() ? "GET" : Expected.text(said, "method"),
                Expected.text(said, "host"),
                Expected.text(said, "path").isEmpty() ? "/" : Expected.text(said, "path"),
                headers,
                protocol.startsWith("H2") || protocol.equals("HTTP2"),
                tls);
    }

    /// What a request came by.
    static String scheme(JsonObject said) {
        String scheme = Expected.text(said, "scheme");
        return scheme.isEmpty() ? "http" : scheme;
    }

    private record Target(String namespace, String name, int port) {}

    /// The Gateway's listener that a step names, else its first.
    private Target target(JsonElement said) {
        JsonObject of = said.getAsJsonObject();
        if (of.has("$call")) {
            Target host = target(of.getAsJsonArray("args").get(0));
            return new Target(
                    host.namespace(), host.name(), of.getAsJsonArray("args").get(1).getAsInt());
        }
        JsonElement gateway = of.get("addressOf");
        boolean isNamed = gateway.isJsonArray();
        JsonObject named =
                isNamed
                        ? gateway.getAsJsonArray().get(0).getAsJsonObject()
                        : gateway.getAsJsonObject();
        String listener = isNamed ? gateway.getAsJsonArray().get(1).getAsString() : "";
        String namespace = Expected.text(named, "namespace");
        String name = Expected.text(named, "name");
        return new Target(namespace, name, rig.portOf(namespace, name, listener));
    }

    private static boolean isByListener(JsonElement said) {
        return said.getAsJsonObject().get("addressOf") instanceof JsonArray;
    }

    /// The same on the port that the request's host names: the suite's program chooses its address
    /// by it.
    private static Target at(Target target, JsonObject request) {
        String host = Expected.text(request, "host");
        int colon = host.indexOf(':');
        return colon < 0
                ? target
                : new Target(
                        target.namespace(),
                        target.name(),
                        Integer.parseInt(host.substring(colon + 1)));
    }

    private static String secret(JsonElement call) {
        return name(call.getAsJsonObject().getAsJsonArray("args").get(0).getAsJsonObject());
    }

    /// As in `gateway-conformance-infra/tls-checks-certificate`.
    static String name(JsonObject named) {
        return Expected.text(named, "namespace") + "/" + Expected.text(named, "name");
    }
}
