package dev.heddle.control.world;

import static org.assertj.core.api.Assertions.assertThat;

import dev.heddle.control.source.Signature;
import dev.heddle.testkit.Seed;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A process that changes twenty files as one, again and again, is killed (`kill -9`) at any
/// moment.
class KilledWriterTest {
    private static final int ROUNDS = 8;
    private static final int FILES = 20;

    @TempDir Path temp;

    /// The process.
    public static void main(String[] arguments) throws IOException {
        var journal = new ChangeJournal(Path.of(arguments[0]), Path.of(arguments[1]));
        for (int state = 1; ; state++) {
            var texts = new LinkedHashMap<String, Optional<String>>();
            for (int i = 0; i < FILES; i++) {
                // One of them comes and goes.
                boolean isGone = i == 7 && state % 2 == 0;
                texts.put(
                        name(i),
                        isGone ? Optional.empty() : Optional.of(arguments[2] + " " + state));
            }
            journal.write(new FileChange(texts, new Signature("anna", "here", "")));
            System.out.println(state);
        }
    }

    private static String name(int i) {
        return "applied/%d/file.yaml".formatted(i);
    }

    @Test
    void whatItWasChangingIsAsBeforeOrAsAfterAtTheNextStart() throws Exception {
        Path config = Files.createDirectory(temp.resolve("config"));
        Files.createDirectory(temp.resolve("state"));
        Seed seed = Seed.ofRun();
        var random = seed.random();
        int ended = 0;
        for (int round = 0; round < ROUNDS; round++) {
            Process process =
                    new ProcessBuilder(
                                    Path.of(System.getProperty("java.home"), "bin", "java")
                                            .toString(),
                                    "-cp",
                                    System.getProperty("java.class.path"),
                                    KilledWriterTest.class.getName(),
                                    temp.toString(),
                                    config.toString(),
                                    "round " + round)
                            .redirectError(temp.resolve("log").toFile())
                            .start();
            try (var out = process.inputReader()) {
                for (int state = 1; state <= 5; state++) {
                    assertThat(out.readLine()).isEqualTo(Integer.toString(state));
                }
                TimeUnit.MICROSECONDS.sleep(random.nextInt(100_000));
                process.destroyForcibly().waitFor();
            }
            Optional<FileChange> rest = new ChangeJournal(temp, config).recover();
            ended += rest.isPresent() ? 1 : 0;
            assertThat(texts(config)).as("round %d, %s", round, seed).hasSize(1);
        }
        assertThat(ended).as("%s: how often it was killed within a change", seed).isPositive();
    }

    private static Set<String> texts(Path config) throws IOException {
        var texts = new HashSet<String>();
        for (int i = 0; i < FILES; i++) {
            Path file = config.resolve(name(i));
            if (i != 7 || Files.exists(file)) {
                texts.add(Files.readString(file));
            }
        }
        String only = texts.iterator().next();
        boolean isGone = Integer.parseInt(only.substring(only.lastIndexOf(' ') + 1)) % 2 == 0;
        assertThat(Files.exists(config.resolve(name(7)))).isNotEqualTo(isGone);
        return texts;
    }
}
