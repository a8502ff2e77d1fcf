package dev.heddle.signals;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.signals.golden.Dimension;
import dev.heddle.signals.golden.Selector;
import dev.heddle.signals.intake.Kind;
import dev.heddle.signals.record.Logs;
import dev.heddle.signals.record.RequestLog;
import dev.heddle.signals.record.Side;
import dev.heddle.signals.search.Search;
import dev.heddle.testkit.JavaCommand;
import dev.heddle.testkit.Seed;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A process that is told of requests is killed (`kill -9`) at any moment.
class KilledSignalsTest {
    private static final int ROUNDS = 2;
    private static final List<String> FLAGS =
            List.of(
                    "--enable-native-access=ALL-UNNAMED",
                    "--sun-misc-unsafe-memory-access=allow",
                    "-XX:+UseSerialGC");

    @TempDir Path temp;

    /// The process: tells one request after the other, and prints each number when all that was
    /// told before it is two seconds old, which is more than is promised.
    public static void main(String[] arguments) throws IOException, InterruptedException {
        var signals = Signals.start(SignalsBootstrap.in(Path.of(arguments[0])));
        int round = Integer.parseInt(arguments[1]);
        for (int i = 0; ; i++) {
            for (int of = 0; of < 20; of++) {
                signals.tell(Kind.LOG, log(round, i * 20 + of));
            }
            TimeUnit.MILLISECONDS.sleep(10);
            if (i >= 200) {
                System.out.println((i - 200) * 20 + 19);
            }
        }
    }

    private static RequestLog log(int round, int number) {
        return Logs.of(
                Instant.now().toEpochMilli() * 1_000,
                name(round, number),
                "reviews",
                "v1",
                200,
                1_000,
                Side.SOURCE);
    }

    private static String name(int round, int number) {
        return String.format(Locale.ROOT, "%d-%08d", round, number);
    }

    @Test
    void whatWasToldTwoSecondsBeforeIsThereAtTheNextStart() throws Exception {
        Seed seed = Seed.ofRun();
        var random = seed.random();
        var promised = new HashSet<String>();
        Instant begin = Instant.now().minusSeconds(60);
        for (int round = 0; round < ROUNDS; round++) {
            var command =
                    JavaCommand.of(KilledSignalsTest.class, FLAGS, temp.toString(), "" + round);
            Process process =
                    new ProcessBuilder(command).redirectError(temp.resolve("log").toFile()).start();
            int last = 0;
            try (var out = process.inputReader()) {
                int lines = 1 + random.nextInt(100);
                for (int line = 0; line < lines; line++) {
                    String said = out.readLine();
                    assertThat(said).as("the process goes on; see its log").isNotNull();
                    last = Integer.parseInt(said);
                }
                TimeUnit.MICROSECONDS.sleep(random.nextInt(20_000));
                process.destroyForcibly().waitFor();
            }
            for (int number = 0; number <= last; number++) {
                promised.add(name(round, number));
            }
        }
        try (var signals = Signals.start(SignalsBootstrap.in(temp))) {
            Set<String> found = found(signals);
            var missing = new HashSet<>(promised);
            missing.removeAll(found);
            assertThat(missing).as("%s", seed).isEmpty();
            // Sums are as safe as logs, and nothing is counted twice.
            var sums =
                    signals.golden(
                            Selector.all(Dimension.SERVICE),
                            new Window(begin, Instant.now().plusSeconds(60)));
            assertThat(sums.signals()).hasSize(1);
            assertThat(sums.signals().getFirst().requests())
                    .isGreaterThanOrEqualTo(promised.size())
                    .isLessThanOrEqualTo(found.size() + ROUNDS * 4_000L);
        }
    }

    private static Set<String> found(Signals signals) {
        var found = new HashSet<String>();
        var search = Search.all(Search.Kind.LOGS, 1_000);
        while (true) {
            var page = signals.find(search);
            page.signals().forEach(it -> found.add(((RequestLog) it).ids().requestId()));
            if (page.next().isEmpty()) {
                return found;
            }
            search = search.from(page.next().get());
        }
    }
}
