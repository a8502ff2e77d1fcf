package dev.heddle.e2e.traces;

import static org.awaitility.Awaitility.await;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.heddle.testkit.FreePorts;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/// Zipkin itself, which keeps spans in memory, on the loopback interface.
final class ZipkinServer implements AutoCloseable {
    /// What fetches it from Maven Central.
    static final String FETCH =
            "mvn dependency:get -Dartifact=io.zipkin:zipkin-server:3.5.1:jar:exec"
                    + " -Dtransitive=false";

    private static final String JAR = "io/zipkin/zipkin-server/3.5.1/zipkin-server-3.5.1-exec.jar";
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final HttpClient client = HttpClient.newHttpClient();
    private final Process process;
    private final int port;

    private ZipkinServer(Process process, int port) {
        this.process = process;
        this.port = port;
    }

    /// The server as Maven Central has it, where `HEDDLE_ZIPKIN` or Maven's own repository has it.
    static Optional<Path> find() {
        return Stream.of(
                        Optional.ofNullable(System.getenv("HEDDLE_ZIPKIN")).map(Path::of),
                        Optional.ofNullable(System.getProperty("maven.repo.local"))
                                .map(it -> Path.of(it, JAR)),
                        Optional.of(
                                Path.of(System.getProperty("user.home"), ".m2/repository", JAR)))
                .flatMap(Optional::stream)
                .filter(Files::isRegularFile)
                .findFirst();
    }

    /// Starts it, and waits until it answers.
    ///
    /// @param log what it prints goes there
    static ZipkinServer start(Path jar, Path log) throws IOException {
        int port = FreePorts.one();
        Process process =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin/java").toString(),
                                "-Xmx256m",
                                "-jar",
                                jar.toString(),
                                "--armeria.ports[0].ip=127.0.0.1",
                                "--armeria.ports[0].port=" + port,
                                "--armeria.ports[0].protocols[0]=http",
                                "--zipkin.storage.type=mem",
                                "--zipkin.self-tracing.enabled=false")
                        .redirectErrorStream(true)
                        .redirectOutput(log.toFile())
                        .start();
        var server = new ZipkinServer(process, port);
        try {
            await().atMost(PATIENCE)
                    .failFast("Zipkin has ended, see " + log, () -> !process.isAlive())
                    .ignoreExceptions()
                    .until(() -> server.get("/health").isPresent());
        } catch (RuntimeException e) {
            server.close();
            throw e;
        }
        return server;
    }

    int port() {
        return port;
    }

    private Optional<JsonElement> get(String path) throws IOException {
        try {
            HttpResponse<String> answer =
                    client.send(
                            HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                                    .timeout(Duration.ofSeconds(5))
                                    .build(),
                            HttpResponse.BodyHandlers.ofString());
            return answer.statusCode() == 200
                    ? Optional.of(JsonParser.parseString(answer.body()))
                    : Optional.empty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        }
    }

    /// The spans of a trace; none where it is not known.
    List<Told> trace(String id) throws IOException {
        return get("/api/v2/trace/" + id).map(it -> spans(it.getAsJsonArray())).orElse(List.of());
    }

    /// Who has told of anything.
    List<String> services() throws IOException {
        var names = new ArrayList<String>();
        get("/api/v2/services")
                .ifPresent(
                        it -> it.getAsJsonArray().forEach(each -> names.add(each.getAsString())));
        return names;
    }

    private static List<Told> spans(JsonArray said) {
        return said.asList().stream().map(it -> span(it.getAsJsonObject())).toList();
    }

    private static Told span(JsonObject said) {
        Map<String, String> tags = new TreeMap<>();
        said.getAsJsonObject("tags")
                .entrySet()
                .forEach(it -> tags.put(it.getKey(), it.getValue().getAsString()));
        return new Told(
                said.get("traceId").getAsString(),
                said.get("id").getAsString(),
                said.has("parentId") ? said.get("parentId").getAsString() : "",
                said.get("kind").getAsString(),
                said.getAsJsonObject("localEndpoint").get("serviceName").getAsString(),
                tags);
    }

    @Override
    public void close() {
        client.close();
        process.destroy();
        try {
            if (!process.waitFor(5, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            process.destroyForcibly();
        }
    }
}
