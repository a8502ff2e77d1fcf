package dev.heddle.proxy.config;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Any;
import dev.heddle.testkit.Repository;
import dev.heddle.xds.EnvoyJson;
import dev.heddle.xds.EnvoyJsonException;
import dev.heddle.xds.XdsType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.snakeyaml.engine.v2.api.Dump;
import org.snakeyaml.engine.v2.api.DumpSettings;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/// Whatever the compiler makes for a proxy without interception, this proxy runs whole: nothing is
/// rejected and nothing is left out.
class GoldenResourcesTest {

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
                .filter(GoldenResourcesTest::isExplicit)
                .map(it ->
                        DynamicTest.dynamicTest(
                                String.valueOf(it.getFileName()),
                                () -> assertThat(findings(it.resolve("xds"))).isEmpty()));
    }

    private static boolean isExplicit(Path golden) {
        try {
            return !Files.readString(golden.resolve("case.yaml"))
                    .contains("interception: redirect");
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private List<String> findings(Path xds) throws IOException, EnvoyJsonException {
        var findings = new ArrayList<String>();
        try (Stream<Path> files = Files.list(xds)) {
            for (Path file : files.sorted().toList()) {
                Object tree =
                        new Load(LoadSettings.builder().build())
                                .loadFromString(Files.readString(file));
                for (Object resource : (List<?>) tree) {
                    findings.addAll(findings((Map<?, ?>) resource));
                }
            }
        }
        return findings;
    }

    private List<String> findings(Map<?, ?> resource) throws EnvoyJsonException {
        String yaml = new Dump(DumpSettings.builder().build()).dumpToString(resource);
        Any body = EnvoyJson.parse(YamlJson.convert("golden", yaml), Any.getDefaultInstance());
        Parsed<?> parsed =
                switch (XdsType.ofTypeUrl(body.getTypeUrl()).orElseThrow()) {
                    case CLUSTER -> parser.cluster(body);
                    case ENDPOINT -> parser.hosts(body);
                    case LISTENER -> parser.listener(body);
                    case ROUTE -> parser.routes(body);
                    case SECRET -> throw new AssertionError("a secret");
                };
        return switch (parsed) {
            case Parsed.Rejected<?>(List<String> reasons) -> reasons;
            case Parsed.Accepted<?>(_, List<String> notes) -> notes;
        };
    }
}
