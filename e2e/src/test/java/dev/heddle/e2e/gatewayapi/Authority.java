package dev.heddle.e2e.gatewayapi;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// Who signs certificates of the suite, by `openssl`.
record Authority(Path directory, String name) {
    /// A certificate with its key, in PEM.
    record Pair(String chain, String key) {}

    /// One of that name, which nobody signed.
    static Authority root(Path directory, String name) throws IOException {
        var authority = new Authority(directory, name);
        authority.selfSigned(
                "basicConstraints=critical,CA:true\nkeyUsage=keyCertSign,cRLSign,digitalSignature");
        return authority;
    }

    /// A certificate that its own key signed.
    static Pair alone(Path directory, String name, List<String> names) throws IOException {
        var authority = new Authority(directory, name);
        authority.selfSigned("basicConstraints=critical,CA:true\n" + said(names));
        return new Pair(authority.read(name + ".crt"), authority.read(name + ".key"));
    }

    private void selfSigned(String extensions) throws IOException {
        request(name, extensions);
        run(
                "x509 -req -in %1$s.csr -signkey %1$s.key -out %1$s.crt -days 30 -extfile %1$s.ext"
                        .formatted(name));
    }

    /// What it is known by.
    String certificate() throws IOException {
        return read(name + ".crt");
    }

    /// A certificate for servers, or for clients where there is no name.
    Pair issue(String leaf, List<String> names) throws IOException {
        request(leaf, names.isEmpty() ? "extendedKeyUsage=clientAuth" : said(names));
        run(
                "x509 -req -in %1$s.csr -CA %2$s.crt -CAkey %2$s.key -CAcreateserial -out %1$s.crt -days 20 -extfile %1$s.ext"
                        .formatted(leaf, name));
        return new Pair(read(leaf + ".crt"), read(leaf + ".key"));
    }

    private static String said(List<String> names) {
        return "subjectAltName="
                + String.join(
                        ",",
                        names.stream()
                                .map(it -> (it.contains("://") ? "URI:" : "DNS:") + it)
                                .toList());
    }

    private void request(String leaf, String extensions) throws IOException {
        Files.writeString(directory.resolve(leaf + ".ext"), extensions);
        run("ecparam -name prime256v1 -genkey -noout -out %1$s.ec".formatted(leaf));
        run("pkcs8 -topk8 -nocrypt -in %1$s.ec -out %1$s.key".formatted(leaf));
        run("req -new -key %1$s.key -subj /O=test/CN=%1$s -out %1$s.csr".formatted(leaf));
    }

    private String read(String file) throws IOException {
        return Files.readString(directory.resolve(file));
    }

    private void run(String arguments) throws IOException {
        var command = new ArrayList<>(List.of("openssl"));
        command.addAll(List.of(arguments.split(" ", -1)));
        Process process =
                new ProcessBuilder(command)
                        .directory(directory.toFile())
                        .redirectErrorStream(true)
                        .start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        try {
            if (!process.waitFor(60, TimeUnit.SECONDS) || process.exitValue() != 0) {
                throw new IOException(command + ": " + said);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(e);
        }
    }
}
