package dev.heddle.bench.peer;

import dev.heddle.bench.system.BenchException;
import dev.heddle.bench.system.Child;
import dev.heddle.bench.system.Children;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The certificates of the rows with mutual TLS: an authority, a server and a client, P-256 keys,
/// valid for a day. Made by the system's `openssl`, as files that every peer can read.
public final class Certificates {
    private Certificates() {}

    /// Makes `ca.pem`, and `server` and `client` each as `.pem`, `.key` and `-both.pem`.
    public static void make(Path directory, Path openssl, Children children) {
        request(children, openssl, directory, "ca", "/CN=bench authority", List.of());
        for (String name : List.of("server", "client")) {
            List<String> signed =
                    List.of(
                            "-CA",
                            directory + "/ca.pem",
                            "-CAkey",
                            directory + "/ca.key",
                            "-addext",
                            "subjectAltName=DNS:bench",
                            "-addext",
                            "basicConstraints=critical,CA:FALSE");
            request(children, openssl, directory, name, "/CN=bench " + name, signed);
            try {
                String both =
                        Files.readString(directory.resolve(name + ".pem"))
                                + Files.readString(directory.resolve(name + ".key"));
                Files.writeString(directory.resolve(name + "-both.pem"), both);
            } catch (IOException e) {
                throw new BenchException("cannot write certificates to " + directory, e);
            }
        }
    }

    private static void request(
            Children children,
            Path openssl,
            Path directory,
            String name,
            String subject,
            List<String> more) {
        var command = new ArrayList<>(List.of(openssl.toString(), "req", "-x509", "-nodes"));
        command.addAll(List.of("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"));
        command.addAll(List.of("-days", "1", "-subj", subject));
        command.addAll(List.of("-keyout", directory + "/" + name + ".key"));
        command.addAll(List.of("-out", directory + "/" + name + ".pem"));
        command.addAll(more);
        Child child = children.run("openssl-" + name, Optional.empty(), 30, command);
        if (child.process().exitValue() != 0) {
            throw new BenchException("openssl made no certificate: " + child.complaint());
        }
    }
}
