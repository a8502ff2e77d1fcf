package dev.heddle.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.compiler.xds.patch.OwnProxy;
import dev.heddle.proxy.config.HttpFilters;
import dev.heddle.testkit.Repository;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/// The control plane says before the proxy does what the proxy refuses.
class OwnProxyTest {
    private static final String TABLE =
            "compiler/src/main/java/dev/heddle/compiler/xds/patch/OwnFields.java";

    private static final String QUOTES = "\"\"\"";

    @Test
    void theControlPlaneKnowsTheProxysHttpFilters() {
        assertThat(HttpFilters.ALL)
                .extracting(type -> type.typeUrl().replace("type.googleapis.com/", ""))
                .containsExactlyInAnyOrderElementsOf(OwnProxy.HTTP_FILTERS);
    }

    @Test
    void theControlPlaneKnowsTheFieldsThatTheProxyReads() throws IOException {
        String read = ReadFields.text(ReadFields.ofProxy());
        Path file = Repository.root().resolve(TABLE);
        String source = Files.readString(file);
        int from = source.indexOf(QUOTES) + QUOTES.length();
        int to = source.indexOf(QUOTES, from);
        String made =
                source.substring(0, from)
                        + "\n"
                        + read.strip().indent(12)
                        + " ".repeat(12)
                        + source.substring(to);
        if (Boolean.getBoolean("heddle.bless")) {
            Files.writeString(file, made);
        }
        assertThat(read).contains("envoy.config.cluster.v3\n", "\nCluster: alt_stat_name ");
        assertThat(Files.readString(file)).as("accept with: ./heddle test --bless").isEqualTo(made);
    }
}
