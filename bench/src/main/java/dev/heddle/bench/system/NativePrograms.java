package dev.heddle.bench.system;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.zip.CRC32;

/// The bench's own programs in C, compiled on this machine when they are first needed: the origin,
/// the relays and the load generator.
///
/// Their sources are resources of this module; what is compiled is kept in a cache under a name
/// that holds a checksum of the sources.
public final class NativePrograms {
    private static final List<String> SOURCES =
            List.of("net.h", "origin.c", "relay.c", "splice.c", "load.c");
    private static final List<String> FLAGS = List.of("-O2", "-march=native");

    private final Path directory;
    private final Path compiler;
    private final Children children;

    private NativePrograms(Path directory, Path compiler, Children children) {
        this.directory = directory;
        this.compiler = compiler;
        this.children = children;
    }

    /// Puts the sources into the cache.
    ///
    /// @throws BenchException without a C compiler, for nothing can be measured then
    public static NativePrograms in(Path cache, Tools tools, Children children) {
        Path compiler = tools.find("cc").orElseThrow(() -> new BenchException(Tools.missing("cc")));
        var sum = new CRC32();
        var texts = new ArrayList<byte[]>();
        for (String source : SOURCES) {
            byte[] text = resource(source);
            sum.update(text);
            texts.add(text);
        }
        Path directory = cache.resolve("bench-" + HexFormat.of().toHexDigits((int) sum.getValue()));
        try {
            Files.createDirectories(directory);
            for (int i = 0; i < SOURCES.size(); i++) {
                Files.write(directory.resolve(SOURCES.get(i)), texts.get(i));
            }
        } catch (IOException e) {
            throw new BenchException("cannot write to " + directory, e);
        }
        return new NativePrograms(directory, compiler, children);
    }

    /// The origin server.
    public Path origin() {
        return compiled("origin", "origin", List.of()).orElseThrow();
    }

    /// The copy relay.
    public Path relay() {
        return compiled("relay", "relay", List.of()).orElseThrow();
    }

    /// The relay that copies nothing.
    public Path splice() {
        return compiled("splice", "splice", List.of()).orElseThrow();
    }

    /// The load generator without TLS.
    public Path load() {
        return compiled("load", "load", List.of()).orElseThrow();
    }

    /// The load generator with TLS; empty where OpenSSL's headers are missing.
    public Optional<Path> tlsLoad() {
        return compiled("load-tls", "load", List.of("-DHEDDLE_TLS", "-lssl", "-lcrypto"));
    }

    private Optional<Path> compiled(String name, String source, List<String> more) {
        Path program = directory.resolve(name);
        if (Files.isExecutable(program)) {
            return Optional.of(program);
        }
        Path fresh = directory.resolve(name + ".new");
        var command = new ArrayList<>(List.of(compiler.toString()));
        command.addAll(FLAGS);
        command.addAll(List.of("-o", fresh.toString(), directory + "/" + source + ".c"));
        command.addAll(more);
        Child child = children.run("cc-" + name, Optional.empty(), 120, command);
        if (child.process().exitValue() != 0) {
            if (!more.isEmpty()) {
                return Optional.empty();
            }
            throw new BenchException("cannot compile " + source + ".c: " + child.complaint());
        }
        try {
            Files.move(fresh, program, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new BenchException("cannot write " + program, e);
        }
        return Optional.of(program);
    }

    private static byte[] resource(String name) {
        String path = "/dev/heddle/bench/c/" + name;
        try (InputStream in = NativePrograms.class.getResourceAsStream(path)) {
            if (in == null) {
                throw new IllegalStateException("resource " + path + " is missing");
            }
            return in.readAllBytes();
        } catch (IOException e) {
            throw new BenchException("cannot read " + path, e);
        }
    }
}
