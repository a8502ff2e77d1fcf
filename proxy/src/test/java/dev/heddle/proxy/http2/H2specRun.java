package dev.heddle.proxy.http2;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The conformance suite h2spec 2.2.0, which comes as a binary for Linux on amd64.
public final class H2specRun {
    private static final String BINARY = "/h2spec/2.2.0/h2spec_linux_amd64.tar.gz";
    private static final Pattern TALLY = Pattern.compile("(\\d+) tests, (\\d+) passed");

    private final Path directory;

    /// @param directory for its files
    public H2specRun(Path directory) {
        this.directory = directory;
        assumeTrue(
                System.getProperty("os.name").equals("Linux")
                        && System.getProperty("os.arch").equals("amd64"),
                "h2spec comes as a binary for Linux on amd64");
    }

    /// How many cases passed on a server of this machine, as in `145 of 145`, and which did not.
    public String tally(int port, String... options) throws IOException, InterruptedException {
        Path binary = unpack();
        Path output = directory.resolve("output.txt");
        var command = new ArrayList<String>();
        command.add(binary.toString());
        command.addAll(List.of("-h", "127.0.0.1", "-p", Integer.toString(port), "-o", "3"));
        command.addAll(List.of(options));
        Process process =
                new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(output.toFile())
                        .start();
        try {
            assertThat(process.waitFor(60, TimeUnit.SECONDS)).as("h2spec ends").isTrue();
        } finally {
            process.destroyForcibly();
        }
        String text = Files.readString(output, StandardCharsets.UTF_8);
        Matcher tally = TALLY.matcher(text);
        assertThat(tally.find()).as(text).isTrue();
        String result = tally.group(2) + " of " + tally.group(1);
        return tally.group(1).equals(tally.group(2)) ? result : result + "\n" + failures(text);
    }

    private static String failures(String text) {
        int at = text.indexOf("Failures:");
        return at < 0 ? text : text.substring(at);
    }

    private Path unpack() throws IOException, InterruptedException {
        Path archive = directory.resolve("h2spec.tar.gz");
        try (InputStream packed = H2specRun.class.getResourceAsStream(BINARY)) {
            assertThat(packed).as(BINARY).isNotNull();
            Files.copy(packed, archive);
        }
        var tar =
                new ProcessBuilder("tar", "xzf", archive.toString(), "-C", directory.toString())
                        .inheritIO()
                        .start();
        assertThat(tar.waitFor()).isZero();
        return directory.resolve("h2spec");
    }
}
