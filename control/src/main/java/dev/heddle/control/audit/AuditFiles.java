package dev.heddle.control.audit;

import dev.heddle.control.world.DurableFile;
import dev.heddle.model.codec.Json;
import dev.heddle.model.tree.Node;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;

/// The audit log on disk: lines of JSON in `audit.jsonl`, which becomes `audit-000001.jsonl` and so
/// on when it is large; the eldest of those goes. Only their owner may read them. Used by one
/// thread at a time but for [#last].
final class AuditFiles {
    private static final String NOW = "audit.jsonl";

    private final Path directory;
    private final long largest;
    private final int kept;

    /// @param directory made when it is not there
    /// @param largest bytes of a file, from which on there is a new one
    /// @param kept how many files beside the present one
    AuditFiles(Path directory, long largest, int kept) throws IOException {
        this.directory = directory;
        this.largest = largest;
        this.kept = kept;
        Files.createDirectories(directory);
        if (!Files.exists(now())) {
            DurableFile.write(now(), "");
        }
        String text = Files.readString(now());
        if (!text.isEmpty() && !text.endsWith("\n")) {
            // A crash tore the last line; what comes next is whole.
            append(List.of(""));
        }
    }

    private Path now() {
        return directory.resolve(NOW);
    }

    /// Adds lines. When this returns, they survive a power cut.
    void append(List<String> lines) throws IOException {
        if (Files.notExists(now())) {
            DurableFile.write(now(), "");
        }
        try (var out = FileChannel.open(now(), StandardOpenOption.APPEND)) {
            String text = String.join("\n", lines) + "\n";
            var bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
            while (bytes.hasRemaining()) {
                out.write(bytes);
            }
            out.force(true);
        }
        if (Files.size(now()) >= largest) {
            rotate();
        }
    }

    private void rotate() throws IOException {
        List<Path> earlier = earlier();
        long number =
                earlier.isEmpty()
                        ? 1
                        : Long.parseLong(
                                        earlier.getLast().getFileName().toString().substring(6, 12))
                                + 1;
        Files.move(
                now(),
                directory.resolve("audit-%06d.jsonl".formatted(number)),
                StandardCopyOption.ATOMIC_MOVE);
        DurableFile.write(now(), "");
        for (int i = 0; i <= earlier.size() - kept; i++) {
            Files.deleteIfExists(earlier.get(i));
        }
    }

    /// Those before the present one, the eldest first.
    private List<Path> earlier() throws IOException {
        try (Stream<Path> all = Files.list(directory)) {
            return all.filter(f -> f.getFileName().toString().matches("audit-\\d{6}\\.jsonl"))
                    .sorted()
                    .toList();
        }
    }

    /// The last entries that are wanted, the newest first.
    List<Node.Mapping> last(int limit, Predicate<Node.Mapping> wanted) throws IOException {
        var files = new ArrayList<>(earlier());
        files.add(now());
        var found = new ArrayList<Node.Mapping>();
        for (Path file : files.reversed()) {
            for (String line : Files.readAllLines(file).reversed()) {
                if (found.size() >= limit) {
                    return found;
                }
                if (parsed(line) instanceof Node.Mapping entry && wanted.test(entry)) {
                    found.add(entry);
                }
            }
        }
        return found;
    }

    private static Node parsed(String line) {
        try {
            return Json.parse(line);
        } catch (IllegalArgumentException _) {
            return Node.of(line); // torn by a crash
        }
    }
}
