package dev.heddle.e2e.observed;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.testkit.Promtool;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// The shipped dashboards are what their source makes, and the shipped alerts fire when they shall.
@Tag("e2e")
class ObservabilityFilesTest {
    private static final Pattern ALERT = Pattern.compile("- alert: (\\w+)");
    private static final Pattern FIRES =
            Pattern.compile(
                    "alertname=\"(\\w+)\"[^\\n]*\\n[^\\n]*\\n *exp_samples: .*value: [1-9]");
    private static final Pattern LEAVES_ALONE =
            Pattern.compile("alertname=\"(\\w+)\"[^\\n]*\\n[^\\n]*\\n *exp_samples: .*value: 0");

    @Test
    void dashboardsAreMadeOfTheirSource() throws IOException {
        Path directory = Dashboards.DIRECTORY.resolve("grafana");
        var made = Dashboards.read().files();
        if (Boolean.getBoolean("heddle.bless")) {
            Files.createDirectories(directory);
            for (var file : made.entrySet()) {
                Files.writeString(directory.resolve(file.getKey()), file.getValue());
            }
        }
        var there = new TreeMap<String, String>();
        try (Stream<Path> files = Files.list(directory)) {
            for (Path file : files.toList()) {
                there.put(String.valueOf(file.getFileName()), Files.readString(file));
            }
        }
        assertThat(there).as("'./heddle test --bless' makes them anew").isEqualTo(made);
    }

    @Test
    void noQueryIsWrittenTwiceInAPanelAndNoneIsEmpty() throws IOException {
        List<Dashboards.Query> queries = Dashboards.read().queries();
        assertThat(queries).hasSizeGreaterThan(40).doesNotHaveDuplicates();
        assertThat(queries).allSatisfy(it -> assertThat(it.expression()).isNotBlank());
    }

    @Test
    void everyAlertFiresWhenItShallAndNotBefore() throws Exception {
        Optional<Path> promtool = Promtool.find();
        Assumptions.assumeTrue(
                promtool.isPresent(), "no promtool ('apt-get install prometheus' has one)");
        assertThat(
                        Promtool.run(
                                promtool.get(),
                                Dashboards.DIRECTORY,
                                "check",
                                "rules",
                                "alerts.yaml"))
                .contains("SUCCESS");
        assertThat(
                        Promtool.run(
                                promtool.get(),
                                Dashboards.DIRECTORY,
                                "test",
                                "rules",
                                "alerts.test.yaml"))
                .contains("SUCCESS");
        String tests = Files.readString(Dashboards.DIRECTORY.resolve("alerts.test.yaml"));
        assertThat(names(FIRES, tests)).isEqualTo(names(ALERT, alerts()));
        assertThat(names(LEAVES_ALONE, tests))
                .hasSizeGreaterThan(names(ALERT, alerts()).size() / 2);
    }

    private static String alerts() throws IOException {
        return Files.readString(Dashboards.DIRECTORY.resolve("alerts.yaml"));
    }

    private static Set<String> names(Pattern pattern, String text) {
        var names = new TreeSet<String>();
        pattern.matcher(text).results().forEach(it -> names.add(it.group(1)));
        return names;
    }
}
