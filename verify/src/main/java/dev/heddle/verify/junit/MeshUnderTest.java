package dev.heddle.verify.junit;

import dev.heddle.compiler.explain.Sender;
import dev.heddle.compiler.world.MeshSettings;
import dev.heddle.control.source.ConfigPaths;
import dev.heddle.control.source.SourceState;
import dev.heddle.control.world.Edition;
import dev.heddle.control.world.WorldBuilder;
import dev.heddle.model.Diagnostic;
import dev.heddle.model.Severity;
import dev.heddle.verify.MeshTests;
import dev.heddle.verify.TestResult;
import dev.heddle.verify.Verifier;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;

/// A configuration whose requests are asked about. Nothing runs, nobody listens. Tests may ask it
/// from several threads; it answers one after the other.
public final class MeshUnderTest {
    private final SourceState source;
    private final Edition edition;
    private final String namespace;
    private final Verifier verifier;
    private final ReentrantLock lock = new ReentrantLock();

    private MeshUnderTest(SourceState source, String namespace) {
        this.source = source;
        this.namespace = namespace;
        this.edition = WorldBuilder.first(source, MeshSettings.DEFAULT, Instant.EPOCH);
        this.verifier = new Verifier(edition);
    }

    /// Reads files and directories.
    ///
    /// @param namespace where workloads are looked for first
    /// @throws IOException when one is not there or cannot be read
    public static MeshUnderTest read(List<Path> paths, String namespace) throws IOException {
        return new MeshUnderTest(ConfigPaths.read(paths), namespace);
    }

    /// A workload or a gateway that sends requests.
    ///
    /// @param labels as in `app=web,version=v1`
    public Caller from(String labels) {
        var all = new LinkedHashMap<String, String>();
        for (String pair : labels.split(",", -1)) {
            int equals = pair.indexOf('=');
            if (equals < 1) {
                throw new IllegalArgumentException(
                        "labels: '" + labels + "' (expected: as in app=web,version=v1)");
            }
            all.put(pair.substring(0, equals).strip(), pair.substring(equals + 1).strip());
        }
        return new Caller(this, Sender.of(all, namespace));
    }

    /// The MeshTests among the files, a test each, simulations too: what a method with
    /// `@TestFactory` returns.
    public Stream<DynamicTest> meshTests() {
        return MeshTests.of(source).stream()
                .flatMap(suite ->
                        Stream.concat(
                                suite.spec().tests().stream()
                                        .map(it ->
                                                dynamic(
                                                        suite.id() + ": " + it.name(),
                                                        suite.spec().tests().indexOf(it),
                                                        i -> verifier.verify(suite, i))),
                                suite.spec().simulations().stream()
                                        .map(it ->
                                                dynamic(
                                                        suite.id() + ": " + it.name(),
                                                        suite.spec().simulations().indexOf(it),
                                                        i -> verifier.simulate(suite, i)))));
    }

    private DynamicTest dynamic(String name, int index, Function<Integer, TestResult> run) {
        return DynamicTest.dynamicTest(
                name,
                () -> {
                    TestResult result = alone(_ -> run.apply(index));
                    if (!result.passed()) {
                        throw new AssertionError(result.origin() + "\n" + result.why());
                    }
                });
    }

    /// The files have no errors.
    ///
    /// @throws AssertionError that names them
    public void hasNoErrors() {
        String errors =
                edition.findings().stream()
                        .filter(it -> it.severity() == Severity.ERROR)
                        .map(Diagnostic::toString)
                        .collect(Collectors.joining("\n"));
        if (!errors.isEmpty()) {
            throw new AssertionError(errors);
        }
    }

    <T> T alone(Function<Verifier, T> question) {
        lock.lock();
        try {
            return question.apply(verifier);
        } finally {
            lock.unlock();
        }
    }

    /// Who sends requests.
    public record Caller(MeshUnderTest mesh, Sender sender) {
        /// The same where it proves another name than its workload's.
        ///
        /// @param spiffeId as in `spiffe://cluster.local/ns/a/sa/b`; empty for nobody
        public Caller proving(String spiffeId) {
            return new Caller(
                    mesh,
                    new Sender(
                            sender.labels(), sender.namespace(), java.util.Optional.of(spiffeId)));
        }

        /// The same in another namespace.
        public Caller in(String other) {
            return new Caller(mesh, new Sender(sender.labels(), other, sender.caller()));
        }

        /// A request.
        ///
        /// @param url as in `http://reviews:9080/reviews/0`
        /// @throws IllegalArgumentException when it is none
        public RequestUnderTest get(String url) {
            return send("GET", url);
        }

        /// A request with another method.
        public RequestUnderTest send(String method, String url) {
            return new RequestUnderTest(mesh, sender, method, url, Map.of());
        }
    }
}
