package dev.heddle.proxy.config;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.Gson;
import dev.heddle.testkit.Repository;
import dev.heddle.xds.EnvoyJson;
import dev.heddle.xds.XdsType;
import dev.heddle.xds.wire.Any;
import dev.heddle.xds.wire.JsonException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/// Whatever the compiler makes for a proxy, this one runs whole: nothing is rejected and nothing is
/// left out.
class GoldenResourcesTest {

    private static final AtomicInteger KEYS = new AtomicInteger();
    private static final String USERS = "ada:{SHA}qUqP5cyxm6YcTAhz05Hph5gvu9M=";

    private final ResourceParser parser = new ResourceParser(HttpFilters.ALL);

    @TestFactory
    Stream<DynamicTest> whatTheCompilerMakesIsRun() throws IOException {
        Path golden = Repository.root().resolve("golden");
        List<Path> cases;
        try (Stream<Path> all = Files.list(golden)) {
            cases = all.filter(it -> Files.isDirectory(it.resolve("xds"))).sorted().toList();
        }
        assertThat(cases).isNotEmpty();
        return cases.stream()
                .map(it ->
                        DynamicTest.dynamicTest(
                                String.valueOf(it.getFileName()),
                                () -> assertThat(findings(it.resolve("xds"))).isEmpty()));
    }

    /// Our reader of messages and protobuf's say the same about every resource that we have.
    @TestFactory
    Stream<DynamicTest> whatIsReadIsWhatProtobufReads() throws IOException {
        Path golden = Repository.root().resolve("golden");
        List<Path> cases;
        try (Stream<Path> all = Files.list(golden)) {
            cases = all.filter(it -> Files.isDirectory(it.resolve("xds"))).sorted().toList();
        }
        return cases.stream()
                .map(it ->
                        DynamicTest.dynamicTest(
                                String.valueOf(it.getFileName()),
                                () -> {
                                    for (Map<?, ?> resource : resources(it.resolve("xds"))) {
                                        String json = new Gson().toJson(resource);
                                        var theirs =
                                                EnvoyJson.parse(
                                                        json,
                                                        com.google.protobuf.Any
                                                                .getDefaultInstance());
                                        assertThat(EnvoyJson.print(read(json).toProto()))
                                                .isEqualTo(EnvoyJson.print(theirs));
                                    }
                                }));
    }

    /// With something in the places of secrets, which are in no golden file.
    private static Object filled(Object tree) {
        return switch (tree) {
            case Map<?, ?> map -> {
                var all = new LinkedHashMap<Object, Object>();
                map.forEach((name, value) -> all.put(name, filled(String.valueOf(name), value)));
                yield all;
            }
            case List<?> list -> list.stream().map(GoldenResourcesTest::filled).toList();
            default -> tree;
        };
    }

    private static Object filled(String name, Object value) {
        boolean isSecret = value.equals("[redacted]");
        if (isSecret && name.equals("key")) {
            return "key " + KEYS.incrementAndGet();
        }
        return isSecret && name.equals("inline_string") ? USERS : filled(value);
    }

    private static List<Map<?, ?>> resources(Path xds) throws IOException {
        var resources = new ArrayList<Map<?, ?>>();
        try (Stream<Path> files = Files.list(xds)) {
            for (Path file : files.sorted().toList()) {
                Object tree =
                        new Load(LoadSettings.builder().build())
                                .loadFromString(Files.readString(file));
                ((List<?>) tree).forEach(it -> resources.add((Map<?, ?>) filled(it)));
            }
        }
        return resources;
    }

    private List<String> findings(Path xds) throws IOException, JsonException {
        var findings = new ArrayList<String>();
        for (Map<?, ?> resource : resources(xds)) {
            findings.addAll(findings(read(new Gson().toJson(resource))));
        }
        return findings;
    }

    private static Any read(String json) throws JsonException {
        return BootstrapParser.MESSAGES.read(
                YamlTrees.read("golden", json), Any.getDefaultInstance());
    }

    private List<String> findings(Any body) {
        Parsed<?> parsed =
                switch (XdsType.ofTypeUrl(body.getTypeUrl()).orElseThrow()) {
                    case CLUSTER -> parser.cluster(body);
                    case ENDPOINT -> parser.hosts(body);
                    case LISTENER -> parser.listener(body);
                    case ROUTE -> parser.routes(body);
                    // Its key is shown to nobody, so it cannot be read.
                    case SECRET, RUNTIME -> new Parsed.Accepted<>(body, List.of());
                };
        return switch (parsed) {
            case Parsed.Rejected<?>(List<String> reasons) -> reasons;
            case Parsed.Accepted<?>(_, List<String> notes) -> notes;
        };
    }
}
