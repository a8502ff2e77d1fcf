package dev.heddle.control.world;

import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// How a world is remembered: its number, its hash, and the files it was made of.
///
/// ```
/// heddle-world 1
/// version 17
/// hash 9f86…
/// since 2026-11-21T04:00:00Z
/// file 1b4f… 2026-11-21T03:59:59.250Z applied/reviews.yaml
/// end 60303…
/// ```
///
/// The last line is the hash of those before, so that half a file is not taken for a whole.
///
/// @param files whose texts are kept beside, under their own hashes
record WorldRecord(long version, String hash, Instant since, List<FileLine> files) {
    private static final String HEAD = "heddle-world 1";

    /// @param text hash of the file's text
    /// @param name relative to the configuration directory
    record FileLine(String text, Instant changed, String name) {}

    WorldRecord {
        files = List.copyOf(files);
    }

    static WorldRecord of(Edition edition) {
        return new WorldRecord(
                edition.version(),
                edition.hash(),
                edition.since(),
                edition.source().files().values().stream()
                        .map(f -> new FileLine(ContentHash.of(f.text()), f.changed(), f.name()))
                        .toList());
    }

    String print() {
        var lines = new ArrayList<String>();
        lines.add("version " + version);
        lines.add("hash " + hash);
        lines.add("since " + since);
        for (FileLine f : files) {
            String name = URLEncoder.encode(f.name(), StandardCharsets.UTF_8);
            lines.add("file " + f.text() + " " + f.changed() + " " + name);
        }
        return SealedText.seal(HEAD, lines);
    }

    /// What was printed; empty when the text is anything else.
    static Optional<WorldRecord> parse(String text) {
        try {
            return SealedText.open(HEAD, text).map(WorldRecord::read);
        } catch (IllegalArgumentException | IndexOutOfBoundsException | DateTimeException e) {
            return Optional.empty();
        }
    }

    private static WorldRecord read(List<String> lines) {
        long version = Long.parseLong(value(lines.get(0), "version"));
        String hash = value(lines.get(1), "hash");
        Instant since = Instant.parse(value(lines.get(2), "since"));
        var files = new ArrayList<FileLine>();
        for (String line : lines.subList(3, lines.size())) {
            String rest = value(line, "file");
            int first = rest.indexOf(' ');
            int second = rest.indexOf(' ', first + 1);
            files.add(
                    new FileLine(
                            rest.substring(0, first),
                            Instant.parse(rest.substring(first + 1, second)),
                            URLDecoder.decode(rest.substring(second + 1), StandardCharsets.UTF_8)));
        }
        return new WorldRecord(version, hash, since, files);
    }

    private static String value(String line, String key) {
        if (!line.startsWith(key + " ")) {
            throw new IllegalArgumentException(line + " (expected: " + key + " …)");
        }
        return line.substring(key.length() + 1);
    }
}
